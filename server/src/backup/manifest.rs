//! What is in a backup: one JSON a line, a head, a line a photo, and an end that counts them.

use super::PARTIAL;
use anyhow::{Context, bail};
use domain::{photo::PhotoHash, time::Timestamp};
use serde::{Deserialize, Serialize};
use std::{
    fs::File,
    io::{BufRead, BufReader, BufWriter, Write},
    path::Path,
};
use store::copy::Engine;
use tempfile::NamedTempFile;

/// The file that makes a folder a backup.
pub const MANIFEST: &str = "manifest.jsonl";
/// What this version writes and reads.
const FORMAT: u32 = 1;

#[derive(Debug, Serialize, Deserialize)]
#[serde(tag = "line", rename_all = "snake_case")]
enum Line {
    Head(Head),
    Photo(PhotoEntry),
    End(Total),
}

/// What was copied, and when.
#[derive(Debug, Serialize, Deserialize)]
pub struct Head {
    format: u32,
    /// The program that wrote it.
    version: String,
    /// The engine's name; another cannot read the database's file.
    pub engine: String,
    /// When the copying began: what was acknowledged before is in it.
    pub begun_at: Timestamp,
    /// The copy of the database, which lies beside the manifest.
    pub database: DatabaseFile,
}

/// The database's file.
#[derive(Debug, Serialize, Deserialize)]
pub struct DatabaseFile {
    /// Its name within the folder.
    pub file: String,
    /// Its size when it was copied.
    pub size_bytes: u64,
    /// Its hash, in hexadecimal.
    pub sha256: String,
}

/// A photo that the database names.
#[derive(Clone, Copy, Debug, Serialize, Deserialize)]
pub struct PhotoEntry {
    /// The hash under which it is known.
    pub hash: PhotoHash,
    /// The size of what is kept.
    pub size_bytes: u64,
    /// The hash of its bytes as they are kept.
    pub sha256: PhotoHash,
    /// It was missing or damaged when the backup was made, and is not in the folder.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub is_absent: bool,
}

/// What all photos come to, absent ones aside.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Total {
    /// How many photos there are.
    pub photos: u64,
    /// The bytes of all of them together.
    pub bytes: u64,
    /// How many could not be copied.
    pub absent: u64,
}

impl Total {
    fn add(&mut self, photo: &PhotoEntry) {
        if photo.is_absent {
            self.absent += 1;
        } else {
            self.photos += 1;
            self.bytes += photo.size_bytes;
        }
    }
}

impl Head {
    /// Of a backup that begins.
    pub fn new(engine: Engine, begun_at: Timestamp, database: DatabaseFile) -> Self {
        let (engine, version) = (engine.name().to_owned(), env!("CARGO_PKG_VERSION").to_owned());
        Self { format: FORMAT, version, engine, begun_at, database }
    }
}

/// A manifest on its way.
pub struct Writing {
    file: BufWriter<NamedTempFile>,
    total: Total,
}

impl Writing {
    /// Begins beside the place where it will be.
    pub fn begin(folder: &Path, head: Head) -> anyhow::Result<Self> {
        let file = tempfile::Builder::new().prefix(PARTIAL).tempfile_in(folder)?;
        let mut writing = Self { file: BufWriter::new(file), total: Total::default() };
        writing.write(&Line::Head(head))?;
        Ok(writing)
    }

    /// Adds a photo that is in the folder, or should be.
    pub fn add(&mut self, photo: PhotoEntry) -> anyhow::Result<()> {
        self.total.add(&photo);
        self.write(&Line::Photo(photo))
    }

    fn write(&mut self, line: &Line) -> anyhow::Result<()> {
        serde_json::to_writer(&mut self.file, line)?;
        Ok(self.file.write_all(b"\n")?)
    }

    /// Puts it in place, on disk: from now on the folder is this backup.
    pub fn publish(mut self, folder: &Path) -> anyhow::Result<Total> {
        let total = self.total;
        self.write(&Line::End(total))?;
        let file = self.file.into_inner().map_err(std::io::IntoInnerError::into_error)?;
        file.as_file().sync_all()?;
        // What it names is there first.
        File::open(folder)?.sync_all()?;
        file.persist(folder.join(MANIFEST))?;
        File::open(folder)?.sync_all()?;
        Ok(total)
    }
}

/// Reads the manifest of a folder; a whole one, or nothing.
pub fn read(folder: &Path) -> anyhow::Result<(Head, Vec<PhotoEntry>)> {
    let file = File::open(folder.join(MANIFEST));
    let file = file.with_context(|| format!("{} 中没有完成的备份（缺 {MANIFEST}）", folder.display()))?;
    let damaged = || format!("{MANIFEST} 已损坏");
    let mut lines =
        BufReader::new(file).lines().map(|line| -> anyhow::Result<Line> { Ok(serde_json::from_str(&line?)?) });
    let Some(Line::Head(head)) = lines.next().transpose().with_context(damaged)? else { bail!(damaged()) };
    if head.format != FORMAT {
        bail!("此备份由 {} 版写成，本版本不认识它的格式 {}", head.version, head.format);
    }
    let (mut photos, mut total) = (Vec::new(), Total::default());
    for line in lines {
        match line.with_context(damaged)? {
            Line::Photo(photo) => {
                total.add(&photo);
                photos.push(photo);
            }
            Line::End(counted) if counted == total => return Ok((head, photos)),
            Line::End(_) | Line::Head(_) => bail!(damaged()),
        }
    }
    bail!(damaged())
}
