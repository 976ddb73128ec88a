//! The database: two engines behind one handle, and a transaction of either.

use crate::{
    Result, StoreError,
    writer::{Lease, Writer},
};
use sqlx::{
    ConnectOptions, Connection, PgConnection, Postgres, Sqlite, SqliteConnection, Transaction,
    error::DatabaseError,
    pool::PoolConnection,
    postgres::{PgConnectOptions, PgPool, PgPoolOptions},
    sqlite::{SqliteConnectOptions, SqliteJournalMode, SqlitePool, SqlitePoolOptions, SqliteSynchronous},
};
use std::{
    ops::{Deref, DerefMut},
    str::FromStr,
    time::{Duration, Instant},
};
use tokio::time::sleep;

/// How long whoever finds the embedded database locked waits for it.
const BUSY: Duration = Duration::from_secs(10);
/// And how often it asks where the engine does not wait by itself.
const AGAIN: Duration = Duration::from_millis(20);

/// How long a connection to PostgreSQL may be idle and is still taken without asking whether it is there.
const UNASKED: Duration = Duration::from_secs(1);

/// A handle to the database; cheap to clone.
#[derive(Clone, Debug)]
pub enum Db {
    /// Embedded: one writer, several readers. WAL with `synchronous = full`: committed means on disk.
    Sqlite {
        /// One connection: writes wait here in line instead of failing as busy, and are committed together.
        writer: Writer,
        /// Readers see the last commit and never wait for the writer.
        readers: SqlitePool,
    },
    /// PostgreSQL, or an engine that speaks its protocol.
    Postgres(PgPool),
}

/// A transaction of either engine; dropped without [`commit`](Tx::commit) it leaves nothing behind.
#[derive(Debug)]
pub enum Tx {
    /// Of the embedded engine.
    Sqlite(SqliteTx),
    /// Of PostgreSQL; where it only reads, a connection without a transaction.
    Postgres(PostgresTx),
}

/// A transaction of PostgreSQL, or a connection of which each statement is one: under its rule of what a statement sees
/// (read committed), reading in a transaction shows nothing else, and costs two journeys.
#[derive(Debug)]
pub struct PostgresTx(PostgresAccess);

#[derive(Debug)]
enum PostgresAccess {
    InTransaction(Transaction<'static, Postgres>),
    Reading(PoolConnection<Postgres>),
}

impl Deref for PostgresTx {
    type Target = PgConnection;

    fn deref(&self) -> &PgConnection {
        match &self.0 {
            PostgresAccess::InTransaction(tx) => tx,
            PostgresAccess::Reading(connection) => connection,
        }
    }
}

impl DerefMut for PostgresTx {
    fn deref_mut(&mut self) -> &mut PgConnection {
        match &mut self.0 {
            PostgresAccess::InTransaction(tx) => tx,
            PostgresAccess::Reading(connection) => connection,
        }
    }
}

/// A transaction of the embedded engine: the writer's connection, or one of the readers'.
#[derive(Debug)]
pub struct SqliteTx(SqliteAccess);

#[derive(Debug)]
enum SqliteAccess {
    Writing(Lease),
    Reading(Transaction<'static, Sqlite>),
    InPieces(PoolConnection<Sqlite>),
}

impl Deref for SqliteTx {
    type Target = SqliteConnection;

    fn deref(&self) -> &SqliteConnection {
        match &self.0 {
            SqliteAccess::Writing(lease) => lease.connection(),
            SqliteAccess::Reading(tx) => tx,
            SqliteAccess::InPieces(connection) => connection,
        }
    }
}

impl DerefMut for SqliteTx {
    fn deref_mut(&mut self) -> &mut SqliteConnection {
        match &mut self.0 {
            SqliteAccess::Writing(lease) => lease.connection_mut(),
            SqliteAccess::Reading(tx) => tx,
            SqliteAccess::InPieces(connection) => connection,
        }
    }
}

impl Db {
    /// Opens `sqlite://path` (made when missing) or `postgres://…`. Does not migrate.
    ///
    /// # Errors
    /// When the URL names no known engine, or the engine cannot be reached.
    pub async fn open(url: &str) -> Result<Self> {
        if url.starts_with("sqlite:") {
            let options = SqliteConnectOptions::from_str(url)?
                .create_if_missing(true)
                .journal_mode(SqliteJournalMode::Wal)
                .synchronous(SqliteSynchronous::Full)
                .foreign_keys(true)
                .busy_timeout(BUSY)
                .pragma("cache_size", "-8000")
                .pragma("journal_size_limit", "67108864")
                // 16 MB: a thousand submissions between checkpoints, which also wait for the disk.
                .pragma("wal_autocheckpoint", "4000")
                .pragma("temp_store", "memory")
                // With the default of fifty, an export's two threads wake each other twenty times as often.
                .row_buffer_size(1_000)
                .statement_cache_capacity(256)
                .disable_statement_logging();
            // Made when missing, and a file that is no database is told at once.
            made(&options).await?.close().await?;
            // No line to an embedded engine breaks, so that no word is spent on asking.
            let readers = SqlitePoolOptions::new().max_connections(4).test_before_acquire(false);
            // One whose rollback failed would show the same past for ever.
            let readers = readers.before_acquire(|reader, _| Box::pin(async { Ok(!reader.is_in_transaction()) }));
            let readers = readers.connect_lazy_with(options.clone().read_only(true));
            Ok(Self::Sqlite { writer: Writer::start(options), readers })
        } else if url.starts_with("postgres:") || url.starts_with("postgresql:") {
            let options = PgConnectOptions::from_str(url)?.statement_cache_capacity(256).disable_statement_logging();
            let pool = PgPoolOptions::new().max_connections(16).test_before_acquire(false);
            // One that was used a moment ago is there; asking it before each transaction would be a word of ten.
            let pool = pool.before_acquire(|connection, used| {
                Box::pin(async move {
                    if used.idle_for > UNASKED {
                        connection.ping().await?;
                    }
                    Ok(true)
                })
            });
            Ok(Self::Postgres(pool.connect_with(options).await?))
        } else {
            Err(StoreError::UnknownEngine)
        }
    }

