//! The register of a county on the phone: enterprises and open hazards, refreshed by difference, page by page. Each page
//! is one transaction with the cursor behind it, so that a kill costs at most one page.

use super::{
    draft::Author,
    local::{self, Fault, Store, Tx},
    operation::Reply,
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
use std::{cell::RefCell, collections::BTreeSet, rc::Rc};
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
    /// Number of the chunk that took the place of all before it.
    #[serde(default)]
    packed: u32,
}

impl Progress {
    /// Whether the phone holds fewer than there are.
    pub fn is_incomplete(&self) -> bool {
        self.at.is_none() || self.held < self.total
    }
}

/// Why a refresh came to no end. What was taken over before stays.
#[derive(Clone, Debug, PartialEq)]
pub enum Stopped {
    /// 切换岗位, here or in another window: the server answers for another post by now, whose rows are not this one's.
    PostSwitched,
    /// What the server or the network said, or the disk.
    Failed(Problem),
}

impl From<Problem> for Stopped {
    fn from(problem: Problem) -> Self {
        Self::Failed(problem)
    }
}

thread_local! {
    static ARENA: RefCell<Option<(PostId, Rc<RefCell<Arena>>)>> = const { RefCell::new(None) };
    /// The posts whose registers are being refreshed.
    static RUNNING: RefCell<BTreeSet<PostId>> = const { RefCell::new(BTreeSet::new()) };
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

/// One enterprise, read by its id, or by one that a phone gave to it before it was known to be this one.
///
/// # Errors
/// When the disk does not work.
pub async fn enterprise(post: PostId, id: EnterpriseId) -> Result<Option<EnterpriseRow>, Problem> {
    Ok(local::read::<LocalEnterprise>(Store::Enterprises, &format!("{post}/{id}")).await?.map(|kept| kept.row))
}

/// All ids under which this phone may keep something of an enterprise: its own first.
///
/// # Errors
/// When the disk does not work.
pub async fn ids_of(post: PostId, id: EnterpriseId) -> Result<Vec<EnterpriseId>, Problem> {
    let kept = local::read::<LocalEnterprise>(Store::Enterprises, &format!("{post}/{id}")).await?;
    Ok(kept.map_or_else(|| vec![id], |kept| [vec![kept.row.id], kept.aliases].concat()))
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
    let kept = LocalEnterprise { row, initials: String::new(), aliases: Vec::new() };
    let progress = local::transact(&[Store::Enterprises, Store::Search, Store::Meta], async |tx| {
        let mut progress = follow(tx, post, &arena).await?;
        progress.chunk += 1;
        tx.write(Store::Enterprises, &format!("{post}/{}", kept.row.id), &kept)?;
        tx.put(Store::Search, &chunk_key(post, progress.chunk), &JsValue::from_str(&chunk))?;
        tx.write(Store::Meta, &cursor(post, ENTERPRISES), &progress)?;
        Ok(progress)
    })
    .await?;
    arena.borrow_mut().follow(progress.packed, [(progress.chunk, chunk.as_str())]);
    changed().update(|count| *count += 1);
    Ok(())
}

/// The arena of a post, as far as the log on disk is.
///
/// # Errors
/// When the disk does not work.
async fn arena(post: PostId) -> Result<Rc<RefCell<Arena>>, Problem> {
    let arena = ARENA.with_borrow_mut(|loaded| match loaded {
        Some((of, arena)) if *of == post => arena.clone(),
        loaded => loaded.insert((post, Rc::default())).1.clone(),
    });
    local::look(&[Store::Search, Store::Meta], async |tx| follow(tx, post, &arena).await).await?;
    Ok(arena)
}

/// Brings an arena as far as the log on disk is, which other windows write too.
async fn follow(tx: &Tx, post: PostId, arena: &RefCell<Arena>) -> Result<Progress, Fault> {
    let progress = tx.read::<Progress>(Store::Meta, &cursor(post, ENTERPRISES)).await?.unwrap_or_default();
    let known = arena.borrow().chunk();
    if known < progress.chunk {
        let chunks = tx.texts_after(Store::Search, &format!("{post}/"), &chunk_key(post, known)).await?;
        arena.borrow_mut().follow(progress.packed, numbered(&chunks));
    }
    Ok(progress)
}

/// Chunks with their numbers.
fn numbered(chunks: &[(String, String)]) -> impl Iterator<Item = (u32, &str)> {
    chunks.iter().filter_map(|(key, chunk)| Some((key.rsplit('/').next()?.parse().ok()?, chunk.as_str())))
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

/// Refreshes the register of a post from where it was left. One at a time for each post; a second call comes back at once.
///
/// # Errors
/// [`Stopped`].
pub async fn refresh(post: PostId) -> Result<(), Stopped> {
    if !RUNNING.with_borrow_mut(|running| running.insert(post)) {
        return Ok(());
    }
    let outcome = async {
        refresh_enterprises(post).await?;
        refresh_hazards(post).await
    }
    .await;
    RUNNING.with_borrow_mut(|running| running.remove(&post));
    outcome
}

/// A page of changes, as long as the session is at this post.
async fn page<T: serde::de::DeserializeOwned>(kind: &str, since: &str, post: PostId) -> Result<Changes<T>, Stopped> {
    let since = String::from(js_sys::encode_uri_component(since));
    let address = format!("/changes/{kind}?since={since}&limit={MOST_CHANGES}&post={post}");
    match wire::get(&address, PAGE_BYTES).await {
        Reply::Refused(Problem::Conflict { .. }) => Err(Stopped::PostSwitched),
        answer => Ok(answer.into_result()?),
    }
}

/// All who may take part in an inspection of a post's place (Q29): few enough to come whole each time.
///
/// # Errors
/// [`Stopped`].
pub async fn colleagues(post: PostId) -> Result<Vec<Colleague>, Stopped> {
    Ok(page(COLLEAGUES, "", post).await?.rows)
}

async fn refresh_enterprises(post: PostId) -> Result<(), Stopped> {
    let arena = arena(post).await?;
    loop {
        let since = progress(post).await?.next;
        let Changes { rows, removed, next, has_more, total } =
            page::<LocalEnterprise>(ENTERPRISES, &since, post).await?;
        let lines = rows.iter().map(|kept| search::line(&kept.row, &kept.initials));
        let chunk: Vec<_> = lines.chain(removed.iter().map(|id| search::removed(*id))).collect();
        let chunk = chunk.join("\n");
        let progress = local::transact(&[Store::Enterprises, Store::Search, Store::Meta], async |tx| {
            // Read anew: an enterprise may have been entered meanwhile, or another window have gone on.
            let mut progress = follow(tx, post, &arena).await?;
            for id in &removed {
                tx.delete(Store::Enterprises, &format!("{post}/{id}"))?;
            }
            for kept in &rows {
                // Under its former names too: drafts and addresses on this phone still call it so.
                for id in [&kept.row.id].into_iter().chain(&kept.aliases) {
                    tx.write(Store::Enterprises, &format!("{post}/{id}"), kept)?;
                }
            }
            if !chunk.is_empty() {
                progress.chunk += 1;
                tx.put(Store::Search, &chunk_key(post, progress.chunk), &JsValue::from_str(&chunk))?;
            }
            progress.held = i64::try_from(arena.borrow().len_with(&chunk)).unwrap_or_default();
            (progress.next, progress.total) = (next, total);
            if !has_more {
                progress.at = Some(now());
            }
            tx.write(Store::Meta, &cursor(post, ENTERPRISES), &progress)?;
            Ok(progress)
        })
        .await?;
        arena.borrow_mut().follow(progress.packed, [(progress.chunk, chunk.as_str())]);
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

/// Many chunks of old lines become one: those that lie on disk, whichever window wrote them.
async fn repack(post: PostId, arena: &RefCell<Arena>) -> Result<(), Problem> {
    let done = local::transact(&[Store::Search, Store::Meta], async |tx| {
        let mut progress = follow(tx, post, arena).await?;
        if !arena.borrow().is_worn() {
            return Ok(None);
        }
        let packed = arena.borrow().pack();
        progress.chunk += 1;
        progress.packed = progress.chunk;
        tx.clear(Store::Search, &format!("{post}/")).await?;
        tx.put(Store::Search, &chunk_key(post, progress.chunk), &JsValue::from_str(&packed))?;
        tx.write(Store::Meta, &cursor(post, ENTERPRISES), &progress)?;
        Ok(Some((progress, packed)))
    })
    .await?;
    // Another window may have done it.
    let Some((progress, packed)) = done else { return Ok(()) };
    arena.borrow_mut().follow(progress.packed, [(progress.chunk, packed.as_str())]);
    changed().update(|count| *count += 1);
    Ok(())
}

async fn refresh_hazards(post: PostId) -> Result<(), Stopped> {
    let mut progress = hazards_progress(post).await?;
    loop {
        let Changes { rows, removed, next, has_more, total } = page::<HazardRow>(HAZARDS, &progress.next, post).await?;
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
