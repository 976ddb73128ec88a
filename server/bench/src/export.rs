//! Exports of the hazard ledger as a workbook.

use crate::{
    Figures,
    server::{PROVINCE_ADMINISTRATOR, Server},
};
use anyhow::{Result, bail};
use std::time::Instant;

pub async fn measure(figures: &mut Figures, server: &Server, hazards: u32, is_largest: bool) -> Result<()> {
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
    let goal = |goal| is_largest.then_some(goal);
    let name = format!("{engine} · export");
    figures.note_at(hazards, &name, seconds, "s", goal(if engine == "SQLite" { 9.0 } else { 10.0 }));
    figures.note_at(hazards, &format!("{name}, peak memory"), server.peak_mb()?, "MB", goal(100.0));
    figures.note_at(hazards, &format!("{name}, file"), bytes as f64 / 1e6, "MB", goal(150.0));
    Ok(())
}
