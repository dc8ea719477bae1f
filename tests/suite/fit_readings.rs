//! Small logs, their text in the test, that were once read wrongly or refused without a remedy that works.

use runaway::fit::{Log, ReadOptions};

use crate::fit_cases::{evaluated, metric, options};

/// Reads files of these names and texts.
pub(crate) fn read(files: &[(&str, &str)], options: &ReadOptions) -> Result<Log, String> {
    let files: Vec<(String, Vec<u8>)> =
        files.iter().map(|(name, text)| ((*name).to_owned(), text.as_bytes().to_vec())).collect();
    Log::parse_all(&files, options).map_err(|error| error.to_string())
}

/// Evaluated and wrong of the only run, whose generations are 0, 1, ….
pub(crate) fn counts(files: &[(&str, &str)], options: &ReadOptions) -> Vec<(u64, u64)> {
    let log = read(files, options).unwrap();
    assert_eq!(log.runs.len(), 1);
    let rows = log.runs[0].rows.iter();
    rows.zip(0..)
        .map(|(row, rank)| {
            assert_eq!(row.generation, rank);
            (row.evaluated, row.wrong)
        })
        .collect()
}

/// The message that refuses, which has these words.
pub(crate) fn refused(files: &[(&str, &str)], options: &ReadOptions, words: &[&str]) {
    let message = read(files, options).unwrap_err();
    for word in words {
        assert!(message.contains(word), "{word} is not in: {message}");
    }
}

/// What is said of a log that is read.
pub(crate) fn said(files: &[(&str, &str)], options: &ReadOptions) -> String {
    let log = read(files, options).unwrap();
    format!("{}\n{}", log.recognised(), log.notes.join("\n"))
}

fn columns(name: &str, own: &str) -> ReadOptions {
    options(|o| o.columns = vec![(name.to_owned(), own.to_owned())])
}

fn turned(mut options: ReadOptions) -> ReadOptions {
    options.lower_is_better = true;
    options
}

const COUNTS: (&str, &str) = ("p1.csv", "generation,evaluated,wrong\n0,500,100\n1,500,90\n");

#[test]
fn tables_of_counts_and_of_rates_go_together_and_none_is_dropped() {
    let none = &ReadOptions::default();
    let rates = ("q.csv", "generation,n,accuracy\n2,500,0.84\n3,500,0.86\n");
    let expected = [(500, 100), (500, 90), (500, 80), (500, 70)];
    assert_eq!(counts(&[COUNTS, rates], none), expected);
    assert_eq!(counts(&[rates, COUNTS], none), expected);
    // Rates of errors are turned, counts are what they say.
    let errors = ("q.csv", "generation,n,error_rate\n2,500,0.16\n3,500,0.14\n");
    assert_eq!(counts(&[COUNTS, errors], &turned(ReadOptions::default())), expected);
    for axis in ["epoch", "step", "checkpoint"] {
        let other = ("q.csv", format!("{axis},evaluated,wrong\n2,500,80\n3,500,70\n"));
        refused(&[COUNTS, (other.0, &other.1)], none, &["q.csv", axis, "generation", "p1.csv"]);
        refused(&[(other.0, &other.1), COUNTS], none, &["p1.csv", axis, "generation", "q.csv"]);
    }
    let other = ("b.csv", "generation,n,acc\n2,500,0.84\n3,500,0.86\n");
    refused(&[("a.csv", rates.1), other], &metric("accuracy"), &["b.csv", "`accuracy`", "a.csv", "`acc`"]);
}

#[test]
fn printed_values_may_have_types_and_what_cannot_be_read_is_counted() {
    let line = |value: &str, epoch: u32| {
        format!(
            "{{'eval_accuracy': {value}, 'eval_runtime': 10.0, 'eval_samples_per_second': 20.0, 'epoch': {epoch}.0}}\n"
        )
    };
    let values = ["np.float64(0.51)", "0.52", "tensor(0.53, device='cuda:0')", "np.float32(0.54)", "Fraction(1, 2)"];
    let text: String = values.iter().zip(1..).map(|(value, epoch)| line(value, epoch)).collect();
    let files = [("trl.log", text.as_str())];
    assert_eq!(counts(&files, &ReadOptions::default()), [(200, 98), (200, 96), (200, 94), (200, 92)]);
    assert!(said(&files, &ReadOptions::default()).contains("1 printed entry that cannot be read"));
}

#[test]
fn the_step_before_a_printed_dictionary_is_its_step() {
    let text = "Train epoch [1/1]:  10%|# | 1/10 [00:01, policy_loss=0.01, reward=0.3]\n\
                ✨ Global step 20: {'eval_gsm8k_pass1': 0.58, 'eval_gsm8k_pass8': 0.91}\n\
                ✨ Global step 10: {'eval_gsm8k_pass1': 0.55, 'eval_gsm8k_pass8': 0.9}\n";
    assert_eq!(counts(&[("o.log", text)], &evaluated(100)), [(100, 45), (100, 42)]);
}

