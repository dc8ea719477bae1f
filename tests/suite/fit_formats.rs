//! Formats by the structure that their writers give them: R-Zero (evaluation/generate.py, question_evaluate/evaluate.py,
//! results_recheck.py), OpenRLHF (ppo_utils/eval_utils.py, loggers.py), TTRL (ttrl_utils.py), NeMo-Skills, TensorBoard, W&B,
//! TRL's completions (grpo_trainer.py) and Inspect's archives (_recorders/eval.py); and habits that were once read wrongly.

use runaway::fit::{Log, ReadOptions};

use crate::fit_cases::{case, cases, counts, evaluated, metric, open, options, refused, told, wrong};

/// What is said of what was left aside.
fn ignored(log: &Log, words: &str) {
    assert!(log.ignored.iter().any(|what| what.contains(words)), "{words}: {:?}", log.ignored);
}

fn metric_of(name: &str, count: u64) -> ReadOptions {
    options(|o| {
        o.metric = Some(name.to_owned());
        o.evaluated = Some(count);
    })
}

cases! {
    rzero_results_end_with_their_mean: |none| {
        let log = open("40-rzero-results.json", none).unwrap();
        assert_eq!(wrong(&log, 6), [2]);
        ignored(&log, "1 entry without an answer");
    }
    rzero_agreement_is_no_accuracy: |none| {
        refused("40-rzero-questions.json", none, &["agree with the majority", "`results`", "nothing of right answers"]);
    }
    rzero_scores_of_several_sets: |none| {
        let name = "40-rzero-final-results.jsonl";
        refused(name, none, &["`math`, `gsm8k`", "--task"]);
        refused(name, &options(|o| o.task = Some("aime".into())), &["no row is of the task `aime`"]);
        let asked = options(|o| {
            o.task = Some("math".into());
            o.evaluated = Some(500);
            o.columns = vec![("accuracy".into(), "score".into())];
        });
        let log = open(name, &asked).unwrap();
        assert_eq!(wrong(&log, 500), [108, 117]);
        ignored(&log, "2 rows of other tasks");
    }
    openrlhf_samples: |none| {
        let log = open("41-openrlhf", none).unwrap();
        assert_eq!(wrong(&log, 16), [12, 8]);
        told(&log, "`reward` says what is right");
        told(&log, "`eval_samples_step_20.jsonl`, `eval_samples_step_100.jsonl`");
    }
    openrlhf_coverage_is_no_accuracy: |none| {
        let name = "41-openrlhf-history.csv";
        refused(name, none, &["`eval/gsm8k_pass1`", "--evaluated"]);
        assert_eq!(wrong(&open(name, &evaluated(1000)).unwrap(), 1000), [588, 545]);
        refused(name, &metric_of("eval/gsm8k_pass4", 1000), &["coverage"]);
    }
    ttrl_labels_are_of_training: |none| {
        let name = "42-ttrl-labels.jsonl";
        refused(name, none, &["`train/label_accuracy`", "training", "--metric"]);
        let log = open(name, &metric_of("train/label_accuracy", 32)).unwrap();
        assert_eq!(wrong(&log, 32), [16, 15]);
        for never in ["train/reward_accuracy", "train/majority_ratio", "train/majority_voting_reward", "train/pass@64"] {
            refused(name, &metric_of(never, 32), &[never, "says nothing of right answers"]);
        }
    }
    ttrl_means_and_votes_over_sixteen_answers: |none| {
        let name = "42-ttrl-validation.jsonl";
        refused(name, none, &["acc/maj@16/mean", "acc/mean@16", "--metric"]);
        let log = open(name, &metric_of("val-core/AIME-TTT/acc/mean@16", 30)).unwrap();
        assert_eq!(counts(&log), [(0, 480, 432), (1, 480, 420)]);
        assert_eq!(log.runs[0].rows[0].independent, Some(30));
        let log = open(name, &metric_of("val-core/AIME-TTT/acc/maj@16/mean", 30)).unwrap();
        assert_eq!((wrong(&log, 30), log.runs[0].rows[0].independent), (vec![24, 23], None));
    }
    wandb_panel_of_two_runs: |none| {
        let name = "43-wandb-panel.csv";
        refused(name, none, &["--evaluated"]);
        let log = open(name, &evaluated(200)).unwrap();
        let runs: Vec<(&str, Vec<u64>)> =
            log.runs.iter().map(|run| (run.name.as_str(), run.rows.iter().map(|row| row.wrong).collect())).collect();
        assert_eq!(runs, [("solver-a", vec![118, 109]), ("solver-b", vec![100])]);
        told(&log, "thinned");
    }
    nemo_skills_repeats_are_one_generation: |none| {
        let log = open("44-nemo-skills", none).unwrap();
        assert_eq!(counts(&log), [(0, 18, 12)]);
        assert_eq!(log.runs[0].rows[0].independent, Some(6));
        told(&log, "3 files repeat one evaluation");
    }
    tensorboard_folders_are_runs_and_a_resumed_step_counts_once: |none| {
        let name = "45-tensorboard/run-a";
        refused(name, none, &["`eval/gsm8k_pass1`", "--evaluated"]);
        let log = open(name, &evaluated(100)).unwrap();
        assert_eq!(wrong(&log, 100), [50, 48, 45, 44]);
        told(&log, "1 step was evaluated again with another result");
        let log = open("45-tensorboard/*/*", &evaluated(100)).unwrap();
        assert_eq!(log.runs.iter().map(|run| run.rows.len()).collect::<Vec<_>>(), [4, 2]);
    }
    inspect_archives: |none| {
        for name in ["46-inspect.eval", "46-inspect-old.eval", "46-inspect-zstd.eval"] {
            assert_eq!(wrong(&open(name, none).unwrap(), 4), [1], "{name}");
        }
        refused("46-inspect-unfinished.eval", none, &["not finished"]);
    }
    each_test_set_of_a_trainer_has_its_own_size: |none| {
        let name = "47-two-test-sets.json";
        refused(name, none, &["`eval_gsm8k_accuracy`, `eval_math_accuracy`", "--metric"]);
        assert_eq!(wrong(&open(name, &metric("eval_gsm8k_accuracy")).unwrap(), 200), [100, 97]);
        assert_eq!(wrong(&open(name, &metric("eval_math_accuracy")).unwrap(), 500), [375, 380]);
    }
    verl_counts_the_answers_to_all_sets: |none| {
        let name = "48-verl-two-sets.log";
        refused(name, none, &["several metrics"]);
        refused(name, &metric("val-core/math/acc/mean@1"), &["--evaluated"]);
        assert_eq!(wrong(&open(name, &metric_of("val-core/math/acc/mean@1", 100)).unwrap(), 100), [75, 70]);
    }
    a_resumed_run: |none| {
        let log = open("48-verl-resumed.log", none).unwrap();
        assert_eq!(wrong(&log, 200), [100, 88, 76, 70]);
        told(&log, "2 steps were evaluated again with another result");
    }
    interrupted_files: |none| {
        for name in ["49-cut-last-line.jsonl", "49-cut-last-row.csv"] {
            let log = open(name, none).unwrap();
            assert_eq!(wrong(&log, 100), [20, 21], "{name}");
            ignored(&log, "which is cut off");
        }
        let log = open("49-cut-value.log", none).unwrap();
        assert_eq!(wrong(&log, 200), [100, 90]);
        ignored(&log, "the last value of the last line");
    }
    percent_and_decimal_commas: |none| {
        for name in ["50-percent-signs.csv", "50-percent-by-name.csv"] {
            assert_eq!(wrong(&open(name, &evaluated(1000)).unwrap(), 1000), [992, 991, 993], "{name}");
        }
        let log = open("50-decimal-commas.csv", &evaluated(100)).unwrap();
        assert_eq!(wrong(&log, 100), [15, 20]);
        refused("50-decimal-commas.csv", none, &["--evaluated"]);
    }
    checkpoints_follow_their_numbers: |none| {
        let log = open("51-checkpoints-out-of-order.csv", none).unwrap();
        assert_eq!(wrong(&log, 100), [50, 40, 30]);
        told(&log, "generations follow the numbers in the names: ");
    }
    completions_of_training: |none| {
        let log = open("52-completions.jsonl", none).unwrap();
        assert_eq!(counts(&log), [(0, 6, 3)]);
        told(&log, "`accuracy_reward` says what is right");
        told(&log, "say nothing of held-out problems");
        let log = open("52-completions.parquet", none).unwrap();
        assert_eq!(wrong(&log, 6), [4, 4]);
        told(&log, "steps 5, 15 are generations 0 to 1");
        // Found by fuzzing: a place below 0, on which the reader of columns panics.
        refused("52-completions-damaged.parquet", none, &["it is damaged"]);
    }
    scores_of_a_judge_are_no_shares: |none| {
        refused("53-judge-scores.jsonl", none, &["0.7 is neither right nor wrong", "--right-above"]);
        let log = open("53-judge-scores.jsonl", &options(|o| o.right_above = Some(0.5))).unwrap();
        assert_eq!(wrong(&log, 4), [2]);
    }
    a_verdict_under_a_name_of_ones_own: |none| {
        let name = "54-custom-verdict.jsonl";
        refused(name, none, &["`final_verdict`"]);
        let log = open(name, &options(|o| o.correct = Some("final_verdict".into()))).unwrap();
        assert_eq!(wrong(&log, 4), [2, 2]);
        refused(name, &options(|o| o.correct = Some("verdict".into())), &["--correct verdict: there is no such key"]);
    }
}

