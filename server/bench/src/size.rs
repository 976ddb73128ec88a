//! Bytes of the first load: what the bundle says a browser fetches before the first screen, compressed by brotli.

use crate::Figures;
use anyhow::{Context, Result};
use std::path::Path;

pub fn measure(figures: &mut Figures) -> Result<()> {
    let site = Path::new("target/site");
    let shell = std::fs::read_to_string(site.join("index.html")).context("`make bundle` first")?;
    let mut bytes = 0;
    for entry in std::fs::read_dir(site)? {
        let path = entry?.path();
        let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
        let Some(plain) = name.strip_suffix(".br") else { continue };
        let is_first = plain == "index.html" || shell.contains(plain);
        let is_code =
            plain.ends_with(".js") || plain.ends_with(".wasm") || plain.ends_with(".css") || plain.ends_with(".html");
        if is_first && is_code {
            bytes += std::fs::metadata(&path)?.len();
        }
    }
    figures.note("first load, brotli", bytes as f64 / 1024.0, "KB", Some(450.0));
    Ok(())
}
