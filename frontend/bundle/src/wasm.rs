//! From Rust to a small wasm file and the JavaScript glue beside it.
use std::{collections::BTreeMap, fs, path::PathBuf, process::Command};

use anyhow::{Context, Result, anyhow, bail};
use serde::{Deserialize, Serialize};
use wasm_bindgen_cli_support::Bindgen;

use crate::{step::step, workspace::Workspace};

const TARGET: &str = "wasm32-unknown-unknown";

/// The ES module that loads the pieces.
pub const LOADER: &str = "./__wasm_split.js";

/// What rustc emits today and wasm-opt must be told to accept.
const FEATURES: [&str; 6] = [
    "--enable-bulk-memory",
    "--enable-reference-types",
    "--enable-nontrapping-float-to-int",
    "--enable-sign-ext",
    "--enable-mutable-globals",
    "--enable-multivalue",
];

/// The interface, cut into what every page loads and what some load later.
#[derive(Clone)]
pub struct Interface {
    /// The main module.
    pub main: PathBuf,
    /// The folder of the ES module that loads it, with the snippets it imports.
    pub glue: PathBuf,
    /// The modules beside it.
    pub pieces: Pieces,
}

/// What was cut off the main module.
#[derive(Clone, Serialize, Deserialize)]
pub struct Pieces {
    /// The ES module that loads them; it names each as `./{file name}`.
    pub loader: PathBuf,
    /// The modules, sorted.
    pub files: Vec<PathBuf>,
    /// By the name of a part (`lazy_screens!` in the app): the stems of the files that it needs.
    pub parts: BTreeMap<String, Vec<String>>,
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

/// What the interface is compiled from, besides the crates that Cargo.lock names.
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

/// Cargo's own build.
///
/// # Errors
/// When cargo fails.
pub fn compile(workspace: &Workspace) -> Result<PathBuf> {
    let target_dir = workspace.path("target");
    let mut cargo = Command::new("cargo");
    cargo.args(["build", "-p", "frontend", "--target", TARGET, "--profile", workspace.profile]);
    if !workspace.is_dev() {
        cargo.env("CARGO_ENCODED_RUSTFLAGS", flags(workspace)?);
    }
    cargo.arg("--target-dir").arg(&target_dir);
    let folder = if workspace.is_dev() { "debug" } else { workspace.profile };
    let compiled = target_dir.join(TARGET).join(folder).join("frontend.wasm");
    let sources = SOURCES.map(|source| workspace.path(source));
    step(workspace, "compile", &sources, std::slice::from_ref(&compiled), || workspace.run(&mut cargo))?;
    Ok(compiled)
}

/// What `.cargo/config.toml` says, and that no path of this machine goes into the module: panics name their places.
fn flags(workspace: &Workspace) -> Result<String> {
    let home = std::env::var_os("CARGO_HOME").map(PathBuf::from);
    let home = home.or_else(|| Some(PathBuf::from(std::env::var_os("HOME")?).join(".cargo")));
    let sources = home.context("neither CARGO_HOME nor HOME is set")?.join("registry/src");
    let mut flags = ["--cfg", "erase_components", "-Clink-args=--emit-relocs"].map(str::to_owned).to_vec();
    let registries = fs::read_dir(&sources).with_context(|| format!("reading {}", sources.display()))?;
    let registries = registries.collect::<Result<Vec<_>, _>>()?.into_iter().map(|registry| registry.path());
    for path in registries.chain([workspace.path(".")]) {
        flags.push(format!("--remap-path-prefix={}=", path.join("").display()));
    }
    Ok(flags.join("\u{1f}"))
}

/// Cuts the module at the app's `lazy_screens!`. What several parts need and the main module does not becomes a file that
/// they share.
///
/// # Errors
/// When the module has no relocations, or a file cannot be written.
pub fn split(workspace: &Workspace, compiled: &PathBuf) -> Result<(PathBuf, Pieces)> {
    let folder = workspace.made("split");
    let main = folder.join("main.wasm");
    let listed = folder.join("pieces.json");
    step(workspace, "wasm-split", std::slice::from_ref(compiled), &[main.clone(), listed.clone()], || {
        if folder.exists() {
            fs::remove_dir_all(&folder)?; // pieces of an older build must not stay
        }
        let module = fs::read(compiled)?;
        let mut options = wasm_split_cli_support::Options::new(&module);
        options.output_dir = &folder;
        options.main_out_path = &main;
        options.main_module = "./frontend.js";
        options.link_name = LOADER;
        let made = wasm_split_cli_support::transform(options).map_err(|error| anyhow!("{error:?}"))?;
        let mut files = made.split_modules;
        files.sort();
        let parts = made.prefetch_map.into_iter().collect();
        fs::write(&listed, serde_json::to_vec(&Pieces { loader: folder.join(LOADER), files, parts })?)?;
        Ok(())
    })?;
    Ok((main, serde_json::from_slice(&fs::read(listed)?)?))
}

/// Generates the glue for the web, without a default address of the wasm file: the loader names it.
///
/// # Errors
/// When wasm-bindgen refuses the module.
pub fn bind(workspace: &Workspace, main: &PathBuf, pieces: Pieces) -> Result<Interface> {
    let glue = workspace.made("bindgen");
    let wasm = glue.join("frontend_bg.wasm");
    step(workspace, "wasm-bindgen", std::slice::from_ref(main), std::slice::from_ref(&wasm), || {
        if glue.exists() {
            fs::remove_dir_all(&glue)?; // snippets of an older build must not stay
        }
        Bindgen::new()
            .input_path(main)
            .out_name("frontend")
            .web(true)?
            .typescript(false)
            .omit_default_module_path(true)
            // The pieces find what they take from the main module by these names.
            .keep_lld_exports(true)
            .demangle(false)
            .remove_name_section(!workspace.is_dev())
            .remove_producers_section(true)
            .generate(&glue)
    })?;
    Ok(Interface { main: wasm, glue, pieces })
}

/// Shrinks each module. Its control flow is made anew in between, which compresses better by a hundredth.
///
/// # Errors
/// When wasm-opt fails.
pub fn optimise(workspace: &Workspace, interface: Interface) -> Result<Interface> {
    let Interface { main, glue, mut pieces } = interface;
    let main = shrink(workspace, &main)?;
    for file in &mut pieces.files {
        *file = shrink(workspace, file)?;
    }
    Ok(Interface { main, glue, pieces })
}

fn shrink(workspace: &Workspace, wasm: &PathBuf) -> Result<PathBuf> {
    let name = wasm.file_name().context("a module has a name")?;
    let folder = workspace.made("small");
    fs::create_dir_all(&folder)?;
    let small = folder.join(name);
    let step_name = format!("wasm-opt-{}", name.to_string_lossy());
    step(workspace, &step_name, std::slice::from_ref(wasm), std::slice::from_ref(&small), || {
        let passes = ["-Oz", "--flatten", "--rereloop", "-Oz", "--strip-debug", "--quiet"];
        workspace.run(workspace.npm_tool("wasm-opt").args(passes).args(FEATURES).arg(wasm).arg("-o").arg(&small))
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
