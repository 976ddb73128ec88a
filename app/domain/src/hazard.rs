//! Hazards (隐患): found at a failed item, assigned to an officer, cured and closed.

use crate::{
    Problem,
    checklist::ItemCode,
    enterprise::EnterpriseType,
    fold::clean_lines,
    id::{EnterpriseId, HazardId, InspectionId, OperationId, PersonId},
    inspection::InspectionRow,
    person::{Colleague, Department},
    photo::{MOST_PHOTOS, PhotoHash},
    region::RegionCode,
    time::{Date, Timestamp, days_between, plus_days},
};
use serde::{Deserialize, Serialize};

/// 隐患级别. The default comes from the checklist item; changing it needs a reason.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Severity {
    /// 一般
    General,
    /// 重大
    Major,
}

impl Severity {
    /// 一般 or 重大.
    pub fn name(self) -> &'static str {
        match self {
            Self::General => "一般",
            Self::Major => "重大",
        }
    }

    /// Days suggested for the cure: 15, or 30 for major. No national figure exists (domain facts 4.3).
    pub fn suggested_days(self) -> i32 {
        match self {
            Self::General => 15,
            Self::Major => 30,
        }
    }

    /// The suggested 整改期限 of a hazard found on that day.
    pub fn suggested_due_on(self, found_on: Date) -> Date {
        plus_days(found_on, self.suggested_days())
    }
}

/// Where a hazard stands. 逾期 is derived, never stored.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum HazardState {
    /// 待整改
    Open,
    /// 待整改, and past its date
    Overdue,
    /// 已销号
    Closed,
}

impl HazardState {
    /// 待整改, 逾期 or 已销号.
    pub fn name(self) -> &'static str {
        match self {
            Self::Open => "待整改",
            Self::Overdue => "逾期",
            Self::Closed => "已销号",
        }
    }
}

macro_rules! options {
    ($(#[$doc:meta])* $name:ident { $($variant:ident $code:literal $label:literal),+ $(,)? }) => {
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        pub enum $name {
            $(#[doc = $label] #[serde(rename = $code)] $variant,)+
        }

        impl $name {
            /// All options, in the order of showing.
            pub const ALL: &[Self] = &[$(Self::$variant,)+];

            /// The label on screens and in workbooks.
            pub fn name(self) -> &'static str {
                match self { $(Self::$variant => $label,)+ }
            }
        }
    };
}

options! {
    /// 管控措施 (domain facts 4.4).
    ControlMeasure {
        OnSite "on_site" "当场整改",
        GasOff "gas_off" "关阀停气",
        EquipmentOff "equipment_off" "停用设备或拆除",
        Seized "seized" "查封、扣押",
        Guarded "guarded" "设置警戒或专人值守",
        Evacuated "evacuated" "疏散或撤离人员",
        Suspended "suspended" "暂停营业、停产停业",
        Notified "notified" "书面告知用户",
        Watched "watched" "纳入重点监管",
        SupplierTold "supplier_told" "通报供气企业",
        Transferred "transferred" "移交其他部门",
        Other "other" "其他",
    }
}

options! {
    /// 处罚方式 (domain facts 4.5). Not all are penalties in the law's sense; see [`EnforcementAction::kind`].
    EnforcementAction {
        None "none" "未处罚",
        Ordered "ordered" "责令改正、限期整改",
        Warned "warned" "警告、通报批评",
        Fined "fined" "罚款",
        Confiscated "confiscated" "没收违法所得、非法财物",
        LicenceHeld "licence_held" "暂扣许可证件",
        Downgraded "downgraded" "降低资质等级",
        LicenceRevoked "licence_revoked" "吊销许可证件",
        Restricted "restricted" "限制开展生产经营活动",
        HaltOrdered "halt_ordered" "责令停产停业",
        ShutDown "shut_down" "责令关闭、取缔",
        Barred "barred" "限制从业",
        Detained "detained" "行政拘留",
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

/// Whether an open hazard is past its date: the due day itself still counts as in time.
pub fn is_overdue(due_on: Date, closed_at: Option<Timestamp>, today: Date) -> bool {
    closed_at.is_none() && today > due_on
}

/// A hazard as lists and the ledger show it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct HazardRow {
    /// Its id.
    pub id: HazardId,
    /// The inspection that found it.
    pub inspection: InspectionId,
    /// Where it was found.
    pub enterprise: EnterpriseId,
    /// 企业名称
    pub enterprise_name: String,
    /// 企业类型
    pub enterprise_type: EnterpriseType,
    /// 企业住所
    pub address: String,
    /// The enterprise's region.
    pub region: RegionCode,
    /// The region's name.
    pub region_name: String,
    /// The failed item.
    pub item: ItemCode,
    /// The failed item's text.
    pub item_text: String,
    /// 隐患描述
    pub description: String,
    /// 隐患级别
    pub severity: Severity,
    /// The department responsible.
    pub department: Department,
    /// 整治责任人: its name.
    pub officer_name: String,
    /// When it was found.
    pub found_at: Timestamp,
    /// 整改期限
    pub due_on: Date,
    /// When it was closed, if it was.
    pub closed_at: Option<Timestamp>,
}

impl HazardRow {
    /// Where it stands today.
    pub fn state(&self, today: Date) -> HazardState {
        match self.closed_at {
            Some(_) => HazardState::Closed,
            None if is_overdue(self.due_on, None, today) => HazardState::Overdue,
            None => HazardState::Open,
        }
    }

    /// Days left until the due day; negative when overdue.
    pub fn days_left(&self, today: Date) -> i32 {
        days_between(today, self.due_on)
    }
}

/// What later visits or uploads added to a hazard (Q23).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct HazardNote {
    /// When.
    pub at: Timestamp,
    /// By whom.
    pub author: String,
    /// What.
    pub text: String,
}

/// 整改反馈 as recorded.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Cure {
    /// When.
    pub at: Timestamp,
    /// By whom.
    pub author: String,
    /// What was done and submitted.
    pub rectification: Rectification,
}

