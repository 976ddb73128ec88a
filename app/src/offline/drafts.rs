//! Drafts on the phone's disk: opened, listed, laid down, thrown away. [`super::autosave`] saves one while it is written.

use super::{
    draft::{Claim, Draft, SavedDraft, Unreadable, claim, read_stored},
    local::{self, Fault, Store, Tx},
    photos,
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

/// The revision on disk; one that cannot be read is nobody's to write over.
async fn revision(tx: &Tx, key: &str) -> Result<Option<u32>, Fault> {
    let text = tx.text(Store::Drafts, key).await?;
    Ok(text.map(|text| read_stored::<SavedDraft>(&text).map_or(u32::MAX, |saved| saved.revision)))
}

/// One saving: on top of the revision that the window last saw, or not at all.
pub struct Saving {
    /// As it is to lie on disk.
    pub draft: Draft,
    /// What was last seen on disk.
    pub last_seen: Option<u32>,
    /// Why the office sent it back.
    pub returned: Option<HeldReason>,
}

impl Saving {
    fn saved(&self) -> SavedDraft {
        let revision = self.last_seen.unwrap_or_default() + 1;
        let mut saved = SavedDraft::first(self.draft.clone(), now());
        (saved.revision, saved.returned) = (revision, self.returned.clone());
        saved
    }

    /// Writes it in one transaction with its photos; gives the new revision and its time, or `None` when the draft is not
    /// this window's any more.
    ///
    /// # Errors
    /// When the disk does not work or is full.
    pub async fn run(&self) -> Result<Option<(u32, Timestamp)>, Problem> {
        self.write(false).await
    }

    /// The same in a page that is going away: nothing runs there after the first wait, so the revision on disk is not
    /// asked for. Only for the window that holds the draft's lock.
    ///
    /// # Errors
    /// When the disk does not work or is full.
    pub async fn run_at_last(&self) -> Result<Option<(u32, Timestamp)>, Problem> {
        self.write(true).await
    }

    async fn write(&self, is_last: bool) -> Result<Option<(u32, Timestamp)>, Problem> {
        let (key, own) = (self.draft.key(), self.draft.photos());
        let saved = self.saved();
        let done = local::transact(&WITH_PHOTOS, async |tx| {
            if !is_last && claim(revision(tx, &key).await?, self.last_seen) == Claim::Lost {
                return Ok(None);
            }
            tx.write(Store::Drafts, &key, &saved)?;
            photos::put_with(tx, &key, &own)?;
            Ok(Some((saved.revision, saved.at)))
        })
        .await?;
        if done.is_some() {
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
        let claim = claim(revision(tx, &key).await?, self.last_seen);
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
