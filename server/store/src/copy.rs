//! The whole database in one file, and a database made of such a file. SQLite copies itself in one step, which no writer
//! can make begin anew; PostgreSQL brings programs for it, which see one moment.

use crate::{Result, StoreError};
use sqlx::{AssertSqlSafe, ConnectOptions, Connection, PgConnection, SqliteConnection, sqlite::SqliteConnectOptions};
use std::{
    ffi::OsString,
    fs, io,
    path::{Path, PathBuf},
    process::{Command, Stdio},
    str::FromStr,
    time::Duration,
};
use url::Url;

/// Which engine made a copy; another cannot read it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Engine {
    /// A file, copied by `vacuum into`.
    Sqlite,
    /// A server, copied by `pg_dump`.
    Postgres,
}

impl Engine {
    /// The engine of an address.
    ///
    /// # Errors
    /// When it names none that is known.
    pub fn of(url: &str) -> Result<Self> {
        match url.split(':').next() {
            Some("sqlite") => Ok(Self::Sqlite),
            Some("postgres" | "postgresql") => Ok(Self::Postgres),
            _ => Err(StoreError::UnknownEngine),
        }
    }

    /// As the manifest of a backup has it.
    pub fn name(self) -> &'static str {
        match self {
            Self::Sqlite => "SQLite",
            Self::Postgres => "PostgreSQL",
        }
    }

    /// How a copy's file ends.
    pub fn extension(self) -> &'static str {
        match self {
            Self::Sqlite => "db",
            Self::Postgres => "dump",
        }
    }
}

/// Writes the database as it is at one moment into a file, which is missing or empty. When this returns, it is on disk.
///
/// # Errors
/// When the engine cannot be reached, the file not be written, or PostgreSQL's programs are missing.
pub async fn write(url: &str, file: &Path) -> Result<()> {
    match Engine::of(url)? {
        Engine::Sqlite => {
            let mut connection = open_sqlite(url).await?;
            // The name of the file is a value here, not text of the statement.
            let name = file.to_str().ok_or_else(|| io::Error::other("the file's name is no text"))?;
            sqlx::query("vacuum into $1").bind(name).execute(&mut connection).await?;
            connection.close().await?;
        }
        Engine::Postgres => {
            let words = ["--format=custom", "--no-owner", "--no-privileges", "--lock-wait-timeout=60s", "--file"];
            run("pg_dump", words, file, url).await?;
        }
    }
    Ok(tokio::fs::File::open(file).await?.sync_all().await?)
}

/// Makes the database of a file that [`write()`] wrote. The database is empty; it is whole afterwards, or still empty.
///
/// # Errors
/// When the engine cannot be reached, the file not be read, or PostgreSQL's programs are missing.
pub async fn read(url: &str, file: &Path) -> Result<()> {
    match Engine::of(url)? {
        Engine::Sqlite => {
            let (target, file) = (sqlite_file(url)?, file.to_owned());
            tokio::task::spawn_blocking(move || put_file(&file, &target)).await.map_err(io::Error::other)??;
        }
        Engine::Postgres => {
            let words = ["--no-owner", "--no-privileges", "--exit-on-error", "--single-transaction"];
            run("pg_restore", words, file, url).await?;
            let mut connection = PgConnection::connect(url).await?;
            // As it does by itself within minutes, so that it plans well from the first query on.
            sqlx::query("analyze").execute(&mut connection).await?;
            connection.close().await?;
        }
    }
    Ok(())
}

/// Whether nothing is in the database: there is no file, or there are no tables.
///
/// # Errors
/// When the engine cannot be reached.
pub async fn is_empty(url: &str) -> Result<bool> {
    let (tables,): (i64,) = match Engine::of(url)? {
        Engine::Sqlite if !sqlite_file(url)?.exists() => return Ok(true),
        Engine::Sqlite => {
            let mut connection = open_sqlite(url).await?;
            let tables = sqlx::query_as("select count(*) from sqlite_master").fetch_one(&mut connection).await?;
            connection.close().await?;
            tables
        }
        Engine::Postgres => {
            let mut connection = PgConnection::connect(url).await?;
            // What an extension brought is nobody's data.
            let sql = "select count(*) from pg_class c join pg_namespace n on n.oid = c.relnamespace
                where c.relkind in ('r', 'p') and n.nspname <> 'information_schema' and n.nspname not like 'pg\\_%'
                  and not exists (select 1 from pg_depend d where d.objid = c.oid and d.deptype = 'e')";
            let tables = sqlx::query_as(AssertSqlSafe(sql)).fetch_one(&mut connection).await?;
            connection.close().await?;
            tables
        }
    };
    Ok(tables == 0)
}

/// Opens the embedded database, which is there.
async fn open_sqlite(url: &str) -> Result<SqliteConnection> {
    let options = SqliteConnectOptions::from_str(url)?.create_if_missing(false).busy_timeout(Duration::from_secs(10));
    Ok(options.disable_statement_logging().connect().await?)
}

fn sqlite_file(url: &str) -> Result<PathBuf> {
    Ok(SqliteConnectOptions::from_str(url)?.get_filename().to_owned())
}

