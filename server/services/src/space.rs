//! The room on the disk: what would take it up is refused before nothing more fits, so that what matters most, records,
//! can still be written; and these before the database itself can do nothing any more.

use crate::{Permit, actions::ReadDisk};
use domain::Problem;
use std::path::PathBuf;

pub use domain::space::Space;

/// The room that is left free, and the folders that it is looked for at; cheap to clone.
#[derive(Clone, Debug, Default)]
pub struct Reserve {
    folders: Vec<PathBuf>,
    bytes: u64,
}

impl Reserve {
    /// Leaves so many bytes free at each of these folders.
    pub fn new(folders: Vec<PathBuf>, bytes: u64) -> Self {
        Self { folders, bytes }
    }

    /// Bytes that are free, where there are the fewest. A folder that cannot be asked tells nothing.
    pub fn free_bytes(&self) -> Option<u64> {
        self.folders
            .iter()
            .filter_map(|folder| rustix::fs::statvfs(folder).ok())
            .map(|at| at.f_bavail * at.f_frsize)
            .min()
    }

    /// How the disk stands.
    pub fn space(&self) -> Space {
        match self.free_bytes() {
            Some(free) if free < self.bytes => Space::None,
            // Less than twice the reserve.
            Some(free) if free < self.bytes.saturating_mul(2) => Space::Low,
            _ => Space::Plenty,
        }
    }

    /// The room that is left free.
    pub fn bytes(&self) -> u64 {
        self.bytes
    }

    /// Whether something large may be taken in.
    ///
    /// # Errors
    /// [`Problem::NoSpace`].
    pub fn check(&self) -> Result<(), Problem> {
        if self.space() == Space::None { Err(Problem::NoSpace) } else { Ok(()) }
    }

    /// Whether a record may be taken in: as long as a quarter of the reserve is left, with which people still sign in, decide
    /// on what waits, and make room.
    ///
    /// # Errors
    /// [`Problem::NoSpace`].
    pub fn check_record(&self) -> Result<(), Problem> {
        match self.free_bytes() {
            Some(free) if free < self.bytes / 4 => Err(Problem::NoSpace),
            _ => Ok(()),
        }
    }
}

/// How the server's disk stands.
///
/// # Errors
/// None of its own.
#[expect(clippy::unused_async, reason = "every use case is awaited")]
pub async fn read(permit: Permit<ReadDisk>) -> Result<Space, Problem> {
    Ok(permit.config.reserve.space())
}
