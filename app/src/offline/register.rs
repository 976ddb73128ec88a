//! The register of a county on the phone: enterprises and open hazards, refreshed by difference, page by page. Each page
//! is one transaction with the cursor behind it, so that a kill costs at most one page.

use super::{
    draft::Author,
    local::{self, Store},
    search::{self, Arena, Hits},
    wire,
};
use crate::ui::format::now;
use domain::{
    Problem,
    changes::{Changes, MOST_CHANGES},
    enterprise::{EnterpriseRow, LocalEnterprise},
    geo::Wgs84,
    hazard::HazardRow,
    id::{EnterpriseId, HazardId, PostId},
    person::Colleague,
    time::Timestamp,
};
use leptos::prelude::{ArcRwSignal, Update};
use serde::{Deserialize, Serialize};
use std::{
    cell::{Cell, RefCell},
    rc::Rc,
};
use wasm_bindgen::JsValue;

/// What a page may weigh, in bytes: its deadline is set by it.
const PAGE_BYTES: u32 = 1_000_000;

/// How far the copy of a kind is.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Progress {
    /// Handed back to the server for what follows.
    next: String,
    /// How many there are on the server.
    pub total: i64,
    /// How many are on this phone.
    pub held: i64,
    /// When the phone last had all of it.
    pub at: Option<Timestamp>,
    /// Number of the last chunk of the search.
    #[serde(default)]
    chunk: u32,
}

impl Progress {
    /// Whether the phone holds fewer than there are.
    pub fn is_incomplete(&self) -> bool {
        self.at.is_none() || self.held < self.total
    }
}

thread_local! {
    static ARENA: RefCell<Option<(PostId, Rc<RefCell<Arena>>)>> = const { RefCell::new(None) };
    static IS_RUNNING: Cell<bool> = const { Cell::new(false) };
    static CHANGED: ArcRwSignal<u32> = ArcRwSignal::new(0);
}

/// Counts the changes of the register; reactive.
pub fn changed() -> ArcRwSignal<u32> {
    CHANGED.with(Clone::clone)
}

const ENTERPRISES: &str = "enterprises";
const HAZARDS: &str = "hazards";
const COLLEAGUES: &str = "colleagues";

fn chunk_key(post: PostId, number: u32) -> String {
    format!("{post}/{number:010}")
}

fn cursor(post: PostId, kind: &str) -> String {
    format!("changes/{post}/{kind}")
}

/// How far the copy of the enterprises is.
///
/// # Errors
/// When the disk does not work.
pub async fn progress(post: PostId) -> Result<Progress, Problem> {
    Ok(local::read(Store::Meta, &cursor(post, ENTERPRISES)).await?.unwrap_or_default())
}

/// How far the copy of the open hazards is.
///
/// # Errors
/// When the disk does not work.
pub async fn hazards_progress(post: PostId) -> Result<Progress, Problem> {
    Ok(local::read(Store::Meta, &cursor(post, HAZARDS)).await?.unwrap_or_default())
}

/// One enterprise, read by its key.
///
/// # Errors
/// When the disk does not work.
pub async fn enterprise(post: PostId, id: EnterpriseId) -> Result<Option<EnterpriseRow>, Problem> {
    Ok(local::read::<LocalEnterprise>(Store::Enterprises, &format!("{post}/{id}")).await?.map(|kept| kept.row))
}

/// These enterprises, in this order.
///
/// # Errors
/// When the disk does not work.
pub async fn enterprises(post: PostId, ids: &[EnterpriseId]) -> Result<Vec<EnterpriseRow>, Problem> {
    let keys: Vec<_> = ids.iter().map(|id| format!("{post}/{id}")).collect();
    let kept = local::look(&[Store::Enterprises], async |tx| tx.read_each(Store::Enterprises, &keys).await).await?;
    Ok(kept.into_iter().map(|LocalEnterprise { row, .. }| row).collect())
}

/// The open hazards known of an enterprise.
///
/// # Errors
/// When the disk does not work.
pub async fn open_hazards(post: PostId, enterprise: EnterpriseId) -> Result<Vec<HazardRow>, Problem> {
    let all = local::texts(Store::Hazards, &format!("{post}/{enterprise}/")).await?;
    Ok(all.iter().filter_map(|(_, text)| serde_json::from_slice(text.as_bytes()).ok()).collect())
}

