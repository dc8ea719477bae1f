//! Small logs with the structure of those that people have, each with what must come of it.

use std::path::{Path, PathBuf};

use runaway::fit::{Log, ReadOptions};

pub(crate) fn case(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/cases/logs").join(name)
}

pub(crate) fn open(name: &str, options: &ReadOptions) -> Result<Log, String> {
    Log::open(&[case(name)], options).map_err(|error| error.to_string())
}

/// Generation, evaluated and wrong of the only run.
pub(crate) fn counts(log: &Log) -> Vec<(u64, u64, u64)> {
    assert_eq!(log.runs.len(), 1);
    log.runs[0].rows.iter().map(|row| (row.generation, row.evaluated, row.wrong)).collect()
}

/// The log's errors, of the same number of answers at generations 0, 1, ….
pub(crate) fn wrong(log: &Log, evaluated: u64) -> Vec<u64> {
    let counts = counts(log);
    assert!(
        (0..).zip(&counts).all(|(rank, (generation, all, _))| (*generation, *all) == (rank, evaluated)),
        "{counts:?}"
    );
    counts.into_iter().map(|(_, _, wrong)| wrong).collect()
}

pub(crate) fn told(log: &Log, words: &str) {
    assert!(log.notes.iter().any(|note| note.contains(words)), "{words}: {:?}", log.notes);
}

/// A refusal that names the format or what was found, and what helps.
pub(crate) fn refused(name: &str, options: &ReadOptions, words: &[&str]) {
    let message = open(name, options).expect_err(name);
    for word in words {
        assert!(message.contains(word), "{word} is not in: {message}");
    }
    assert!(!message.contains('\n') && message.len() < 900, "{message}");
}

pub(crate) fn options(change: impl FnOnce(&mut ReadOptions)) -> ReadOptions {
    let mut options = ReadOptions::default();
    change(&mut options);
    options
}

pub(crate) fn evaluated(count: u64) -> ReadOptions {
    options(|options| options.evaluated = Some(count))
}

pub(crate) fn metric(name: &str) -> ReadOptions {
    options(|options| options.metric = Some(name.to_owned()))
}

