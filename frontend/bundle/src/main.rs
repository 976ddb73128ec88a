//! `bundle`: makes `target/site`, everything a browser loads, out of the sources.
//!
//! cargo → wasm-bindgen → wasm-opt → esbuild and Tailwind → hashed names, shell, service worker → brotli and gzip.
//! Each step is skipped while its inputs are unchanged. It serves nothing and watches nothing.
mod site;
mod step;
mod wasm;
mod workspace;

use std::{env, fs, process::ExitCode};

use anyhow::{Context, Result, bail};

use crate::{step::step, workspace::Workspace};

/// What the first load may weigh, compressed with brotli: shell, script, wasm and stylesheet.
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
    let compiled = wasm::compile(&workspace)?;
    let bound = wasm::bind(&workspace, &compiled)?;
    let wasm = if is_dev { bound.wasm } else { wasm::optimise(&workspace, &bound.wasm)? };
    let css = style(&workspace)?;
    let site = site::Sources { wasm, glue: bound.glue, css };
    let first_load_bytes = site::assemble(&workspace, &site)?;
    if is_dev {
        return Ok(());
    }
    fs::write(workspace.made("first-load-bytes"), first_load_bytes.to_string()).context("writing first-load-bytes")?;
    if first_load_bytes > BUDGET_BYTES {
        bail!(
            "the first load weighs {first_load_bytes} bytes compressed, {} over the budget of {BUDGET_BYTES}: \
             find what grew (see the table above) before raising the budget",
            first_load_bytes - BUDGET_BYTES
        );
    }
    Ok(())
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
