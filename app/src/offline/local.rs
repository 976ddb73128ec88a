//! The database on the phone: IndexedDB `ranan`. Texts are JSON of domain types; photos are bytes.
//!
//! Inside a transaction only IndexedDB requests are awaited: anything else would let the browser commit it early.

use domain::Problem;
use idb::{Database, DatabaseEvent, Factory, ObjectStoreParams, Transaction, TransactionMode};
use serde::{Serialize, de::DeserializeOwned};
use std::{cell::RefCell, rc::Rc};
use wasm_bindgen::JsValue;

const NAME: &str = "ranan";
/// The schema's number; [`upgrade`] says what each step adds.
const VERSION: u32 = 1;

/// A store of the database.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Store {
    /// Copies of what the server said, and receipts.
    Copies,
    /// Drafts, by [`key`](super::draft::Draft::key).
    Drafts,
    /// Operations on their way, by id.
    Outbox,
    /// Photos, by hash.
    Photos,
}

impl Store {
    fn name(self) -> &'static str {
        match self {
            Self::Copies => "copies",
            Self::Drafts => "drafts",
            Self::Outbox => "outbox",
            Self::Photos => "photos",
        }
    }
}

/// A change; several in one [`write()`] happen together or not at all.
pub enum Change {
    /// Writes a value.
    Put(Store, String, JsValue),
    /// Writes a value only where one is already: what was removed meanwhile stays removed.
    Replace(Store, String, JsValue),
    /// Removes a value.
    Delete(Store, String),
}

impl Change {
    /// Writes a value as JSON.
    pub fn put(store: Store, key: impl Into<String>, value: &impl Serialize) -> Self {
        Self::Put(store, key.into(), json(value))
    }

    /// Writes a value as JSON, where one is already.
    pub fn replace(store: Store, key: impl Into<String>, value: &impl Serialize) -> Self {
        Self::Replace(store, key.into(), json(value))
    }

    fn store(&self) -> Store {
        match self {
            Self::Put(store, ..) | Self::Replace(store, ..) | Self::Delete(store, _) => *store,
        }
    }
}

fn json(value: &impl Serialize) -> JsValue {
    let text = serde_json::to_string(value).expect("domain types serialize: string keys, no failing impl");
    JsValue::from_str(&text)
}

thread_local! {
    static OPEN: RefCell<Option<Rc<Database>>> = const { RefCell::new(None) };
}

/// Forgets the connection, so that the next use opens a new one: iOS closes connections of pages in the background.
fn forget() {
    OPEN.with_borrow_mut(Option::take);
}

async fn open() -> Result<Rc<Database>, idb::Error> {
    if let Some(database) = OPEN.with_borrow(Clone::clone) {
        return Ok(database);
    }
    let mut request = Factory::new()?.open(NAME, Some(VERSION))?;
    request.on_upgrade_needed(|event| {
        // A failed step fails the opening itself, which is reported where the database is used.
        if let Ok(database) = event.database() {
            let _ = upgrade(&database, event.old_version().unwrap_or_default());
        }
    });
    let mut database = request.await?;
    database.on_close(|_| forget());
    // A newer version of the app wants to upgrade in another tab: let go, or it waits for ever.
    database.on_version_change(|_| {
        if let Some(database) = OPEN.with_borrow_mut(Option::take) {
            database.close();
        }
    });
    let database = Rc::new(database);
    OPEN.set(Some(database.clone()));
    Ok(database)
}

/// Brings the schema up from `old`. Steps only add: what lies on a phone may be the only copy.
fn upgrade(database: &Database, old: u32) -> Result<(), idb::Error> {
    if old < 1 {
        for store in [Store::Copies, Store::Drafts, Store::Outbox, Store::Photos] {
            database.create_object_store(store.name(), ObjectStoreParams::new())?;
        }
    }
    Ok(())
}

async fn begin(stores: &[Store], mode: TransactionMode) -> Result<Transaction, idb::Error> {
    let names: Vec<_> = stores.iter().map(|store| store.name()).collect();
    match open().await?.transaction(&names, mode) {
        Ok(transaction) => Ok(transaction),
        Err(_) => {
            forget();
            open().await?.transaction(&names, mode)
        }
    }
}

/// What a failing disk means to the person at the screen.
fn failed(error: idb::Error) -> Problem {
    leptos::logging::error!("IndexedDB: {error}");
    Problem::conflict("本机存储不可用（空间不足，或浏览器处于无痕模式）。请清理手机空间，并用普通模式打开后重试")
}