#[test]
fn columns_that_count_are_no_rates() {
    let none = &ReadOptions::default();
    for (header, right) in [
        ("num_failed", false),
        ("n_incorrect", false),
        ("failed", false),
        ("error_count", false),
        ("number_of_failures", false),
        ("passed", true),
        ("num_passed", true),
        ("n_correct", true),
    ] {
        let cells = if right { [450, 440] } else { [50, 60] };
        let text = format!("gen,total,{header}\n0,500,{}\n1,500,{}\n", cells[0], cells[1]);
        assert_eq!(counts(&[("a.csv", &text)], none), [(500, 50), (500, 60)], "{header}");
    }
    let both = "gen,total,passed,failed\n0,500,450,50\n1,500,440,60\n";
    assert_eq!(counts(&[("a.csv", both)], none), [(500, 50), (500, 60)]);
    refused(&[("a.csv", &both.replace(",60", ",61"))], none, &["`61` here contradicts 440 in `passed`"]);
    assert_eq!(counts(&[("a.csv", "gen,failed\n0,50\n1,60\n")], &evaluated(500)), [(500, 50), (500, 60)]);
    // Counted errors may be none of the answers: the share of right ones is read where it is named.
    let faults = "gen,total,n_errors,accuracy\n0,500,3,0.9\n1,500,5,0.88\n";
    refused(&[("a.csv", faults)], none, &["`0.88` here contradicts 5 in `n_errors`", "--columns accuracy=accuracy"]);
    for named in [columns("accuracy", "accuracy"), metric("accuracy")] {
        assert_eq!(counts(&[("a.csv", faults)], &named), [(500, 50), (500, 60)]);
    }
    // Rates stay rates, and numbers of problems are no outcomes.
    let rates = "gen,total,total_accuracy,n_math\n0,500,0.9,500\n1,500,0.88,500\n";
    assert_eq!(counts(&[("a.csv", rates)], none), [(500, 50), (500, 60)]);
    let panel = "\"Step\",\"run - num_failed\"\n10,50\n20,60\n";
    let asked = options(|o| (o.metric, o.evaluated) = (Some("num_failed".into()), Some(500)));
    refused(&[("w.csv", panel)], &turned(asked), &["`num_failed` counts answers", "--columns wrong=num_failed"]);
}

fn inspect(results: &str) -> String {
    format!(
        "{{\"status\":\"success\",\"eval\":{{\"task\":\"t\",\"model\":\"m\",\"config\":{{\"epochs\":4}}}},{results}}}"
    )
}

fn letters(values: &[&str]) -> String {
    let sample = |(value, id): (&&str, u32)| format!("{{\"id\":{id},\"scores\":{{\"match\":{{\"value\":{value}}}}}}}");
    let samples: Vec<String> = values.iter().zip(1..).map(sample).collect();
    inspect(&format!("\"samples\":[{}]", samples.join(",")))
}

#[test]
fn letters_of_inspect_are_scores_too() {
    let above = |limit: f64| options(|o| o.right_above = Some(limit));
    let all = letters(&["\"C\"", "\"I\"", "\"P\"", "\"N\""]);
    for (limit, wrong) in [(0.4, 2), (0.6, 3)] {
        assert_eq!(counts(&[("i.json", &all)], &above(limit)), [(4, wrong)]);
    }
    assert_eq!(counts(&[("i.json", &letters(&["\"P\"", "\"I\""]))], &above(0.5)), [(2, 2)]);
    assert_eq!(counts(&[("i.json", &letters(&["\"C\"", "\"I\""]))], &above(0.5)), [(2, 1)]);
    let numbers = letters(&["0.9", "0.2", "0.1", "7", "null"]);
    let files = [("i.json", numbers.as_str())];
    assert_eq!(counts(&files, &above(0.5)), [(4, 2)]);
    assert_eq!(counts(&files, &ReadOptions::default()), [(3, 2)]);
    let told = said(&files, &ReadOptions::default());
    assert!(told.contains("2 scores of `match`") && told.contains("rounded"), "{told}");
}

#[test]
fn epochs_of_inspect_are_answers_to_the_same_problems() {
    let summary = |more: &str| {
        inspect(&format!(
            "\"results\":{{\"total_samples\":200,\"completed_samples\":200,\"scores\":[{{\"name\":\"match\"{more},\
             \"metrics\":{{\"accuracy\":{{\"value\":0.55}}}}}}]}}"
        ))
    };
    let log = read(&[("i.json", &summary(""))], &ReadOptions::default()).unwrap();
    let row = log.runs[0].rows[0];
    assert_eq!((row.evaluated, row.wrong, row.independent), (200, 90, Some(50)));
    let repeated = options(|o| o.samples_per_problem = Some(4));
    assert_eq!(read(&[("i.json", &summary(""))], &repeated).unwrap().runs, log.runs);
    // A vote is one answer to a problem; coverage says nothing of answers.
    let vote = summary(",\"reducer\":\"mode\"").replace("0.55", "0.56");
    assert_eq!(counts(&[("i.json", &vote)], &ReadOptions::default()), [(50, 22)]);
    refused(&[("i.json", &summary(",\"reducer\":\"pass_at_4\""))], &ReadOptions::default(), &["by pass_at_4 of 4"]);
    let some = summary(",\"scored_samples\":20,\"unscored_samples\":30");
    assert_eq!(counts(&[("i.json", &some)], &ReadOptions::default()), [(80, 36)]);
    assert!(said(&[("i.json", &some)], &ReadOptions::default()).contains("judged 20 problems and left 30 out"));
}

