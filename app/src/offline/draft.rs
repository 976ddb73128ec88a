//! Drafts: what is being written on this phone, from the first touch to 提交. They lie on disk, not in the page.

use super::{
    addition_draft::AdditionDraft, enterprise_draft::NewEnterpriseDraft, inspection_draft::InspectionDraft,
    rectification_draft::RectificationDraft,
};
use domain::{
    fold::clean_lines,
    hazard::LONGEST_TEXT,
    id::{PersonId, PostId},
    login::Me,
    operation::HeldReason,
    photo::PhotoHash,
    time::Timestamp,
};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

/// The format in which this version writes drafts and operations to the phone's disk.
pub const FORMAT: u32 = 2;

/// Whose work it is: on a shared phone each sees and sends only their own.
///
/// Two are the same when their ids are: a person whose name or post's title was corrected keeps their work.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Author {
    /// Who signed in when it was begun.
    pub person: PersonId,
    /// Its name, to show.
    pub name: String,
    /// The post at which it was made.
    pub post: PostId,
    /// The post's title, to show.
    pub post_title: String,
}

impl PartialEq for Author {
    fn eq(&self, other: &Self) -> bool {
        (self.person, self.post) == (other.person, other.post)
    }
}

impl Eq for Author {}

impl Author {
    /// The person signed in, at the current post; nobody without a post.
    pub fn of(me: &Me) -> Option<Self> {
        let post = me.post.as_ref()?;
        Some(Self { person: me.id, name: me.name.clone(), post: post.id, post_title: post.title() })
    }

    /// How whoever is signed in stands to what this author wrote.
    pub fn standing(&self, me: &Me) -> Standing {
        if me.id != self.person {
            Standing::Foreign
        } else if me.post.as_ref().is_some_and(|post| post.id == self.post) {
            Standing::Here
        } else if me.posts.iter().any(|post| post.id == self.post) {
            Standing::Elsewhere
        } else {
            Standing::Withdrawn
        }
    }
}

/// How whoever is signed in stands to a draft.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Standing {
    /// It was begun at the current post.
    Here,
    /// It was begun at another post of theirs, to which they can switch.
    Elsewhere,
    /// It was begun at a post that is theirs no more: nothing to switch to, and yet their work. It is filed under that post
    /// and judged by the time at which it was done.
    Withdrawn,
    /// It is another person's.
    Foreign,
}

/// What is written on a phone.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[expect(clippy::large_enum_variant, reason = "a page holds one, and the usual one is the large one")]
pub enum Draft {
    /// An inspection under way.
    Inspection(InspectionDraft),
    /// A cure being recorded.
    Rectification(RectificationDraft),
    /// A note on an open hazard.
    Addition(AdditionDraft),
    /// An enterprise being entered on site.
    Enterprise(NewEnterpriseDraft),
}

impl Draft {
    /// The key under which it lies in the store.
    pub fn key(&self) -> String {
        match self {
            Self::Inspection(draft) => InspectionDraft::key(draft.id),
            Self::Rectification(draft) => RectificationDraft::key(draft.author.person, draft.hazard),
            Self::Addition(draft) => AdditionDraft::key(draft.author.person, draft.hazard),
            Self::Enterprise(draft) => NewEnterpriseDraft::key(draft.author.person),
        }
    }

    /// Whose it is.
    pub fn author(&self) -> &Author {
        match self {
            Self::Inspection(draft) => &draft.author,
            Self::Rectification(draft) => &draft.author,
            Self::Addition(draft) => &draft.author,
            Self::Enterprise(draft) => &draft.author,
        }
    }

