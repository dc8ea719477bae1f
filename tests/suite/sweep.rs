//! Sweeps: cells are what `solve` says, parts resume and merge to the same bytes, and what is wrong is refused by name.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;
use std::process::{Command, Output, Stdio};
use std::time::{Duration, Instant};

use approx::assert_relative_eq;
use proptest::prelude::*;
use runaway::analytic::{Sweeper, SweptNumbers, solve};
use runaway::scenario::{Origin, Scenario};
use runaway::sweep::{CellRange, SweepAxis, SweepGrid};
use tempfile::TempDir;

/// What a sweep promises of its numbers, relatively.
const PROMISED: f64 = 1e-9;
/// S below this is given as 0.
const DIED_OUT: f64 = 1e-16;

fn scenario(changes: &[String]) -> Scenario {
    Scenario::parse("name = \"swept\"", Origin::Text, changes).unwrap()
}

/// Compares every number of a cell with those of `solve`.
fn is_what_solve_says(changes: &[String], generation: u64) {
    let scenario = scenario(changes).with("horizon", generation).unwrap();
    let point = Sweeper::default().point(&scenario, SweptNumbers { generation, quantiles: true });
    let solution = solve(&scenario);
    let at = usize::try_from(generation).unwrap();
    assert_eq!(point.reproduction_number, solution.reproduction_number, "{changes:?}");
    assert_eq!(point.mean.is_some(), solution.runway.mean.is_some(), "{changes:?}: {point:?}");
    if let (Some(swept), Some(mean)) = (point.mean, solution.runway.mean) {
        assert_relative_eq!(swept, mean, max_relative = PROMISED);
    }
    let curves = solution.curves.unwrap();
    let (survival, failed) = (curves.survival[at], curves.failed[at]);
    let expected = if survival < DIED_OUT { 0.0 } else { survival };
    assert_relative_eq!(point.survival.unwrap(), expected, max_relative = PROMISED, epsilon = DIED_OUT);
    match point.failed {
        Some(swept) => assert_relative_eq!(swept, failed, max_relative = PROMISED),
        None => assert!(failed <= solution.error_bound.unwrap(), "{changes:?}: {failed}"),
    }
    for (swept, exact) in point.quantiles.iter().zip([solution.runway.q05, solution.runway.q50, solution.runway.q95]) {
        if let (Some(swept), Some(exact)) = (swept, exact) {
            // Of a runway beyond the whole doubles the last digits are rounding.
            assert_relative_eq!(*swept, exact, max_relative = if exact < 1e9 { 0.0 } else { PROMISED });
        }
    }
}

fn written(changes: &[&str]) -> Vec<String> {
    changes.iter().map(|change| (*change).to_owned()).collect()
}

