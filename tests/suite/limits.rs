//! Numbers and files that would keep the program busy without end, or fill the memory: refused, or announced, at once.

use std::fs;
use std::io::Write;
use std::process::{Output, Stdio};
use std::time::{Duration, Instant};

use tempfile::TempDir;

const MODEL: &str = "models/self-consistency.toml";
const ENDLESS: Duration = Duration::from_secs(20);

/// Runs the program to its end, which must come soon even on a machine that is busy.
fn runaway(args: &[&str]) -> Output {
    let began = Instant::now();
    let output = command(args).output().unwrap();
    assert!(began.elapsed() < ENDLESS, "{args:?} took {:?}", began.elapsed());
    output
}

fn command(args: &[&str]) -> std::process::Command {
    let mut command = std::process::Command::new(assert_cmd::cargo::cargo_bin!("runaway"));
    command.args(args).stdin(Stdio::null());
    command
}

/// The one line on standard error of a run that is refused with `code`.
fn refusal(args: &[&str], code: i32) -> String {
    let output = runaway(args);
    let message = String::from_utf8(output.stderr).unwrap();
    assert_eq!(output.status.code(), Some(code), "{args:?}: {message}");
    assert_eq!(message.lines().count(), 1, "{args:?}: {message}");
    assert!(output.stdout.is_empty(), "{args:?}");
    message
}

/// A grid through all regimes, of 160,000 loops.
const DIAGRAM: [&str; 4] = ["--over", "errors.step_error=0.0005:0.01:400:log", "--over", "learning.anchor=0:0.5:400"];

#[test]
fn endless_work_is_refused_with_the_option_that_allows_it() {
    for (args, remedy) in [
        (&["simulate", MODEL, "--replicates", "1000000000000"][..], "--engine events"),
        (&["simulate", MODEL, "--replicates", "1000000000000", "--engine", "counts"], "--replicates"),
        (&["simulate", MODEL, "--replicates", "1000000000000", "--engine", "events"], "--replicates"),
        (&["simulate", MODEL, "--replicates", "1000000000000", "--rare"], "--replicates"),
        (&["check", MODEL, "--replicates", "18446744073709551615"], "--replicates"),
        (&["report", MODEL, "--replicates", "1000000000000"], "--replicates"),
        (&["simulate", MODEL, "--set", "task.steps=1000000000", "--set", "errors.recovery=0.01"], "`counts`"),
        (&["solve", MODEL, "--set", "learning.policy=accumulate", "--horizon", "100000"], "horizon"),
        (&["compare", MODEL, "--set", "learning.policy=accumulate", "--horizon", "100000"], "horizon"),
        (&["fit", "tests/data/loops/digits-logit-vote2of2.csv", "--sweeps", "1000000"], "--sweeps"),
        (&["backtest", "tests/data/loops", "--sweeps", "1000000"], "--sweeps"),
        // Half of these loops fail so rarely that few nodes do not do.
        (&[&["sweep", MODEL, "--set", "examples=5000"], &DIAGRAM[..]].concat(), "fewer points"),
    ] {
        let message = refusal(args, 2);
        assert!(message.contains(remedy) && message.contains("--allow-long"), "{args:?}: {message}");
    }
}

#[test]
fn what_does_not_fit_into_memory_is_refused_even_when_long_work_is_allowed() {
    let message = refusal(&["compare", MODEL, "--replicates", "3000000000", "--allow-long"], 2);
    assert!(message.contains("memory") && message.contains("--replicates"), "{message}");
}

#[test]
fn no_shipped_loop_is_refused_or_takes_long_by_default() {
    for folder in ["models", "models/claims", "models/published"] {
        for file in fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()) {
            if file.extension().is_some_and(|extension| extension == "toml") {
                // The estimate comes before the folder is looked at, and this folder is a file.
                let message = refusal(&["report", file.to_str().unwrap(), "-o", "Cargo.toml"], 1);
                assert!(message.contains("it is a file"), "{message}");
            }
        }
    }
}

/// A whole number of any size in any key is taken, refused in one line, or announced; never a panic, an abort or a wait.
#[test]
fn huge_numbers_in_every_key_end_soon() {
    for key in [
        "examples",
        "horizon",
        "task.steps",
        "task.steps_per_generation",
        "errors.wrong_answers",
        "errors.amplification",
        "vote.candidates",
        "filter.0.random",
        "start.wrong",
        "failure.error_rate",
        "cost.per_step",
    ] {
        for value in ["0", "-1", "1000000000000", "9223372036854775807", "18446744073709551616", "1e308", "nan", "inf"]
        {
            let set = format!("{key}={value}");
            for words in [&["explain"][..], &["simulate", "--engine", "counts", "--replicates", "2"]] {
                let output = runaway(&[words, &[MODEL, "--set", &set]].concat());
                let message = String::from_utf8(output.stderr).unwrap();
                assert!(matches!(output.status.code(), Some(0 | 2 | 3)), "{words:?} {set}: {message}");
                assert!(message.lines().count() <= 1, "{words:?} {set}: {message}");
            }
        }
    }
}

#[test]
fn files_that_are_none_are_refused_in_one_line() {
    let folder = TempDir::new().unwrap();
    let write = |name: &str, bytes: &[u8]| {
        let path = folder.path().join(name);
        fs::write(&path, bytes).unwrap();
        path.to_str().unwrap().to_owned()
    };
    let (empty, binary) = (write("empty", b""), write("binary", b"\xff\xfe\x00name = 1"));
    let large = write("large.toml", &vec![b'#'; (1 << 20) + 1]);
    let place = folder.path().to_str().unwrap();
    for file in [empty.as_str(), &binary, place, "no-such-file"] {
        for command in ["solve", "simulate", "check", "report", "explain", "compare", "fit", "ingest"] {
            refusal(&[command, file], 3);
        }
    }
    let message = refusal(&["solve", &large], 3);
    assert!(message.contains("1 MiB"), "{message}");
}

#[cfg(unix)]
#[test]
fn devices_and_endless_pipes_are_not_read_for_ever() {
    for command in ["solve", "fit", "compare", "ingest"] {
        let message = refusal(&[command, "/dev/zero"], 3);
        assert!(message.contains("device"), "{message}");
    }
    let mut child = command(&["solve", "/dev/stdin"]).stdin(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    let mut pipe = child.stdin.take().unwrap();
    let line = [b'#'; 1 << 16];
    // The program stops to listen long before this ends.
    while pipe.write_all(&line).is_ok() {}
    let output = child.wait_with_output().unwrap();
    assert_eq!(output.status.code(), Some(3));
    assert!(String::from_utf8(output.stderr).unwrap().contains("1 MiB"));
}

#[cfg(unix)]
#[test]
fn a_scenario_can_come_through_a_pipe() {
    let mut child = command(&["explain", "/dev/stdin"]).stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().unwrap();
    child.stdin.take().unwrap().write_all(b"name = \"piped\"\n").unwrap();
    assert!(child.wait_with_output().unwrap().status.success());
}

#[test]
fn a_log_has_so_many_rows_and_no_more() {
    let rows = |count: u64| -> String { (0..count).map(|g| format!("{g},9,1\n")).collect() };
    let log =
        |count| runaway::fit::Log::parse(format!("generation,evaluated,wrong\n{}", rows(count)).as_bytes(), "log");
    assert_eq!(log(1_000_000).unwrap().runs[0].rows.len(), 1_000_000);
    let refused = log(1_000_001).unwrap_err();
    assert_eq!(refused.line, Some(1_000_002));
    assert!(refused.to_string().contains("1000000 rows"), "{refused}");
}