/// One open hazard, wherever it is.
///
/// # Errors
/// When the disk does not work.
pub async fn open_hazard(post: PostId, id: HazardId) -> Result<Option<HazardRow>, Problem> {
    local::look(&[Store::Hazards], async |tx| {
        let end = format!("/{id}");
        let keys = tx.keys(Store::Hazards, &format!("{post}/")).await?;
        match keys.iter().find(|key| key.ends_with(&end)) {
            Some(key) => tx.read(Store::Hazards, key).await,
            None => Ok(None),
        }
    })
    .await
}

/// Lays an enterprise that was entered here where searches find it, before the server knows it.
///
/// # Errors
/// When the disk does not work.
pub async fn add(author: &Author, row: EnterpriseRow) -> Result<(), Problem> {
    let post = author.post;
    let arena = arena(post).await?;
    let chunk = search::line(&row, "");
    let kept = LocalEnterprise { row, initials: String::new() };
    local::transact(&[Store::Enterprises, Store::Search, Store::Meta], async |tx| {
        let mut progress = tx.read::<Progress>(Store::Meta, &cursor(post, ENTERPRISES)).await?.unwrap_or_default();
        progress.chunk += 1;
        tx.write(Store::Enterprises, &format!("{post}/{}", kept.row.id), &kept)?;
        tx.put(Store::Search, &chunk_key(post, progress.chunk), &JsValue::from_str(&chunk))?;
        tx.write(Store::Meta, &cursor(post, ENTERPRISES), &progress)
    })
    .await?;
    arena.borrow_mut().apply(&chunk);
    changed().update(|count| *count += 1);
    Ok(())
}

/// The arena of a post, loaded once.
///
/// # Errors
/// When the disk does not work.
pub async fn arena(post: PostId) -> Result<Rc<RefCell<Arena>>, Problem> {
    let loaded = || ARENA.with_borrow(Clone::clone).filter(|(of, _)| *of == post).map(|(_, arena)| arena);
    if let Some(arena) = loaded() {
        return Ok(arena);
    }
    let chunks = local::texts(Store::Search, &format!("{post}/")).await?;
    // Another may have loaded it meanwhile, and have gone on with it.
    if let Some(arena) = loaded() {
        return Ok(arena);
    }
    let mut arena = Arena::default();
    for (_, chunk) in &chunks {
        arena.apply(chunk);
    }
    let arena = Rc::new(RefCell::new(arena));
    ARENA.set(Some((post, arena.clone())));
    Ok(arena)
}

/// Finds enterprises: the hits, and the first `most` of them.
///
/// # Errors
/// When the disk does not work.
pub async fn find(
    post: PostId,
    query: &str,
    last: Option<Hits>,
    here: Option<Wgs84>,
    most: usize,
) -> Result<(Hits, Vec<EnterpriseRow>), Problem> {
    let arena = arena(post).await?;
    let (hits, ids) = {
        let arena = arena.borrow();
        let hits = arena.search(query, last.as_ref());
        let ids = arena.first(&hits, here, most);
        (hits, ids)
    };
    let rows = enterprises(post, &ids).await?;
    Ok((hits, rows))
}

/// Refreshes the register of a post from where it was left. One at a time; a second call comes back at once.
///
/// # Errors
/// What the server or the network said, or the disk; what was taken over before stays.
pub async fn refresh(post: PostId) -> Result<(), Problem> {
    if IS_RUNNING.replace(true) {
        return Ok(());
    }
    let outcome = async {
        refresh_enterprises(post).await?;
        refresh_hazards(post).await
    }
    .await;
    IS_RUNNING.set(false);
    outcome
}

/// A page of changes.
async fn page<T: serde::de::DeserializeOwned>(kind: &str, since: &str) -> Result<Changes<T>, Problem> {
    let since = String::from(js_sys::encode_uri_component(since));
    let address = format!("/changes/{kind}?since={since}&limit={MOST_CHANGES}");
    wire::get(&address, PAGE_BYTES).await.into_result()
}

/// All who may take part in an inspection of the current post's place (Q29): few enough to come whole each time.
///
/// # Errors
/// What the server or the network said.
pub async fn colleagues() -> Result<Vec<Colleague>, Problem> {
    Ok(page(COLLEAGUES, "").await?.rows)
}

