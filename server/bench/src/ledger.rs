//! Pages of the hazard ledger under filters, as a person at the console asks for them.

use crate::{
    Figures, at_share,
    server::{COUNTY_ADMINISTRATOR, PROVINCE_ADMINISTRATOR, Server},
};
use anyhow::Result;
use serde_json::{Value, json};
use std::time::Instant;

/// How often sums are asked for.
const ASKED: usize = 40;

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

pub async fn measure(figures: &mut Figures, server: &Server, hazards: u32, is_largest: bool) -> Result<()> {
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
    let engine = server.engine;
    let goal = |goal| is_largest.then_some(goal);
    let name = format!("{engine} · ledger page of 50");
    figures.note_at(hazards, &format!("{name}, p50"), at_share(&times, 0.5), "ms", None);
    figures.note_at(hazards, &format!("{name}, p95"), at_share(&times, 0.95), "ms", goal(15.0));
    figures.note_at(hazards, &format!("{name}, slowest"), slowest.0, "ms", None);
    eprintln!("  slowest filter: {}", slowest.1);
    let all = json!({ "filter": {} });
    let days = json!({ "region": "530000", "from": null, "to": null });
    for (what, path, query) in [("ledger sums", "hazards/summary", all), ("statistics", "statistics/by_region", days)] {
        let mut times = Vec::new();
        for _ in 0..ASKED {
            let begun = Instant::now();
            let _: Value = province.call(path, &query).await?;
            times.push(begun.elapsed().as_secs_f64() * 1000.0);
        }
        times.sort_by(f64::total_cmp);
        let name = format!("{engine} · {what} of a province");
        figures.note_at(hazards, &format!("{name}, p50"), at_share(&times, 0.5), "ms", None);
        figures.note_at(hazards, &format!("{name}, p95"), at_share(&times, 0.95), "ms", goal(60.0));
    }
    Ok(())
}
