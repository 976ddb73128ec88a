//! 导出全部未上传: everything on this phone that is not on the server, as one file.

use super::{
    draft::{SavedDraft, read_stored},
    local::{self, Store},
    operation::Operation,
    parcel::{FIRST_LINE, PieceKind, head},
};
use domain::Problem;
use js_sys::{Array, Uint8Array};
use leptos::prelude::document;
use wasm_bindgen::{JsCast, JsValue};
use web_sys::{Blob, HtmlElement, Url};

/// Gathers the file and hands it to the browser's downloads; gives how many records, photos and drafts are in it.
///
/// # Errors
/// When the disk does not work, or the browser makes no file.
pub async fn download(name: &str) -> Result<(usize, usize, usize), Problem> {
    let parts = Array::of1(&JsValue::from_str(FIRST_LINE));
    let counts = gather(&parts).await?;
    let failed = |_| Problem::conflict("浏览器不能生成文件，请换用系统自带的浏览器打开后重试");
    let blob = Blob::new_with_blob_sequence(&parts).map_err(failed)?;
    let address = Url::create_object_url_with_blob(&blob).map_err(failed)?;
    let link: HtmlElement = document().create_element("a").map_err(failed)?.unchecked_into();
    link.set_attribute("href", &address).map_err(failed)?;
    link.set_attribute("download", name).map_err(failed)?;
    link.click();
    // The download has been handed over by then.
    gloo_timers::callback::Timeout::new(60_000, move || drop(Url::revoke_object_url(&address))).forget();
    Ok(counts)
}

fn add(parts: &Array, piece: PieceKind, key: &str, text: &str) {
    parts.push(&JsValue::from_str(&head(piece, key, text.len())));
    parts.push(&JsValue::from_str(text));
    parts.push(&JsValue::from_str("\n"));
}

async fn gather(parts: &Array) -> Result<(usize, usize, usize), Problem> {
    local::look(&[Store::Operations, Store::Envelopes, Store::Drafts, Store::Photos], async |tx| {
        let mut operations = Vec::new();
        for (key, text) in tx.texts(Store::Operations, "").await? {
            if let Ok(operation) = read_stored::<Operation>(&text) {
                operations.push(operation);
            } else {
                add(parts, PieceKind::Unknown, &format!("operations/{key}"), &text);
                if let Some(envelope) = tx.text(Store::Envelopes, &key).await? {
                    add(parts, PieceKind::Unknown, &format!("envelopes/{key}"), &envelope);
                }
            }
        }
        operations.sort_by_key(|operation| operation.seq);
        let mut records = 0;
        for operation in operations.iter().filter(|operation| operation.is_unsent()) {
            if let Some(envelope) = tx.text(Store::Envelopes, &operation.key()).await? {
                records += 1;
                add(parts, PieceKind::Operation, &operation.key(), &envelope);
            }
        }
        let mut drafts = 0;
        for (key, text) in tx.texts(Store::Drafts, "").await? {
            let is_known = read_stored::<SavedDraft>(&text).is_ok();
            drafts += 1;
            add(parts, if is_known { PieceKind::Draft } else { PieceKind::Unknown }, &key, &text);
        }
        let hashes = tx.keys(Store::Photos, "").await?;
        for hash in &hashes {
            let Some(buffer) = tx.get(Store::Photos, hash).await? else { continue };
            let size = Uint8Array::new(&buffer).length() as usize;
            parts.push(&JsValue::from_str(&head(PieceKind::Photo, hash, size)));
            parts.push(&buffer);
            parts.push(&JsValue::from_str("\n"));
        }
        Ok((records, hashes.len(), drafts))
    })
    .await
}
