//! Folders of results: replaced whole, whatever happens, and never those of another command.

use std::fs;
use std::path::Path;
use std::process::{Child, Command, Stdio};

use tempfile::TempDir;

use crate::cli::contents;

const MODEL: &str = "tests/cases/small.toml";

fn command(args: &[&str]) -> Command {
    let mut command = Command::new(assert_cmd::cargo::cargo_bin!("runaway"));
    command.args(args).stdout(Stdio::null()).stderr(Stdio::null());
    command
}

fn code(args: &[&str]) -> i32 {
    command(args).status().unwrap().code().unwrap()
}

#[test]
fn results_of_another_command_are_not_written_over() {
    let place = TempDir::new().unwrap();
    let folder = place.path().join("out");
    let out = folder.to_str().unwrap();
    let report = ["report", MODEL, "-o", out, "--replicates", "20"];
    let compare = ["compare", MODEL, "-o", out, "--replicates", "20"];
    assert_eq!(code(&report), 0);
    let before = contents(&folder);
    assert_eq!(code(&compare), 2);
    assert_eq!(code(&["fit", "tests/data/loops/digits-logit-vote2of2.csv", "--report", out]), 2);
    assert_eq!(code(&["backtest", "tests/data/loops", "--report", out]), 2);
    assert_eq!(contents(&folder), before);
    assert_eq!(code(&[&compare[..], &["--force"]].concat()), 0);
    assert!(folder.join("compare.json").is_file() && !folder.join("results.json").exists());
    assert_eq!(code(&report), 2);
}

#[test]
fn a_report_without_a_folder_says_where_it_writes() {
    let place = TempDir::new().unwrap();
    let model = fs::canonicalize(MODEL).unwrap();
    let output = command(&["report", model.to_str().unwrap(), "--replicates", "20"])
        .current_dir(&place)
        .stderr(Stdio::piped())
        .output()
        .unwrap();
    let said = String::from_utf8(output.stderr).unwrap();
    assert!(said.contains(Path::new("reports/small").to_str().unwrap()) && said.contains("-o"), "{said}");
    assert!(place.path().join("reports/small/results.json").is_file());
}

/// The folder that one stands in keeps its place: the files move in one by one.
#[test]
fn the_folder_that_one_stands_in_is_written_into() {
    let place = TempDir::new().unwrap();
    let model = fs::canonicalize(MODEL).unwrap();
    fs::write(place.path().join("mine"), "mine").unwrap();
    for seed in ["1", "2"] {
        let args = ["report", model.to_str().unwrap(), "-o", ".", "--replicates", "20", "--seed", seed];
        assert_eq!(command(&args).current_dir(&place).status().unwrap().code(), Some(0));
    }
    let names: Vec<String> = contents(place.path()).into_iter().map(|(name, _)| name).collect();
    assert!(names.contains(&"mine".to_owned()) && names.contains(&"results.json".to_owned()), "{names:?}");
    assert!(names.iter().all(|name| !name.starts_with(".runaway-")), "{names:?}");
}

/// Forty interrupts of each command, from its start to well after its end and most of them while it writes: the folder
/// holds one run, whole, and the next run leaves nothing of the interrupted one.
#[cfg(unix)]
#[test]
fn an_interrupt_leaves_the_old_folder_or_the_new_one() {
    for kind in ["report", "compare"] {
        let place = TempDir::new().unwrap();
        let run = |folder: &str, seed: u64| -> Child {
            let path = place.path().join(folder);
            let (out, seed) = (path.to_str().unwrap(), seed.to_string());
            command(&[kind, MODEL, "-o", out, "--replicates", "20", "--seed", &seed, "--threads", "1"]).spawn().unwrap()
        };
        let whole: Vec<_> = (0..2)
            .map(|seed| {
                let folder = format!("whole-{seed}");
                assert!(run(&folder, seed).wait().unwrap().success());
                contents(&place.path().join(folder))
            })
            .collect();
        assert_ne!(whole[0], whole[1]);
        assert!(run("out", 0).wait().unwrap().success());
        let began = std::time::Instant::now();
        assert!(run("out", 1).wait().unwrap().success());
        let lasts = began.elapsed();
        let mut ends = [0, 0];
        for moment in 0..40_u32 {
            let mut child = run("out", u64::from(moment % 2));
            if moment < 10 {
                std::thread::sleep(lasts * moment / 10);
            } else {
                wait_until_it_writes(place.path(), &mut child);
                std::thread::sleep(std::time::Duration::from_micros(500) * (moment - 10));
            }
            // A shell in the background starts its jobs with SIGINT ignored; SIGTERM reaches them all the same.
            let signal = if moment % 4 < 2 { "-INT" } else { "-TERM" };
            let interrupted =
                Command::new("kill").args([signal, &child.id().to_string()]).stderr(Stdio::null()).status();
            interrupted.unwrap();
            ends[usize::from(child.wait().unwrap().success())] += 1;
            let found = contents(&place.path().join("out"));
            assert!(whole.contains(&found), "{kind}, moment {moment}: a mixture");
        }
        assert!(ends[0] > 0, "{kind}: no run was interrupted");
        assert!(run("out", 0).wait().unwrap().success());
        assert_eq!(contents(&place.path().join("out")), whole[0]);
        let mut left: Vec<_> = fs::read_dir(&place).unwrap().map(|entry| entry.unwrap().file_name()).collect();
        left.sort();
        assert_eq!(left, ["out", "whole-0", "whole-1"]);
    }
}

#[cfg(unix)]
fn wait_until_it_writes(place: &Path, child: &mut Child) {
    let before = staged(place);
    while child.try_wait().unwrap().is_none() {
        if staged(place).difference(&before).next().is_some() {
            return;
        }
    }
}

/// Folders under construction.
#[cfg(unix)]
fn staged(place: &Path) -> std::collections::BTreeSet<std::ffi::OsString> {
    let names = fs::read_dir(place).unwrap().map(|entry| entry.unwrap().file_name());
    names.filter(|name| name.to_string_lossy().starts_with(".runaway-")).collect()
}
