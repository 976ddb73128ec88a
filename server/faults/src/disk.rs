//! A small disk of its own that can be filled: a tmpfs where one may be mounted, otherwise a folder that never fills.

use anyhow::{Context, Result};
use std::{
    fs::File,
    io::Write,
    path::{Path, PathBuf},
    process::Command,
    sync::Arc,
};
use tempfile::TempDir;

/// Megabytes: enough for what a run writes.
const SIZE_MB: u32 = 3_000;

/// The disk; unmounted and removed with the value.
pub struct Disk {
    folder: TempDir,
    is_mounted: bool,
}

impl Disk {
    pub fn new() -> Result<Arc<Self>> {
        let folder = tempfile::tempdir_in("target")?;
        let mount = Command::new("mount")
            .args(["-t", "tmpfs", "-o", &format!("size={SIZE_MB}m"), "tmpfs"])
            .arg(folder.path())
            .output();
        let is_mounted = mount.is_ok_and(|done| done.status.success());
        Ok(Arc::new(Self { folder, is_mounted }))
    }

    pub fn path(&self) -> &Path {
        self.folder.path()
    }

    pub fn describe(&self) -> &'static str {
        if self.is_mounted { "can be filled" } else { "cannot be filled here (no right to mount): left out" }
    }

    fn ballast(&self) -> PathBuf {
        self.path().join("ballast")
    }

    /// Fills it to the last byte; `false` where it cannot be.
    pub fn fill(&self) -> Result<bool> {
        if !self.is_mounted {
            return Ok(false);
        }
        let mut ballast = File::create(self.ballast())?;
        let block = vec![0_u8; 1 << 20];
        // Large blocks first, then small ones into what is left.
        while ballast.write_all(&block).is_ok() {}
        while ballast.write_all(&block[..512]).is_ok() {}
        Ok(true)
    }

    /// Gives the room back.
    pub fn free(&self) -> Result<()> {
        std::fs::remove_file(self.ballast()).context("the ballast is there")
    }
}

impl Drop for Disk {
    fn drop(&mut self) {
        if self.is_mounted {
            let _ = Command::new("umount").arg("-l").arg(self.path()).status();
        }
    }
}
