//! Every function of the store is called by a contract test.

use std::{
    collections::BTreeSet,
    fs,
    path::{Path, PathBuf},
};

/// All Rust files below a folder of this crate.
fn sources(folder: &Path) -> Vec<PathBuf> {
    let mut files = Vec::new();
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            files.extend(sources(&path));
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            files.push(path);
        }
    }
    files
}

/// The name of the public function that a line begins, and whether it is a method.
fn public_function(line: &str) -> Option<(&str, bool)> {
    let code = line.trim_start();
    let after = ["pub async fn ", "pub fn "].iter().find_map(|start| code.strip_prefix(start))?;
    Some((after.split(['(', '<']).next()?, code.len() < line.len()))
}

#[test]
fn every_public_function_of_the_store_is_called_by_a_contract_test() {
    let crate_folder = Path::new(env!("CARGO_MANIFEST_DIR"));
    let read = |folder: &str| {
        sources(&crate_folder.join(folder)).into_iter().map(|path| (fs::read_to_string(&path).unwrap(), path))
    };
    let tests: String = read("tests").map(|(text, _)| text).collect();
    let mut uncalled = BTreeSet::new();
    for (text, path) in read("src") {
        let inside = path.strip_prefix(crate_folder.join("src")).unwrap();
        let module = inside.components().next().unwrap().as_os_str().to_str().unwrap().trim_end_matches(".rs");
        for (name, is_method) in text.lines().filter_map(public_function) {
            let calls = if is_method {
                vec![format!(".{name}("), format!("::{name}(")]
            } else {
                // What the crate's root hands on is called without its module.
                vec![format!("{module}::{name}("), format!("store::{name}(")]
            };
            if !calls.iter().any(|call| tests.contains(call.as_str())) {
                uncalled.insert(format!("{module}::{name}"));
            }
        }
    }
    assert!(uncalled.is_empty(), "no contract test calls these; write one, or make it pub(crate): {uncalled:#?}");
}
