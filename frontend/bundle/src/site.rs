//! Lays out `target/site`: hashed assets, the shell, the service worker, the public files and their compressed copies.
//!
//! What lies under `/assets/` never changes its content under one name; everything else may.
use std::{
    collections::BTreeMap,
    fs,
    path::{Path, PathBuf},
    process::Command,
};

use anyhow::{Context, Result, ensure};
use sha2::{Digest, Sha256};

use crate::{
    step::{files_under, step},
    wasm::{Interface, LOADER},
    workspace::Workspace,
};

/// What the steps before have made.
pub struct Sources {
    /// The modules and their glue.
    pub interface: Interface,
    /// The stylesheet that Tailwind made.
    pub css: PathBuf,
}

/// A face: its name, the part that its first screen needs, and all that it can need.
struct Face {
    name: &'static str,
    first: &'static str,
    all: &'static [&'static str],
}

/// For inspectors' phones, which keep all of it.
const FIELD: Face = Face { name: "field", first: "workbench", all: &["workbench", "visit"] };
/// For administrators' desks.
const CONSOLE: Face = Face { name: "console", first: "overview", all: &["overview", "desk"] };

/// Makes the site, prints its sizes and returns what the first load of each face weighs compressed, in bytes; nothing
/// for a quick build.
///
/// # Errors
/// When a file cannot be read or written, or a tool fails.
pub fn assemble(workspace: &Workspace, sources: &Sources) -> Result<Vec<(&'static str, u64)>> {
    let site = workspace.path("target/site");
    let summary = workspace.made("first-load");
    let inputs = [
        sources.interface.main.clone(),
        sources.interface.glue.clone(),
        sources.interface.pieces.loader.clone(),
        sources.css.clone(),
        workspace.path("public"),
        workspace.path("frontend/shell"),
        workspace.path("frontend/bundle/compress.mjs"),
        workspace.path("package-lock.json"),
    ];
    let inputs = [&inputs[..], &sources.interface.pieces.files].concat();
    // Both profiles share one site, so the one that made it last is noted inside.
    let made_by = site.join(format!(".{}", workspace.profile));
    step(workspace, "site", &inputs, &[made_by, summary.clone()], || {
        let fresh = workspace.path("target/site.new");
        if fresh.exists() {
            fs::remove_dir_all(&fresh)?;
        }
        let first_loads = lay_out(workspace, sources, &fresh)?;
        if !workspace.is_dev() {
            workspace.run(Command::new("node").arg("frontend/bundle/compress.mjs").arg(&fresh))?;
        }
        fs::write(fresh.join(format!(".{}", workspace.profile)), "")?;
        if site.exists() {
            fs::remove_dir_all(&site)?;
        }
        fs::rename(&fresh, &site)?;
        fs::write(&summary, first_loads.map(|addresses| addresses.join(" ")).join("\n"))?;
        Ok(())
    })?;
    if workspace.is_dev() {
        return Ok(Vec::new()); // neither small nor compressed: its sizes say nothing
    }
    let first_loads = fs::read_to_string(&summary).context("reading the list of the first loads")?;
    let faces = [FIELD, CONSOLE].into_iter().map(|face| face.name).zip(first_loads.lines());
    faces.map(|(face, line)| Ok((face, print_sizes(&site, face, line)?))).collect()
}

