//! A file of the outbox (`.ranan`): everything on a phone that is not on the server, to be delivered from somewhere else.
//! Pure; `offline::export` makes one, `offline::carry` delivers one.
//!
//! The format: a first line `{"ranan":"outbox","format":1}`, then piece after piece. A piece is one line of JSON,
//! `{"piece":"operation","key":"…","size":123}`, then so many bytes as they are, then a line break. Pieces:
//!
//! - `operation`, key its id: the envelope's bytes, as they are to be sent. They come in the order of handing in.
//! - `photo`, key its hash: the picture's bytes.
//! - `draft`, key as on the phone: what was not handed in, as JSON; delivered by nobody, but not lost.
//! - `unknown`, key as on the phone: what another version of the app wrote.

use domain::{
    Problem,
    id::OperationId,
    operation::{Envelope, content_hash},
    photo::PhotoHash,
};
use serde::{Deserialize, Serialize, de::IgnoredAny};
use std::collections::BTreeMap;

/// The first line.
pub const FIRST_LINE: &str = "{\"ranan\":\"outbox\",\"format\":1}\n";

/// What a piece is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum PieceKind {
    /// An envelope, keyed by its operation.
    Operation,
    /// A picture, keyed by its hash.
    Photo,
    /// What was not handed in.
    Draft,
    /// What another version wrote.
    Unknown,
}

#[derive(Serialize, Deserialize)]
struct Head {
    piece: PieceKind,
    key: String,
    size: u32,
}

/// The line before a piece's bytes; a line break follows them.
#[expect(clippy::missing_panics_doc, reason = "it never does: three plain fields are JSON")]
pub fn head(piece: PieceKind, key: &str, size: usize) -> String {
    let head = Head { piece, key: key.to_owned(), size: u32::try_from(size).unwrap_or(u32::MAX) };
    let line = serde_json::to_string(&head).expect("three plain fields");
    format!("{line}\n")
}

/// An operation of a parcel.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Carried {
    /// The key of its piece.
    pub id: OperationId,
    /// [`content_hash`] of its bytes.
    pub content_hash: String,
    /// The envelope's bytes.
    pub bytes: String,
}

/// What a parcel holds that can be delivered, and how much cannot.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Parcel<'a> {
    /// Operations, in the order of handing in.
    pub operations: Vec<Carried>,
    /// Pictures, each proved by its hash.
    pub photos: BTreeMap<PhotoHash, &'a [u8]>,
    /// Drafts and what another version wrote: nothing to deliver.
    pub others: usize,
    /// Pieces that are damaged, or missing because the file was cut.
    pub damaged: usize,
}

fn no_parcel() -> Problem {
    Problem::conflict("这不是从“待上传”导出的文件，或由更新的版本导出。请重新选择文件，或更新后重试")
}

/// Splits off a line.
fn line(bytes: &[u8]) -> Option<(&[u8], &[u8])> {
    let end = bytes.iter().position(|byte| *byte == b'\n')?;
    Some((&bytes[..end], &bytes[end + 1..]))
}

/// Reads a file.
///
/// # Errors
/// When it is no such file. Damage inside is counted, and the rest is read.
pub fn read(file: &[u8]) -> Result<Parcel<'_>, Problem> {
    let mut rest = file.strip_prefix(FIRST_LINE.as_bytes()).ok_or_else(no_parcel)?;
    let mut parcel = Parcel::default();
    while !rest.is_empty() {
        let head = line(rest).and_then(|(line, after)| Some((serde_json::from_slice::<Head>(line).ok()?, after)));
        let Some((Head { piece, key, size }, after)) = head else {
            parcel.damaged += 1;
            break;
        };
        let Some((content, after)) = after.split_at_checked(size as usize) else {
            parcel.damaged += 1;
            break;
        };
        rest = after.strip_prefix(b"\n").unwrap_or(after);
        match piece {
            PieceKind::Operation => match operation(&key, content) {
                Some(carried) => parcel.operations.push(carried),
                None => parcel.damaged += 1,
            },
            PieceKind::Photo => match key.parse::<PhotoHash>() {
                Ok(hash) if hash == PhotoHash::of(content) => drop(parcel.photos.insert(hash, content)),
                _ => parcel.damaged += 1,
            },
            PieceKind::Draft | PieceKind::Unknown => parcel.others += 1,
        }
    }
    Ok(parcel)
}

fn operation(key: &str, content: &[u8]) -> Option<Carried> {
    let envelope: Envelope<IgnoredAny> = serde_json::from_slice(content).ok()?;
    let id = key.parse().ok().filter(|id| *id == envelope.id)?;
    Some(Carried { id, content_hash: content_hash(content), bytes: String::from_utf8(content.to_vec()).ok()? })
}
