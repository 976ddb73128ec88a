//! What can be done, and which post may do it: the whole table of rights in one place (Q6–Q9, Q18, Q28).

use crate::{
    person::{Post, Role},
    region::RegionLevel,
};

/// Who may do something.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Who {
    /// Every signed-in person, even without a post.
    Anyone,
    /// Holders of any post.
    AnyPost,
    /// Inspectors of every level.
    Inspectors,
    /// Inspectors of a county.
    CountyInspectors,
    /// Administrators of every level.
    Administrators,
    /// Administrators of the nation or of a province, who look after the system.
    TopAdministrators,
    /// Administrators of a county.
    CountyAdministrators,
    /// Administrators and inspectors of a county.
    CountyPosts,
}

impl Who {
    /// Whether the holder of this current post (if any) is among them.
    pub fn includes(self, post: Option<&Post>) -> bool {
        let Some(post) = post else { return self == Self::Anyone };
        let is_county = post.region.level() == RegionLevel::County;
        match self {
            Self::Anyone | Self::AnyPost => true,
            Self::Inspectors => post.role == Role::Inspector,
            Self::CountyInspectors => post.role == Role::Inspector && is_county,
            Self::Administrators => post.role == Role::Administrator,
            Self::TopAdministrators => {
                let is_top = matches!(post.region.level(), RegionLevel::Nation | RegionLevel::Province);
                post.role == Role::Administrator && is_top
            }
            Self::CountyAdministrators => post.role == Role::Administrator && is_county,
            Self::CountyPosts => is_county,
        }
    }
}