/// Writes all files uncompressed; returns the addresses of the first load of each face, the phone's first.
fn lay_out(workspace: &Workspace, sources: &Sources, site: &Path) -> Result<[Vec<String>; 2]> {
    fs::create_dir_all(site.join("assets"))?;
    let Interface { main, pieces, .. } = &sources.interface;
    let main = place(site, "wasm", &fs::read(main)?)?;
    let mut addresses = BTreeMap::new();
    for file in &pieces.files {
        let stem = file.file_stem().context("a module has a name")?.to_string_lossy().into_owned();
        addresses.insert(stem, place(site, "wasm", &fs::read(file)?)?);
    }
    let needed = |part: &str| -> Result<Vec<String>> {
        let stems = pieces.parts.get(part).with_context(|| format!("no screens are in the part `{part}`"))?;
        stems.iter().map(|stem| addresses.get(stem).cloned().with_context(|| format!("no piece {stem}"))).collect()
    };
    let first = [needed(FIELD.first)?, needed(CONSOLE.first)?];
    let css = place(site, "css", &fs::read(&sources.css)?)?;
    let js = place(site, "js", &script(workspace, &sources.interface, &main, &addresses, &first)?)?;

    let shell = fs::read_to_string(workspace.path("frontend/shell/index.html"))?
        .replace("{{css}}", &css)
        .replace("{{main}}", &main)
        .replace("{{js}}", &js);
    fs::write(site.join("index.html"), shell)?;

    let public = workspace.path("public");
    for file in files_under(&public)? {
        let to = site.join(file.strip_prefix(&public)?);
        fs::create_dir_all(to.parent().context("a public file lies in a folder")?)?;
        fs::copy(&file, &to)?;
    }
    // A desk has a network; a phone is not to keep what only a desk needs.
    let of_phones = FIELD.all.iter().map(|part| needed(part)).collect::<Result<Vec<_>>>()?.concat();
    let left_out: Vec<_> = addresses.values().filter(|address| !of_phones.contains(address)).cloned().collect();
    let worker = worker(site, &left_out)?;
    fs::write(site.join("service-worker.js"), worker)?;
    let shared = ["/index.html".to_owned(), js, main, css];
    Ok(first.map(|pieces| [&shared[..], &pieces].concat()))
}

/// Writes an asset under a name that holds the hash of its content; returns its address.
fn place(site: &Path, extension: &str, content: &[u8]) -> Result<String> {
    let hash = hex::encode(&Sha256::digest(content)[..8]);
    let address = format!("/assets/ranan-{hash}.{extension}");
    fs::write(site.join(&address[1..]), content)?;
    Ok(address)
}

/// One script of the loader, the glue with its snippets, and what loads the pieces. `first` is what each face needs beside
/// the main module, the phone's first.
fn script(
    workspace: &Workspace,
    interface: &Interface,
    main: &str,
    addresses: &BTreeMap<String, String>,
    first: &[Vec<String>; 2],
) -> Result<Vec<u8>> {
    let mut pieces = fs::read_to_string(&interface.pieces.loader)?;
    for (stem, address) in addresses {
        let name = format!("\"./{stem}.wasm\"");
        ensure!(pieces.contains(&name), "{stem} is loaded by nothing");
        pieces = pieces.replace(&name, &format!("{address:?}"));
    }
    fs::write(interface.glue.join(LOADER), pieces)?;
    let out = workspace.made("loader.js");
    let [field, console] = first;
    workspace.run(
        workspace
            .npm_tool("esbuild")
            .arg("frontend/shell/loader.js")
            .args(["--bundle", "--minify", "--format=esm", "--target=chrome111,safari16.4,firefox128"])
            .args(["--log-override:duplicate-object-key=silent", "--log-level=warning", "--legal-comments=none"])
            .arg(format!("--alias:glue={}", interface.glue.join("frontend.js").display()))
            .arg(format!("--define:MAIN_WASM={main:?}"))
            .arg(format!("--define:FIELD_PIECES={field:?}"))
            .arg(format!("--define:CONSOLE_PIECES={console:?}"))
            .arg(format!("--outfile={}", out.display())),
    )?;
    Ok(fs::read(out)?)
}

