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

use crate::{step::step, wasm::Face, workspace::Workspace};

/// What the first load of a face should weigh, compressed with brotli: shell, script, wasm and stylesheet.
const GOAL_BYTES: u64 = 450 * 1024;
/// What the field's weighs since it keeps operations, searches on the phone and tells a hazard's life. It must not grow; the
/// way back to the goal is to split it along its routes.
const FIELD_BYTES: u64 = 560 * 1024;

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
    let field = build(&workspace, Face::Field)?;
    // The quick build holds both faces, so that one compilation serves both.
    let console = if is_dev { field.clone() } else { build(&workspace, Face::Console)? };
    let css = style(&workspace)?;
    let weights = site::assemble(&workspace, &site::Sources { field, console, css })?;
    for (face, bytes) in weights {
        fs::write(workspace.made(&format!("first-load-{face}")), bytes.to_string()).context("writing a weight")?;
        let budget = if face == Face::Field.name() { FIELD_BYTES } else { GOAL_BYTES };
        if bytes > budget {
            bail!(
                "the first load of the {face} weighs {bytes} bytes compressed, {} over the budget of {budget}: \
                 find what grew (see the table above) before raising the budget",
                bytes - budget
            );
        }
        if bytes > GOAL_BYTES {
            eprintln!(
                "bundle: the first load of the {face} is {} bytes over the goal of {GOAL_BYTES}",
                bytes - GOAL_BYTES
            );
        }
    }
    Ok(())
}

/// One face, as it ships.
fn build(workspace: &Workspace, face: Face) -> Result<wasm::Bound> {
    let compiled = wasm::compile(workspace, face)?;
    let bound = wasm::bind(workspace, face, &compiled)?;
    if workspace.is_dev() { Ok(bound) } else { wasm::optimise(workspace, face, bound) }
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
