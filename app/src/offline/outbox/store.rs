//! Operations on this phone's disk: laid there, changed, let go of, and turned back into drafts.

use super::Outbox;
use crate::{
    offline::{
        draft::{Claim, SavedDraft, read_stored},
        drafts::Saving,
        local::{self, Fault, Store, Tx},
        operation::{Delivered, Made, Operation, Stage, State},
        photos,
    },
    ui::{format::now, fresh::fresh_id},
};
use domain::{Problem, id::OperationId, operation::OperationKind, photo::PhotoHash};
use js_sys::ArrayBuffer;
use leptos::prelude::*;
use wasm_bindgen::JsCast;

/// Where the counter of operations lies.
const SEQ: &str = "seq";

/// The stores of an operation and its draft.
pub(super) const OF_OPERATION: [Store; 7] = [
    Store::Operations,
    Store::Envelopes,
    Store::Origins,
    Store::Drafts,
    Store::Photos,
    Store::PhotoRefs,
    Store::Receipts,
];

impl Outbox {
    /// Changes an operation as it lies on disk now, so that the two lanes never write over each other, and does in the same
    /// transaction what follows: a page that is killed on the way leaves nothing half done.
    pub(super) async fn change(
        self,
        id: OperationId,
        edit: impl FnOnce(&mut Operation),
    ) -> Result<Option<Operation>, Problem> {
        let changed = local::transact(&OF_OPERATION, async |tx| {
            let Some(mut operation) = read_in(tx, id).await? else { return Ok(None) };
            edit(&mut operation);
            let is_over = settle(tx, &operation).await?;
            if !is_over {
                tx.write(Store::Operations, &operation.key(), &operation)?;
            }
            Ok(Some((operation, is_over)))
        })
        .await?;
        let Some((operation, is_over)) = changed else { return Ok(None) };
        if is_over {
            self.delivered.try_update(|count| *count += 1);
        }
        Ok(Some(operation))
    }

    /// Reads what is on its way, in the order of handing in.
    pub(super) async fn reload(self) -> Result<Vec<Operation>, Problem> {
        let rows = local::texts(Store::Operations, "").await?;
        let mut all: Vec<Operation> = rows.iter().filter_map(|(_, text)| read_stored(text).ok()).collect();
        all.sort_by_key(|operation| operation.seq);
        let mut unknown = rows.len() - all.len();
        for (_, text) in local::texts(Store::Drafts, "").await? {
            unknown += usize::from(read_stored::<SavedDraft>(&text).is_err());
        }
        self.unknown.try_set(unknown);
        if self.operations.try_with_untracked(|shown| *shown != all).unwrap_or_default() {
            self.operations.set(all.clone());
        }
        self.is_read.try_set(true);
        Ok(all)
    }
}

pub(super) async fn size(hash: PhotoHash) -> Result<u32, Problem> {
    let gone = || Problem::conflict("有照片已不在本机（可能被系统清理），请重新拍摄后提交");
    let bytes = photos::bytes(hash).await?.ok_or_else(gone)?;
    Ok(bytes.dyn_into::<ArrayBuffer>().map(|buffer| buffer.byte_length()).unwrap_or_default())
}

/// Lays an operation on disk, in place of its draft: all in one transaction, or nothing.
pub(super) async fn lay(made: Made, draft: Option<&Saving>) -> Result<(), Problem> {
    let Made { mut operation, bytes } = made;
    let key = operation.key();
    let hashes: Vec<_> = operation.photos.iter().map(|photo| photo.hash).collect();
    let stores = [OF_OPERATION.as_slice(), &[Store::Meta]].concat();
    local::transact(&stores, async |tx| {
        if tx.get(Store::Operations, &key).await?.is_some() {
            return Ok(Err(Problem::conflict("这份内容已经提交，在待上传中")));
        }
        if let Some(saving) = draft {
            if saving.take(tx).await? != Claim::Ours {
                return Ok(Err(Problem::conflict("这份草稿已在另一窗口更新或提交，请返回后重新打开")));
            }
            let own = saving.draft.photos();
            photos::put_with(tx, &key, &own)?;
            photos::release_from(tx, &saving.draft.key(), &own).await?;
            tx.write(Store::Origins, &key, &SavedDraft::first(saving.draft.clone(), operation.queued_at))?;
        }
        operation.seq = tx.read::<u32>(Store::Meta, SEQ).await?.unwrap_or_default() + 1;
        tx.write(Store::Meta, SEQ, &operation.seq)?;
        tx.put(Store::Envelopes, &key, &wasm_bindgen::JsValue::from_str(&bytes))?;
        tx.write(Store::Operations, &key, &operation)?;
        Ok(Ok(()))
    })
    .await??;
    photos::unstage(&hashes);
    Ok(())
}

pub(super) async fn read_in(tx: &Tx, id: OperationId) -> Result<Option<Operation>, Fault> {
    let text = tx.text(Store::Operations, &id.to_string()).await?;
    Ok(text.and_then(|text| read_stored(&text).ok()))
}

pub(super) async fn read_operation(id: OperationId) -> Result<Option<Operation>, Problem> {
    local::look(&[Store::Operations], async |tx| read_in(tx, id).await).await
}

/// Lets go of what is proved to be on the server, photos and all, and opens the draft of what the office sent back, where
/// nothing lies in its place; whether the operation is over.
async fn settle(tx: &Tx, operation: &Operation) -> Result<bool, Fault> {
    match (operation.state(), &operation.stage) {
        (State::Delivered, Stage::Filed { receipt, .. }) => {
            tx.write(Store::Receipts, &operation.key(), &Delivered::of(operation, receipt))?;
            remove(tx, operation).await?;
            Ok(true)
        }
        // What has no draft has nothing to be set right: the inspection says all that its beginning said.
        (State::Returned(_) | State::Refused(_), _) if operation.kind == OperationKind::Begun.code() => {
            remove(tx, operation).await?;
            Ok(true)
        }
        (State::Returned(_), _) => Ok(reopen(tx, operation).await?.is_some()),
        _ => Ok(false),
    }
}

/// Puts an operation's draft in its place, and gives its address; `None`, and nothing done, where there is no way back or
/// another draft is there.
pub(super) async fn reopen(tx: &Tx, operation: &Operation) -> Result<Option<String>, Fault> {
    let Some(origin) = tx.read::<SavedDraft>(Store::Origins, &operation.key()).await? else { return Ok(None) };
    let Some((draft, returned)) = operation.reopen(origin.draft, fresh_id) else { return Ok(None) };
    let (key, address, photos) = (draft.key(), draft.address(), draft.photos());
    if tx.get(Store::Drafts, &key).await?.is_some() {
        return Ok(None);
    }
    let saved = SavedDraft { returned, ..SavedDraft::first(draft, now()) };
    tx.write(Store::Drafts, &key, &saved)?;
    photos::put_with(tx, &key, &photos)?;
    remove(tx, operation).await?;
    Ok(Some(address))
}

/// Removes an operation and all that was kept for it.
pub(super) async fn remove(tx: &Tx, operation: &Operation) -> Result<(), Fault> {
    let key = operation.key();
    let mut hashes: Vec<_> = operation.photos.iter().map(|photo| photo.hash).collect();
    // The draft behind it may hold photos that were not handed in.
    if let Some(origin) = tx.read::<SavedDraft>(Store::Origins, &key).await? {
        hashes.extend(origin.draft.photos());
    }
    hashes.sort_unstable();
    hashes.dedup();
    for store in [Store::Operations, Store::Envelopes, Store::Origins] {
        tx.delete(store, &key)?;
    }
    photos::release_from(tx, &key, &hashes).await
}
