//! `make bench`: measures the hot paths of a release build from outside, over HTTP, on both engines, and prints one
//! table. Also written to `target/bench.json` as `[{"name", "value", "unit", "goal"}]`.
//!
//! Everything is made by `ranan seed`, so the figures can be had again. Load generator and server share the machine.
#![expect(clippy::disallowed_methods, reason = "the bench is an outside: it has its own clock, makes ids as phones do")]
#![expect(clippy::cast_precision_loss, reason = "what is counted here stays far below 2^52")]

mod export;
mod import;
mod ledger;
mod machine;
mod server;
mod size;
mod submit;

use anyhow::{Context, Result, bail};
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

/// All figures so far, and those of them that were measured at several sizes of the ledger.
#[derive(Default)]
struct Figures {
    all: Vec<Figure>,
    costs: Vec<Cost>,
}

/// What something costs from a small ledger to a large one.
#[derive(Debug)]
struct Cost {
    name: String,
    unit: &'static str,
    values: Vec<f64>,
}

/// What is measured, of what there is: `bench`, `bench 0.01` (a hundredth of the sizes, to see that the bench itself
/// works), `bench 1 sqlite submit` (one engine, one part).
struct Wanted {
    scale: f64,
    words: Vec<String>,
}

impl Wanted {
    fn from_arguments() -> Result<Self> {
        let mut arguments = std::env::args().skip(1);
        let scale = arguments.next().map_or(Ok(1.0), |text| text.parse()).context("scale is a number")?;
        let words: Vec<String> = arguments.collect();
        let known = |word: &String| ENGINES.contains(&word.as_str()) || PARTS.contains(&word.as_str());
        if let Some(word) = words.iter().find(|word| !known(word)) {
            bail!("{word} is neither an engine {ENGINES:?} nor a part {PARTS:?}");
        }
        Ok(Self { scale, words })
    }

    /// Whether one of these is asked for, or none of its kind is named.
    fn any(&self, kind: &[&str], these: &[&str]) -> bool {
        let named = |word: &&str| self.words.iter().any(|wanted| wanted == word);
        these.iter().any(named) || !kind.iter().any(named)
    }

    fn part(&self, part: &str) -> bool {
        self.any(&PARTS, &[part])
    }
}

/// Hazards of the ledgers that are read.
const SIZES: [u32; 3] = [10_000, 100_000, LARGEST];
const LARGEST: u32 = 1_000_000;
const ENGINES: [&str; 2] = ["sqlite", "postgres"];
const PARTS: [&str; 5] = ["size", "submit", "import", "export", "ledger"];

impl Figures {
    /// Notes a figure and prints it at once: a bench takes minutes.
    fn note(&mut self, name: impl Into<String>, value: f64, unit: &'static str, goal: Option<f64>) {
        let figure = Figure { name: name.into(), value: (value * 100.0).round() / 100.0, unit, goal };
        eprintln!("  {}: {} {}", figure.name, figure.value, figure.unit);
        self.all.push(figure);
    }

    /// Notes a figure of a ledger of so many hazards: by itself, and in the line of its cost.
    fn note_at(&mut self, hazards: u32, name: &str, value: f64, unit: &'static str, goal: Option<f64>) {
        self.note(format!("{name} at {hazards} hazards"), value, unit, goal);
        match self.costs.iter_mut().find(|cost| cost.name == name) {
            Some(cost) => cost.values.push(value),
            None => self.costs.push(Cost { name: name.to_owned(), unit, values: vec![value] }),
        }
    }

    /// Notes the middle and the slow ends of times, in milliseconds.
    fn note_times(&mut self, name: &str, times: &mut [f64]) {
        times.sort_by(f64::total_cmp);
        for (word, share) in [("p50", 0.5), ("p95", 0.95), ("p99", 0.99)] {
            self.note(format!("{name}: {word}"), at_share(times, share), "ms", None);
        }
    }

    fn print(&self) {
        println!("{:<64} {:>12} {:<8} {:>10}", "measure", "value", "unit", "goal");
        for Figure { name, value, unit, goal } in &self.all {
            let goal = goal.map_or_else(String::new, |goal| goal.to_string());
            println!("{name:<64} {value:>12} {unit:<8} {goal:>10}");
        }
        if !self.costs.is_empty() {
            println!("\n{:<64} {SIZES:?} hazards", "cost");
        }
        for Cost { name, unit, values } in &self.costs {
            let values: Vec<String> = values.iter().map(|value| format!("{value:.1}")).collect();
            println!("{name:<64} {} {unit}", values.join(" → "));
        }
    }
}

/// The time within which that share of sorted times lies; 0 of none.
fn at_share(sorted: &[f64], share: f64) -> f64 {
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a share of a length")]
    let index = (sorted.len().saturating_sub(1) as f64 * share) as usize;
    sorted.get(index).copied().unwrap_or_default()
}

#[tokio::main]
async fn main() -> Result<()> {
    // Only the client asks for one; no connection here is encrypted.
    let _ = rustls::crypto::ring::default_provider().install_default();
    let wanted = Wanted::from_arguments()?;
    let postgres = std::env::var("TEST_POSTGRES_URL").ok();
    let mut figures = Figures::default();
    machine::measure(&mut figures)?;
    if wanted.part("size") {
        size::measure(&mut figures)?;
    }
    for engine in std::iter::once(Engine::Sqlite).chain(postgres.map(Engine::Postgres)) {
        if !wanted.any(&ENGINES, &[engine.word()]) {
            continue;
        }
        eprintln!("{}", engine.name());
        small(&mut figures, &engine, &wanted).await?;
        large(&mut figures, &engine, &wanted).await?;
    }
    figures.print();
    std::fs::write("target/bench.json", serde_json::to_string_pretty(&figures.all)?)?;
    Ok(())
}

/// What is measured on the demonstration's data: writes.
async fn small(figures: &mut Figures, engine: &Engine, wanted: &Wanted) -> Result<()> {
    if !wanted.any(&PARTS, &["submit", "import"]) {
        return Ok(());
    }
    let server = Server::start(engine, 1_500).await?;
    if wanted.part("submit") {
        submit::measure(figures, &server, wanted.scale).await?;
    }
    if wanted.part("import") {
        import::measure(figures, &server, wanted.scale).await?;
    }
    figures.note(format!("{} · resident memory after writes", engine.name()), server.resident_mb()?, "MB", Some(120.0));
    Ok(())
}

/// What is measured on a growing ledger: reads, and what a submission costs beside so much that is there.
async fn large(figures: &mut Figures, engine: &Engine, wanted: &Wanted) -> Result<()> {
    if !wanted.any(&PARTS, &["export", "ledger"]) {
        return Ok(());
    }
    for hazards in SIZES {
        let is_largest = hazards == LARGEST;
        #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "the rows stay far below 2^32")]
        let hazards = (f64::from(hazards) * wanted.scale) as u32;
        let server = Server::start(engine, hazards).await?;
        if wanted.part("export") {
            export::measure(figures, &server, hazards, is_largest).await?;
        }
        if wanted.part("ledger") {
            ledger::measure(figures, &server, hazards, is_largest).await?;
            submit::measure_alone(figures, &server, hazards).await?;
        }
        if is_largest {
            let resident = server.resident_mb()?;
            figures.note(format!("{} · resident memory after reads", engine.name()), resident, "MB", Some(120.0));
        }
    }
    Ok(())
}