#[test]
fn a_damaged_event_file_is_refused_and_one_still_written_is_read() {
    let path = case("45-tensorboard/run-b/events.out.tfevents.1700000100.host.3.0");
    let bytes = std::fs::read(path).unwrap();
    let read = |bytes: Vec<u8>| Log::parse_all(&[("events".to_owned(), bytes)], &evaluated(100));
    assert_eq!(wrong(&read(bytes.clone()).unwrap(), 100), [50, 60]);
    assert_eq!(wrong(&read(bytes[..bytes.len() - 7].to_vec()).unwrap(), 100), [50]);
    let mut damaged = bytes;
    // The length of the second record.
    let second = 16 + u64::from_le_bytes(damaged[..8].try_into().unwrap()) as usize;
    damaged[second] ^= 1;
    assert!(read(damaged).unwrap_err().to_string().contains("checksum"));
}

#[test]
fn later_checkpoints_repeat_the_history_of_earlier_ones() {
    let state = |steps: &[(u64, f64)]| {
        let entries: Vec<String> = steps
            .iter()
            .map(|(step, accuracy)| format!("{{\"step\": {step}, \"eval_accuracy\": {accuracy}}}"))
            .collect();
        format!("{{\"log_history\": [{}]}}", entries.join(",")).into_bytes()
    };
    let read = |later: &[(u64, f64)]| {
        let files = [
            ("checkpoint-20/trainer_state.json".to_owned(), state(&[(10, 0.5), (20, 0.6)])),
            ("checkpoint-30/trainer_state.json".to_owned(), state(later)),
        ];
        Log::parse_all(&files, &evaluated(10))
    };
    assert_eq!(wrong(&read(&[(10, 0.5), (20, 0.6), (30, 0.7)]).unwrap(), 10), [5, 4, 3]);
    // Another result at the same step is another run.
    let message = read(&[(10, 0.4), (20, 0.6)]).unwrap_err().to_string();
    assert!(
        message.contains("step 10 stands in checkpoint-20/trainer_state.json already with another result")
            && message.contains("give the files of one"),
        "{message}"
    );
}

