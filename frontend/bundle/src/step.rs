//! A step that runs only when what goes into it has changed, or what came out of it is gone.
use std::{
    fs,
    path::{Path, PathBuf},
    time::Instant,
};

use anyhow::{Context, Result};
use sha2::{Digest, Sha256};

use crate::workspace::Workspace;

/// Runs `work` unless the last run had the same inputs and all its outputs are still there.
///
/// # Errors
/// When an input cannot be read or `work` fails.
pub fn step(
    workspace: &Workspace,
    name: &str,
    inputs: &[PathBuf],
    outputs: &[PathBuf],
    work: impl FnOnce() -> Result<()>,
) -> Result<()> {
    let stamp = workspace.made(&format!("{name}.stamp"));
    // The bundler itself is an input: another version may do its steps otherwise.
    let itself = std::env::current_exe().context("finding the bundler's own file")?;
    let mut hasher = Sha256::new();
    for input in inputs.iter().chain([&itself]) {
        digest(input, &mut hasher)?;
    }
    let fingerprint = hex::encode(hasher.finalize());
    if fs::read_to_string(&stamp).is_ok_and(|last| last == fingerprint) && outputs.iter().all(|path| path.exists()) {
        return Ok(());
    }
    let started = Instant::now();
    println!("bundle: {name} …");
    work().with_context(|| name.to_owned())?;
    fs::write(&stamp, fingerprint).with_context(|| format!("writing {}", stamp.display()))?;
    println!("bundle: {name} done in {:.1} s", started.elapsed().as_secs_f64());
    Ok(())
}

/// All files under a path, sorted; the path itself when it is a file.
///
/// # Errors
/// When a folder cannot be read.
pub fn files_under(path: &Path) -> Result<Vec<PathBuf>> {
    if path.is_file() {
        return Ok(vec![path.to_owned()]);
    }
    let mut files = Vec::new();
    for entry in fs::read_dir(path).with_context(|| format!("reading {}", path.display()))? {
        files.extend(files_under(&entry?.path())?);
    }
    files.sort();
    Ok(files)
}

fn digest(input: &Path, hasher: &mut Sha256) -> Result<()> {
    for file in files_under(input)? {
        let content = fs::read(&file).with_context(|| format!("reading {}", file.display()))?;
        hasher.update(file.as_os_str().as_encoded_bytes());
        hasher.update(content.len().to_le_bytes());
        hasher.update(content);
    }
    Ok(())
}
