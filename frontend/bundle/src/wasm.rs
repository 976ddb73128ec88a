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

/// A build of the interface: what a phone loads, or what a desk loads.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Face {
    /// For inspectors' phones.
    Field,
    /// For administrators' desks.
    Console,
}

impl Face {
    /// Its name, which is also the feature that builds it.
    pub fn name(self) -> &'static str {
        match self {
            Self::Field => "field",
            Self::Console => "console",
        }
    }
}

/// The wasm file of a face and its glue.
#[derive(Clone)]
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

/// What a face is compiled from, besides the crates that Cargo.lock names.
const SOURCES: [&str; 9] = [
    ".cargo/config.toml",
    "Cargo.lock",
    "Cargo.toml",
    "app/Cargo.toml",
    "app/domain/Cargo.toml",
    "app/domain/src",
    "app/src",
    "frontend/Cargo.toml",
    "frontend/src",
];

/// Cargo's own build, kept under the face's name: both faces are one file to cargo, which would make each anew whenever
/// the other was made.
///
/// # Errors
/// When cargo fails.
pub fn compile(workspace: &Workspace, face: Face) -> Result<PathBuf> {
    let target_dir = workspace.path("target");
    let mut cargo = Command::new("cargo");
    cargo.args(["build", "-p", "frontend", "--target", TARGET, "--profile", workspace.profile]);
    if !workspace.is_dev() {
        cargo
            .args(["--no-default-features", "--features", face.name()])
            .env("CARGO_ENCODED_RUSTFLAGS", flags(workspace)?);
    }
    cargo.arg("--target-dir").arg(&target_dir);
    let folder = if workspace.is_dev() { "debug" } else { workspace.profile };
    let compiled = target_dir.join(TARGET).join(folder).join("frontend.wasm");
    let kept = workspace.made(&format!("{}.compiled.wasm", face.name()));
    let sources = SOURCES.map(|source| workspace.path(source));
    step(workspace, &format!("compile-{}", face.name()), &sources, std::slice::from_ref(&kept), || {
        workspace.run(&mut cargo)?;
        fs::copy(&compiled, &kept).with_context(|| format!("copying {}", compiled.display()))?;
        Ok(())
    })?;
    Ok(kept)
}

/// What `.cargo/config.toml` says, and that no path of this machine goes into the module: panics name their places.
fn flags(workspace: &Workspace) -> Result<String> {
    let home = std::env::var_os("CARGO_HOME").map(PathBuf::from);
    let home = home.or_else(|| Some(PathBuf::from(std::env::var_os("HOME")?).join(".cargo")));
    let sources = home.context("neither CARGO_HOME nor HOME is set")?.join("registry/src");
    let mut flags = vec!["--cfg".to_owned(), "erase_components".to_owned()];
    let registries = fs::read_dir(&sources).with_context(|| format!("reading {}", sources.display()))?;
    let registries = registries.collect::<Result<Vec<_>, _>>()?.into_iter().map(|registry| registry.path());
    for path in registries.chain([workspace.path(".")]) {
        flags.push(format!("--remap-path-prefix={}=", path.join("").display()));
    }
    Ok(flags.join("\u{1f}"))
}

/// Generates the glue for the web, without a default address of the wasm file: the loader names it.
///
/// # Errors
/// When wasm-bindgen refuses the module.
pub fn bind(workspace: &Workspace, face: Face, compiled: &PathBuf) -> Result<Bound> {
    let glue = workspace.made(&format!("bindgen-{}", face.name()));
    let wasm = glue.join("frontend_bg.wasm");
    step(
        workspace,
        &format!("wasm-bindgen-{}", face.name()),
        std::slice::from_ref(compiled),
        std::slice::from_ref(&wasm),
        || {
            if glue.exists() {
                fs::remove_dir_all(&glue)?; // snippets of an older build must not stay
            }
            Bindgen::new()
                .input_path(compiled)
                .out_name("frontend")
                .web(true)?
                .typescript(false)
                .omit_default_module_path(true)
                .remove_name_section(!workspace.is_dev())
                .remove_producers_section(true)
                .generate(&glue)
        },
    )?;
    Ok(Bound { wasm, glue })
}

/// Shrinks the module. Its control flow is made anew in between, which compresses better by a hundredth.
///
/// # Errors
/// When wasm-opt fails.
pub fn optimise(workspace: &Workspace, face: Face, bound: Bound) -> Result<Bound> {
    let Bound { wasm, glue } = bound;
    let small = workspace.made(&format!("{}.wasm", face.name()));
    let name = format!("wasm-opt-{}", face.name());
    step(workspace, &name, std::slice::from_ref(&wasm), std::slice::from_ref(&small), || {
        let passes = ["-Oz", "--flatten", "--rereloop", "-Oz"];
        workspace.run(workspace.npm_tool("wasm-opt").args(passes).args(FEATURES).arg(&wasm).arg("-o").arg(&small))
    })?;
    Ok(Bound { wasm: small, glue })
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