/// What comes of files with these names and texts.
fn read_all(files: &[(&str, &str)], options: &ReadOptions) -> Result<Log, String> {
    let files: Vec<(String, Vec<u8>)> =
        files.iter().map(|(name, text)| ((*name).to_owned(), text.as_bytes().to_vec())).collect();
    Log::parse_all(&files, options).map_err(|error| error.to_string())
}

#[test]
fn files_of_several_sets_are_no_generations() {
    let none = &ReadOptions::default();
    let answers = "{\"id\": 1, \"correct\": true}\n{\"id\": 2, \"correct\": false}\n";
    let message = read_all(&[("gsm8k.jsonl", answers), ("math.jsonl", answers)], none).unwrap_err();
    assert!(message.starts_with("math.jsonl: nothing says which generations gsm8k.jsonl"), "{message}");
    let rounds = read_all(&[("round10.jsonl", answers), ("round9.jsonl", answers)], none).unwrap();
    told(&rounds, "`round9.jsonl`, `round10.jsonl`");

    let sample = "{\"doc_id\": 0, \"target\": \"1\", \"acc\": 1.0}\n{\"doc_id\": 1, \"target\": \"1\", \"acc\": 0.0}\n";
    let [law, anatomy] = ["law", "anatomy"].map(|task| format!("samples_mmlu_{task}_2025-01-01T00-00-00.1.jsonl"));
    let files = [(law.as_str(), sample), (anatomy.as_str(), sample)];
    let message = read_all(&files, none).unwrap_err();
    assert!(message.contains("the task `mmlu_anatomy`") && message.contains("is of `mmlu_law`"), "{message}");
    let one = read_all(&files, &options(|o| o.task = Some("mmlu_law".into()))).unwrap();
    assert_eq!(counts(&one), [(0, 2, 1)]);

    let results = |task: &str| format!("{{\"results\": {{\"{task}\": {{\"acc,none\": 0.5}}}}, \"n-samples\": {{}}}}");
    let message =
        read_all(&[("a1.json", &results("arc")), ("a2.json", &results("boolq"))], &evaluated(10)).unwrap_err();
    assert!(message.contains("the task `boolq`") && message.contains("is of `arc`"), "{message}");
}