/// A result of lm-evaluation-harness of a model.
pub(crate) fn harness(model: &str, share: f64) -> String {
    format!(
        "{{\"results\":{{\"t\":{{\"acc,none\":{share}}}}},\"model_name\":\"{model}\",\
         \"n-samples\":{{\"t\":{{\"original\":200,\"effective\":200}}}}}}"
    )
}

#[test]
fn models_with_a_number_each_order_results_whatever_their_dates() {
    let results = [("out/iter2/ckpt-100", 0.42), ("out/iter1/ckpt-300", 0.41), ("out/iter0/ckpt-200", 0.4)];
    let texts = results.map(|(model, share)| harness(model, share));
    let names = ["results_2024-03.json", "results_2024-04.json", "results_2024-05.json"];
    let files: Vec<(&str, &str)> = names.into_iter().zip(texts.iter().map(String::as_str)).collect();
    assert_eq!(counts(&files, &ReadOptions::default()), [(200, 120), (200, 118), (200, 116)]);
    assert!(said(&files, &ReadOptions::default()).contains("the numbers in the models' names"));
    // Names that differ in words say nothing of an order: that of the files is left.
    let texts = [harness("org/base-8b", 0.4), harness("out/iter-1", 0.41)];
    let files = [("results_1.json", texts[0].as_str()), ("results_2.json", texts[1].as_str())];
    assert_eq!(counts(&files, &ReadOptions::default()), [(200, 120), (200, 118)]);
}

#[test]
fn a_group_counts_the_answers_of_its_tasks() {
    let group = |share: f64, tasks: &str| {
        format!(
            "{{\"results\":{{\"g\":{{\"acc,none\":{share}}}{tasks}}},\"group_subtasks\":{{\"g\":[\"a\",\"b\"]}},\
             \"n-samples\":{{\"a\":{{\"effective\":100}},\"b\":{{\"effective\":400}}}}}}"
        )
    };
    let tasks = ",\"a\":{\"acc,none\":0.6},\"b\":{\"acc,none\":0.4}";
    for share in [0.5, 0.44] {
        let text = group(share, tasks);
        assert_eq!(counts(&[("r.json", &text)], &ReadOptions::default()), [(500, 280)]);
        let told = said(&[("r.json", &text)], &ReadOptions::default());
        assert_eq!(told.contains("is a mean over its tasks"), share == 0.5, "{told}");
    }
    let alone = group(0.5, "");
    assert_eq!(counts(&[("r.json", &alone)], &ReadOptions::default()), [(500, 250)]);
    assert!(said(&[("r.json", &alone)], &ReadOptions::default()).contains("taken as a mean over all answers"));
}

#[test]
fn what_falls_is_read_so_or_refused_and_the_option_works() {
    let none = &ReadOptions::default();
    let state = "{\"metric_for_best_model\":\"score\",\"greater_is_better\":false,\"log_history\":[\
                 {\"step\":100,\"eval_score\":0.5,\"eval_runtime\":10.0,\"eval_samples_per_second\":20.0},\
                 {\"step\":200,\"eval_score\":0.4,\"eval_runtime\":10.0,\"eval_samples_per_second\":20.0}]}";
    refused(&[("s.json", state)], &metric("eval_score"), &["better when lower", "--lower-is-better"]);
    assert_eq!(counts(&[("s.json", state)], &turned(metric("eval_score"))), [(200, 100), (200, 80)]);
    assert!(said(&[("s.json", state)], &turned(metric("eval_score"))).contains("the share of wrong answers"));
    for (name, words) in [("acc", "better when lower"), ("err", "error rate by its name")] {
        let text = format!(
            "{{\"results\":{{\"t\":{{\"{name},none\":0.2}}}},\"higher_is_better\":{{\"t\":{{\"{name}\":false}}}},\
             \"n-samples\":{{\"t\":{{\"effective\":100}}}}}}"
        );
        refused(&[("r.json", &text)], none, &[words, "--lower-is-better"]);
        assert_eq!(counts(&[("r.json", &text)], &turned(ReadOptions::default())), [(100, 20)]);
    }
    let table = "generation,n,error_rate,eval_loss\n0,500,0.2,1.0\n1,500,0.3,1.1\n";
    refused(&[("t.csv", table)], &columns("accuracy", "error_rate"), &["error rate by its name"]);
    refused(&[("t.csv", table)], &columns("accuracy", "eval_loss"), &["a loss"]);
    assert_eq!(counts(&[("t.csv", table)], &turned(columns("accuracy", "error_rate"))), [(500, 100), (500, 150)]);
    let answers = "{\"id\":1,\"is_wrong\":1}\n{\"id\":2,\"is_wrong\":0}\n{\"id\":3,\"is_wrong\":1}\n";
    let correct = options(|o| o.correct = Some("is_wrong".into()));
    refused(&[("a.jsonl", answers)], none, &["--correct is_wrong --lower-is-better"]);
    refused(&[("a.jsonl", answers)], &correct, &["says by its name what is wrong", "--lower-is-better"]);
    assert_eq!(counts(&[("a.jsonl", answers)], &turned(correct)), [(3, 2)]);
    refused(&[("t.csv", "generation,accuracy\n0,0.5\n")], &turned(evaluated(10)), &["leave --lower-is-better out"]);
}

