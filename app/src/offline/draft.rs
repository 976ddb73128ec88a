//! Drafts: what is being written on this phone, from the first touch to 提交. They lie on disk, not in the page.

use super::{inspection_draft::InspectionDraft, rectification_draft::RectificationDraft};
use domain::{
    id::{PersonId, PostId},
    login::Me,
    photo::PhotoHash,
    time::Timestamp,
};
use serde::{Deserialize, Serialize};

/// Whose work it is: on a shared phone each sees and sends only their own, and only from the post it was made at.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Author {
    /// The person.
    pub person: PersonId,
    /// Its name.
    pub name: String,
    /// The post at which it was made.
    pub post: PostId,
    /// The post's title.
    pub post_title: String,
}

impl Author {
    /// The person signed in, at the current post; nobody without a post.
    pub fn of(me: &Me) -> Option<Self> {
        let post = me.post.as_ref()?;
        Some(Self { person: me.id, name: me.name.clone(), post: post.id, post_title: post.title() })
    }
}

/// One of the two things that are written on a phone.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[expect(clippy::large_enum_variant, reason = "a page holds one, and the usual one is the large one")]
pub enum Draft {
    /// An inspection under way.
    Inspection(InspectionDraft),
    /// A cure being recorded.
    Rectification(RectificationDraft),
}

impl Draft {
    /// The key under which it lies in the store.
    pub fn key(&self) -> String {
        match self {
            Self::Inspection(draft) => InspectionDraft::key(draft.id),
            Self::Rectification(draft) => RectificationDraft::key(draft.author.person, draft.hazard),
        }
    }

    /// Whose it is.
    pub fn author(&self) -> &Author {
        match self {
            Self::Inspection(draft) => &draft.author,
            Self::Rectification(draft) => &draft.author,
        }
    }

    /// What it is called in lists.
    pub fn title(&self) -> String {
        match self {
            Self::Inspection(draft) => draft.enterprise.name.clone(),
            Self::Rectification(draft) => draft.title.clone(),
        }
    }

    /// Where it is written on.
    pub fn address(&self) -> String {
        match self {
            Self::Inspection(draft) => format!("/field/inspections/{}", draft.id),
            Self::Rectification(draft) => format!("/field/hazards/{}", draft.hazard),
        }
    }

    /// The photos that it holds.
    pub fn photos(&self) -> Vec<PhotoHash> {
        match self {
            Self::Inspection(draft) => draft.photos(),
            Self::Rectification(draft) => draft.photos.clone(),
        }
    }
}

/// A draft as it lies on disk.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct SavedDraft {
    /// When it was last saved (已存本机).
    pub at: Timestamp,
    /// The draft.
    pub draft: Draft,
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
