//! Scenario files that are refused, with the message that each gives; scenario files that are taken; overrides.

use std::fs;
use std::path::{Path, PathBuf};

use runaway::provenance::digest;
use runaway::scenario::{Filter, Origin, Policy, Scenario};

/// Every scenario file of a folder of the repository, in order of their names.
fn scenarios_in(folder: &str) -> Vec<PathBuf> {
    // Tests run in the root of the package, so the paths in messages are the same on every machine.
    let mut files: Vec<PathBuf> = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    files.retain(|path| path.extension().is_some_and(|extension| extension == "toml"));
    files.sort();
    assert!(!files.is_empty(), "no scenario in {folder}");
    files
}

#[test]
fn every_invalid_file_gives_its_pinned_message() {
    let mut differences = String::new();
    for path in scenarios_in("tests/cases/invalid") {
        let name = path.file_name().unwrap().to_str().unwrap();
        let message = match Scenario::load(&path, &[]) {
            Ok(_) => "no message: the file was taken".to_owned(),
            Err(error) => error.to_string().replace("tests/cases/invalid/", "").replace("tests/cases/invalid\\", ""),
        };
        let pinned = fs::read_to_string(path.with_extension("txt")).unwrap_or_else(|_| "no .txt file".to_owned());
        if message != pinned.trim_end() {
            differences += &format!("{name}\n  gives  {message}\n  pinned {}\n", pinned.trim_end());
        }
        assert_eq!(message.lines().count(), 1, "{name}: the message is one line");
    }
    assert!(differences.is_empty(), "\n{differences}");
}
