//! `bundle`: makes `target/site`, everything a browser loads, out of the sources.
//!
//! cargo → wasm-split → wasm-bindgen → wasm-opt → esbuild and Tailwind → hashed names, shell, service worker → brotli and gzip.
//! Each step is skipped while its inputs are unchanged. It serves nothing and watches nothing.
mod site;
mod step;
mod wasm;
mod workspace;

use std::{env, fs, process::ExitCode};

use anyhow::{Context, Result, bail};

use crate::{step::step, workspace::Workspace};

/// What the first load of a face may weigh, compressed with brotli: shell, script, stylesheet, and the modules of its first
/// screen.
const BUDGET_BYTES: u64 = 450 * 1024;

const USAGE: &str = "usage: bundle [--dev]   (--dev: a quick profile, not optimised, no budget)";

fn main() -> ExitCode {
    match run() {
        Ok(()) => ExitCode::SUCCESS,
        Err(problem) => {
            eprintln!("bundle: {problem:#}");
            ExitCode::FAILURE
        }
    }
}

fn run() -> Result<()> {
    let is_dev = match env::args().skip(1).collect::<Vec<_>>().as_slice() {
        [] => false,
        [flag] if flag == "--dev" => true,
        _ => bail!("{USAGE}"),
    };
    let workspace = Workspace::new(if is_dev { "dev" } else { "wasm-release" })?;
    wasm::check_versions(&workspace)?;
    let interface = build(&workspace)?;
    let css = style(&workspace)?;
    let weights = site::assemble(&workspace, &site::Sources { interface, css })?;
    for (face, bytes) in weights {
        fs::write(workspace.made(&format!("first-load-{face}")), bytes.to_string()).context("writing a weight")?;
        if bytes > BUDGET_BYTES {
            bail!(
                "the first load of the {face} weighs {bytes} bytes compressed, {} over the budget of {BUDGET_BYTES}: \
                 find what grew (see the table above) before raising the budget",
                bytes - BUDGET_BYTES
            );
        }
    }
    Ok(())
}

/// The interface, as it ships.
fn build(workspace: &Workspace) -> Result<wasm::Interface> {
    let compiled = wasm::compile(workspace)?;
    let (main, pieces) = wasm::split(workspace, &compiled)?;
    let interface = wasm::bind(workspace, &main, pieces)?;
    if workspace.is_dev() { Ok(interface) } else { wasm::optimise(workspace, interface) }
}

/// The stylesheet, holding only the classes that stand in the app's source.
fn style(workspace: &Workspace) -> Result<std::path::PathBuf> {
    let css = workspace.made("main.css");
    let inputs = [workspace.path("style"), workspace.path("app/src"), workspace.path("package-lock.json")];
    step(workspace, "style", &inputs, std::slice::from_ref(&css), || {
        let source = workspace.path("style/main.css");
        workspace.run(workspace.npm_tool("tailwindcss").arg("--minify").arg("-i").arg(source).arg("-o").arg(&css))
    })?;
    Ok(css)
}