#[test]
fn names_of_metrics_that_once_misled() {
    let none = &evaluated(100);
    let table = |column: &str| format!("step,{column}\n10,0.5\n20,0.6\n");
    let read = |column: &str| read_all(&[("log.csv", &table(column))], none);
    for right in ["acc_norm", "pass@1", "eval/pass1", "pass@k:k=1", "majority@3 correct", "exact_match", "Accuracy"] {
        assert_eq!(read(right).unwrap_or_else(|error| panic!("{right}: {error}")).taken, [right]);
    }
    for wrong in [
        "pass@8",
        "pass8",
        "pass@k:k=8&n=16",
        "pass@k",
        "majority_reward",
        "maj_ratio",
        "self_consistency",
        "reward_accuracy",
        "mean_token_accuracy",
        "eval_loss",
        "acc_norm_stderr",
        "kl",
        "best@8/acc",
        "eval_f1",
        "train/reward_accuracy",
    ] {
        assert!(read(wrong).is_err(), "{wrong}");
    }
}

#[test]
fn axes_of_wandb_and_lightning() {
    for axis in ["_step", "train/global_step", "trainer/global_step", "Step", "eval/global_step"] {
        let text = format!("{axis},eval/accuracy\n20,0.6\n10,0.5\n");
        let log = read_all(&[("log.csv", &text)], &evaluated(100)).unwrap();
        assert_eq!(wrong(&log, 100), [50, 40], "{axis}");
    }
}

#[test]
fn lines_of_brackets_take_no_time() {
    let text = format!("step:1 - {}\n", "[".repeat(300_000));
    let start = std::time::Instant::now();
    read_all(&[("log", &text)], &ReadOptions::default()).unwrap_err();
    assert!(start.elapsed().as_secs() < 5);
}

#[test]
fn what_no_reader_takes_says_what_does() {
    let none = &ReadOptions::default();
    for (bytes, words) in [
        (&b"\x1f\x8b\x08\x00..."[..], "gunzip"),
        (b"\x28\xb5\x2f\xfd....", "zstd -d"),
        (b"\xff\xfeg\x00e\x00", "iconv -f UTF-16"),
        (b"PK\x05\x06\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0", "without an Inspect log"),
        (b"PAR1 and no more", "Parquet file cannot be read"),
        (b"{\"a\": 1,\n \"b\": 2}\n{\"a\": 2,\n \"b\": 3}\n", "jq -c . FILE"),
        (b"{\"iterations\": [{\"iteration\": 0, \"accuracy\": 0.5}]}", "jq -c '.[\"iterations\"][]' FILE"),
        (b"[{\"a\": 1}, 2]", "entry 2 of this JSON array is no object"),
        (b"generation,evaluated,wrong\n0,100,\"20\n1,100,21\n", "is not a whole number"),
        (b"{\"id\": 1, \"step\": 1, \"correct\": 1}\n{\"id\": 2, \"correct\": 1}\n", "does not say its generation"),
    ] {
        let message = Log::parse_all(&[("log".to_owned(), bytes.to_vec())], none).unwrap_err().to_string();
        assert!(message.contains(words), "{words}: {message}");
    }
}
