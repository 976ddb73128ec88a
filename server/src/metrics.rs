//! Prometheus metrics on a listener of their own, which need not be open to the world.

use anyhow::Context;
use metrics_exporter_prometheus::{Matcher, PrometheusBuilder};
use services::space::Reserve;
use std::{net::SocketAddr, time::Duration};

/// Bounds of the histogram of answer times, in seconds.
const SECONDS: [f64; 12] = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 5.0, 30.0];
/// How often the memory is looked at.
const EVERY: Duration = Duration::from_secs(15);

/// Starts the listener. Once per process.
///
/// # Errors
/// When the address is taken.
#[expect(clippy::cast_precision_loss, reason = "a gauge is a float; no disk has 2^52 bytes")]
pub fn start(listen: SocketAddr, reserve: Reserve) -> anyhow::Result<()> {
    PrometheusBuilder::new()
        .with_http_listener(listen)
        .set_buckets_for_metric(Matcher::Full("http_request_duration_seconds".to_owned()), &SECONDS)?
        .install()
        .with_context(|| format!("metrics cannot listen on {listen}"))?;
    metrics::describe_counter!("http_requests_total", "Requests answered.");
    metrics::describe_histogram!("http_request_duration_seconds", metrics::Unit::Seconds, "Time until an answer.");
    metrics::describe_gauge!("process_resident_memory_bytes", metrics::Unit::Bytes, "Memory in use.");
    metrics::describe_gauge!("jobs_waiting", "Jobs that are due and that no worker has.");
    metrics::describe_gauge!("jobs_dead", "Jobs that failed too often and wait for a person.");
    metrics::describe_gauge!("jobs_oldest_seconds", metrics::Unit::Seconds, "Since when the oldest of them is due.");
    metrics::describe_gauge!("disk_free_bytes", metrics::Unit::Bytes, "Free on the disk, where there is the least.");
    metrics::describe_gauge!(
        "disk_reserve_bytes",
        metrics::Unit::Bytes,
        "Below so many, only records are taken; below a quarter, not even these."
    );
    metrics::gauge!("disk_reserve_bytes").set(reserve.bytes() as f64);
    tokio::spawn(async move {
        let mut tick = tokio::time::interval(EVERY);
        loop {
            tick.tick().await;
            if let Some(bytes) = resident_memory().await {
                metrics::gauge!("process_resident_memory_bytes").set(bytes);
            }
            if let Some(bytes) = reserve.free_bytes() {
                metrics::gauge!("disk_free_bytes").set(bytes as f64);
            }
        }
    });
    Ok(())
}

/// As Linux tells it; elsewhere nothing is told.
async fn resident_memory() -> Option<f64> {
    let status = tokio::fs::read_to_string("/proc/self/status").await.ok()?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"))?;
    let kilobytes: f64 = line.trim().strip_suffix("kB")?.trim().parse().ok()?;
    Some(kilobytes * 1024.0)
}
