//! A simulation that is killed and goes on.

use std::fs;
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

const LOOP: &str = "name = \"long\"\nexamples = 200\nhorizon = 40\n[errors]\nrecovery = 0.05\n";

fn runaway(folder: &Path, args: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_runaway"));
    command.current_dir(folder).args(["simulate", "loop.toml", "--json"]).args(args);
    command
}

fn folder() -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("loop.toml"), LOOP).unwrap();
    folder
}

/// Runs finished, as the checkpoint in `file` has them; 0 while there is none.
fn done(file: &Path) -> u64 {
    let Ok(bytes) = fs::read(file) else { return 0 };
    // Written whole or not at all: whatever can be read is a document.
    let kept: serde_json::Value = serde_json::from_slice(&bytes).unwrap();
    kept["kept"]["progress"]["runs"].as_u64().unwrap()
}

#[test]
fn a_killed_simulation_goes_on_to_the_same_bytes() {
    let folder = folder();
    let play = ["--engine", "agents", "--replicates", "2500", "--seed", "3"];
    let whole = runaway(folder.path(), &play).output().unwrap();
    assert!(whole.status.success(), "{}", String::from_utf8_lossy(&whole.stderr));
    let file = folder.path().join("kept.json");
    let kept = [play.as_slice(), &["--checkpoint", "kept.json", "--threads", "1"]].concat();
    let mut killed = runaway(folder.path(), &kept).stdout(Stdio::null()).spawn().unwrap();
    let began = Instant::now();
    while done(&file) == 0 && began.elapsed() < Duration::from_secs(60) {
        std::thread::sleep(Duration::from_millis(1));
    }
    // SIGKILL on Unix.
    killed.kill().unwrap();
    assert!(!killed.wait().unwrap().success(), "it was over before it was killed");
    let before = done(&file);
    assert!(before > 0 && before < 2500, "killed after {before} runs");
    // On another number of threads.
    let resumed = runaway(folder.path(), &kept[..kept.len() - 2]).output().unwrap();
    assert!(resumed.status.success(), "{}", String::from_utf8_lossy(&resumed.stderr));
    assert!(resumed.stdout == whole.stdout);
    assert!(!file.exists(), "a finished simulation leaves no checkpoint");
}

#[test]
fn another_simulations_checkpoint_is_refused() {
    let folder = folder();
    let play = ["--engine", "agents", "--replicates", "2500", "--checkpoint", "kept.json"];
    let file = folder.path().join("kept.json");
    let mut killed = runaway(folder.path(), &play).stdout(Stdio::null()).spawn().unwrap();
    let began = Instant::now();
    while done(&file) == 0 && began.elapsed() < Duration::from_secs(60) {
        std::thread::sleep(Duration::from_millis(1));
    }
    killed.kill().unwrap();
    killed.wait().unwrap();
    let bytes = fs::read(&file).unwrap();
    let others: [(&[&str], &str); 4] = [
        (&["--replicates", "2400"], "replicates 2500, not 2400"),
        (&["--replicates", "2500", "--seed", "9"], "seed 1, not 9"),
        (&["--replicates", "2500", "--engine", "events"], "engine agents, not events"),
        (&["--replicates", "2500", "--set", "examples=201"], "scenario (SHA-256)"),
    ];
    for (args, told) in others {
        let refused = runaway(folder.path(), &[args, &["--checkpoint", "kept.json"]].concat()).output().unwrap();
        let message = String::from_utf8_lossy(&refused.stderr).into_owned();
        assert_eq!(refused.status.code(), Some(1), "{message}");
        assert!(
            message.contains("kept.json: this checkpoint belongs to another simulation") && message.contains(told),
            "{message}"
        );
        assert_eq!(fs::read(&file).unwrap(), bytes, "a refused checkpoint is left as it is");
    }
    // A document, but not of a simulation; and some of which a digit, a sum or the checksum is another.
    let whole = String::from_utf8(bytes).unwrap();
    let damaged = |from: &str, to: &str| {
        assert!(whole.contains(from), "{from}");
        (whole.replacen(from, to, 1), "this checkpoint is damaged: its contents do not match its checksum")
    };
    let cases = [
        ("{}".to_owned(), "not a checkpoint"),
        (whole[..whole.len() / 2].to_owned(), "not a checkpoint"),
        damaged("\"runs\":", "\"runs\":1"),
        damaged("\"mean\":0.0", "\"mean\":0.1"),
        damaged("\"starved\":0", "\"starved\":2"),
        damaged("\"sha256\":\"", "\"sha256\":\"0"),
    ];
    for (text, told) in cases {
        fs::write(&file, text).unwrap();
        let refused = runaway(folder.path(), &play).output().unwrap();
        let message = String::from_utf8_lossy(&refused.stderr).into_owned();
        assert!(refused.status.code() == Some(1) && message.contains(told), "{message}");
    }
}

#[test]
fn a_checkpoint_that_cannot_be_written_stops_the_work() {
    let folder = folder();
    fs::write(folder.path().join("file"), "").unwrap();
    let refused = runaway(folder.path(), &["--checkpoint", "file/below"]).output().unwrap();
    assert_eq!(refused.status.code(), Some(1));
    assert!(refused.stdout.is_empty());
}
