//! The room on the server's disk.

use serde::{Deserialize, Serialize};

/// How the disk stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Space {
    /// There is room.
    Plenty,
    /// It is time to clear out, or to add a disk.
    Low,
    /// Photos and workbooks are refused.
    None,
    /// Something that a newer server tells.
    #[serde(other)]
    Unknown,
}

impl Space {
    /// What an administrator should know of it, if anything.
    pub fn warning(self) -> Option<&'static str> {
        match self {
            Self::Plenty | Self::Unknown => None,
            Self::Low => Some("服务器磁盘空间即将用完，请尽快联系运维人员清理或扩容。"),
            Self::None => Some("服务器磁盘空间不足，已暂停接收照片和导入文件（记录仍可保存），请立即联系运维人员。"),
        }
    }
}
