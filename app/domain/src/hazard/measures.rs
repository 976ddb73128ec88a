//! What is done about a hazard: measures of control, and enforcement.

use super::codes;

codes! {
    /// 管控措施: what keeps people safe until the cure.
    ControlMeasure {
        /// 当场整改
        OnSite "on_site" "当场整改",
        /// 关阀停气
        GasOff "gas_off" "关阀停气",
        /// 停用设备或拆除
        EquipmentOff "equipment_off" "停用设备或拆除",
        /// 查封、扣押
        Seized "seized" "查封、扣押",
        /// 设置警戒或专人值守
        Guarded "guarded" "设置警戒或专人值守",
        /// 疏散或撤离人员
        Evacuated "evacuated" "疏散或撤离人员",
        /// 暂停营业、停产停业
        Suspended "suspended" "暂停营业、停产停业",
        /// 书面告知用户
        Notified "notified" "书面告知用户",
        /// 纳入重点监管
        Watched "watched" "纳入重点监管",
        /// 通报供气企业
        SupplierTold "supplier_told" "通报供气企业",
        /// 移交其他部门
        Transferred "transferred" "移交其他部门",
        /// 其他
        Other "other" "其他",
    }
}

codes! {
    /// 处罚方式. Not all are penalties in the law's sense; see [`EnforcementAction::kind`].
    EnforcementAction {
        /// 未处罚
        None "none" "未处罚",
        /// 责令改正、限期整改
        Ordered "ordered" "责令改正、限期整改",
        /// 警告、通报批评
        Warned "warned" "警告、通报批评",
        /// 罚款
        Fined "fined" "罚款",
        /// 没收违法所得、非法财物
        Confiscated "confiscated" "没收违法所得、非法财物",
        /// 暂扣许可证件
        LicenceHeld "licence_held" "暂扣许可证件",
        /// 降低资质等级
        Downgraded "downgraded" "降低资质等级",
        /// 吊销许可证件
        LicenceRevoked "licence_revoked" "吊销许可证件",
        /// 限制开展生产经营活动
        Restricted "restricted" "限制开展生产经营活动",
        /// 责令停产停业
        HaltOrdered "halt_ordered" "责令停产停业",
        /// 责令关闭、取缔
        ShutDown "shut_down" "责令关闭、取缔",
        /// 限制从业
        Barred "barred" "限制从业",
        /// 行政拘留
        Detained "detained" "行政拘留",
        /// 移送司法
        Prosecuted "prosecuted" "移送司法",
    }
}

/// How statistics must keep enforcement apart (Administrative Penalty Law, article 9).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum EnforcementKind {
    /// Nothing was imposed.
    None,
    /// An order, not a penalty.
    Order,
    /// An administrative penalty.
    Penalty,
    /// Handed to the judiciary.
    Transfer,
}

impl EnforcementAction {
    /// Order, penalty or transfer.
    pub fn kind(self) -> EnforcementKind {
        match self {
            Self::None => EnforcementKind::None,
            Self::Ordered => EnforcementKind::Order,
            Self::Prosecuted => EnforcementKind::Transfer,
            _ => EnforcementKind::Penalty,
        }
    }
}
