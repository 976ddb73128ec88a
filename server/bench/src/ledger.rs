//! Pages of the hazard ledger under filters, as a person at the console asks for them.

use crate::{
    Figures,
    server::{COUNTY_ADMINISTRATOR, PROVINCE_ADMINISTRATOR, Server},
};
use anyhow::Result;
use serde_json::{Value, json};
use std::time::Instant;

/// Filters that the console offers, alone and together; the last ones are rare on purpose.
fn filters() -> Vec<Value> {
    vec![
        json!({}),
        json!({ "severity": "major" }),
        json!({ "state": "open" }),
        json!({ "state": "overdue" }),
        json!({ "enterprise_type": "catering" }),
        json!({ "department": "commerce" }),
        json!({ "region": "530100" }),
        json!({ "region": "530111" }),
        json!({ "region": "530111", "state": "overdue" }),
        json!({ "region": "530100", "enterprise_type": "school", "severity": "major" }),
        json!({ "from": "2026-03-01", "to": "2026-03-31" }),
        json!({ "from": "2026-03-01", "to": "2026-03-31", "state": "open" }),
        json!({ "text": "过桥米线" }),
        json!({ "text": "报警" }),
        json!({ "text": "后厨", "region": "530111" }),
        json!({ "text": "报警", "state": "overdue", "severity": "major" }),
        json!({ "enterprise_type": "black_site", "state": "overdue" }),
        json!({ "enterprise_type": "hospital", "department": "health", "severity": "major", "state": "open" }),
    ]
}

pub async fn measure(figures: &mut Figures, server: &Server, hazards: u32) -> Result<()> {
    let province = server.sign_in(PROVINCE_ADMINISTRATOR).await?;
    let county = server.sign_in(COUNTY_ADMINISTRATOR).await?;
    let mut times = Vec::new();
    let mut slowest = (0.0, Value::Null);
    for round in 0..12 {
        for filter in filters() {
            let session = if filter["region"] == "530111" { &county } else { &province };
            let mut after = Value::Null;
            for _ in 0..3 {
                let begun = Instant::now();
                let page: Value = session.call("hazards/list", &json!({ "filter": filter, "after": after })).await?;
                let milliseconds = begun.elapsed().as_secs_f64() * 1000.0;
                after = page["next"].clone();
                // The first rounds warm the caches, as the first users of a day would.
                if round >= 2 {
                    times.push(milliseconds);
                    if milliseconds > slowest.0 {
                        slowest = (milliseconds, filter.clone());
                    }
                }
                if after.is_null() {
                    break;
                }
            }
        }
    }
    times.sort_by(f64::total_cmp);
    let at = |share: f64| times[((times.len() - 1) as f64 * share) as usize];
    let engine = server.engine;
    figures.note(format!("{engine} · ledger page of 50 at {hazards} hazards: p50"), at(0.5), "ms", None);
    figures.note(format!("{engine} · ledger page of 50 at {hazards} hazards: p95"), at(0.95), "ms", Some(15.0));
    figures.note(format!("{engine} · ledger page of 50 at {hazards} hazards: slowest"), slowest.0, "ms", None);
    eprintln!("  slowest filter: {}", slowest.1);
    let begun = Instant::now();
    let _: Value = province.call("hazards/summary", &json!({ "filter": {} })).await?;
    figures.note(
        format!("{engine} · ledger sums at {hazards} hazards"),
        begun.elapsed().as_secs_f64() * 1000.0,
        "ms",
        Some(60.0),
    );
    let begun = Instant::now();
    let query = json!({ "region": "530000", "from": null, "to": null });
    let _: Value = province.call("statistics/by_region", &query).await?;
    figures.note(
        format!("{engine} · statistics of a province at {hazards} hazards"),
        begun.elapsed().as_secs_f64() * 1000.0,
        "ms",
        None,
    );
    Ok(())
}