async fn refresh_enterprises(post: PostId) -> Result<(), Problem> {
    let arena = arena(post).await?;
    loop {
        let since = progress(post).await?.next;
        let Changes { rows, removed, next, has_more, total } = page::<LocalEnterprise>(ENTERPRISES, &since).await?;
        let lines = rows.iter().map(|kept| search::line(&kept.row, &kept.initials));
        let chunk: Vec<_> = lines.chain(removed.iter().map(|id| search::removed(*id))).collect();
        let chunk = chunk.join("\n");
        let held = arena.borrow().len_with(&chunk);
        local::transact(&[Store::Enterprises, Store::Search, Store::Meta], async |tx| {
            // Read anew: an enterprise may have been entered here meanwhile.
            let mut progress = tx.read::<Progress>(Store::Meta, &cursor(post, ENTERPRISES)).await?.unwrap_or_default();
            for kept in &rows {
                tx.write(Store::Enterprises, &format!("{post}/{}", kept.row.id), kept)?;
            }
            for id in &removed {
                tx.delete(Store::Enterprises, &format!("{post}/{id}"))?;
            }
            if !chunk.is_empty() {
                progress.chunk += 1;
                tx.put(Store::Search, &chunk_key(post, progress.chunk), &JsValue::from_str(&chunk))?;
            }
            progress.held = i64::try_from(held).unwrap_or_default();
            (progress.next, progress.total) = (next, total);
            if !has_more {
                progress.at = Some(now());
            }
            tx.write(Store::Meta, &cursor(post, ENTERPRISES), &progress)
        })
        .await?;
        arena.borrow_mut().apply(&chunk);
        changed().update(|count| *count += 1);
        if !has_more {
            break;
        }
    }
    if arena.borrow().is_worn() {
        repack(post, &arena).await?;
    }
    Ok(())
}

/// Many chunks of old lines become one.
async fn repack(post: PostId, arena: &Rc<RefCell<Arena>>) -> Result<(), Problem> {
    let packed = arena.borrow().pack();
    local::transact(&[Store::Search, Store::Meta], async |tx| {
        let mut progress = tx.read::<Progress>(Store::Meta, &cursor(post, ENTERPRISES)).await?.unwrap_or_default();
        progress.chunk += 1;
        tx.clear(Store::Search, &format!("{post}/")).await?;
        tx.put(Store::Search, &chunk_key(post, progress.chunk), &JsValue::from_str(&packed))?;
        tx.write(Store::Meta, &cursor(post, ENTERPRISES), &progress)
    })
    .await?;
    let mut fresh = Arena::default();
    fresh.apply(&packed);
    arena.replace(fresh);
    changed().update(|count| *count += 1);
    Ok(())
}

async fn refresh_hazards(post: PostId) -> Result<(), Problem> {
    let mut progress = hazards_progress(post).await?;
    loop {
        let Changes { rows, removed, next, has_more, total } = page::<HazardRow>(HAZARDS, &progress.next).await?;
        (progress.next, progress.total) = (next, total);
        if !has_more {
            progress.at = Some(now());
        }
        local::transact(&[Store::Hazards, Store::Meta], async |tx| {
            if !removed.is_empty() {
                let keys = tx.keys(Store::Hazards, &format!("{post}/")).await?;
                let removed: Vec<_> = removed.iter().map(|id| format!("/{id}")).collect();
                for key in keys.iter().filter(|key| removed.iter().any(|id| key.ends_with(id.as_str()))) {
                    tx.delete(Store::Hazards, key)?;
                }
            }
            for row in &rows {
                let at = format!("{post}/{}/{}", row.enterprise, row.id);
                if row.closed_at.is_some() {
                    tx.delete(Store::Hazards, &at)?;
                } else {
                    tx.write(Store::Hazards, &at, row)?;
                }
            }
            progress.held =
                i64::try_from(tx.keys(Store::Hazards, &format!("{post}/")).await?.len()).unwrap_or_default();
            tx.write(Store::Meta, &cursor(post, HAZARDS), &progress)
        })
        .await?;
        changed().update(|count| *count += 1);
        if !has_more {
            return Ok(());
        }
    }
}
