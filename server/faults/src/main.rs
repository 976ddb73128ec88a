//! `make faults`: honest phones against the real server through a network that fails in every way, while the server is
//! killed, PostgreSQL is stopped at once, and the disk fills. At the end every acknowledged operation is looked for.
//!
//! What is printed and must be zero: *lost* (acknowledged, and not there whole, or there with other content), *doubled*
//! (a record that no phone made), *refused* (an honest request that the server itself turned down).
#![expect(
    clippy::disallowed_methods,
    reason = "an outside: it has its own clock, makes ids as phones do, reads its settings"
)]

mod disk;
mod phone;
mod proxy;
mod server;
mod verdict;

use anyhow::{Context, Result, bail};
use phone::{Log, Phone};
use proxy::Proxy;
use server::{Engine, Server};
use std::{
    sync::Arc,
    time::{Duration, Instant},
};

/// Phones that work at the same time.
const PHONES: usize = 32;
/// A run that does not come to its end by then has failed.
const LONGEST: Duration = Duration::from_mins(30);

#[tokio::main]
async fn main() -> Result<()> {
    // Only the client asks for one; no connection here is encrypted.
    let _ = rustls::crypto::ring::default_provider().install_default();
    let mut arguments = std::env::args().skip(1);
    let wanted: usize = arguments.next().map_or(Ok(20_000), |text| text.parse()).context("how many is a number")?;
    let only: Vec<String> = arguments.collect();
    let postgres = std::env::var("TEST_POSTGRES_URL").ok();
    let engines = std::iter::once(Engine::Sqlite).chain(postgres.map(Engine::Postgres));
    let mut is_clean = true;
    for engine in engines.filter(|engine| only.is_empty() || only.iter().any(|word| word == engine.word())) {
        is_clean &= run(&engine, wanted).await?;
    }
    if is_clean { Ok(()) } else { bail!("something was lost, doubled or refused") }
}

/// One engine: works until so many operations are acknowledged, then looks for each. Whether all is well.
async fn run(engine: &Engine, wanted: usize) -> Result<bool> {
    let begun = Instant::now();
    let disk = disk::Disk::new()?;
    let server = Arc::new(Server::start(engine, &disk).await?);
    let proxy = Proxy::start(server.port).await?;
    let log = Arc::new(Log::new(wanted));
    let setting = Arc::new(phone::Setting::read(&server).await?);
    eprintln!("{}: {PHONES} phones, {} accounts, disk: {}", engine.name(), setting.accounts.len(), disk.describe());
    let trouble = tokio::spawn(trouble(server.clone(), disk.clone(), log.clone()));
    let phones = (0..PHONES).map(|number| {
        let phone = Phone::new(number, proxy.address(), setting.clone(), log.clone());
        tokio::spawn(phone.work())
    });
    let work = futures::future::try_join_all(phones);
    tokio::time::timeout(LONGEST, work).await.context("the phones did not come to their end")??;
    log.stop();
    let kills = trouble.await??;
    let worked = begun.elapsed();
    let found = verdict::look(&server, &setting, &log).await?;
    println!(
        "{}: {} operations acknowledged ({} with photos) in {:.0} s, {} requests; faults met: {}; {kills}",
        engine.name(),
        log.acknowledged(),
        log.with_photos(),
        worked.as_secs_f64(),
        log.requests(),
        proxy.tally(),
    );
    println!("{}: lost {}, doubled {}, refused {}", engine.name(), found.lost, found.doubled, log.refused());
    for line in found.examples.iter().chain(&log.refusals()) {
        println!("  {line}");
    }
    Ok(found.lost == 0 && found.doubled == 0 && log.refused() == 0)
}

/// Kills the server every few seconds, stops PostgreSQL at once now and then, and fills the disk for moments.
async fn trouble(server: Arc<Server>, disk: Arc<disk::Disk>, log: Arc<Log>) -> Result<String> {
    let (mut kills, mut stops, mut fills) = (0, 0, 0);
    let mut round = 0_u32;
    while !log.is_done() {
        tokio::time::sleep(Duration::from_millis(2_500)).await;
        round += 1;
        match round % 4 {
            0 if server.stop_database().await? => stops += 1,
            1 if disk.fill()? => {
                tokio::time::sleep(Duration::from_millis(1_500)).await;
                disk.free()?;
                fills += 1;
            }
            _ => {
                server.kill().await?;
                kills += 1;
            }
        }
    }
    Ok(format!("server killed {kills} times, database stopped at once {stops} times, disk full {fills} times"))
}