/// Loops that fail at once, avalanche, hover near R = 1, heal, last for 10³⁷ generations; with votes, checks, gains, renewal,
/// shares of problems; kinks of the law; a start between nodes.
#[test]
fn cells_are_what_solve_says_in_every_regime() {
    const CATCH: &str = "filter=[{kind=\"catch\",random=0.95,systematic=0.5,false_reject=0.02}]";
    let regimes: [&[&str]; 23] = [
        &[],
        &["examples=20"],
        &["examples=5", "learning.anchor=0.3"],
        &["examples=1"],
        &["examples=170", "failure.error_rate=0.95"],
        &["examples=300", "failure.error_rate=0.1"],
        &["learning.anchor=0.29"],
        &["learning.anchor=0.32", "examples=250"],
        &["learning.anchor=0.6", "examples=60"],
        &["errors.amplification=200"],
        // E[T] of 10¹⁵⁸ generations.
        &["examples=600", "errors.step_error=0.0005", "learning.anchor=0.47"],
        &["errors.step_error=0.4"],
        &["vote.candidates=5", "examples=150"],
        &["learning.hazard_gain=2"],
        &["learning.hazard_gain=0.5", "examples=100"],
        &["learning.renewal=0.3", "examples=200"],
        &["start.wrong=0.203"],
        // Hazards that rise by orders of magnitude, ever fewer from generation to generation, are not at rest.
        &["examples=1000", "errors.step_error=0.0014342298152850666", "learning.imprint=0.857788944723618"],
        &["examples=1000", "errors.step_error=0.0015936157767821642", "learning.imprint=0.7371859296482411"],
        &["start.wrong=1"],
        &["learning.imprint=0.3", CATCH],
        &["examples=120", "learning.imprint=0.3", CATCH],
        &["difficulty=[{share=0.5,step_error=0.0005},{share=0.5,step_error=0.004}]", "examples=150"],
    ];
    for changes in regimes {
        let changes = [written(&["errors.amplification=20", "examples=200"]), written(changes)].concat();
        for generation in [1, 40] {
            is_what_solve_says(&changes, generation);
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 48, ..ProptestConfig::default() })]

    /// The same for loops that nobody chose.
    #[test]
    fn cells_are_what_solve_says(
        examples in 1_u32..1100,
        slip in -4.0..-1.0_f64,
        amplification in 0.0..60.0_f64,
        anchor in 0.0..0.7_f64,
        persistence in 0.5..1.0_f64,
        threshold in 0.1..0.9_f64,
        wrong in 0.0..0.3_f64,
    ) {
        let changes = [
            format!("examples={examples}"),
            format!("errors.step_error={}", 10_f64.powf(slip)),
            format!("errors.amplification={amplification}"),
            format!("learning.anchor={anchor}"),
            format!("learning.persistence={persistence}"),
            format!("failure.error_rate={threshold}"),
            format!("start.wrong={wrong}"),
        ];
        is_what_solve_says(&changes, 30);
    }

    /// Shards hold every cell once, in order, none longer than another by more than one cell.
    #[test]
    fn shards_part_the_cells(all in 0_u64..2_000_000_000_000, of in 1_u64..300) {
        let shards: Vec<_> = (1..=of).map(|shard| CellRange { shard, of }.cells(all)).collect();
        prop_assert_eq!(shards[0].start, 0);
        prop_assert_eq!(shards.last().unwrap().end, all);
        prop_assert!(shards.windows(2).all(|pair| pair[0].end == pair[1].start));
        let lengths: BTreeSet<u64> = shards.iter().map(|cells| cells.end - cells.start).collect();
        prop_assert!(lengths.last().unwrap() - lengths.first().unwrap() <= 1);
    }
}

/// Every cell has its own values, and the last axis changes first.
#[test]
fn cells_are_numbered_by_their_values() {
    let base = Scenario::default();
    let axes = ["examples=10,20", "learning.anchor=0:0.2:3", "filter.0.random=0.1,0.9"];
    let axes = axes.map(|typed| SweepAxis::parse(typed, &base).unwrap());
    let grid = SweepGrid::new(axes.to_vec()).unwrap();
    assert_eq!(grid.cells(), 12);
    assert_eq!(grid.name(0), "examples=10, learning.anchor=0.0, filter.0.random=0.1");
    assert_eq!(grid.name(1), "examples=10, learning.anchor=0.0, filter.0.random=0.9");
    assert_eq!(grid.name(11), "examples=20, learning.anchor=0.2, filter.0.random=0.9");
    assert_eq!((0..12).map(|cell| grid.name(cell)).collect::<BTreeSet<_>>().len(), 12);
}

/// A loop whose cells take a moment each, since its chain has two dimensions.
const SLOW: &str = "name = \"slow\"\nexamples = 14\nhorizon = 20\n[errors]\nrecovery = 0.05\namplification = 20\n";
const QUICK: &str = "name = \"quick\"\nexamples = 40\nhorizon = 20\n[errors]\namplification = 20\n";

fn runaway(folder: &Path, args: &[&str]) -> Command {
    let mut command = Command::new(assert_cmd::cargo::cargo_bin!("runaway"));
    command.current_dir(folder).args(args);
    command
}

fn run(folder: &Path, args: &[&str]) -> Output {
    let output = runaway(folder, args).output().unwrap();
    assert!(output.status.success(), "{args:?}: {}", String::from_utf8_lossy(&output.stderr));
    output
}

/// The exit code of a command, and its message.
fn refused(folder: &Path, args: &[&str]) -> (i32, String) {
    let output = runaway(folder, args).output().unwrap();
    (output.status.code().unwrap(), String::from_utf8(output.stderr).unwrap())
}

fn folder() -> TempDir {
    let folder = TempDir::new().unwrap();
    fs::write(folder.path().join("slow.toml"), SLOW).unwrap();
    fs::write(folder.path().join("quick.toml"), QUICK).unwrap();
    folder
}

const OVER: [&str; 6] =
    ["sweep", "quick.toml", "--over", "errors.step_error=0.001:0.01:7:log", "--over", "learning.anchor=0:0.6:6"];

