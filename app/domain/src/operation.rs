//! Operations: what a phone did and hands in. One envelope, whatever the kind; the bytes are the operation.
//!
//! A phone writes the envelope once, keeps those very bytes and sends those very bytes every time; the server hashes and
//! keeps what it received. No hash is ever taken of a type that was serialized again, so types may grow.
//! The server never argues with a fact: what it cannot file by itself is *held* for the office, not refused.

use crate::{
    Problem,
    id::{OperationId, PersonId, PostId},
    inspection::MOST_FOUND,
    photo::{self, PhotoHash},
    region::RegionCode,
    time::Timestamp,
};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

/// The newest format of the envelope that this version writes and reads.
pub const FORMAT: u32 = 1;
/// The largest envelope taken, in bytes: the fullest inspection fits, [`MOST_FOUND`] hazards
/// of two texts and nine photos each, which a test proves. A usual one comes to thirty thousand.
pub const LARGEST_OPERATION: usize = 1024 * 1024;
/// The largest envelope of any other kind, in bytes: eight times what the fullest cure comes to, a text and nine photos. Kinds
/// that this version does not know are taken up to this too.
pub const LARGEST_OTHER: usize = 64 * 1024;

macro_rules! kinds {
    ($($(#[$doc:meta])* $variant:ident $code:literal $name:literal),+ $(,)?) => {
        /// What an operation is about.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum OperationKind {
            $($(#[$doc])* $variant,)+
        }

        impl OperationKind {
            /// All that this version knows.
            pub const ALL: &[Self] = &[$(Self::$variant,)+];

            /// The code in the envelope.
            pub fn code(self) -> &'static str {
                match self { $(Self::$variant => $code,)+ }
            }

            /// The word on screens.
            pub fn name(self) -> &'static str {
                match self { $(Self::$variant => $name,)+ }
            }

            /// The kind with this code; `None` for one of a newer version.
            pub fn from_code(code: &str) -> Option<Self> {
                match code { $($code => Some(Self::$variant),)+ _ => None }
            }
        }
    };
}

kinds! {
    /// An enterprise that nobody had registered, entered on site (Q18): body [`OnSiteEnterprise`](crate::enterprise::OnSiteEnterprise).
    Enterprise "enterprise" "新增企业",
    /// An inspection that was begun, so that its office and its author's other phones know: body [`Begun`](crate::inspection::Begun).
    Begun "begun" "开始检查",
    /// An inspection that was finished: body [`Submission`](crate::inspection::Submission).
    Inspection "inspection" "检查",
    /// A cure, whole or in part (Q4): body [`Rectification`](crate::hazard::Rectification).
    Rectification "rectification" "整改",
    /// What was seen of a hazard outside of an inspection (Q23): body [`Addition`](crate::hazard::Addition).
    Addition "addition" "补充",
}

/// A photo that an operation names.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PhotoRef {
    /// SHA-256 of its bytes.
    pub hash: PhotoHash,
    /// How many bytes.
    pub size_bytes: u32,
}

/// The envelope. `B` is the body: a type of the kind where it is written, [`serde_json::value::RawValue`] or the like where
/// it is read before the kind is known.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Envelope<B> {
    /// [`FORMAT`] of whoever wrote it. A newer one is held.
    pub format: u32,
    /// The operation's id, as in the address: bytes of one operation cannot be sent as another's.
    pub id: OperationId,
    /// [`OperationKind::code`]; an unknown one is held.
    pub kind: String,
    /// The post at which it was made: never the one that happens to be current at the upload.
    pub post: PostId,
    /// Who did it; whoever delivers it may be someone else.
    pub author: PersonId,
    /// When, by the phone's clock, corrected by what it knows of the server's.
    pub made_at: Timestamp,
    /// Operations that must be filed before.
    #[serde(default)]
    pub needs: Vec<OperationId>,
    /// The photos that the body names, each once.
    #[serde(default)]
    pub photos: Vec<PhotoRef>,
    /// What was done.
    pub body: B,
}

/// SHA-256 of an envelope's bytes, in hexadecimal.
pub fn content_hash(bytes: &[u8]) -> String {
    hex::encode(Sha256::digest(bytes))
}

/// Why an operation waits for the office (待处理). The words are for the office and the author.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct HeldReason {
    /// A stable code: `unknown_kind`, `newer_format`, `needs`, `post`, `enterprise`, `enterprise_closed`, `checklist`,
    /// `people`, `hazard`, `clock`, `content`, …; an old phone shows the words of one that it does not know.
    pub code: String,
    /// What stands in the way and what the office can do.
    pub text: String,
}

impl HeldReason {
    /// A reason of this version: a code of those above, and its words.
    pub fn new(code: &str, text: impl Into<String>) -> Self {
        Self { code: code.to_owned(), text: text.into() }
    }
}

/// What became of an operation.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(into = "OutcomeWire", from = "OutcomeWire")]
pub enum Outcome {
    /// 已采用: it is in the ledgers.
    Applied,
    /// 待处理: it is on disk, the phone is free, and the office decides.
    Held(HeldReason),
    /// 退回: the office sent it back, with its reason; the author's draft opens again.
    Returned(HeldReason),
}

/// An outcome as it is read and written: flat, and what is not known counts as held; see `problem::Wire` for why.
#[derive(Clone, Serialize, Deserialize)]
struct OutcomeWire {
    state: String,
    #[serde(default, skip_serializing_if = "String::is_empty")]
    code: String,
    #[serde(default, skip_serializing_if = "String::is_empty")]
    text: String,
}