    /// Brings the schema up to date; several servers may start at once.
    ///
    /// # Errors
    /// When a migration fails or a released one was edited.
    pub async fn migrate(&self) -> Result<()> {
        match self {
            Self::Sqlite { readers, .. } => {
                let options = SqliteConnectOptions::clone(&readers.connect_options()).read_only(false);
                let mut connection = options.connect().await?;
                // Within one transaction: a second that starts at the same time waits for it, and finds everything there.
                let mut tx = connection.begin_with("begin immediate").await?;
                sqlx::migrate!("migrations/sqlite").run(&mut *tx).await?;
                tx.commit().await?;
                connection.close().await?;
            }
            Self::Postgres(pool) => sqlx::migrate!("migrations/postgres").run(pool).await?,
        }
        Ok(())
    }

    /// Begins a transaction that will write.
    ///
    /// # Errors
    /// When the engine cannot be reached.
    pub async fn write(&self) -> Result<Tx> {
        self.begin(false).await
    }

    /// Begins a transaction that will write for seconds: one that shares its commit with nobody, who would wait for it.
    ///
    /// # Errors
    /// When the engine cannot be reached.
    pub async fn write_alone(&self) -> Result<Tx> {
        self.begin(true).await
    }

    async fn begin(&self, is_alone: bool) -> Result<Tx> {
        Ok(match self {
            Self::Sqlite { writer, .. } => Tx::Sqlite(SqliteTx(SqliteAccess::Writing(writer.lend(is_alone).await?))),
            Self::Postgres(pool) => Tx::Postgres(PostgresTx(PostgresAccess::InTransaction(pool.begin().await?))),
        })
    }

    /// Begins a transaction that only reads.
    ///
    /// # Errors
    /// When the engine cannot be reached.
    pub async fn read(&self) -> Result<Tx> {
        Ok(match self {
            Self::Sqlite { readers, .. } => Tx::Sqlite(SqliteTx(SqliteAccess::Reading(readers.begin().await?))),
            Self::Postgres(pool) => Tx::Postgres(PostgresTx(PostgresAccess::Reading(pool.acquire().await?))),
        })
    }

    /// Reads for long, in pieces: each statement sees its own moment, so that no transaction grows old, and all go through
    /// one connection, which has at hand what neighbouring pieces share.
    ///
    /// # Errors
    /// When the engine cannot be reached.
    pub async fn read_in_pieces(&self) -> Result<Tx> {
        match self {
            Self::Sqlite { readers, .. } => Ok(Tx::Sqlite(SqliteTx(SqliteAccess::InPieces(readers.acquire().await?)))),
            Self::Postgres(_) => self.read().await,
        }
    }

    /// Begins a transaction that only reads and sees one moment for as long as it lasts. SQLite's readers always do.
    pub(crate) async fn read_one_moment(&self) -> Result<Tx> {
        match self {
            Self::Sqlite { .. } => self.read().await,
            Self::Postgres(pool) => {
                let tx = pool.begin_with("begin isolation level repeatable read, read only").await?;
                Ok(Tx::Postgres(PostgresTx(PostgresAccess::InTransaction(tx))))
            }
        }
    }

    /// Whether all writes wait in one line.
    pub fn has_one_writer(&self) -> bool {
        matches!(self, Self::Sqlite { .. })
    }

    /// `SQLite` or `PostgreSQL`.
    pub fn engine_name(&self) -> &'static str {
        match self {
            Self::Sqlite { .. } => "SQLite",
            Self::Postgres(_) => "PostgreSQL",
        }
    }

    /// Closes all connections, after the last transaction ended.
    pub async fn close(&self) {
        match self {
            Self::Sqlite { writer, readers } => {
                readers.close().await;
                writer.close().await;
            }
            Self::Postgres(pool) => pool.close().await,
        }
    }
}

/// The first connection to a file. While another one makes an empty file a database of its own, nobody waits in line: it is
/// asked again.
async fn made(options: &SqliteConnectOptions) -> Result<SqliteConnection> {
    let end = Instant::now() + BUSY;
    loop {
        match options.connect().await {
            Err(sqlx::Error::Database(error)) if is_busy(&*error) && Instant::now() < end => sleep(AGAIN).await,
            made => return Ok(made?),
        }
    }
}

/// `SQLITE_BUSY`, in all its kinds.
fn is_busy(error: &dyn DatabaseError) -> bool {
    error.code().and_then(|code| code.parse::<u32>().ok()).is_some_and(|code| code & 0xff == 5)
}

impl Tx {
    /// Makes everything done in it last: when this returns, it is on disk.
    ///
    /// # Errors
    /// When the engine cannot; then nothing was done.
    pub async fn commit(self) -> Result<()> {
        match self {
            Self::Sqlite(SqliteTx(SqliteAccess::Writing(lease))) => lease.commit().await?,
            Self::Sqlite(SqliteTx(SqliteAccess::Reading(tx))) => tx.commit().await?,
            Self::Postgres(PostgresTx(PostgresAccess::InTransaction(tx))) => tx.commit().await?,
            Self::Sqlite(SqliteTx(SqliteAccess::InPieces(_)))
            | Self::Postgres(PostgresTx(PostgresAccess::Reading(_))) => {}
        }
        Ok(())
    }
}