    /// What it is, in a word.
    pub fn kind_name(&self) -> &'static str {
        match self {
            Self::Inspection(_) => "检查",
            Self::Rectification(_) => "整改",
            Self::Addition(_) => "补充",
            Self::Enterprise(_) => "新增企业",
        }
    }

    /// What it is called in lists.
    pub fn title(&self) -> String {
        match self {
            Self::Inspection(draft) => draft.enterprise.name.clone(),
            Self::Rectification(draft) => draft.title.clone(),
            Self::Addition(draft) => draft.title.clone(),
            Self::Enterprise(draft) => draft.title(),
        }
    }

    /// Where it is written on.
    pub fn address(&self) -> String {
        match self {
            Self::Inspection(draft) => format!("/field/inspections/{}", draft.id),
            Self::Rectification(draft) => format!("/field/hazards/{}", draft.hazard),
            Self::Addition(draft) => format!("/field/hazards/{}", draft.hazard),
            Self::Enterprise(_) => "/field/enterprises/new".to_owned(),
        }
    }

    /// The photos that it holds.
    pub fn photos(&self) -> Vec<PhotoHash> {
        match self {
            Self::Inspection(draft) => draft.photos(),
            Self::Rectification(draft) => draft.photos.clone(),
            Self::Addition(draft) => draft.photos.clone(),
            Self::Enterprise(_) => Vec::new(),
        }
    }

    /// Whether nothing was written yet that anyone would miss.
    pub fn is_untouched(&self) -> bool {
        match self {
            Self::Inspection(draft) => draft.is_untouched(),
            Self::Rectification(draft) => draft.is_empty(),
            Self::Addition(draft) => draft.is_empty(),
            Self::Enterprise(draft) => draft.is_empty(),
        }
    }

    /// Whether it is handed in under the post at which it was begun; the others go on at whatever post is in use.
    pub fn keeps_its_post(&self) -> bool {
        matches!(self, Self::Inspection(_) | Self::Enterprise(_))
    }

    /// Gives it fresh ids, so that it can be handed in beside what was handed in before.
    pub fn renew(&mut self, mut fresh: impl FnMut() -> Uuid) {
        match self {
            Self::Inspection(draft) => draft.renew(fresh),
            Self::Rectification(draft) => draft.id = fresh().into(),
            Self::Addition(draft) => draft.id = fresh().into(),
            // What names the enterprise keeps naming it.
            Self::Enterprise(draft) => draft.operation = fresh().into(),
        }
    }
}

/// A draft as it lies on disk.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct SavedDraft {
    /// [`FORMAT`] of whoever wrote it.
    pub format: u32,
    /// Counts the savings: one is only made on top of the one that the screen began with.
    pub revision: u32,
    /// The window that wrote it; of an older version, or laid there whole, it names none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub writer: Option<Uuid>,
    /// When it was last saved (已存本机).
    pub at: Timestamp,
    /// Why the office sent it back, where it did.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub returned: Option<HeldReason>,
    /// What was filled in, of whatever kind.
    pub draft: Draft,
}

impl SavedDraft {
    /// A draft that is laid on disk for the first time.
    pub fn first(draft: Draft, at: Timestamp) -> Self {
        Self { format: FORMAT, revision: 1, writer: None, at, returned: None, draft }
    }

    /// Which saving it comes from.
    pub fn version(&self) -> Version {
        Version { revision: self.revision, writer: self.writer }
    }
}

/// Why something on this phone cannot be shown as what it is. It is listed and can be exported, never hidden.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Unreadable {
    /// Another version of the app wrote it.
    Format(u32),
    /// It is no such thing.
    Content,
}

/// Reads what lies on disk; the format is looked at first, the rest only where it is ours.
///
/// # Errors
/// [`Unreadable`].
pub fn read_stored<T: serde::de::DeserializeOwned>(text: &str) -> Result<T, Unreadable> {
    #[derive(Deserialize)]
    struct Head {
        format: u32,
    }
    // From bytes, as the server's answers are read: so the reading code is there once.
    let head: Head = serde_json::from_slice(text.as_bytes()).map_err(|_| Unreadable::Content)?;
    if head.format != FORMAT {
        return Err(Unreadable::Format(head.format));
    }
    serde_json::from_slice(text.as_bytes()).map_err(|_| Unreadable::Content)
}

/// Which saving a draft on disk comes from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Version {
    /// Counts the savings.
    pub revision: u32,
    /// The window that wrote it, where it says so.
    pub writer: Option<Uuid>,
}

/// What a window may do with the draft that lies on disk under its key.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Claim {
    /// It is as this window left it, or older: it may be written over.
    Ours,
    /// This window itself has laid a newer text there, which stays.
    Newer,
    /// It was written on, or handed in, or thrown away elsewhere: this window must not write any more.
    Lost,
}

/// Something that is still missing before 提交, and where on the screen.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Missing {
    /// The id of the element to scroll to.
    pub anchor: String,
    /// What is missing.
    pub text: String,
}

impl Missing {
    /// Something missing at an element.
    pub fn at(anchor: impl Into<String>, text: impl Into<String>) -> Self {
        Self { anchor: anchor.into(), text: text.into() }
    }
}

/// So many characters before the bound the writer is told of it.
const NEAR_BOUND: usize = 100;

/// How long a text is, as the rules count it, and whether that is too long; nothing while the bound is far.
pub fn length_note(text: &str) -> Option<(String, bool)> {
    let length = clean_lines(text).chars().count();
    let is_near = length + NEAR_BOUND > LONGEST_TEXT;
    is_near.then(|| (format!("已写 {length} 字，最多 {LONGEST_TEXT} 字"), length > LONGEST_TEXT))
}