macro_rules! actions {
    ($($(#[$doc:meta])* $variant:ident $name:literal $verb:literal $who:ident),+ $(,)?) => {
        /// Everything that a person can ask the server to do with data.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
        pub enum Action {
            $($(#[$doc])* $variant,)+
        }

        impl Action {
            /// All of them, in the order of the table.
            pub const ALL: &[Self] = &[$(Self::$variant,)+];

            /// The dotted name, as in the audit log.
            pub fn name(self) -> &'static str {
                match self { $(Self::$variant => $name,)+ }
            }

            /// The verb phrase for the person at the screen.
            pub fn verb(self) -> &'static str {
                match self { $(Self::$variant => $verb,)+ }
            }

            /// Who may do it.
            pub fn who(self) -> Who {
                match self { $(Self::$variant => Who::$who,)+ }
            }
        }
    };
}

actions! {
    /// Choose the current post.
    SwitchPost "session.switch_post" "切换岗位" Anyone,
    /// End the session.
    SignOut "session.sign_out" "退出登录" Anyone,
    /// See at which devices one is signed in (登录设备).
    ReadSessions "session.list" "查看登录设备" Anyone,
    /// Sign out one's other devices.
    EndSession "session.end" "结束登录" Anyone,
    /// Read who one is and which posts one holds (同步用户刷新).
    ReadSelf "session.read" "查看本人信息" Anyone,
    /// Read regions and departments.
    ReadDictionary "dictionary.read" "查看字典" Anyone,
    /// Read the checklists.
    ReadChecklists "checklist.read" "查看检查清单" AnyPost,
    /// List the people of one's area.
    ReadPeople "person.read" "查看人员" Administrators,
    /// Find a person by the whole number; leaves a trace.
    FindPerson "person.find" "按手机号查找人员" Administrators,
    /// Add a person or a post.
    AddPerson "person.add" "增加人员" Administrators,
    /// Correct a person (Q15, Q34).
    EditPerson "person.edit" "编辑人员" Administrators,
    /// Withdraw posts, and with the last one the person.
    DeletePerson "person.delete" "删除人员" Administrators,
    /// See a whole phone number; leaves a trace.
    RevealPhone "person.reveal_phone" "查看完整手机号" Administrators,
    /// Import people from a workbook (Q6, Q11).
    ImportPeople "person.import" "导入人员" Administrators,
    /// Find colleagues of the same level and place (Q29).
    ReadColleagues "colleague.read" "查找同行检查人员" Inspectors,
    /// Read enterprises of one's area.
    ReadEnterprises "enterprise.read" "查看企业" AnyPost,
    /// Find an enterprise by its operator's whole number; leaves a trace.
    FindEnterprise "enterprise.find" "按手机号查找企业" CountyAdministrators,
    /// Add an enterprise, on the console or on site (Q18).
    AddEnterprise "enterprise.add" "增加企业" CountyPosts,
    /// Correct an enterprise.
    EditEnterprise "enterprise.edit" "编辑企业" CountyAdministrators,
    /// Delete an enterprise without records (Q27).
    DeleteEnterprise "enterprise.delete" "删除企业" CountyAdministrators,
    /// Mark an enterprise as closed (停业/注销), or open again.
    CloseEnterprise "enterprise.close" "停业或恢复企业" CountyAdministrators,
    /// Import enterprises from a workbook (Q17).
    ImportEnterprises "enterprise.import" "导入企业" CountyAdministrators,
    /// Export the enterprise register.
    ExportEnterprises "enterprise.export" "导出企业" Administrators,
    /// Compare one's position with an enterprise's (Q32).
    CheckPosition "inspection.check_position" "核对定位" Inspectors,
    /// Hand in an inspection (Q4).
    SubmitInspection "inspection.submit" "提交检查" Inspectors,
    /// Read inspections of one's area.
    ReadInspections "inspection.read" "查看检查记录" AnyPost,
    /// Read hazards of one's area, and those one has to cure.
    ReadHazards "hazard.read" "查看隐患" AnyPost,
    /// Hand in what was done in the field; whether the post may do it is judged by the time it was done.
    FileOperation "operation.file" "上传记录" Anyone,
    /// Hand in what another did in the field, at a post of one's own area: from a file of their outbox.
    CarryOperation "operation.carry" "代他人上传此记录" AnyPost,
    /// Read what became of operations that one did or delivered, and their bytes.
    ReadOperation "operation.read" "查看上传记录" Anyone,
    /// See what waits for the office (待处理).
    ReadHeld "operation.read_held" "查看待处理记录" Administrators,
    /// 采纳: file an operation that is held.
    AcceptOperation "operation.accept" "采纳待处理记录" Administrators,
    /// 改归属: file it as of another enterprise.
    MoveOperation "operation.move" "改归属待处理记录" Administrators,
    /// 退回: send it back to its author.
    ReturnOperation "operation.return" "退回待处理记录" Administrators,
    /// Record the cure (Q30).
    CloseHazard "hazard.close" "提交整改" Inspectors,
    /// Name another officer (Q26); leaves a trace.
    ReassignHazard "hazard.reassign" "变更整治责任人" AnyPost,
    /// Take the second look at a cure, where the region's setting asks for one.
    ReviewHazard "hazard.review" "复核隐患整改" AnyPost,
    /// Allow more time for a cure.
    ExtendHazard "hazard.extend" "延长整改期限" Administrators,
    /// Make another department responsible.
    TransferHazard "hazard.transfer" "移交隐患" Administrators,
    /// Change a hazard's severity.
    ChangeSeverity "hazard.change_severity" "变更隐患级别" Administrators,
    /// Void a hazard that should never have been recorded.
    VoidHazard "hazard.void" "作废隐患" Administrators,
    /// Take up again a hazard that is closed or voided.
    ReopenHazard "hazard.reopen" "重新打开隐患" Administrators,
    /// Export the hazard ledger (Q14).
    ExportHazards "hazard.export" "导出隐患台账" Administrators,
    /// Hand in a photo that an accepted operation names.
    StorePhoto "photo.store" "上传照片" Anyone,
    /// See a photo of a record of one's area.
    ReadPhoto "photo.read" "查看照片" AnyPost,
    /// Read statistics (Q5).
    ReadStatistics "statistics.read" "查看统计" Administrators,
    /// Read the audit log of one's area.
    ReadAudit "audit.read" "查看操作日志" Administrators,
    /// See whether the server's disk fills up.
    ReadDisk "disk.read" "查看磁盘空间" Administrators,
    /// See what the server does outside of requests (后台任务).
    ReadJobs "job.read" "查看后台任务" TopAdministrators,
    /// Have a job tried again that failed.
    RetryJob "job.retry" "重试后台任务" TopAdministrators,
}