#[test]
fn answers_to_a_problem_are_worth_one_problem_at_the_least() {
    for (problems, repeats) in [(10, 8), (4, 4), (2, 2)] {
        let line = |place: u32| {
            format!("{{\"id\":{},\"correct\":{}}}\n", place % problems, (place % problems).is_multiple_of(2))
        };
        let text: String = (0..problems * repeats).map(line).collect();
        let log = read(&[("a.jsonl", &text)], &ReadOptions::default()).unwrap();
        assert_eq!(log.runs[0].rows[0].independent, Some(u64::from(problems)));
    }
}

#[test]
fn rows_that_stand_twice_are_taken_once_or_refused_with_both_lines() {
    let none = &ReadOptions::default();
    let same = format!("{}1,500,90\n", COUNTS.1);
    assert_eq!(counts(&[("a.csv", &same)], none), [(500, 100), (500, 90)]);
    assert!(said(&[("a.csv", &same)], none).contains("1 row stands twice with the same counts"));
    refused(
        &[("a.csv", &format!("{}1,500,91\n", COUNTS.1))],
        none,
        &["a.csv:4: generation 1 stands on line 3", "run=NAME"],
    );
    let steps = "step,eval_accuracy\n100,0.51\n200,0.52\n100,0.5";
    refused(&[("a.csv", &format!("{steps}3\n"))], &evaluated(100), &["a.csv:4: step 100 stands on line 2"]);
    assert_eq!(counts(&[("a.csv", &format!("{steps}1\n"))], &evaluated(100)), [(100, 49), (100, 48)]);
}

#[test]
fn a_run_that_was_resumed_in_another_file_is_joined() {
    let line = |step: u32, share: f64| format!("step:{step} - val/test_score/gsm8k:{share}\n");
    let (first, second) = (line(0, 0.5) + &line(5, 0.55), line(5, 0.57) + &line(15, 0.65));
    let files = [("run1.log", first.as_str()), ("run2.log", second.as_str())];
    refused(
        &files,
        &evaluated(100),
        &["run2.log:1: step 5 stands in run1.log on line 2", "cat run1.log run2.log > ALL"],
    );
    let joined = first.clone() + &second;
    assert_eq!(counts(&[("all.log", &joined)], &evaluated(100)), [(100, 50), (100, 43), (100, 35)]);
}

#[test]
fn verl_names_what_it_has_and_takes_one_set_or_one_name() {
    let training = "step:1 - critic/score/mean:0.3\nstep:2 - critic/score/mean:0.35\n";
    let asked = |name: &str| options(|o| (o.metric, o.evaluated) = (Some(name.to_owned()), Some(100)));
    refused(
        &[("v.log", training)],
        &evaluated(100),
        &["found `critic/score/mean`", "--metric NAME with --evaluated N"],
    );
    assert_eq!(counts(&[("v.log", training)], &asked("critic/score/mean")), [(100, 70), (100, 65)]);
    refused(
        &[("v.log", training)],
        &asked("val/none"),
        &["there is no metric `val/none`; there is `critic/score/mean`"],
    );
    let renamed = "step:0 - val/test_score/gsm8k:0.5\nstep:5 - val-core/gsm8k/acc/mean@1:0.6\n";
    refused(&[("v.log", renamed)], &evaluated(100), &["v.log:2", "a change of names", "--metric NAME"]);
    assert_eq!(counts(&[("v.log", renamed)], &asked("val-core/gsm8k/acc/mean@1")), [(100, 40)]);
    assert!(said(&[("v.log", renamed)], &asked("val-core/gsm8k/acc/mean@1")).contains("it is left out"));
    // Rows of training that have a metric of their own are left aside as before.
    let rows = "step,accuracy,eval_accuracy\n10,0.9,\n15,0.91,\n20,,0.62\n35,0.92,\n40,,0.64\n";
    assert_eq!(counts(&[("t.csv", rows)], &evaluated(100)), [(100, 38), (100, 36)]);
    let two = "step:0 - val-core/org/gsm8k/acc/mean@1:0.5 - val-core/org/math/acc/mean@1:0.2\n\
               step:5 - val-core/org/gsm8k/acc/mean@1:0.55 - val-core/org/math/acc/mean@1:0.25\n";
    let set = |task: &str| options(|o| (o.task, o.evaluated) = (Some(task.to_owned()), Some(100)));
    for task in ["math", "org/math"] {
        assert_eq!(counts(&[("v.log", two)], &set(task)), [(100, 80), (100, 75)]);
    }
    refused(&[("v.log", two)], &set("aime"), &["there is no set `aime`; there is `org/gsm8k`, `org/math`"]);
}

