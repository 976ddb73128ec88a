//! `ranan`: reads the command line, sets up the log, and runs one command.

use clap::Parser;
use server::cli::{Cli, LogFormat};
use std::{io::IsTerminal, process::ExitCode};
use tokio::runtime::Runtime;
use tracing_subscriber::EnvFilter;

fn main() -> ExitCode {
    let Cli { command, log, log_format } = Cli::parse();
    let subscriber = tracing_subscriber::fmt().with_env_filter(EnvFilter::new(log)).with_target(false);
    // A file of the log is read by programs, and by people with a pager.
    let subscriber = subscriber.with_ansi(std::io::stdout().is_terminal());
    match log_format {
        LogFormat::Pretty => subscriber.init(),
        LogFormat::Json => subscriber.json().flatten_event(true).init(),
    }
    let runtime = match Runtime::new() {
        Ok(runtime) => runtime,
        Err(error) => {
            eprintln!("ranan：{error}");
            return ExitCode::FAILURE;
        }
    };
    let ended = runtime.block_on(server::run(command));
    // Work on a thread of its own that did not end in time is not waited for: nobody was told that it is done.
    runtime.shutdown_background();
    match ended {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("ranan：{error:#}");
            ExitCode::FAILURE
        }
    }
}
