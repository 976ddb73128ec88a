//! Where things lie, and how tools are called.
use std::{
    fs,
    path::{Path, PathBuf},
    process::Command,
};

use anyhow::{Context, Result, bail};

/// The checkout that is bundled.
pub struct Workspace {
    root: PathBuf,
    made: PathBuf,
    /// The cargo profile of the wasm build.
    pub profile: &'static str,
}

impl Workspace {
    /// Each profile keeps its intermediate files apart, so that changing between them repeats nothing.
    ///
    /// # Errors
    /// When the folder for intermediate files cannot be made.
    pub fn new(profile: &'static str) -> Result<Self> {
        let root = Path::new(env!("CARGO_MANIFEST_DIR")).ancestors().nth(2).context("no workspace above bundle")?;
        let made = root.join("target/bundle").join(profile);
        fs::create_dir_all(&made).with_context(|| format!("making {}", made.display()))?;
        Ok(Self { root: root.to_owned(), made, profile })
    }

    /// Whether this is the quick build, which is neither small nor compressed.
    pub fn is_dev(&self) -> bool {
        self.profile == "dev"
    }

    /// A path from the root of the checkout.
    pub fn path(&self, relative: &str) -> PathBuf {
        self.root.join(relative)
    }

    /// The path of an intermediate file.
    pub fn made(&self, name: &str) -> PathBuf {
        self.made.join(name)
    }

    /// A command of a package in `package.json`.
    pub fn npm_tool(&self, name: &str) -> Command {
        Command::new(self.path("node_modules/.bin").join(name))
    }

    /// Runs a tool in the root of the checkout; its output goes to the terminal.
    ///
    /// # Errors
    /// When it cannot be started or fails.
    pub fn run(&self, command: &mut Command) -> Result<()> {
        let program = command.get_program().to_owned();
        let program = Path::new(&program);
        if program.is_absolute() && !program.exists() {
            bail!("{} is missing: run `make setup`", program.display());
        }
        let status =
            command.current_dir(&self.root).status().with_context(|| format!("starting {}", program.display()))?;
        if !status.success() {
            bail!("{} failed ({status})", program.display());
        }
        Ok(())
    }
}
