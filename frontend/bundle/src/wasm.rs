//! From Rust to a small wasm file and the JavaScript glue beside it.
use std::{fs, path::PathBuf, process::Command};

use anyhow::{Context, Result, anyhow, bail};
use wasm_bindgen_cli_support::Bindgen;

use crate::{step::step, workspace::Workspace};

const TARGET: &str = "wasm32-unknown-unknown";

/// What rustc emits today and wasm-opt must be told to accept.
const FEATURES: [&str; 6] = [
    "--enable-bulk-memory",
    "--enable-reference-types",
    "--enable-nontrapping-float-to-int",
    "--enable-sign-ext",
    "--enable-mutable-globals",
    "--enable-multivalue",
];

/// The wasm file and its glue, as wasm-bindgen leaves them.
pub struct Bound {
    /// The module.
    pub wasm: PathBuf,
    /// The folder of the ES module that loads it, with the snippets it imports.
    pub glue: PathBuf,
}

/// The tool must be of the same version as the library, since the format between them is private.
///
/// # Errors
/// When the lock file holds two different versions, or lacks one.
pub fn check_versions(workspace: &Workspace) -> Result<()> {
    let lock = fs::read_to_string(workspace.path("Cargo.lock")).context("reading Cargo.lock")?;
    let library = locked_version(&lock, "wasm-bindgen")?;
    let tool = locked_version(&lock, "wasm-bindgen-cli-support")?;
    if library != tool {
        bail!(
            "wasm-bindgen is locked at {library}, wasm-bindgen-cli-support at {tool}, and they must be equal: \
             run `cargo update -p wasm-bindgen-cli-support --precise {library}`"
        );
    }
    Ok(())
}

fn locked_version<'a>(lock: &'a str, package: &str) -> Result<&'a str> {
    let name = format!("name = \"{package}\"");
    lock.lines()
        .skip_while(|line| *line != name)
        .nth(1)
        .and_then(|line| line.strip_prefix("version = \"")?.strip_suffix('"'))
        .ok_or_else(|| anyhow!("{package} is not in Cargo.lock"))
}

/// Cargo's own build; cargo knows by itself what is unchanged.
///
/// # Errors
/// When cargo fails.
pub fn compile(workspace: &Workspace) -> Result<PathBuf> {
    let target_dir = workspace.path("target");
    workspace.run(
        Command::new("cargo")
            .args(["build", "-p", "frontend", "--target", TARGET, "--profile", workspace.profile, "--target-dir"])
            .arg(&target_dir),
    )?;
    let folder = if workspace.is_dev() { "debug" } else { workspace.profile };
    Ok(target_dir.join(TARGET).join(folder).join("frontend.wasm"))
}

/// Generates the glue for the web, without a default address of the wasm file: the loader names it.
///
/// # Errors
/// When wasm-bindgen refuses the module.
pub fn bind(workspace: &Workspace, compiled: &PathBuf) -> Result<Bound> {
    let glue = workspace.made("bindgen");
    let wasm = glue.join("frontend_bg.wasm");
    step(workspace, "wasm-bindgen", std::slice::from_ref(compiled), std::slice::from_ref(&wasm), || {
        if glue.exists() {
            fs::remove_dir_all(&glue)?; // snippets of an older build must not stay
        }
        Bindgen::new()
            .input_path(compiled)
            .web(true)?
            .typescript(false)
            .omit_default_module_path(true)
            .remove_name_section(!workspace.is_dev())
            .remove_producers_section(true)
            .generate(&glue)
    })?;
    Ok(Bound { wasm, glue })
}

/// Shrinks the module to less than half.
///
/// # Errors
/// When wasm-opt fails.
pub fn optimise(workspace: &Workspace, wasm: &PathBuf) -> Result<PathBuf> {
    let small = workspace.made("frontend.wasm");
    step(workspace, "wasm-opt", std::slice::from_ref(wasm), std::slice::from_ref(&small), || {
        workspace.run(workspace.npm_tool("wasm-opt").arg("-Oz").args(FEATURES).arg(wasm).arg("-o").arg(&small))
    })?;
    Ok(small)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_locked_version_is_that_of_the_very_package() {
        let lock = "[[package]]\nname = \"wasm-bindgen-macro\"\nversion = \"9.9.9\"\n\n\
                    [[package]]\nname = \"wasm-bindgen\"\nversion = \"0.2.130\"\n";
        assert_eq!(locked_version(lock, "wasm-bindgen").expect("it is locked"), "0.2.130");
        assert!(locked_version(lock, "wasm-bindgen-cli-support").is_err());
    }
}
