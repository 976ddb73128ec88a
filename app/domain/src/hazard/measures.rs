//! What is done about a hazard: measures of control, and enforcement.

use serde::{Deserialize, Serialize};

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
    /// 管控措施: what keeps people safe until the cure.
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
    /// 处罚方式. Not all are penalties in the law's sense; see [`EnforcementAction::kind`].
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