/// A test for each log.
macro_rules! cases {
    ($($name:ident: |$options:ident| $body:block)*) => {
        $(#[test] fn $name() { let $options = &ReadOptions::default(); $body })*
    };
}
pub(crate) use cases;

cases! {
    counts_under_other_names: |none| {
        let log = open("01-counts-other-names.csv", none).unwrap();
        assert_eq!(wrong(&log, 400), [150, 138, 119, 110, 116, 121]);
        told(&log, "in the order of the rows: `step_0100`");
        told(&log, "`revision` is taken for `generation`");
    }
    evaluation_every_fifth_row: |none| {
        let log = open("02-evaluation-every-fifth-row.csv", none).unwrap();
        assert_eq!(counts(&log), [(5, 120, 29), (10, 120, 28), (15, 120, 27)]);
    }
    mixed_rows: |none| {
        assert_eq!(counts(&open("03-mixed-rows.jsonl", none).unwrap()), [(0, 120, 30), (5, 120, 29)]);
    }
    rollouts_of_each_question: |none| {
        let log = open("05-per-question-rollouts.jsonl", none).unwrap();
        assert_eq!(counts(&log), [(0, 16, 10)]);
        let worth = log.runs[0].rows[0].independent.unwrap();
        assert!((4..16).contains(&worth), "{worth}");
        told(&log, "4 problems");
    }
    grpo_without_evaluation: |none| {
        let name = "06-trainer_state-grpo-no-eval.json";
        refused(name, none, &["no evaluation was logged", "eval_strategy", "--metric rewards/accuracy_reward/mean", "`reward`"]);
        let asked = options(|o| { o.metric = Some("rewards/accuracy_reward/mean".into()); o.evaluated = Some(32); });
        let log = open(name, &asked).unwrap();
        assert_eq!(wrong(&log, 32), [22, 20, 21]);
        told(&log, "says nothing of held-out problems");
        refused(name, &metric("loss"), &["`loss` is a loss"]);
        refused(name, &metric("entropy"), &["it says nothing of right answers"]);
    }
    dpo_with_bare_nan: |none| {
        refused("07-trainer_state-dpo-nan.json", none, &["no evaluation was logged", "rewards/accuracies"]);
    }
    dpo_with_evaluation: |none| {
        let log = open("08-trainer_state-dpo-eval.json", none).unwrap();
        assert_eq!(wrong(&log, 256), [36, 32, 38]);
        assert_eq!(log.taken, ["eval_rewards/accuracies"]);
        for never in ["eval_loss", "eval_logps/chosen", "eval_rewards/margins"] {
            refused("08-trainer_state-dpo-eval.json", &metric(never), &[never, "says nothing of right answers"]);
        }
    }
    an_error_rate_is_no_accuracy: |none| {
        let name = "09-trainer_state-error-rate.json";
        refused(name, none, &["`eval_wer`", "--lower-is-better"]);
        refused(name, &metric("eval_wer"), &["--lower-is-better"]);
        let log = open(name, &options(|o| o.lower_is_better = true)).unwrap();
        assert_eq!(wrong(&log, 1000), [400, 300, 200, 100]);
    }
    a_group_of_tasks: |none| {
        assert_eq!(wrong(&open("12-lm-eval-group.json", none).unwrap(), 300), [160]);
    }
    a_harness_without_numbers_of_samples: |none| {
        let name = "13-lm-eval-sample-len.json";
        refused(name, none, &["`arc_easy`, `boolq`", "--task"]);
        let easy = options(|o| { o.task = Some("arc_easy".into()); o.metric = Some("acc".into()); });
        assert_eq!(wrong(&open(name, &easy).unwrap(), 200), [83]);
        assert_eq!(wrong(&open(name, &options(|o| o.task = Some("boolq".into()))).unwrap(), 200), [74]);
    }
    lighteval: |none| {
        assert_eq!(wrong(&open("14-lighteval.json", none).unwrap(), 500), [228]);
    }
    inspect_json: |none| {
        assert_eq!(wrong(&open("15-inspect-log.json", none).unwrap(), 4), [1]);
    }
    inspect_archive: |none| {
        refused("15-inspect.eval", none, &["damaged zip archive", "inspect log dump"]);
    }
    nemo_skills_samples: |none| {
        let log = open("16-nemo-skills-rs0.jsonl", none).unwrap();
        assert_eq!(wrong(&log, 4), [1]);
        told(&log, "`symbolic_correct`");
    }
    nemo_skills_metrics: |none| {
        let name = "17-nemo-skills-metrics.json";
        refused(name, none, &["`majority@3 symbolic_correct`", "--metric"]);
        assert_eq!(wrong(&open(name, &metric("majority@3")).unwrap(), 500), [199]);
        let log = open(name, &metric("pass@1[avg-of-3] symbolic_correct")).unwrap();
        assert_eq!(counts(&log), [(0, 1500, 687)]);
        assert_eq!(log.runs[0].rows[0].independent, Some(500));
    }
    verl_console: |none| {
        let log = open("18-verl-console.log", none).unwrap();
        assert_eq!(wrong(&log, 1319), [649, 394, 321, 280]);
        told(&log, "rounded");
        told(&log, "steps 0, 10, 20, 30");
    }
    verl_rollouts_in_numerical_order: |none| {
        let log = open("19-verl-rollouts", none).unwrap();
        assert_eq!(wrong(&log, 40), [20, 16, 4]);
        told(&log, "steps 10, 20, 100");
        let shell = ["10", "100", "20"].map(|step| case(&format!("19-verl-rollouts/{step}.jsonl")));
        assert_eq!(Log::open(&shell, none).unwrap().runs, log.runs);
        assert_eq!(open("19-verl-rollouts/*.jsonl", none).unwrap().runs, log.runs);
    }
    rounded_rates: |none| {
        for (name, expected) in [
            ("21-percent-rounded.csv", &[483, 448, 458][..]),
            ("21-trainer_state-three-digits.json", &[483, 448, 458]),
            ("35-table.md", &[483, 448]),
        ] {
            refused(name, none, &["--evaluated"]);
            let log = open(name, &evaluated(1319)).unwrap();
            assert_eq!(wrong(&log, 1319), expected);
            told(&log, "rounded");
        }
    }
    printed_dictionaries: |none| {
        assert_eq!(wrong(&open("22-trl-stdout.log", none).unwrap(), 500), [420]);
    }
    accuracy_of_batches: |none| {
        refused("23-llamafactory-trainer_log.jsonl", none, &["`accuracy` is of the training batch", "eval_strategy"]);
    }
    ms_swift: |none| {
        refused("24-ms-swift-logging.jsonl", none, &["--evaluated"]);
        assert_eq!(wrong(&open("24-ms-swift-logging.jsonl", &evaluated(100)).unwrap(), 100), [58]);
    }
    an_array_of_rows: |none| {
        assert_eq!(wrong(&open("25-array-of-rows.json", none).unwrap(), 500), [183, 164, 150]);
    }
    a_summary: |none| {
        assert_eq!(wrong(&open("26-summary-counts.json", none).unwrap(), 128), [21]);
    }
    training_steps_as_generations: |none| {
        let few = open("28-steps-as-generations.csv", none).unwrap();
        assert_eq!(wrong(&few, 500), [183, 164, 150]);
        told(&few, "training steps");
        assert_eq!(wrong(&open("28-steps-as-generations-many.csv", none).unwrap(), 500), [183, 164, 146, 116, 131]);
    }
    spreadsheets: |none| {
        for name in ["29-capitals.csv", "29-comment-line.csv", "29-tabs.tsv"] {
            assert_eq!(wrong(&open(name, none).unwrap(), 500), [183, 164], "{name}");
        }
        assert_eq!(counts(&open("29-pandas-floats.csv", none).unwrap()), [(0, 500, 183), (2, 500, 164)]);
    }
    means_over_repeats: |none| {
        let name = "31-samples-averaged.jsonl";
        let log = open(name, none).unwrap();
        assert_eq!(wrong(&log, 2), [1]);
        told(&log, "--samples-per-problem");
        let log = open(name, &options(|o| o.samples_per_problem = Some(4))).unwrap();
        assert_eq!(wrong(&log, 8), [4]);
        assert!(log.runs[0].rows[0].independent.is_some());
    }
    the_same_document_twice: |none| {
        let log = open("31-samples-same-document-twice.jsonl", none).unwrap();
        assert_eq!((wrong(&log, 3), log.runs[0].rows[0].independent), (vec![1], None));
    }
    a_shaped_reward: |none| {
        refused("32-verl-shaped-reward.jsonl", none, &["1.1", "--right-above 0.5"]);
        assert_eq!(wrong(&open("32-verl-shaped-reward.jsonl", &options(|o| o.right_above = Some(0.5))).unwrap(), 3), [2]);
    }
    short_logs: |none| {
        assert_eq!(wrong(&open("33-collapse-in-one-round.csv", none).unwrap(), 500), [223, 409]);
        assert_eq!(wrong(&open("33-flat-and-good.csv", none).unwrap(), 150), [32, 31, 31, 30]);
        assert_eq!(wrong(&open("33-starts-above-half.csv", none).unwrap(), 500), [321, 300, 281]);
        assert_eq!(wrong(&open("33-worse-every-round.csv", none).unwrap(), 40), [30, 34, 35]);
    }
    no_answers_at_all: |none| {
        refused("34-collapse-no-answers.json", none, &["`metrics`", "right and wrong answers", "perplexity", "--columns"]);
    }
    qwen_math: |none| {
        assert_eq!(wrong(&open("35-qwen-math-metrics.json", none).unwrap(), 500), [134]);
    }
}
