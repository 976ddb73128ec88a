//! What the machine gives today, so that figures of two sittings can be compared: a shared one differs from hour to hour.

use crate::Figures;
use anyhow::Result;
use domain::photo::PhotoHash;
use std::{
    fs::File,
    io::Write,
    time::{Duration, Instant},
};

/// So long each is measured.
const TIME: Duration = Duration::from_secs(1);

pub fn measure(figures: &mut Figures) -> Result<()> {
    let photo = vec![7_u8; 300_000];
    let hashed = a_second(|| {
        std::hint::black_box(PhotoHash::of(std::hint::black_box(&photo)));
        Ok(())
    })?;
    figures.note("this machine · photos of 300 kB hashed, one core", hashed, "1/s", None);
    let mut file: File = tempfile::tempfile()?;
    let synced = a_second(|| {
        file.write_all(&photo[..4096])?;
        Ok(file.sync_data()?)
    })?;
    figures.note("this machine · 4 kB appended and synced", synced, "1/s", None);
    Ok(())
}

/// How often something can be done in a second.
fn a_second(mut work: impl FnMut() -> Result<()>) -> Result<f64> {
    let begun = Instant::now();
    let mut count = 0.0;
    while begun.elapsed() < TIME {
        work()?;
        count += 1.0;
    }
    Ok(count / begun.elapsed().as_secs_f64())
}
