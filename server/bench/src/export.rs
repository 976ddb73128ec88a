//! Exports of the hazard ledger as a workbook.

use crate::{
    Figures,
    server::{PROVINCE_ADMINISTRATOR, Server},
};
use anyhow::{Result, bail};
use std::time::Instant;

pub async fn measure(figures: &mut Figures, server: &Server, hazards: u32) -> Result<()> {
    let session = server.sign_in(PROVINCE_ADMINISTRATOR).await?;
    server.reset_peak()?;
    let begun = Instant::now();
    let mut answer = session.get("/exports/hazards.xlsx").send().await?;
    if !answer.status().is_success() {
        bail!("export: {}: {}", answer.status(), answer.text().await?);
    }
    let mut bytes = 0;
    while let Some(part) = answer.chunk().await? {
        bytes += part.len();
    }
    let (engine, seconds) = (server.engine, begun.elapsed().as_secs_f64());
    let is_large = hazards >= 1_000_000;
    let goal = if engine == "SQLite" { 9.0 } else { 10.0 };
    figures.note(format!("{engine} · export of {hazards} hazards"), seconds, "s", is_large.then_some(goal));
    figures.note(
        format!("{engine} · export of {hazards} hazards: peak memory"),
        server.peak_mb()?,
        "MB",
        is_large.then_some(100.0),
    );
    figures.note(format!("{engine} · export of {hazards} hazards: file"), bytes as f64 / 1e6, "MB", None);
    Ok(())
}