#[test]
fn metrics_within_objects_are_found_where_no_other_is() {
    let text = "{\"iter\":0,\"metrics\":{\"acc\":0.53},\"n\":100}\n{\"iter\":1,\"metrics\":{\"acc\":0.61},\"n\":100}\n";
    for options in [&ReadOptions::default(), &columns("accuracy", "metrics.acc"), &metric("metrics.acc")] {
        assert_eq!(counts(&[("a.jsonl", text)], options), [(100, 47), (100, 39)]);
    }
    let beside = text.replace("\"n\"", "\"accuracy\":0.25,\"n\"");
    assert_eq!(counts(&[("a.jsonl", &beside)], &ReadOptions::default()), [(100, 75), (100, 75)]);
    assert_eq!(counts(&[("a.jsonl", &beside)], &metric("metrics.acc")), [(100, 47), (100, 39)]);
    // Verdicts of single answers are no rates.
    let answers =
        "{\"question\":\"a\",\"judge\":{\"correct\":true}}\n{\"question\":\"b\",\"judge\":{\"correct\":false}}\n";
    refused(&[("a.jsonl", answers)], &evaluated(100), &["if these are answers", "--correct"]);
    let keyed = options(|o| o.correct = Some("judge.correct".into()));
    assert_eq!(counts(&[("a.jsonl", answers)], &keyed), [(2, 1)]);
}

#[test]
fn a_summary_among_answers_does_not_name_their_verdict() {
    let text = "{\"id\":1,\"score\":1}\n{\"id\":2,\"score\":0}\n{\"accuracy\":0.5}\n";
    assert_eq!(counts(&[("a.jsonl", text)], &ReadOptions::default()), [(2, 1)]);
}

#[test]
fn commas_are_read_where_they_can_mean_one_thing_only() {
    let none = &ReadOptions::default();
    assert_eq!(counts(&[("a.csv", "gen,n,correct\n0,\"1,319\",\"1,000\"\n")], none), [(1319, 319)]);
    assert_eq!(counts(&[("a.tsv", "gen\tn\taccuracy\n0\t500\t0,634\n1\t500\t0,70\n")], none), [(500, 183), (500, 150)]);
    assert_eq!(counts(&[("a.tsv", "gen\tn\taccuracy\n0\t500\t63,4\n")], none), [(500, 183)]);
    assert_eq!(counts(&[("a.csv", "gen;n;accuracy\n0;500;0,634\n")], none), [(500, 183)]);
    refused(&[("a.csv", "gen,n,correct\n0,\"13,19\",1\n")], none, &["`13,19` is not a whole number"]);
}

#[test]
fn cells_that_hold_no_count_name_a_remedy_that_works() {
    let none = &ReadOptions::default();
    for (cell, own) in [("0.6", 80), ("60%", 80)] {
        let text = format!("iter,n,correct\n0,200,{cell}\n");
        refused(&[("a.csv", &text)], none, &["is not a whole number", "--columns accuracy=correct"]);
        assert_eq!(counts(&[("a.csv", &text)], &columns("accuracy", "correct")), [(200, own)]);
    }
    let wrong = "iter,n,wrong\n0,200,0.4\n";
    refused(&[("a.csv", wrong)], none, &["--columns accuracy=wrong --lower-is-better"]);
    assert_eq!(counts(&[("a.csv", wrong)], &turned(columns("accuracy", "wrong"))), [(200, 80)]);
    refused(&[("a.csv", "gen,n,right\n0,500,317/500\n")], none, &["`317/500`", "columns of their own"]);
    refused(&[("a.tsv", "gen\tn\taccuracy\n0\t500\t63,412\n")], none, &["`63,412`", "0.634 for decimals"]);
    refused(
        &[("a.csv", "generation,evaluated,wrong\n0,99999999999999999999,1\n")],
        none,
        &["more than can be counted"],
    );
    for cell in ["", "NA", "nan"] {
        let text = format!("{}2,500,{cell}\n", COUNTS.1);
        refused(&[("a.csv", &text)], none, &["a.csv:4: column `wrong`", "leave the row out"]);
        let text = format!("{}2,{cell},80\n", COUNTS.1);
        refused(&[("a.csv", &text)], none, &["a.csv:4: column `evaluated`", "--evaluated N"]);
        assert_eq!(counts(&[("a.csv", &text)], &evaluated(500)), [(500, 100), (500, 90), (500, 80)]);
        let text = format!("{}2,{cell},{cell}\n", COUNTS.1);
        assert_eq!(counts(&[("a.csv", &text)], none), [(500, 100), (500, 90)]);
    }
    assert_eq!(counts(&[("a.csv", "gen,n_test,correct\n0,500,317\n")], none), [(500, 183)]);
}

