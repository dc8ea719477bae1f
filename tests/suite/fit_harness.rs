//! Files of evaluation harnesses and trainers, read as logs.

use std::path::{Path, PathBuf};

use runaway::fit::{AnswerSamples, Log, ReadOptions};

fn files(names: &[&str]) -> Vec<PathBuf> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/data/harness");
    names.iter().map(|name| folder.join(name)).collect()
}

fn counts(log: &Log) -> Vec<(u64, u64, u64)> {
    log.runs[0].rows.iter().map(|row| (row.generation, row.evaluated, row.wrong)).collect()
}

fn filtered(filter: &str) -> ReadOptions {
    ReadOptions { filter: Some(filter.to_owned()), ..ReadOptions::default() }
}

fn refusal(names: &[&str], options: &ReadOptions) -> String {
    let message = Log::open(&files(names), options).unwrap_err().to_string();
    message.rsplit_once("harness/").unwrap().1.to_owned()
}

#[test]
fn results_of_lm_evaluation_harness() {
    let names = ["results_g0.json", "results_g1.json"];
    let log = Log::open(&files(&names), &filtered("strict-match")).unwrap();
    assert_eq!(counts(&log), [(0, 200, 77), (1, 200, 84)]);
    assert_eq!(log.taken, ["exact_match,strict-match"]);
    assert_eq!(log.ignored, ["exact_match,flexible-extract"]);
    assert_eq!(
        refusal(&names, &ReadOptions::default()),
        "results_g0.json: lm-evaluation-harness results: there are several metrics: `exact_match,flexible-extract`, `exact_match,strict-match`; choose one with --metric NAME"
    );
    let task = ReadOptions { task: Some("math".to_owned()), ..ReadOptions::default() };
    assert_eq!(refusal(&names, &task), "results_g0.json: column `results`: there is no task `math`; there is `gsm8k`");
}

#[test]
fn samples_of_lm_evaluation_harness_and_their_transitions() {
    let names = ["samples_g0.jsonl", "samples_g1.jsonl"];
    let log = Log::open(&files(&names), &filtered("strict-match")).unwrap();
    assert_eq!(counts(&log), [(0, 5, 3), (1, 5, 3)]);
    assert_eq!(
        refusal(&names, &ReadOptions::default()),
        "samples_g0.jsonl: column `filter`: there are several filters: `flexible-extract`, `strict-match`; choose one with --filter NAME"
    );
    let samples = AnswerSamples::read(&files(&names), &filtered("strict-match")).unwrap();
    let transitions = samples.transitions();
    let [into] = transitions.as_slice() else { panic!("{transitions:?}") };
    assert_eq!((into.paired, into.unpaired), (4, 2));
    assert_eq!((into.right_right, into.right_wrong), (0, 1));
    assert_eq!((into.wrong_same, into.wrong_other, into.wrong_right), (1, 1, 1));
    assert_eq!((into.fresh.share, into.persistence.whole, into.healing.part), (Some(1.0), 3, 1));
    // The log itself carries the same counts, by its own route.
    let moves = log.runs[0].rows[1].moves().unwrap();
    assert!(log.same_problems && log.runs[0].rows[0].moves().is_none());
    assert_eq!((moves.right_right, moves.right_wrong, moves.wrong_right), (0, 1, into.wrong_right));
    assert_eq!((moves.wrong_wrong, moves.wrong_same), (into.wrong_same + into.wrong_other, Some(into.wrong_same)));
    let (low, high) = into.change_interval95;
    assert!(into.change == 0.0 && low < -0.3 && high > 0.3 && (low + high).abs() < 1e-12);
}

#[test]
fn rollouts_and_metrics_of_verl() {
    let log = Log::open(&files(&["20.jsonl", "40.jsonl"]), &ReadOptions::default()).unwrap();
    assert_eq!(counts(&log), [(0, 3, 1), (1, 3, 2)]);
    assert_eq!((log.taken, log.format.as_str()), (vec!["right answers".to_owned()], "verl rollouts"));
    let options =
        |metric: &str, evaluated| ReadOptions { metric: Some(metric.to_owned()), evaluated, ..ReadOptions::default() };
    let majority = "val-core/AIME/acc/maj@16/mean";
    let log = Log::open(&files(&["verl_metrics.jsonl"]), &options(majority, Some(30))).unwrap();
    assert_eq!(counts(&log), [(0, 30, 15), (1, 30, 16)]);
    assert_eq!(
        refusal(&["verl_metrics.jsonl"], &options(majority, None)),
        format!(
            "verl_metrics.jsonl:1: column `{majority}`: `{majority}` is a rate, and this file does not say of how many problems; say so with --evaluated N"
        )
    );
    assert_eq!(
        refusal(&["verl_metrics.jsonl"], &options(majority, Some(31))),
        format!(
            "verl_metrics.jsonl:1: column `{majority}`: 0.5 of 31 is not a whole number of right answers; is --evaluated right? Where the rate is a mean over k answers to each problem, say --samples-per-problem k"
        )
    );
    assert!(
        refusal(&["verl_metrics.jsonl"], &ReadOptions::default()).contains("several metrics: `val-core/AIME/acc/maj")
    );
    assert_eq!(
        refusal(&["verl_metrics.jsonl", "20.jsonl"], &options(majority, Some(30))),
        "verl_metrics.jsonl is one of verl metrics; give files of one format, for instance by a pattern such as FOLDER/**/results_*.json"
    );
}

#[test]
fn trainer_states_with_bare_nan() {
    let options = ReadOptions { evaluated: Some(250), ..ReadOptions::default() };
    let log = Log::open(&files(&["trainer_state.json"]), &options).unwrap();
    assert_eq!(counts(&log), [(0, 250, 70), (1, 250, 79)]);
    assert_eq!((log.format.as_str(), log.taken.as_slice()), ("trainer state", ["eval_accuracy".to_owned()].as_slice()));
    assert_eq!(log.ignored, ["2 entries without an evaluation", "eval_loss"]);
    assert_eq!(log.notes, ["steps 100, 300 are generations 0 to 1"]);
}

#[test]
fn canonical_logs_need_no_option() {
    let canonical = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/data/loops/addition-growing.csv");
    let log = Log::open(&[canonical], &ReadOptions::default()).unwrap();
    assert_eq!((log.runs.len(), log.format.as_str()), (5, "table"));
}
