//! The draft of a note on an open hazard (补充), made outside of an inspection (Q23).

use super::draft::{Author, Missing};
use domain::{
    Problem,
    hazard::{Addition, HazardRow, check_photos, check_text},
    id::{HazardId, OperationId, PersonId},
    photo::PhotoHash,
};
use serde::{Deserialize, Serialize};

/// A note being written.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct AdditionDraft {
    /// The operation's id.
    pub id: OperationId,
    /// Who writes it, at which post.
    pub author: Author,
    /// On which hazard.
    pub hazard: HazardId,
    /// The hazard in a line: enterprise and description.
    pub title: String,
    /// What was seen.
    pub text: String,
    /// Photos; none is needed.
    pub photos: Vec<PhotoHash>,
}

impl AdditionDraft {
    /// An empty note.
    pub fn new(id: OperationId, author: Author, hazard: &HazardRow) -> Self {
        let title = format!("{} {}", hazard.enterprise_name, hazard.description);
        Self { id, author, hazard: hazard.id, title, text: String::new(), photos: Vec::new() }
    }

    /// The key under which a draft lies in the store.
    pub fn key(author: PersonId, hazard: HazardId) -> String {
        format!("addition/{author}/{hazard}")
    }

    /// Whether nothing was entered yet.
    pub fn is_empty(&self) -> bool {
        self.text.is_empty() && self.photos.is_empty()
    }

    /// What is handed in, checked by the domain's own rules.
    ///
    /// # Errors
    /// The first thing that is missing or wrong, and where it is on the screen.
    pub fn addition(&self) -> Result<Addition, Missing> {
        let at = |anchor: &'static str| move |problem: Problem| Missing::at(anchor, problem.to_string());
        let text = check_text("补充内容", &self.text).map_err(at("note-text"))?;
        if !self.photos.is_empty() {
            check_photos("补充照片", &self.photos).map_err(at("note-photos"))?;
        }
        Ok(Addition { hazard: self.hazard, text, photos: self.photos.clone() })
    }
}