#[test]
fn bars_may_part_cells_and_noise_is_no_text() {
    let bars = COUNTS.1.replace(',', "|");
    assert_eq!(counts(&[("a.csv", &bars)], &ReadOptions::default()), [(500, 100), (500, 90)]);
    refused(&[("a.dat", "\u{1}\u{2}\u{7}x\n\u{3}\n")], &ReadOptions::default(), &["this is no text"]);
}

#[test]
fn notes_on_a_run_name_it_and_go_with_it() {
    let panel = "\"Step\",\"run-a - eval/acc\",\"run-b - eval/acc\"\n10,0.51,\n20,0.61,0.52\n30,,0.72\n";
    let mut log = read(&[("w.csv", panel)], &evaluated(100)).unwrap();
    let notes = ["run run-a: steps 10, 20 are generations 0 to 1", "run run-b: steps 20, 30 are generations 0 to 1"];
    assert_eq!(log.notes, notes);
    log.keep_run(1);
    assert_eq!((log.notes, log.runs[0].name.as_str(), log.runs.len()), (vec![notes[1].to_owned()], "run-b", 1));
}

#[test]
fn words_are_true_of_the_files() {
    let none = &ReadOptions::default();
    let texts = [harness("m", 0.4), harness("m", 0.41)];
    let files = [("b.json", texts[1].as_str()), ("a.json", texts[0].as_str())];
    assert!(said(&files, none).contains("in the order of their names: `a.json`, `b.json`"));
    let state = "{\"log_history\":[{\"epoch\":0.3,\"eval_accuracy\":0.51},{\"epoch\":0.6,\"eval_accuracy\":0.52}]}";
    assert!(said(&[("s.json", state)], &evaluated(100)).contains("epochs 0.3, 0.6 are generations 0 to 1"));
    // Rates of 1 show no digits, and are whole counts of anything.
    let ones = "generation,n,accuracy\n0,1000,1.0\n1,1000,1.0\n";
    assert_eq!(read(&[("a.csv", ones)], none).unwrap().runs[0].rows[0].wrong_within, None);
    let odd = "generation,n,accuracy\n0,7,0.123456\n";
    let message = read(&[("a.csv", odd)], none).unwrap_err();
    assert!(message.contains("of 7 is not a whole number") && !message.contains("is --evaluated right"), "{message}");
}

#[test]
fn columns_that_order_generations_are_known_by_a_word() {
    let none = &ReadOptions::default();
    for name in [
        "iter_id",
        "gen_idx",
        "ckpt_step",
        "training steps",
        "Round #",
        "self_train_iter",
        "Iter.",
        "model_version",
        "Generations",
    ] {
        let text = format!("{name},accuracy,n\n300,0.3,10\n200,0.2,10\n100,0.1,10\n");
        assert_eq!(counts(&[("a.csv", &text)], none), [(10, 9), (10, 8), (10, 7)], "{name}");
        assert!(said(&[("a.csv", &text)], none).contains(name), "{name}");
    }
    // Settings and means are no generations, and two such columns decide nothing.
    let settings = [
        "steps_per_epoch",
        "max_steps",
        "num_generations",
        "warmup_steps",
        "reasoning_steps",
        "gen_time",
        "round_accuracy_gap",
    ];
    for name in settings {
        let text = format!("{name},accuracy,n\n3,0.3,10\n2,0.2,10\n1,0.1,10\n");
        assert_eq!(counts(&[("a.csv", &text)], none), [(10, 7), (10, 8), (10, 9)], "{name}");
    }
    let two = "outer_iter,self_iter,accuracy,n\n1,2,0.3,10\n0,3,0.2,10\n";
    assert!(said(&[("a.csv", two)], none).contains("no step is given"));
}

#[test]
fn an_evaluation_that_one_run_lacks_leaves_a_gap() {
    let text = "run,step,accuracy,n\na,100,0.5,10\na,200,0.4,10\na,300,0.3,10\nb,100,0.5,10\nb,300,0.2,10\n";
    let log = read(&[("a.csv", text)], &ReadOptions::default()).unwrap();
    let of = |run: usize| log.runs[run].rows.iter().map(|row| row.generation).collect::<Vec<_>>();
    assert_eq!((of(0), of(1)), (vec![0, 1, 2], vec![0, 2]));
}