#[test]
fn shards_merge_to_the_bytes_of_one_run_on_any_number_of_threads() {
    let folder = folder();
    let here = folder.path();
    for file in ["whole.csv", "whole.json", "whole.parquet"] {
        run(here, &[&OVER[..], &["-o", file, "--threads", "1"]].concat());
    }
    let streamed = run(here, &[&OVER[..], &["--format", "csv", "--threads", "3"]].concat()).stdout;
    assert!(streamed == fs::read(here.join("whole.csv")).unwrap());
    let streamed = run(here, &[&OVER[..], &["--format", "json"]].concat()).stdout;
    assert!(streamed == fs::read(here.join("whole.json")).unwrap());
    // More shards than the last one needs, so that some are empty; merged in another order than they were made.
    for of in [5, 64] {
        let names: Vec<String> = (1..=of).map(|shard| format!("part-{of}-{shard}.csv")).collect();
        for (shard, name) in (1..=of).zip(&names) {
            run(here, &[&OVER[..], &["--shard", &format!("{shard}/{of}"), "-o", name]].concat());
        }
        let parts: Vec<&str> = names.iter().rev().map(String::as_str).collect();
        for file in ["csv", "json", "parquet"] {
            let (merged, whole) = (format!("merged.{file}"), format!("whole.{file}"));
            run(here, &[&["merge"], &parts[..], &["-o", &merged]].concat());
            assert!(fs::read(here.join(&merged)).unwrap() == fs::read(here.join(&whole)).unwrap(), "{of} {file}");
        }
    }
    let left: Vec<_> =
        fs::read_dir(here).unwrap().map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
    assert!(left.iter().all(|name| !name.contains("partial") && !name.starts_with(".runaway")), "{left:?}");
}

/// The numbers of a CSV are those of the library, to the last bit.
#[test]
fn a_grid_reads_back_exactly() {
    let folder = folder();
    let text = run(folder.path(), &[&OVER[..], &["--format", "csv", "--quantiles"]].concat()).stdout;
    let mut reader = csv::Reader::from_reader(&text[..]);
    let heads: Vec<String> = reader.headers().unwrap().iter().map(str::to_owned).collect();
    let numbers =
        ["reproduction_number", "runway_mean", "survival", "failed", "runway_q05", "runway_q50", "runway_q95"];
    assert_eq!(heads, [&["errors.step_error", "learning.anchor"], &numbers[..], &["unknown"]].concat());
    let mut rows = 0;
    for record in reader.records() {
        let record = record.unwrap();
        let number = |at: usize| record[at].parse::<f64>().unwrap();
        let scenario = Scenario::parse(QUICK, Origin::Text, &[]).unwrap();
        let scenario =
            scenario.with("errors.step_error", number(0)).unwrap().with("learning.anchor", number(1)).unwrap();
        let point = Sweeper::default().point(&scenario, SweptNumbers { generation: 20, quantiles: true });
        assert_eq!(point.mean, Some(number(3)));
        assert_eq!((point.survival, point.failed), (Some(number(4)), Some(number(5))));
        assert_eq!(point.quantiles, [6, 7, 8].map(|at| Some(number(at))));
        rows += 1;
    }
    assert_eq!(rows, 42);
}

fn lines(file: &Path) -> usize {
    fs::read_to_string(file).map_or(0, |text| text.lines().count())
}

/// Begins a sweep into `file` and kills it once some cells are done.
fn killed(folder: &Path, args: &[&str], file: &str) {
    let mut child = runaway(folder, args).stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap();
    let begun = Instant::now();
    while lines(&folder.join(file)) < 4 && begun.elapsed() < Duration::from_secs(120) {
        std::thread::sleep(Duration::from_millis(1));
    }
    // SIGKILL on Unix.
    child.kill().unwrap();
    assert!(!child.wait().unwrap().success(), "it was over before it was killed");
}