/// Puts a copy of a file in the place of another that holds nothing: whole, or not at all.
fn put_file(file: &Path, target: &Path) -> io::Result<()> {
    let beside = |ending: &str| {
        let mut name = target.as_os_str().to_owned();
        name.push(ending);
        PathBuf::from(name)
    };
    let partial = beside(".partial");
    fs::copy(file, &partial)?;
    fs::File::open(&partial)?.sync_all()?;
    for ending in ["-wal", "-shm"] {
        match fs::remove_file(beside(ending)) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
            _ => {}
        }
    }
    fs::rename(&partial, target)?;
    let folder = target.parent().filter(|folder| !folder.as_os_str().is_empty());
    fs::File::open(folder.unwrap_or(Path::new(".")))?.sync_all()
}

/// Where PostgreSQL's programs lie when the shell does not find them; `*` is a version.
const PLACES: [&str; 5] = [
    "/usr/lib/postgresql/*/bin",
    "/usr/pgsql-*/bin",
    "/opt/homebrew/opt/postgresql*/bin",
    "/usr/local/opt/postgresql*/bin",
    "/usr/local/pgsql/bin",
];

/// Runs one of PostgreSQL's programs for a database and a file: that of the shell, else the newest that is found and that
/// is not older than the server.
async fn run<const N: usize>(program: &'static str, words: [&str; N], file: &Path, url: &str) -> Result<()> {
    let (address, password) = libpq_address(url)?;
    let mut told = None;
    for candidate in std::iter::once(PathBuf::from(program)).chain(places(program)) {
        let mut command = Command::new(&candidate);
        command.args(words).arg(file).arg("--dbname").arg(&address).arg("--no-password");
        command.env("LC_ALL", "C").env("PGCONNECT_TIMEOUT", "30");
        if let Some(password) = &password {
            // Not among the words, which everybody on this machine can read.
            command.env("PGPASSWORD", password);
        }
        command.stdin(Stdio::null());
        let ended = match tokio::task::spawn_blocking(move || command.output()).await.map_err(io::Error::other)? {
            Err(error) if error.kind() == io::ErrorKind::NotFound => continue,
            ended => ended?,
        };
        if ended.status.success() {
            return Ok(());
        }
        let why = String::from_utf8_lossy(&ended.stderr).trim().to_owned();
        let is_older = why.contains("version mismatch") || why.contains("unsupported version");
        told = Some(StoreError::Program { program, why });
        if !is_older {
            break;
        }
    }
    Err(told.unwrap_or(StoreError::NoProgram { program }))
}

/// The program in each of [`PLACES`], the newest version first.
fn places(program: &str) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for place in PLACES {
        let Some((before, after)) = place.split_once('*') else {
            found.push(Path::new(place).join(program));
            continue;
        };
        let (folder, start) = before.rsplit_once('/').unwrap_or_default();
        let names = fs::read_dir(folder).into_iter().flatten().flatten().map(|entry| entry.file_name());
        let mut names: Vec<OsString> = names.filter(|name| name.to_string_lossy().starts_with(start)).collect();
        names.sort_by_key(|name| {
            let digits = name.to_string_lossy().replace(|c: char| !c.is_ascii_digit(), "");
            std::cmp::Reverse(digits.parse::<u32>().unwrap_or_default())
        });
        let tail = format!("{}/{program}", after.trim_start_matches('/'));
        found.extend(names.into_iter().map(|name| Path::new(folder).join(name).join(&tail)));
    }
    found.retain(|path| path.exists());
    found
}

/// An address as PostgreSQL's own programs read it, and the password, which is not for their command line.
fn libpq_address(url: &str) -> Result<(String, Option<String>)> {
    let broken = |error: url::ParseError| StoreError::Engine(sqlx::Error::Configuration(error.into()));
    let mut address = Url::parse(url).map_err(broken)?;
    let decoded = |text: &str| percent_encoding::percent_decode_str(text).decode_utf8_lossy().into_owned();
    let mut password = address.password().map(decoded);
    let pairs: Vec<_> = address.query_pairs().into_owned().collect();
    address.set_query(None);
    for (name, value) in pairs {
        match name.as_str() {
            "password" => password = Some(value),
            // These are sqlx's own.
            "statement-cache-capacity" => {}
            name if name.starts_with("options[") => {}
            _ => {
                address.query_pairs_mut().append_pair(&name, &value);
            }
        }
    }
    // An address without a host has no place for a password.
    let _ = address.set_password(None);
    Ok((address.into(), password))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_password_is_not_among_the_words_of_a_program() {
        let (address, password) = libpq_address("postgres://ranan:s%40cret@db:5433/ranan?sslmode=disable").unwrap();
        assert_eq!(address, "postgres://ranan@db:5433/ranan?sslmode=disable");
        assert_eq!(password.unwrap(), "s@cret");
        let (address, password) = libpq_address("postgres:///ranan?host=%2Frun%2Fpg&password=s3cret").unwrap();
        assert_eq!(address, "postgres:///ranan?host=%2Frun%2Fpg");
        assert_eq!(password.unwrap(), "s3cret");
    }
}