#[test]
fn the_size_of_the_test_set_is_not_that_of_the_training_set() {
    let none = &ReadOptions::default();
    let line = r#"{"iteration": 0, "num_samples": 6400, "eval_acc": 0.5, "test_size": 500}"#;
    assert_eq!(counts(&[("a.jsonl", &format!("{line}\n{}\n", line.replace(": 0,", ": 1,")))], none), [(500, 250); 2]);
    let history = r#"{"_step": 1, "eval/accuracy": 0.61, "eval/runtime": 10.0, "eval/samples_per_second": 50.0, "train/global_step": 100}
{"_step": 2, "train/loss": 0.3, "train/global_step": 101}
{"_step": 3, "eval/accuracy": 0.63, "eval/runtime": 10.0, "eval/samples_per_second": 50.0, "train/global_step": 200}
"#;
    assert_eq!(counts(&[("a.jsonl", history)], none), [(500, 195), (500, 185)]);
}

#[test]
fn names_that_turn_or_compare_a_rate_are_no_accuracy() {
    let none = &ReadOptions::default();
    let of = |name: &str| format!("round,{name},n\n0,0.42,100\n1,0.46,100\n");
    for name in [
        "1-accuracy",
        "1 - acc",
        "not_correct_rate",
        "non_accuracy",
        "inaccuracy",
        "mistakes_rate",
        "hallucination_rate",
    ] {
        let text = of(name);
        refused(&[("a.csv", &text)], none, &["by its name", "--lower-is-better"]);
        assert_eq!(counts(&[("a.csv", &text)], &turned(ReadOptions::default())), [(100, 42), (100, 46)], "{name}");
    }
    let compared = [
        "acc_delta",
        "accuracy_gap",
        "accuracy_drop",
        "baseline_accuracy",
        "target_acc",
        "top5_acc",
        "top-5 accuracy",
        "oracle_acc",
        "brier",
    ];
    for name in compared.into_iter().chain(["pseudo_label_accuracy"]) {
        let text = of(name);
        assert!(read(&[("a.csv", &text)], none).is_err(), "{name}");
        refused(&[("a.csv", &text)], &metric(name), &["it says nothing of right answers"]);
    }
    for (name, wrong) in [("not_correct", 60), ("mistakes", 60), ("num_correct", 40), ("top1_acc", 40)] {
        let text = format!("round,{name},total\n0,60,100\n1,60,100\n");
        assert_eq!(counts(&[("a.csv", &text)], none), [(100, wrong), (100, wrong)], "{name}");
    }
    // The name of the benchmark DROP is that of a rate.
    assert_eq!(counts(&[("a.csv", &of("drop"))], none), [(100, 58), (100, 54)]);
    assert!(said(&[("a.csv", &of("quality"))], &metric("quality")).contains("which its name does not say"));
    assert!(said(&[("a.csv", "round,avg@8,n\n0,0.5,100\n1,0.4,100\n")], none).contains("mean over 8 answers"));
}

#[test]
fn generations_may_be_named_in_the_column_that_numbers_them() {
    let none = &ReadOptions::default();
    let shuffled = "iter,correct,total\niter3,280,500\niter1,340,500\niter2,300,500\nbase,350,500\niter10,100,500\n";
    let wrong = [(500, 150), (500, 160), (500, 200), (500, 220), (500, 400)];
    assert_eq!(counts(&[("a.csv", shuffled)], none), wrong);
    assert_eq!(counts(&[("a.csv", "round,right,n\n2,4,9\n1,5,9\nbase,6,9\n")], none), [(9, 3), (9, 4), (9, 5)]);
    let steps = "step,acc,n\nbase,0.5,10\n100,0.4,10\n50,0.3,10\n";
    assert_eq!(counts(&[("a.csv", steps)], none), [(10, 5), (10, 7), (10, 6)]);
    // The stem of the others is the base, whatever numbers it has.
    let stem = "model,right,n\nQ-7B-iter2,4,9\nQ-7B,6,9\nQ-7B-iter1,5,9\n";
    assert_eq!(counts(&[("a.csv", stem)], none), [(9, 3), (9, 4), (9, 5)]);
    let sizes = "model,right,n\nQwen2.5-7B,4,9\niter1,5,9\niter2,6,9\n";
    assert_eq!(counts(&[("a.csv", sizes)], none), [(9, 5), (9, 4), (9, 3)]);
    let grid = "model,right,n\nm-iter0-seed1,4,9\nm-iter1-seed1,5,9\nm-iter0-seed2,5,9\nm-iter1-seed2,6,9\n";
    refused(&[("a.csv", grid)], none, &["every pair", "--columns run=NAME"]);
    refused(&[("a.csv", "round,right,n\n1,4,9\n2,5,9\nR3,6,9\n")], none, &["a.csv:4", "`R3` is not a whole number"]);
    refused(&[("a.csv", "round,right,n\n1,4,9\n1O,5,9\n")], none, &["`1O` is not a whole number"]);
}