#[test]
fn a_killed_sweep_goes_on_to_the_same_bytes() {
    let folder = folder();
    let here = folder.path();
    let over = ["sweep", "slow.toml", "--over", "errors.step_error=0.001:0.02:120:log"];
    run(here, &[&over[..], &["-o", "whole.csv"]].concat());
    let args = [&over[..], &["-o", "grid.csv", "--threads", "1"]].concat();
    killed(here, &args, "grid.csv.partial");
    assert!(!here.join("grid.csv").exists(), "nothing is half-written");
    // The last line of a process that dies may be torn anywhere.
    let partial = here.join("grid.csv.partial");
    let kept = fs::read(&partial).unwrap();
    fs::write(&partial, &kept[..kept.len() - 7]).unwrap();
    let resumed = run(here, &[&over[..], &["-o", "grid.csv"]].concat());
    let said = String::from_utf8(resumed.stderr).unwrap();
    assert!(said.contains("goes on after ") && said.contains("of 120 cells"), "{said}");
    assert!(fs::read(here.join("grid.csv")).unwrap() == fs::read(here.join("whole.csv")).unwrap());
    assert!(!partial.exists());
    // Torn within its first line, or in the head of its table: begun again.
    for length in [10, kept.iter().position(|&byte| byte == b'\n').unwrap() + 5] {
        fs::write(&partial, &kept[..length]).unwrap();
        run(here, &[&over[..], &["-o", "grid.csv"]].concat());
        assert!(fs::read(here.join("grid.csv")).unwrap() == fs::read(here.join("whole.csv")).unwrap());
    }
    // Of another sweep.
    fs::write(&partial, &kept).unwrap();
    for (args, said) in [
        (
            ["--over", "errors.step_error=0.001:0.03:120:log", "--over", "vote.candidates=1,3"],
            "another one: `runaway sweep slow.toml",
        ),
        (["--over", "errors.step_error=0.001:0.02:120:log", "--set", "examples=29"], "another one"),
    ] {
        let (code, message) = refused(here, &[&["sweep", "slow.toml", "-o", "grid.csv"], &args[..]].concat());
        assert!(code == 3 && message.contains("grid.csv.partial") && message.contains(said), "{code} {message}");
        assert!(fs::read(&partial).unwrap() == kept, "a refused file is left as it is");
    }
    fs::write(&partial, "errors.step_error,R\n1,2\n").unwrap();
    let (code, message) = refused(here, &args);
    assert!(code == 3 && message.contains("no unfinished sweep"), "{code} {message}");
}

#[test]
fn parts_that_do_not_make_a_whole_are_refused_by_name() {
    let folder = folder();
    let here = folder.path();
    let shard = |shard: &str, file: &str, more: &[&str]| {
        run(here, &[&OVER[..], &["--shard", shard, "-o", file], more].concat());
    };
    shard("1/3", "a.csv", &[]);
    shard("2/3", "b.csv", &[]);
    shard("3/3", "c.csv", &[]);
    shard("2/4", "other-division.csv", &[]);
    shard("2/3", "foreign.csv", &["--set", "examples=41"]);
    shard("2/3", "quantiles.csv", &["--quantiles"]);
    fs::copy(here.join("b.csv"), here.join("twice.csv")).unwrap();
    let text = fs::read_to_string(here.join("b.csv")).unwrap();
    let broken = |file: &str, text: String| fs::write(here.join(file), text).unwrap();
    broken("plain.csv", "errors.step_error,failed\n0.1,0.2\n".to_owned());
    broken("empty.csv", String::new());
    broken("short.csv", text.lines().take(7).map(|line| format!("{line}\n")).collect());
    let digit = text.lines().nth(4).unwrap();
    broken("digit.csv", text.replace(digit, &digit.replacen('9', "8", 1)));
    broken("more.csv", format!("{text}1,2,3\n"));
    broken("header.csv", text.replacen("\"examples\":40", "\"examples\":44", 1));
    broken("version.csv", text.replacen("\"version\":\"", "\"version\":\"9", 1));
    let cases: [(&[&str], &[&str]); 14] = [
        (&["a.csv", "c.csv"], &["shard 2/3 missing", "2 of 3 parts"]),
        (&["c.csv"], &["shards 1/3, 2/3 missing"]),
        (&["a.csv", "b.csv", "c.csv", "twice.csv"], &["twice.csv", "b.csv as well"]),
        (&["a.csv", "foreign.csv", "c.csv"], &["foreign.csv", "another sweep", "--set examples=41"]),
        (&["a.csv", "quantiles.csv", "c.csv"], &["quantiles.csv", "another sweep"]),
        (&["a.csv", "other-division.csv", "c.csv"], &["other-division.csv", "one of 4 parts"]),
        (&["a.csv", "plain.csv", "c.csv"], &["plain.csv", "no part of a sweep"]),
        (&["a.csv", "empty.csv", "c.csv"], &["empty.csv", "no part of a sweep"]),
        (&["a.csv", "short.csv", "c.csv"], &["short.csv", "ends before the cell errors.step_error="]),
        (&["a.csv", "digit.csv", "c.csv"], &["digit.csv", "damaged"]),
        (&["a.csv", "more.csv", "c.csv"], &["more.csv", "does not match its digest"]),
        (&["a.csv", "header.csv", "c.csv"], &["header.csv", "first line is damaged"]),
        (&["a.csv", "version.csv", "c.csv"], &["version.csv", "of version 9"]),
        (&["a.csv", "no-such-file.csv"], &["no-such-file.csv"]),
    ];
    for (parts, said) in cases {
        let (code, message) = refused(here, &[&["merge"], parts, &["-o", "whole.csv"]].concat());
        assert!(code == 3 && said.iter().all(|said| message.contains(said)), "{parts:?}: {code} {message}");
        assert!(!here.join("whole.csv").exists(), "{parts:?}: nothing is half-written");
        for format in ["csv", "json"] {
            let output = runaway(here, &[&["merge"], parts, &["--format", format]].concat()).output().unwrap();
            assert!(output.status.code() == Some(3) && output.stdout.is_empty(), "{parts:?}: nothing is half-printed");
        }
    }
    run(here, &["merge", "c.csv", "a.csv", "b.csv", "-o", "whole.csv"]);
}