impl From<Outcome> for OutcomeWire {
    fn from(outcome: Outcome) -> Self {
        let (state, HeldReason { code, text }) = match outcome {
            Outcome::Applied => ("applied", HeldReason::new("", "")),
            Outcome::Held(reason) => ("held", reason),
            Outcome::Returned(reason) => ("returned", reason),
        };
        Self { state: state.to_owned(), code, text }
    }
}

impl From<OutcomeWire> for Outcome {
    fn from(OutcomeWire { state, code, text }: OutcomeWire) -> Self {
        let reason = HeldReason { code, text };
        match state.as_str() {
            "applied" => Self::Applied,
            "returned" => Self::Returned(reason),
            _ => Self::Held(reason),
        }
    }
}

/// The server's proof that an operation is on disk. Only this lets a phone forget it; a bare 200 does not, for a captive
/// portal gives that too. The same bytes are answered with the same receipt for ever; what grows are the photos held, and
/// the outcome once the office decided.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Receipt {
    /// The operation it is about.
    pub operation: OperationId,
    /// When the server wrote it, by the server's clock.
    pub received_at: Timestamp,
    /// [`content_hash`] of the bytes as received.
    pub content_hash: String,
    /// Photos of it that the server holds.
    pub photos_held: Vec<PhotoHash>,
    /// Photos of it that the server still expects.
    pub photos_expected: Vec<PhotoHash>,
    /// What became of it.
    pub outcome: Outcome,
}

/// What the server knows of an operation that a phone asks after.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct OperationStatus {
    /// The one asked after.
    pub operation: OperationId,
    /// Its receipt; `None` when the server never saw it, or it is not the caller's.
    pub receipt: Option<Receipt>,
    /// Its photos of which no picture can be made (无法显示), as far as they were proved.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub unreadable: Vec<PhotoHash>,
}

/// The most operations that one may need. A phone names what registers the enterprise: one, or none.
pub const MOST_NEEDS: usize = 16;
/// The most photos that one may name: those of the fullest inspection, and of its place.
const MOST_PHOTOS: usize = MOST_FOUND * photo::MOST_PHOTOS + 1;
/// A phone's clock may be ahead by so much, in seconds.
const AHEAD_S: i64 = 86_400;
/// Work in the field may be so old, in seconds: 400 days.
pub(crate) const OLD_S: i64 = 400 * 86_400;

/// Checks what every envelope must be, whatever its kind: for the address it came to, and not beyond all measure. It is of so
/// many bytes.
///
/// # Errors
/// [`Problem::Invalid`]: such an envelope is refused, for no server could ever file it.
pub fn check_envelope<B>(envelope: &Envelope<B>, address: OperationId, bytes: usize) -> Result<(), Problem> {
    if envelope.id != address {
        return Err(Problem::invalid("编号", "内容与编号不符，无法接收"));
    }
    if envelope.needs.len() > MOST_NEEDS || envelope.photos.len() > MOST_PHOTOS {
        return Err(Problem::invalid("内容", "引用的记录或照片过多，无法接收"));
    }
    let is_inspection = OperationKind::from_code(&envelope.kind) == Some(OperationKind::Inspection);
    if bytes > if is_inspection { LARGEST_OPERATION } else { LARGEST_OTHER } {
        return Err(Problem::invalid("内容", "内容超出这种记录的最大长度，无法接收"));
    }
    Ok(())
}

/// Whether work can have been done at that time: not more than a day ahead of the server, nor more than 400 days ago.
pub fn is_plausible(at: Timestamp, now: Timestamp) -> bool {
    at.seconds_since(now) <= AHEAD_S && now.seconds_since(at) <= OLD_S
}

/// An operation that waits for the office (待处理), as its list shows it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct HeldRow {
    /// The id under which the office decides.
    pub operation: OperationId,
    /// [`OperationKind::code`], or one of a newer version.
    pub kind: String,
    /// What it is about: the enterprise's name, where one is known.
    pub title: String,
    /// Who did it.
    pub author: String,
    /// Who delivered it.
    pub deliverer: String,
    /// Where: the place that decides.
    pub region: RegionCode,
    /// The place's name.
    pub region_name: String,
    /// When, by the phone's clock.
    pub made_at: Timestamp,
    /// When the server received it.
    pub received_at: Timestamp,
    /// Why it waits.
    pub reason: HeldReason,
}

impl HeldRow {
    /// The word for its kind.
    pub fn kind_name(&self) -> &str {
        OperationKind::from_code(&self.kind).map_or("其他", OperationKind::name)
    }

    /// Whether 改归属 makes sense: of what belongs to an enterprise, not of what belongs to a hazard.
    pub fn can_move(&self) -> bool {
        use OperationKind::{Begun, Enterprise, Inspection};
        matches!(OperationKind::from_code(&self.kind), Some(Enterprise | Begun | Inspection))
    }
}

/// An operation that waits, with its content.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct HeldDetail {
    /// As the list shows it.
    pub row: HeldRow,
    /// The content in lines of field and value, as far as this version understands it.
    pub content: Vec<(String, String)>,
    /// Its photos that the server holds.
    pub photos: Vec<PhotoHash>,
    /// Its photos that are still on their way.
    pub photos_expected: Vec<PhotoHash>,
}
