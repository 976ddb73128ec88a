//! Drafts on the phone's disk: opened, listed, laid down, thrown away. [`super::autosave`] saves one while it is written.

use super::{
    draft::{Claim, Draft, SavedDraft, Unreadable, Version, read_stored},
    local::{self, Fault, Store, Tx},
    photos,
    savings::Turn,
};
use crate::ui::format::now;
use domain::{Problem, id::PersonId, operation::HeldReason, time::Timestamp};

/// The stores that a saved draft touches.
const WITH_PHOTOS: [Store; 3] = [Store::Drafts, Store::Photos, Store::PhotoRefs];

/// What to say of a row that this version cannot read.
pub fn unreadable(reason: &Unreadable) -> Problem {
    Problem::conflict(match reason {
        Unreadable::Format(_) => "这份内容由另一版本保存，本版本无法识别。它仍在本机，可在“待上传”中导出",
        Unreadable::Content => "这份内容已损坏，无法识别。它仍在本机，可在“待上传”中导出",
    })
}

/// The draft under a key, if there is one.
///
/// # Errors
/// When the disk does not work, or the draft cannot be read: it is there, and must not be written over.
pub async fn open(key: &str) -> Result<Option<SavedDraft>, Problem> {
    let text = local::look(&[Store::Drafts], async |tx| tx.text(Store::Drafts, key).await).await?;
    text.map(|text| read_stored(&text).map_err(|reason| unreadable(&reason))).transpose()
}

/// All drafts of a person that this version can read, the last saved first.
///
/// # Errors
/// When the disk does not work.
pub async fn of(person: PersonId) -> Result<Vec<SavedDraft>, Problem> {
    let all = local::texts(Store::Drafts, "").await?;
    let mut own: Vec<SavedDraft> = all.iter().filter_map(|(_, text)| read_stored(text).ok()).collect();
    own.retain(|saved| saved.draft.author().person == person);
    own.sort_by_key(|saved| std::cmp::Reverse(saved.at));
    Ok(own)
}

/// What lies on disk; a draft that cannot be read is nobody's to write over.
async fn version(tx: &Tx, key: &str) -> Result<Option<Version>, Fault> {
    let text = tx.text(Store::Drafts, key).await?;
    let unreadable = Version { revision: u32::MAX, writer: None };
    Ok(text.map(|text| read_stored::<SavedDraft>(&text).map_or(unreadable, |saved| saved.version())))
}

/// One saving: in the window's turn, or not at all.
pub struct Saving {
    /// As it is to lie on disk.
    pub draft: Draft,
    /// With what right.
    pub turn: Turn,
    /// Why the office sent it back.
    pub returned: Option<HeldReason>,
}

/// What a saving came to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Saved {
    /// It is on disk, since then.
    At(Timestamp),
    /// A newer text of this window is.
    Newer,
    /// The draft is not this window's any more.
    Lost,
}

impl Saving {
    fn saved(&self) -> SavedDraft {
        let Turn { writer, revision, .. } = self.turn;
        let first = SavedDraft::first(self.draft.clone(), now());
        SavedDraft { revision, writer: Some(writer), returned: self.returned.clone(), ..first }
    }

    /// Writes it in one transaction with its photos, where it is this window's to write.
    ///
    /// # Errors
    /// When the disk does not work or is full.
    pub async fn run(&self) -> Result<Saved, Problem> {
        self.write(false).await
    }

    /// The same in a page that is going away: nothing runs there after the first wait, so what lies on disk is not asked
    /// for. Only for the window that holds the draft's lock, and in its newest turn.
    ///
    /// # Errors
    /// When the disk does not work or is full.
    pub async fn run_at_last(&self) -> Result<Saved, Problem> {
        self.write(true).await
    }

    async fn write(&self, is_last: bool) -> Result<Saved, Problem> {
        let (key, own) = (self.draft.key(), self.draft.photos());
        let saved = self.saved();
        let done = local::transact(&WITH_PHOTOS, async |tx| {
            if !is_last {
                match self.turn.claim(version(tx, &key).await?) {
                    Claim::Ours => {}
                    Claim::Newer => return Ok(Saved::Newer),
                    Claim::Lost => return Ok(Saved::Lost),
                }
            }
            tx.write(Store::Drafts, &key, &saved)?;
            photos::put_with(tx, &key, &own)?;
            Ok(Saved::At(saved.at))
        })
        .await?;
        if matches!(done, Saved::At(_)) {
            photos::unstage(&own);
        }
        Ok(done)
    }

    /// Takes the draft away within a transaction, where it is still this window's.
    ///
    /// # Errors
    /// When the disk does not work.
    pub async fn take(&self, tx: &Tx) -> Result<Claim, Fault> {
        let key = self.draft.key();
        let claim = self.turn.claim(version(tx, &key).await?);
        if claim == Claim::Ours {
            tx.delete(Store::Drafts, &key)?;
        }
        Ok(claim)
    }
}

/// Throws a draft away, photos and all.
///
/// # Errors
/// When the disk does not work.
pub async fn discard(draft: &Draft) -> Result<(), Problem> {
    let (key, own) = (draft.key(), draft.photos());
    photos::unstage(&own);
    local::transact(&WITH_PHOTOS, async |tx| {
        tx.delete(Store::Drafts, &key)?;
        photos::release_from(tx, &key, &own).await
    })
    .await
}