/// Everything about one hazard.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct HazardDetail {
    /// The row.
    pub hazard: HazardRow,
    /// The legal basis of the failed item.
    pub basis: String,
    /// Why the severity differs from the item's, where it does.
    pub severity_reason: Option<String>,
    /// The visit that found it.
    pub inspection: InspectionRow,
    /// All who took part: any of them may record the cure (Q26, Q30) and be its officer.
    pub participants: Vec<Colleague>,
    /// The officer.
    pub officer: PersonId,
    /// 整改前照片: those the server holds.
    pub photos: Vec<PhotoHash>,
    /// Photos announced but not yet on the server, before and after.
    pub photos_expected: Vec<PhotoHash>,
    /// What was added later.
    pub notes: Vec<HazardNote>,
    /// The cure, once closed.
    pub cure: Option<Cure>,
    /// Whether the caller may record the cure.
    pub can_close: bool,
}

/// 整改反馈: what the officer or a co-inspector records once the hazard is cured (Q4(5), Q30).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Rectification {
    /// The operation's id, made by the phone.
    pub id: OperationId,
    /// Which hazard.
    pub hazard: HazardId,
    /// When it was recorded, by the phone's clock.
    pub recorded_at: Timestamp,
    /// 整改情况
    pub text: String,
    /// 管控措施, at least one.
    pub measures: Vec<ControlMeasure>,
    /// 处罚方式, at least one; 未处罚 stands alone.
    pub enforcement: Vec<EnforcementAction>,
    /// The fine in fen, with 罚款 only.
    pub fine_fen: Option<i64>,
    /// 整改后照片, at least one.
    pub photos: Vec<PhotoHash>,
}

impl Rectification {
    /// Checks what the form must hold, and folds its text.
    ///
    /// # Errors
    /// The first [`Problem::Invalid`], in the order of the form.
    pub fn checked(mut self) -> Result<Self, Problem> {
        self.text = check_text("整改情况", &self.text)?;
        check_photos("整改后照片", &self.photos)?;
        if self.measures.is_empty() {
            return Err(Problem::invalid("管控措施", "请至少选择一项管控措施"));
        }
        if self.enforcement.is_empty() {
            return Err(Problem::invalid("处罚方式", "请选择处罚方式，没有处罚选“未处罚”"));
        }
        if self.enforcement.contains(&EnforcementAction::None) && self.enforcement.len() > 1 {
            return Err(Problem::invalid("处罚方式", "“未处罚”不能与其他处罚方式同时选择"));
        }
        let is_fined = self.enforcement.contains(&EnforcementAction::Fined);
        match self.fine_fen {
            Some(fen) if !is_fined || !(1..=100_000_000_000).contains(&fen) => {
                Err(Problem::invalid("罚款金额", "选择“罚款”后填写大于 0 的金额"))
            }
            None if is_fined => Err(Problem::invalid("罚款金额", "选择“罚款”后请填写金额")),
            _ => Ok(self),
        }
    }
}

/// Body of an operation of kind `addition`: what was seen of a hazard outside of an inspection (Q23).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Addition {
    /// Which hazard.
    pub hazard: HazardId,
    /// What was seen.
    pub text: String,
    /// Photos; none is needed.
    pub photos: Vec<PhotoHash>,
}

/// The longest free text, in characters.
pub const LONGEST_TEXT: usize = 1000;

/// Checks a free text: 1 to 1000 characters, its lines kept.
///
/// # Errors
/// [`Problem::Invalid`] on the field.
pub fn check_text(field: &str, text: &str) -> Result<String, Problem> {
    let cleaned = clean_lines(text);
    match cleaned.chars().count() {
        0 => Err(Problem::invalid(field, format!("请填写{field}"))),
        1..=LONGEST_TEXT => Ok(cleaned),
        _ => Err(Problem::invalid(field, format!("{field}不能超过 1000 个字"))),
    }
}

/// Checks the photos of a hazard or a cure: one to nine, none twice.
///
/// # Errors
/// [`Problem::Invalid`] on the field.
pub fn check_photos(field: &str, photos: &[PhotoHash]) -> Result<(), Problem> {
    let mut seen = photos.to_vec();
    seen.sort_unstable();
    seen.dedup();
    if photos.is_empty() {
        Err(Problem::invalid(field, "请至少拍摄一张照片"))
    } else if photos.len() > MOST_PHOTOS || seen.len() < photos.len() {
        Err(Problem::invalid(field, format!("照片最多 {MOST_PHOTOS} 张，且不能重复")))
    } else {
        Ok(())
    }
}
