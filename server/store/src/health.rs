//! Whether the database can be read and written, asked in the way that a start of the server would ask.

use crate::{Db, Result, StoreError};
use sqlx::{ConnectOptions, Connection};
use std::path::Path;
use tokio::io::AsyncReadExt;

/// How every file of SQLite begins.
const MAGIC: &[u8; 16] = b"SQLite format 3\0";
/// A table that is never empty.
const READ: &str = "select name from regions limit 1";

impl Db {
    /// Reads a page of the database on a connection of its own, for the others may have it in memory, and asks the writer.
    ///
    /// # Errors
    /// When either does not work. It may take as long as the engine does; the caller bounds it.
    pub async fn check(&self) -> Result<()> {
        match self {
            Self::Sqlite { writer, readers } => {
                let options = readers.connect_options();
                // Pages may be in the log still, whatever became of the file.
                check_magic(options.get_filename()).await?;
                let mut connection = options.connect().await?;
                sqlx::query(READ).fetch_one(&mut connection).await?;
                connection.close().await?;
                writer.check().await
            }
            Self::Postgres(pool) if pool.is_closed() => Err(sqlx::Error::PoolClosed.into()),
            Self::Postgres(pool) => {
                let mut connection = pool.connect_options().connect().await?;
                sqlx::query(READ).fetch_one(&mut connection).await?;
                let read_only = sqlx::query_as("show transaction_read_only").fetch_one(&mut connection).await?;
                connection.close().await?;
                let (is_read_only,): (String,) = read_only;
                if is_read_only == "on" { Err(StoreError::ReadOnly) } else { Ok(()) }
            }
        }
    }
}

async fn check_magic(path: &Path) -> Result<()> {
    let mut begin = [0; MAGIC.len()];
    let mut file = tokio::fs::File::open(path).await.map_err(sqlx::Error::from)?;
    file.read_exact(&mut begin).await.map_err(sqlx::Error::from)?;
    if &begin == MAGIC { Ok(()) } else { Err(StoreError::NoDatabase) }
}
