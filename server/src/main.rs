//! `ranan`: reads the command line, sets up the log, and runs one command.

use clap::Parser;
use server::cli::{Cli, LogFormat};
use std::process::ExitCode;
use tracing_subscriber::EnvFilter;

#[tokio::main]
async fn main() -> ExitCode {
    let Cli { command, log, log_format } = Cli::parse();
    let subscriber = tracing_subscriber::fmt().with_env_filter(EnvFilter::new(log)).with_target(false);
    match log_format {
        LogFormat::Pretty => subscriber.init(),
        LogFormat::Json => subscriber.json().flatten_event(true).init(),
    }
    match server::run(command).await {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("ranan：{error:#}");
            ExitCode::FAILURE
        }
    }
}
