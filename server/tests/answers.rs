//! `docs/answers.md` and its Chinese twin: one row for each of the forty answers, and no test named that does not exist.

use std::{
    collections::BTreeSet,
    fs,
    path::{Path, PathBuf},
};

const TABLES: [&str; 2] = ["docs/answers.md", "docs/answers.zh-CN.md"];

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("..")
}

/// The text of all tests: Rust and journeys.
fn tests(folder: &Path, text: &mut String) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        let name = path.file_name().unwrap().to_string_lossy().into_owned();
        if path.is_dir() {
            if !name.starts_with('.') && !["target", "node_modules", "data"].contains(&name.as_str()) {
                tests(&path, text);
            }
        } else if path.extension().is_some_and(|end| end == "rs") || name.ends_with(".spec.ts") {
            text.push_str(&fs::read_to_string(path).unwrap());
        }
    }
}

#[test]
fn each_of_the_forty_answers_has_a_row_whose_tests_exist() {
    let mut text = String::new();
    for folder in ["app", "server", "frontend", "end2end"] {
        tests(&root().join(folder), &mut text);
    }
    for table in TABLES {
        let rows = fs::read_to_string(root().join(table)).unwrap();
        let rows: Vec<Vec<&str>> = rows
            .lines()
            .map(|line| line.trim_matches('|').split('|').map(str::trim).collect::<Vec<_>>())
            .filter(|cells| cells[0].parse::<u32>().is_ok())
            .collect();
        let numbers: Vec<u32> = rows.iter().map(|cells| cells[0].parse().unwrap()).collect();
        assert_eq!(numbers, (1..=40).collect::<Vec<_>>(), "{table}");
        let mut unknown = BTreeSet::new();
        for cells in rows {
            assert_eq!(cells.len(), 4, "{table}, answer {}", cells[0]);
            let named: Vec<_> = cells[3].split('`').skip(1).step_by(2).collect();
            assert!(
                !named.is_empty() || cells[3] == "none: missing" || cells[3] == "尚未提供",
                "{table}: {}",
                cells[0]
            );
            for test in named {
                let is_there = text.contains(&format!("fn {test}(")) || text.contains(&format!("test(\"{test}\""));
                if !is_there {
                    unknown.insert(test);
                }
            }
        }
        assert_eq!(unknown, BTreeSet::new(), "{table} names tests that do not exist");
    }
}
