//! Bytes of the first load of each face, as the bundle measured them: shell, script, wasm and stylesheet, by brotli.

use crate::Figures;
use anyhow::{Context, Result};

pub fn measure(figures: &mut Figures) -> Result<()> {
    for (face, name) in [("field", "first load of a phone, brotli"), ("console", "first load of a desk, brotli")] {
        let bytes = std::fs::read_to_string(format!("target/bundle/wasm-release/first-load-{face}"));
        let bytes: f64 = bytes.context("`make build` makes the site")?.parse()?;
        figures.note(name, bytes / 1024.0, "KB", Some(450.0));
    }
    Ok(())
}
