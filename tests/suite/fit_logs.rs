//! Logs that must be refused, with the message, and logs that must be taken.

use std::path::{Path, PathBuf};

use runaway::fit::Log;

fn case(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/cases/invalid-logs").join(name)
}

/// Message of a log that is refused, without the folder in front of the file's name.
fn refusal(name: &str) -> String {
    let path = case(name);
    let message = Log::read(&path).expect_err(name).to_string();
    message.replace(&format!("{}/", path.parent().unwrap().display()), "")
}

#[test]
fn every_bad_log_says_where_and_why() {
    let expected = [
        (
            "missing-column.csv",
            "missing-column.csv:1: column `wrong`: this column is missing; a log needs `generation`, `evaluated`, `wrong`; name columns of your own with --columns wrong=NAME, right=NAME or accuracy=NAME; the columns are `run`, `generation`, `evaluated`",
        ),
        (
            "wrong-above-evaluated.csv",
            "wrong-above-evaluated.csv:3: column `wrong`: 612 is more than the 500 of `evaluated`",
        ),
        (
            "repeated-generation.csv",
            "repeated-generation.csv:5: generation 1 of run 1 stands on line 4 already with another result; if these are several runs, name their column with --columns run=NAME; else leave one out",
        ),
        ("nan.csv", "nan.csv:3: column `wrong`: the cell holds no count; fill it, or leave the row out"),
        ("empty.csv", "empty.csv: the file is empty"),
        ("blank.csv", "blank.csv: the file is empty"),
        ("header-only.csv", "header-only.csv: there is a header but no row with an evaluation"),
        (
            "empty-cell.csv",
            "empty-cell.csv:3: column `evaluated`: the cell holds no count; fill it, leave the row out, or say the number for all such rows with --evaluated N",
        ),
        ("short-row.csv", "short-row.csv:3: 2 cells, but the header has 3"),
        ("column-twice.csv", "column-twice.csv:1: column `wrong`: the header names this column twice"),
        ("negative.csv", "negative.csv:2: column `wrong`: `-3` is not a whole number"),
        (
            "nothing-evaluated.csv",
            "nothing-evaluated.csv:2: column `evaluated`: 0 problems were evaluated; leave the generation out instead",
        ),
        (
            "kept-wrong-above-kept.csv",
            "kept-wrong-above-kept.csv:2: column `kept_wrong`: 301 is more than the 300 of `kept`",
        ),
        ("not-utf8.csv", "not-utf8.csv:2: this is not UTF-8 text"),
        (
            "missing-key.jsonl",
            "missing-key.jsonl:2: column `wrong`: the cell holds no count; fill it, or leave the row out",
        ),
        ("nan.jsonl", "nan.jsonl:2: column `wrong`: the cell holds no count; fill it, or leave the row out"),
        (
            "fraction.jsonl",
            "fraction.jsonl:1: column `wrong`: `20.5` is not a whole number; if `wrong` is the share of wrong answers, say --columns accuracy=wrong --lower-is-better",
        ),
        (
            "without-dictionary.parquet",
            "without-dictionary.parquet: this Parquet file cannot be read: it is damaged: a column refers to a dictionary that is not there",
        ),
        ("absent.csv", "absent.csv: cannot read this file: No such file or directory (os error 2)"),
    ];
    for (name, message) in expected {
        assert_eq!(refusal(name), message);
    }
    let files = std::fs::read_dir(case("")).unwrap().count();
    assert_eq!(files + 1, expected.len(), "every file of tests/cases/invalid-logs has its message here");
}

#[test]
fn spreadsheets_and_their_habits_are_read() {
    let plain = Log::parse(b"run,generation,evaluated,wrong\na,0,500,20\na,1,500,30\n", "log").unwrap();
    let windows =
        Log::parse(b"\xef\xbb\xbfrun,generation,evaluated,wrong\r\na,0,500,20\r\na,1,500,30\r\n", "log").unwrap();
    assert_eq!(plain, windows);
    let shuffled = Log::parse(b"run, generation ,evaluated,wrong,note\na,1,500,30,x\na,0,500,20,\n", "log").unwrap();
    assert_eq!(shuffled.runs, plain.runs);
    assert_eq!(shuffled.ignored, ["note"]);
}

#[test]
fn a_gap_is_kept_as_a_gap() {
    let log = Log::parse(b"generation,evaluated,wrong\n0,500,20\n4,500,30\n", "log").unwrap();
    let generations: Vec<u64> = log.runs[0].rows.iter().map(|row| row.generation).collect();
    assert_eq!(generations, [0, 4]);
}

#[test]
fn json_lines_and_csv_say_the_same() {
    let text = "{\"run\": 1, \"generation\": 0, \"evaluated\": 500, \"wrong\": 20, \"kept\": null, \"loss\": 0.5}\n\
                {\"run\": 1, \"generation\": 1, \"evaluated\": 500, \"wrong\": 30}\n";
    let json = Log::parse(text.as_bytes(), "log").unwrap();
    let csv = Log::parse(b"run,generation,evaluated,wrong\n1,0,500,20\n1,1,500,30\n", "log").unwrap();
    assert_eq!(json.runs, csv.runs);
    assert_eq!(json.ignored, ["loss"]);
}

#[test]
fn the_measured_loops_survive_a_round_trip() {
    for entry in std::fs::read_dir(Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/data/loops")).unwrap() {
        let path = entry.unwrap().path();
        if path.extension().is_some_and(|extension| extension == "csv") {
            let log = Log::read(&path).unwrap();
            assert_eq!(log.runs.len(), 5);
            assert_eq!(Log::parse(log.to_csv().as_bytes(), "again").unwrap().runs, log.runs);
        }
    }
}

#[test]
fn a_million_rows_are_read() {
    let mut text = String::from("run,generation,evaluated,wrong\n");
    for row in 0..1_000_000_u32 {
        text += &format!("{},{},100,7\n", row / 1000, row % 1000);
    }
    let log = Log::parse(text.as_bytes(), "log").unwrap();
    assert_eq!((log.runs.len(), log.runs[999].rows.len()), (1000, 1000));
}