#[test]
fn right_and_wrong_together_are_all() {
    let none = &ReadOptions::default();
    let text = "iteration,right,wrong\n0,317,183\n1,336,164\n";
    assert_eq!(counts(&[("a.csv", text)], none), [(500, 183), (500, 164)]);
    assert!(said(&[("a.csv", text)], none).contains("right plus wrong"));
    // Where some answers are neither, or a column counts all, right and wrong are not all.
    refused(&[("a.csv", "round,correct,incorrect,unparsed\n0,300,150,50\n")], none, &["--evaluated N"]);
    assert_eq!(counts(&[("a.csv", "iteration,right,total\n0,317,500\n")], none), [(500, 183)]);
}

#[test]
fn errors_and_changes_beside_a_rate_do_not_hide_it() {
    let none = &ReadOptions::default();
    for cell in ["63.4±0.5", "63.4 ± 0.5 %", "63.4 (+1.9)", "63.4% +/- 2%", "0.634 ± 0.02"] {
        let text = format!("gen\tacc\tn\n0\t{cell}\t500\n");
        assert_eq!(counts(&[("a.tsv", &text)], none), [(500, 183)], "{cell}");
    }
}

#[test]
fn tables_are_found_in_text_and_where_blanks_part_their_cells() {
    let none = &ReadOptions::default();
    let table = "| Round | Correct | Total |\n|:---|---:|---:|\n| 0 | 317 | 500 |\n| 1 | 336 | 500 |\n";
    let wrong = [(500, 183), (500, 164)];
    let within = format!("# results\n\nSome \"text.\n\n{table}\nmore | text\n");
    assert_eq!(counts(&[("a.md", &within)], none), wrong);
    refused(&[("a.md", &format!("{within}\n{table}"))], none, &["a.md:13", "a second table", "line 5"]);
    assert_eq!(counts(&[("a.md", &table.replace("317", "**317**"))], none), wrong);
    let fault = format!("text\n\n{}", table.replace("336", "x"));
    refused(&[("a.md", &fault)], none, &["a.md:6", "`x`"]);
    assert_eq!(counts(&[("a.csv", "sep=;\ngeneration;evaluated;wrong\n0;500;183\n1;500;164\n")], none), wrong);
    let printed = "generation   evaluated   wrong\n         0         500     183  \n         1         500     164\n";
    assert_eq!(counts(&[("a.txt", printed)], none), wrong);
    let indexed = "   round    acc  n\n0      0  0.634  500\n1      1  0.672  500\n";
    assert_eq!(counts(&[("a.txt", indexed)], none), wrong);
    assert!(read(&[("a.txt", "Training began\nepoch 1 done\n")], none).is_err());
}

#[test]
fn one_name_for_several_rows_and_problems_without_a_generation_are_refused() {
    let none = &ReadOptions::default();
    let twice = "checkpoint,right,n\nckpt-100,4,9\nckpt-100,5,9\nckpt-200,5,9\n";
    refused(&[("a.csv", twice)], none, &["`ckpt-100` stands for several rows", "--columns run=NAME"]);
    let problems: String =
        (0..20).map(|id| format!("{{\"problem\": \"p{id}\", \"pass_rate\": 0.5, \"n\": 8}}\n")).collect();
    refused(&[("a.jsonl", &problems)], none, &["`problem` names a problem", "--id problem --correct KEY"]);
}

#[test]
fn rounds_of_different_lengths_are_ordered_by_their_names() {
    let state = |step: u64, accuracy: f64| {
        format!(
            r#"{{"log_history": [{{"eval_accuracy": {accuracy}, "eval_runtime": 10.0, "eval_samples_per_second": 50.0, "step": {step}}}]}}"#
        )
    };
    let texts = [state(120, 0.6), state(80, 0.58), state(100, 0.56)];
    let names = ["out/iter0/trainer_state.json", "out/iter1/trainer_state.json", "out/iter2/trainer_state.json"];
    let files: Vec<(&str, &str)> = names.into_iter().zip(texts.iter().map(String::as_str)).collect();
    assert_eq!(counts(&files, &ReadOptions::default()), [(500, 200), (500, 210), (500, 220)]);
    assert!(said(&files, &ReadOptions::default()).contains("these are rounds"));
}

#[test]
fn answers_of_several_models_are_no_repeats() {
    let none = &ReadOptions::default();
    let line =
        |model: &str, id: u64, right: bool| format!("{{\"id\": {id}, \"correct\": {right}, \"model\": \"{model}\"}}\n");
    let of = |model: &str, right: u64| (0..20).map(|id| line(model, id, id < right)).collect::<String>();
    let text = of("m-iter1", 12) + &of("m-iter0", 10);
    refused(&[("a.jsonl", &text)], none, &["several values: `m-iter0`, `m-iter1`", "--columns generation=model"]);
    assert_eq!(counts(&[("a.jsonl", &text)], &columns("generation", "model")), [(20, 10), (20, 8)]);
    // A key that only says of what kind a problem is parts nothing.
    let kinds: String = (0..20)
        .map(|id| format!("{{\"id\": {id}, \"correct\": true, \"subject\": \"{}\"}}\n", ["a", "b"][id % 2]))
        .collect();
    assert_eq!(counts(&[("a.jsonl", &kinds)], none), [(20, 0)]);
}