/// A value, if there is one.
///
/// # Errors
/// When the disk does not work.
pub async fn get(store: Store, key: &str) -> Result<Option<JsValue>, Problem> {
    async {
        let transaction = begin(&[store], TransactionMode::ReadOnly).await?;
        transaction.object_store(store.name())?.get(JsValue::from_str(key))?.await
    }
    .await
    .map_err(failed)
}

/// A value kept as JSON; one that an older version wrote and this one cannot read counts as absent.
///
/// # Errors
/// When the disk does not work.
pub async fn read<T: DeserializeOwned>(store: Store, key: &str) -> Result<Option<T>, Problem> {
    Ok(get(store, key).await?.as_ref().and_then(parse))
}

fn parse<T: DeserializeOwned>(value: &JsValue) -> Option<T> {
    // From bytes, as the server's answers are read: so the reading code is there once.
    serde_json::from_slice(value.as_string()?.as_bytes()).ok()
}

/// All values of a store kept as JSON, in the order of their keys.
///
/// # Errors
/// When the disk does not work.
pub async fn read_all<T: DeserializeOwned>(store: Store) -> Result<Vec<T>, Problem> {
    let values = async {
        let transaction = begin(&[store], TransactionMode::ReadOnly).await?;
        transaction.object_store(store.name())?.get_all(None, None)?.await
    };
    Ok(values.await.map_err(failed)?.iter().filter_map(parse).collect())
}

/// Makes the changes in one transaction, and returns when they are on disk.
///
/// Requests are not waited for one by one: in a page that is going away nothing runs after the first wait, and what was
/// asked for and committed by then is still written. One that fails aborts the transaction.
///
/// # Errors
/// When the disk does not work or is full; then nothing is changed.
pub async fn write(changes: Vec<Change>) -> Result<(), Problem> {
    let mut stores: Vec<_> = changes.iter().map(Change::store).collect();
    stores.dedup();
    async {
        let transaction = begin(&stores, TransactionMode::ReadWrite).await?;
        for change in &changes {
            let store = transaction.object_store(change.store().name())?;
            match change {
                Change::Put(_, key, value) => {
                    store.put(value, Some(&JsValue::from_str(key)))?;
                }
                Change::Replace(_, key, value) => {
                    let key = JsValue::from_str(key);
                    if store.get(key.clone())?.await?.is_some() {
                        store.put(value, Some(&key))?;
                    }
                }
                Change::Delete(_, key) => drop(store.delete(JsValue::from_str(key))?),
            }
        }
        committed(transaction).await
    }
    .await
    .map_err(failed)
}

/// Removes those photos that no draft and no operation names any more.
///
/// # Errors
/// When the disk does not work.
pub async fn prune_photos(hashes: &[String]) -> Result<(), Problem> {
    async {
        let stores = [Store::Drafts, Store::Outbox, Store::Photos];
        let transaction = begin(&stores, TransactionMode::ReadWrite).await?;
        let mut users = transaction.object_store(Store::Drafts.name())?.get_all(None, None)?.await?;
        users.extend(transaction.object_store(Store::Outbox.name())?.get_all(None, None)?.await?);
        let users: Vec<_> = users.iter().filter_map(JsValue::as_string).collect();
        let photos = transaction.object_store(Store::Photos.name())?;
        for hash in hashes.iter().filter(|hash| !users.iter().any(|user| user.contains(*hash))) {
            photos.delete(JsValue::from_str(hash))?.await?;
        }
        committed(transaction).await
    }
    .await
    .map_err(failed)
}

async fn committed(transaction: Transaction) -> Result<(), idb::Error> {
    match transaction.commit()?.await? {
        idb::TransactionResult::Committed => Ok(()),
        idb::TransactionResult::Aborted => Err(idb::Error::TransactionAbortError(JsValue::from_str("aborted"))),
    }
}

/// A photo, if it lies on this phone.
///
/// # Errors
/// When the disk does not work.
pub async fn photo(hash: &str) -> Result<Option<web_sys::Blob>, Problem> {
    let bytes = get(Store::Photos, hash).await?;
    Ok(bytes.and_then(|bytes| web_sys::Blob::new_with_buffer_source_sequence(&js_sys::Array::of1(&bytes)).ok()))
}
