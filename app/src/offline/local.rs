//! The database on the phone: IndexedDB `ranan`, schema 2. Texts are JSON; photos and envelopes are bytes.
//!
//! Inside a transaction only IndexedDB requests are awaited: anything else would let the browser commit it early.

use domain::Problem;
use idb::{Database, DatabaseEvent, Factory, KeyRange, ObjectStoreParams, Query, Transaction, TransactionMode};
use js_sys::Promise;
use leptos::prelude::{ArcRwSignal, Set};
use serde::{Serialize, de::DeserializeOwned};
use std::{
    cell::{Cell, RefCell},
    rc::Rc,
};
use wasm_bindgen::JsValue;
use wasm_bindgen_futures::{JsFuture, future_to_promise};

const NAME: &str = "ranan";
/// The schema's number.
const VERSION: u32 = 2;

macro_rules! stores {
    ($($(#[$doc:meta])* $variant:ident $name:literal),+ $(,)?) => {
        /// A store of the database.
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        pub enum Store {
            $($(#[$doc])* $variant,)+
        }

        impl Store {
            const ALL: &[Self] = &[$(Self::$variant,)+];

            fn name(self) -> &'static str {
                match self { $(Self::$variant => $name,)+ }
            }
        }
    };
}

stores! {
    /// Drafts, by [`key`](super::draft::Draft::key).
    Drafts "drafts",
    /// How far each operation got, by id.
    Operations "operations",
    /// The bytes of each operation, by id: written once.
    Envelopes "envelopes",
    /// The draft behind each operation, by the operation's id.
    Origins "origins",
    /// Photos, by hash.
    Photos "photos",
    /// Who needs a photo: `hash/owner`, the owner a draft's key or an operation's id.
    PhotoRefs "photo_refs",
    /// What the server answered in the end, by operation id.
    Receipts "receipts",
    /// Enterprises of a post's place: `post/id`.
    Enterprises "enterprises",
    /// Open hazards: `post/enterprise/id`.
    Hazards "hazards",
    /// The packed search of a post's enterprises: `post/chunk`.
    Search "search",
    /// Cursors, the clock's offset, the counter of operations.
    Meta "meta",
    /// Small copies of what the server said.
    Copies "copies",
}

/// Why the database cannot be opened, and what is told on a screen of its own.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Obstacle {
    /// Another window holds an older schema.
    Blocked,
    /// A newer version of the app has been here.
    Newer,
}

/// Saves what is pending, at once.
type Flush = Rc<dyn Fn()>;

thread_local! {
    static OPEN: RefCell<Option<Rc<Database>>> = const { RefCell::new(None) };
    static OPENING: RefCell<Option<Promise>> = const { RefCell::new(None) };
    static OBSTACLE: ArcRwSignal<Option<Obstacle>> = ArcRwSignal::new(None);
    static BEFORE_CLOSING: RefCell<Vec<(u32, Flush)>> = const { RefCell::new(Vec::new()) };
    static LISTENERS: Cell<u32> = const { Cell::new(0) };
}

/// What stands in the way of opening; reactive.
pub fn obstacle() -> ArcRwSignal<Option<Obstacle>> {
    OBSTACLE.with(Clone::clone)
}

/// Runs `flush` before the database is closed for a newer version in another window; gives a number to take it back with.
pub fn before_closing(flush: impl Fn() + 'static) -> u32 {
    let number = LISTENERS.replace(LISTENERS.get() + 1);
    BEFORE_CLOSING.with_borrow_mut(|all| all.push((number, Rc::new(flush))));
    number
}

/// Takes back what [`before_closing`] added.
pub fn forget_before_closing(number: u32) {
    BEFORE_CLOSING.with_borrow_mut(|all| all.retain(|(other, _)| *other != number));
}

/// Forgets the connection, so that the next use opens a new one: iOS closes connections of pages in the background.
fn forget() {
    OPEN.with_borrow_mut(Option::take);
}

/// The one connection of this page: whoever asks while it is being opened waits for the same opening.
async fn open() -> Result<Rc<Database>, idb::Error> {
    if let Some(database) = OPEN.with_borrow(Clone::clone) {
        return Ok(database);
    }
    let opening = OPENING.with_borrow_mut(|opening| {
        let begin = || {
            future_to_promise(async {
                let outcome = connect().await;
                OPENING.with_borrow_mut(Option::take);
                outcome.map(|()| JsValue::UNDEFINED).map_err(|error| JsValue::from_str(&error.to_string()))
            })
        };
        opening.get_or_insert_with(begin).clone()
    });
    JsFuture::from(opening).await.map_err(idb::Error::IndexedDbOpenFailed)?;
    OPEN.with_borrow(Clone::clone).ok_or(idb::Error::IndexedDbOpenFailed(JsValue::NULL))
}

async fn connect() -> Result<(), idb::Error> {
    let mut request = Factory::new()?.open(NAME, Some(VERSION))?;
    request.on_blocked(|_| obstacle().set(Some(Obstacle::Blocked)));
    request.on_upgrade_needed(|event| {
        // A failed step fails the opening itself, which is reported where the database is used.
        if let Ok(database) = event.database() {
            let _ = upgrade(&database);
        }
    });
    let mut database = request.await.inspect_err(|error| {
        if error.to_string().contains("VersionError") {
            obstacle().set(Some(Obstacle::Newer));
        }
    })?;
    obstacle().set(None);
    database.on_close(|_| forget());
    // A newer version of the app wants to upgrade in another window: save what is pending, then let go, or it waits for
    // ever. Closing waits for transactions that were begun.
    database.on_version_change(|_| {
        for (_, flush) in BEFORE_CLOSING.with_borrow(Clone::clone) {
            flush();
        }
        wasm_bindgen_futures::spawn_local(async {
            gloo_timers::future::TimeoutFuture::new(50).await;
            if let Some(database) = OPEN.with_borrow_mut(Option::take) {
                database.close();
            }
            obstacle().set(Some(Obstacle::Newer));
        });
    });
    OPEN.set(Some(Rc::new(database)));
    Ok(())
}

/// Makes the stores. Nobody has anything in schema 1 that is worth keeping.
fn upgrade(database: &Database) -> Result<(), idb::Error> {
    for old in database.store_names() {
        database.delete_object_store(&old)?;
    }
    for store in Store::ALL {
        database.create_object_store(store.name(), ObjectStoreParams::new())?;
    }
    Ok(())
}

/// A transaction under way.
pub struct Tx(Transaction);

/// What fails in a transaction.
pub type Fault = idb::Error;

fn key(text: &str) -> JsValue {
    JsValue::from_str(text)
}

/// All keys that begin so.
fn beginning(prefix: &str) -> Result<Option<Query>, Fault> {
    if prefix.is_empty() {
        return Ok(None);
    }
    let end = format!("{prefix}\u{ffff}");
    Ok(Some(KeyRange::bound(&key(prefix), &key(&end), None, None)?.into()))
}

impl Tx {
    /// A value, if there is one.
    pub async fn get(&self, store: Store, at: &str) -> Result<Option<JsValue>, Fault> {
        self.0.object_store(store.name())?.get(key(at))?.await
    }

    /// A text, if there is one.
    pub async fn text(&self, store: Store, at: &str) -> Result<Option<String>, Fault> {
        Ok(self.get(store, at).await?.and_then(|value| value.as_string()))
    }

    /// A value kept as JSON; one that cannot be read counts as absent.
    pub async fn read<T: DeserializeOwned>(&self, store: Store, at: &str) -> Result<Option<T>, Fault> {
        Ok(self.text(store, at).await?.as_deref().and_then(parse))
    }

    /// Values kept as JSON, in this order, without those that are absent. All are asked for at once: one after the other
    /// each would wait for a turn of the browser's own.
    pub async fn read_each<T: DeserializeOwned>(&self, store: Store, keys: &[String]) -> Result<Vec<T>, Fault> {
        let store = self.0.object_store(store.name())?;
        let asked = keys.iter().map(|at| Ok(store.get(key(at))?.into_future()));
        let mut values = Vec::with_capacity(keys.len());
        for answer in asked.collect::<Result<Vec<_>, Fault>>()? {
            values.extend(answer.await?.and_then(|value| value.as_string()).as_deref().and_then(parse));
        }
        Ok(values)
    }

    /// Writes a value. Requests are not waited for: one that fails aborts the transaction.
    pub fn put(&self, store: Store, at: &str, value: &JsValue) -> Result<(), Fault> {
        self.0.object_store(store.name())?.put(value, Some(&key(at))).map(drop)
    }

    /// Writes a value as JSON.
    pub fn write(&self, store: Store, at: &str, value: &impl Serialize) -> Result<(), Fault> {
        self.put(store, at, &json(value))
    }

    /// Removes a value.
    pub fn delete(&self, store: Store, at: &str) -> Result<(), Fault> {
        self.0.object_store(store.name())?.delete(key(at)).map(drop)
    }

    /// The keys that begin so, in order.
    pub async fn keys(&self, store: Store, prefix: &str) -> Result<Vec<String>, Fault> {
        let keys = self.0.object_store(store.name())?.get_all_keys(beginning(prefix)?, None)?.await?;
        Ok(keys.iter().filter_map(JsValue::as_string).collect())
    }

    /// The values whose keys begin so, in the order of their keys.
    pub async fn all(&self, store: Store, prefix: &str) -> Result<Vec<JsValue>, Fault> {
        self.0.object_store(store.name())?.get_all(beginning(prefix)?, None)?.await
    }

    /// The keys and texts whose keys begin so.
    pub async fn texts(&self, store: Store, prefix: &str) -> Result<Vec<(String, String)>, Fault> {
        let keys = self.keys(store, prefix).await?;
        let values = self.all(store, prefix).await?;
        Ok(keys.into_iter().zip(values.iter().map(|value| value.as_string().unwrap_or_default())).collect())
    }

    /// The keys and texts whose keys begin so and come after `after`, in the order of their keys.
    pub async fn texts_after(&self, store: Store, prefix: &str, after: &str) -> Result<Vec<(String, String)>, Fault> {
        let end = format!("{prefix}\u{ffff}");
        let range = || Ok::<Query, Fault>(KeyRange::bound(&key(after), &key(&end), Some(true), None)?.into());
        let store = self.0.object_store(store.name())?;
        let keys = store.get_all_keys(Some(range()?), None)?.await?;
        let values = store.get_all(Some(range()?), None)?.await?;
        let texts = values.iter().map(|value| value.as_string().unwrap_or_default());
        Ok(keys.iter().filter_map(JsValue::as_string).zip(texts).collect())
    }

    /// Removes all whose keys begin so.
    pub async fn clear(&self, store: Store, prefix: &str) -> Result<(), Fault> {
        for at in self.keys(store, prefix).await? {
            self.delete(store, &at)?;
        }
        Ok(())
    }
}

fn json(value: &impl Serialize) -> JsValue {
    let text = serde_json::to_string(value).expect("domain types serialize: string keys, no failing impl");
    JsValue::from_str(&text)
}

fn parse<T: DeserializeOwned>(text: &str) -> Option<T> {
    // From bytes, as the server's answers are read: so the reading code is there once.
    serde_json::from_slice(text.as_bytes()).ok()
}

async fn begin(stores: &[Store], mode: TransactionMode) -> Result<Tx, Fault> {
    let names: Vec<_> = stores.iter().map(|store| store.name()).collect();
    if let Ok(transaction) = open().await?.transaction(&names, mode) {
        return Ok(Tx(transaction));
    }
    forget();
    open().await?.transaction(&names, mode).map(Tx)
}

/// What a failing disk means to the person at the screen.
fn failed(error: &Fault) -> Problem {
    leptos::logging::error!("IndexedDB: {error}");
    Problem::conflict("本机存储不可用（空间不足，或浏览器处于无痕模式）。请清理手机空间，并用普通模式打开后重试")
}

/// Does the work in one transaction, and returns when it is on disk. Where it fails nothing is changed.
///
/// # Errors
/// When the disk does not work or is full.
pub async fn transact<T>(stores: &[Store], work: impl AsyncFnOnce(&Tx) -> Result<T, Fault>) -> Result<T, Problem> {
    async {
        let tx = begin(stores, TransactionMode::ReadWrite).await?;
        match work(&tx).await {
            Ok(value) => {
                committed(tx.0).await?;
                Ok(value)
            }
            Err(error) => {
                // A transaction that failed by itself is aborted already.
                let _ = tx.0.abort();
                Err(error)
            }
        }
    }
    .await
    .map_err(|error| failed(&error))
}

/// Reads in one transaction.
///
/// # Errors
/// When the disk does not work.
pub async fn look<T>(stores: &[Store], work: impl AsyncFnOnce(&Tx) -> Result<T, Fault>) -> Result<T, Problem> {
    async {
        let tx = begin(stores, TransactionMode::ReadOnly).await?;
        work(&tx).await
    }
    .await
    .map_err(|error| failed(&error))
}

/// A value, if there is one.
///
/// # Errors
/// When the disk does not work.
pub async fn get(store: Store, at: &str) -> Result<Option<JsValue>, Problem> {
    look(&[store], async |tx| tx.get(store, at).await).await
}

/// A value kept as JSON; one that an older version wrote and this one cannot read counts as absent: only for copies.
///
/// # Errors
/// When the disk does not work.
pub async fn read<T: DeserializeOwned>(store: Store, at: &str) -> Result<Option<T>, Problem> {
    look(&[store], async |tx| tx.read(store, at).await).await
}

/// All keys and texts of a store whose keys begin so.
///
/// # Errors
/// When the disk does not work.
pub async fn texts(store: Store, prefix: &str) -> Result<Vec<(String, String)>, Problem> {
    look(&[store], async |tx| tx.texts(store, prefix).await).await
}

/// Writes a value as JSON.
///
/// # Errors
/// When the disk does not work or is full.
pub async fn write(store: Store, at: &str, value: &impl Serialize) -> Result<(), Problem> {
    transact(&[store], async |tx| tx.write(store, at, value)).await
}

/// Removes a value.
///
/// # Errors
/// When the disk does not work.
pub async fn delete(store: Store, at: &str) -> Result<(), Problem> {
    transact(&[store], async |tx| tx.delete(store, at)).await
}

async fn committed(transaction: Transaction) -> Result<(), Fault> {
    match transaction.commit()?.await? {
        idb::TransactionResult::Committed => Ok(()),
        idb::TransactionResult::Aborted => Err(idb::Error::TransactionAbortError(JsValue::from_str("aborted"))),
    }
}
