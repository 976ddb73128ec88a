//! `make bench`: measures the hot paths of a release build from outside, over HTTP, on both engines, and prints one
//! table. Also written to `target/bench.json` as `[{"name", "value", "unit", "goal"}]`.
//!
//! Everything is made by `ranan seed`, so the figures can be had again. Load generator and server share the machine.
#![expect(clippy::disallowed_methods, reason = "the bench is an outside: it has its own clock, makes ids as phones do")]

mod export;
mod import;
mod ledger;
mod server;
mod size;
mod submit;

use anyhow::{Context, Result};
use serde::Serialize;
use server::{Engine, Server};

/// One measured figure.
#[derive(Debug, Serialize)]
struct Figure {
    name: String,
    value: f64,
    unit: &'static str,
    goal: Option<f64>,
}

/// All figures so far.
#[derive(Default)]
struct Figures(Vec<Figure>);

impl Figures {
    /// Notes a figure and prints it at once: a bench takes minutes.
    fn note(&mut self, name: impl Into<String>, value: f64, unit: &'static str, goal: Option<f64>) {
        let figure = Figure { name: name.into(), value: (value * 100.0).round() / 100.0, unit, goal };
        eprintln!("  {}: {} {}", figure.name, figure.value, figure.unit);
        self.0.push(figure);
    }

    fn print(&self) {
        println!("{:<64} {:>12} {:<8} {:>10}", "measure", "value", "unit", "goal");
        for Figure { name, value, unit, goal } in &self.0 {
            let goal = goal.map_or_else(String::new, |goal| goal.to_string());
            println!("{name:<64} {value:>12} {unit:<8} {goal:>10}");
        }
    }
}

#[tokio::main]
async fn main() -> Result<()> {
    // Only the client asks for one; no connection here is encrypted.
    let _ = rustls::crypto::ring::default_provider().install_default();
    // `bench 0.01` runs a hundredth of the sizes: to see that the bench itself works.
    let scale: f64 = std::env::args().nth(1).map_or(Ok(1.0), |text| text.parse()).context("scale is a number")?;
    let postgres = std::env::var("TEST_POSTGRES_URL").ok();
    let mut figures = Figures::default();
    size::measure(&mut figures)?;
    for engine in std::iter::once(Engine::Sqlite).chain(postgres.map(Engine::Postgres)) {
        eprintln!("{}", engine.name());
        small(&mut figures, &engine, scale).await?;
        large(&mut figures, &engine, scale).await?;
    }
    figures.print();
    std::fs::write("target/bench.json", serde_json::to_string_pretty(&figures.0)?)?;
    Ok(())
}

/// What is measured on the demonstration's data: writes.
async fn small(figures: &mut Figures, engine: &Engine, scale: f64) -> Result<()> {
    let server = Server::start(engine, 1_500).await?;
    submit::measure(figures, &server, scale).await?;
    import::measure(figures, &server, scale).await?;
    figures.note(format!("{} · resident memory after writes", engine.name()), server.resident_mb()?, "MB", Some(120.0));
    Ok(())
}

/// What is measured on a large ledger: reads.
async fn large(figures: &mut Figures, engine: &Engine, scale: f64) -> Result<()> {
    for hazards in [100_000.0, 1_000_000.0] {
        let hazards = (hazards * scale) as u32;
        let server = Server::start(engine, hazards).await?;
        export::measure(figures, &server, hazards).await?;
        if hazards >= (1_000_000.0 * scale) as u32 {
            ledger::measure(figures, &server, hazards).await?;
            figures.note(
                format!("{} · resident memory after reads", engine.name()),
                server.resident_mb()?,
                "MB",
                Some(120.0),
            );
        }
    }
    Ok(())
}