/// The service worker: its source behind the version, and what it keeps, each address with the hash that proves it.
fn worker(site: &Path, left_out: &[String]) -> Result<String> {
    let source = fs::read_to_string(site.join("service-worker.js"))?;
    let mut hasher = Sha256::new();
    let mut precache = BTreeMap::new();
    for file in files_under(site)? {
        let address = format!("/{}", file.strip_prefix(site)?.display());
        let content = fs::read(&file)?;
        hasher.update(&address);
        hasher.update(&content);
        if is_kept(&address, left_out) {
            precache.insert(address, hex::encode(Sha256::digest(&content)));
        }
    }
    let version = hex::encode(&hasher.finalize()[..8]);
    let entries: Vec<_> = precache.iter().map(|(address, hash)| format!("  {address:?}: {hash:?},\n")).collect();
    Ok(format!("const VERSION = {version:?};\nconst PRECACHE = {{\n{}}};\n{source}", entries.concat()))
}

/// Whether a phone keeps what lies at this address: the shell, the assets but for those that only a desk needs, icons and manifest.
fn is_kept(address: &str, left_out: &[String]) -> bool {
    let is_listed = ["/index.html", "/manifest.webmanifest"].contains(&address)
        || ["/assets/", "/icons/"].iter().any(|folder| address.starts_with(folder));
    is_listed && !left_out.iter().any(|left| left == address)
}

fn print_sizes(site: &Path, face: &str, addresses: &str) -> Result<u64> {
    let weigh = |path: &Path| fs::metadata(path).map(|found| found.len()).context("measuring a file of the site");
    println!("{:<40} {:>10} {:>10} {:>10}", format!("first load, {face}"), "raw", "gzip", "brotli");
    let mut total = [0; 3];
    for address in addresses.split(' ') {
        let file = site.join(&address[1..]);
        let beside = |suffix: &str| PathBuf::from(format!("{}.{suffix}", file.display()));
        let sizes = [weigh(&file)?, weigh(&beside("gz"))?, weigh(&beside("br"))?];
        println!("{address:<40} {:>10} {:>10} {:>10}", sizes[0], sizes[1], sizes[2]);
        for (sum, bytes) in total.iter_mut().zip(sizes) {
            *sum += bytes;
        }
    }
    println!("{:<40} {:>10} {:>10} {:>10}", "together", total[0], total[1], total[2]);
    Ok(total[2])
}

#[cfg(test)]
mod tests {
    use super::{is_kept, worker};
    use sha2::{Digest, Sha256};
    use std::fs;

    #[test]
    fn the_worker_keeps_the_shell_its_assets_and_icons_and_nothing_else() {
        let left_out = ["/assets/ranan-desk.wasm".to_owned()];
        for kept in ["/index.html", "/manifest.webmanifest", "/icons/mark.svg", "/assets/ranan-0123456789abcdef.js"] {
            assert!(is_kept(kept, &left_out), "{kept}");
        }
        for not in ["/service-worker.js", "/robots.txt", "/.wasm-release", "/assets/ranan-desk.wasm", "/index.html.br"]
        {
            assert!(!is_kept(not, &left_out), "{not}");
        }
    }

    #[test]
    fn every_kept_address_comes_with_the_hash_of_its_content_and_any_change_is_a_new_version() {
        let site = std::env::temp_dir().join(format!("ranan-worker-{}", std::process::id()));
        fs::create_dir_all(site.join("icons")).expect("a folder");
        for (name, content) in [("index.html", "<html>"), ("icons/mark.svg", "<svg>"), ("service-worker.js", "// end")]
        {
            fs::write(site.join(name), content).expect("a file");
        }
        let first = worker(&site, &[]).expect("a worker");
        let hash = hex::encode(Sha256::digest("<html>"));
        assert!(first.contains(&format!("\"/index.html\": \"{hash}\"")) && first.ends_with("// end"), "{first}");
        assert!(!first.contains("\"/service-worker.js\""));
        fs::write(site.join("icons/mark.svg"), "<svg/>").expect("a file");
        assert_ne!(worker(&site, &[]).expect("a worker").lines().next(), first.lines().next());
        fs::remove_dir_all(&site).expect("it was there");
    }
}