#[test]
fn what_cannot_be_swept_is_refused_before_anything_is_computed() {
    let folder = folder();
    let here = folder.path();
    let cases: [(&[&str], i32, &[&str]); 14] = [
        (&[], 2, &["--over"]),
        (&["--over", "learning.anchor=0:1"], 2, &["--over learning.anchor=0:1", "KEY=FROM:TO:POINTS"]),
        (&["--over", "examples=1,2", "--over", "examples=3,4"], 2, &["`examples` is varied twice"]),
        (
            &["--over", "examples=1:1000000:1000000", "--over", "errors.step_error=0:1:1001"],
            2,
            &["at most 1000000000 cells"],
        ),
        (&["--over", "errors.step_eror=0,1"], 3, &["cell errors.step_eror=0", "did you mean `step_error`?"]),
        (&["--over", "learning.anchor=0:2:3"], 3, &["cell learning.anchor=2.0", "`learning.anchor`"]),
        (&["--over", "learning.policy=0,1"], 3, &["learning.policy"]),
        (&["--over", "filter.0.random=0,1"], 3, &["cell filter.0.random=0", "the file has no filter"]),
        (&["--over", "vote.agree=1,2"], 3, &["cell vote.agree=2", "2 votes are more than the 1"]),
        (&["--over", "examples=1,2", "--shard", "0/4"], 2, &["--shard", "K from 1 to N"]),
        (&["--over", "examples=1,2", "--shard", "1/4"], 2, &["--output"]),
        (&["--over", "examples=1,2", "-o", "grid.txt"], 2, &["-o grid.txt", ".csv, .json or .parquet"]),
        (&["--over", "examples=1,2", "--shard", "1/4", "-o", "part.json"], 2, &["a shard is written as .csv"]),
        (&["--over", "examples=1,2", "-o", "a.csv", "--format", "json"], 2, &["leave out `--format`"]),
    ];
    for (args, expected, said) in cases {
        let (code, message) = refused(here, &[&["sweep", "quick.toml"], args].concat());
        assert!(code == expected && said.iter().all(|said| message.contains(said)), "{args:?}: {code} {message}");
    }
    let left = fs::read_dir(here).unwrap().count();
    assert_eq!(left, 2, "only the scenarios are there");
}

/// Loops whose runway is no number are blank with their reason in every form, and the finding says so.
#[test]
fn unknown_is_blank_with_its_reason() {
    let folder = folder();
    let here = folder.path();
    let over = ["sweep", "quick.toml", "--over", "errors.step_error=0,0.002"];
    let csv = String::from_utf8(run(here, &[&over[..], &["--format", "csv"]].concat()).stdout).unwrap();
    let first: Vec<&str> = csv.lines().nth(1).unwrap().splitn(6, ',').collect();
    assert_eq!((first[0], first[2], first[4]), ("0.0", "", "0.0"));
    assert!(first[5].contains("runway.mean: infinite: failure cannot be reached"), "{csv}");
    let json: serde_json::Value =
        serde_json::from_slice(&run(here, &[&over[..], &["--format", "json"]].concat()).stdout).unwrap();
    assert!(json["cells"][0]["mean"].is_null());
    assert!(json["cells"][0]["undefined"]["runway.mean"].as_str().unwrap().starts_with("infinite"));
    assert!(json["cells"][1]["mean"].as_f64().unwrap() > 1.0);
    let told = String::from_utf8(run(here, &over).stdout).unwrap();
    assert!(told.contains("note: the expected runway is not a known number in 1 cell"), "{told}");
}
