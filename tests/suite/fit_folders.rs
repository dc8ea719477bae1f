//! Several files of one loop, and lines of answers that name more than a generation: which are generations, which are left
//! aside, and what is said of it.

use runaway::files::StoredInput;
use runaway::fit::{AnswerSet, LogFile, ReadOptions};
use runaway::measure::{MeasureOptions, measure};

use crate::fit_cases::{evaluated, options};
use crate::fit_readings::{counts, harness, read, refused, said};

fn none() -> ReadOptions {
    ReadOptions::default()
}

fn task(name: &str) -> ReadOptions {
    options(|o| o.task = Some(name.to_owned()))
}

/// Names and texts as the readers take them.
fn named<'a>(names: &[&'a str], texts: &'a [String]) -> Vec<(&'a str, &'a str)> {
    names.iter().copied().zip(texts.iter().map(String::as_str)).collect()
}

fn samples(files: &[(&str, &str)], options: &ReadOptions) -> Result<AnswerSet, String> {
    let opened =
        files.iter().map(|(name, text)| LogFile::new(name, StoredInput::Memory(text.as_bytes().into())).unwrap());
    AnswerSet::of(&opened.collect::<Vec<_>>(), options).map_err(|error| error.to_string())
}

/// Right and wrong answers of each generation, as `measure` takes them.
fn sampled(files: &[(&str, &str)], options: &ReadOptions) -> Vec<(u32, u32)> {
    let of = |generation: &runaway::fit::GenerationAnswers, right: bool| {
        let groups = generation.problems.values().flatten();
        groups.filter(|group| group.right == Some(right)).map(|group| group.given).sum()
    };
    let generations = samples(files, options).unwrap().generations;
    generations.iter().map(|generation| (of(generation, true), of(generation, false))).collect()
}

/// Twenty lines of answers, a number of them right, each with these fields in front.
fn answers(front: &str, right: u32) -> String {
    (0..20).map(|id| format!("{{{front}\"id\":{id},\"answer\":\"a\",\"correct\":{}}}\n", id < right)).collect()
}

#[test]
fn more_than_two_generations_are_left_by_the_files_or_by_the_key_that_orders_them() {
    let refusal = |files: &[(&str, &str)]| {
        measure(&samples(files, &none()).unwrap(), &MeasureOptions::default()).unwrap_err().to_string()
    };
    let texts = [answers("\"step\":10,", 9), answers("\"step\":20,", 8), answers("\"step\":30,", 7)];
    let message = refusal(&named(&["out/10.jsonl", "out/20.jsonl", "out/it's 30.jsonl"], &texts));
    assert!(message.ends_with("runaway measure out/10.jsonl out/20.jsonl"), "{message}");
    let message = refusal(&named(&["9 a.jsonl", "10.jsonl", "11.jsonl"], &texts));
    assert!(message.ends_with("runaway measure '9 a.jsonl' 10.jsonl"), "{message}");
    let whole = texts.concat();
    let message = refusal(&[("all.jsonl", &whole)]);
    assert!(message.contains("jq -c 'select(.[\"step\"] | tostring | IN(\"10\", \"20\"))' FILE"), "{message}");
    let table: String = (0..60).map(|row| format!("{},{},{}\n", row / 20, row % 20, row % 2)).collect();
    let message = refusal(&[("all.csv", &("iteration,id,correct\n".to_owned() + &table))]);
    assert!(message.ends_with("where `iteration` is 0 or 1"), "{message}");
}

#[test]
fn counts_by_problem_are_measured_as_answers_of_which_only_the_verdict_is_known() {
    let line = |id: u32| format!("{{\"qid\":{id},\"n_correct\":{},\"n_rollouts\":4,\"accuracy\":0.5}}\n", id % 5);
    let text: String = (0..50).map(line).collect();
    let files = [("c.jsonl", text.as_str())];
    assert_eq!(sampled(&files, &none()), [(100, 100)]);
    let set = samples(&files, &none()).unwrap();
    assert!(!set.answers_known && !set.kept_known);
    assert!(set.notes.iter().any(|note| note.contains("`n_correct` of the `n_rollouts`")), "{:?}", set.notes);
    let measured = measure(&set, &MeasureOptions::default()).unwrap();
    assert!(measured.scenario.contains("error"), "{}", measured.scenario);
    let odd = text.replacen("\"n_correct\":4", "\"n_correct\":5", 1);
    assert!(samples(&[("c.jsonl", &odd)], &none()).unwrap_err().contains("5 right of 4 answers cannot be"));
    let many = text.replacen("\"n_rollouts\":4", "\"n_rollouts\":40000000000", 1);
    assert!(samples(&[("c.jsonl", &many)], &none()).unwrap_err().contains("at most 10000 are measured"));
}

#[test]
fn a_model_that_was_evaluated_again_is_taken_once_by_its_newest_result() {
    let texts = [harness("out/a1", 0.4), harness("out/a1", 0.5), harness("out/a2", 0.45)];
    let names = ["a1/results_2024-05-01.json", "a1/results_2024-05-02.json", "a2/results_2024-05-03.json"];
    assert_eq!(counts(&named(&names, &texts), &none()), [(200, 100), (200, 110)]);
    let mut turned = named(&names, &texts);
    turned.reverse();
    assert_eq!(counts(&turned, &none()), [(200, 100), (200, 110)]);
    let note = said(&turned, &none());
    assert!(note.contains("the newest is taken, without `a1/results_2024-05-01.json`"), "{note}");
    // In folders of their own, they may be two states of a model that is evaluated in place.
    let names = ["r0/results_2024-05-01.json", "r1/results_2024-05-02.json", "r2/results_2024-05-03.json"];
    assert_eq!(counts(&named(&names, &texts), &none()).len(), 3);
    assert!(said(&named(&names, &texts), &none()).contains("several files name one model, `out/a1`"));
    let one = said(&named(&names[..2], &texts[..2]), &none());
    assert!(one.contains("all files name one model, `out/a1`") && one.contains("`r0`, `r1`"), "{one}");
}

#[test]
fn files_of_other_tasks_are_left_out_where_one_is_asked_for() {
    let other = |model: &str| harness(model, 0.9).replace("\"t\"", "\"u\"");
    let texts = [harness("m0", 0.5), other("m0"), harness("m1", 0.45), other("m1")];
    let files = named(&["m0_t.json", "m0_u.json", "m1_t.json", "m1_u.json"], &texts);
    assert_eq!(counts(&files, &task("t")), [(200, 100), (200, 110)]);
    assert_eq!(counts(&files, &task("u")), [(200, 20), (200, 20)]);
    assert!(said(&files, &task("t")).contains("m0_u.json, which is of another task"));
    refused(&files, &task("v"), &["there is no task `v`; there is `t`"]);
}

#[test]
fn adapters_tell_models_apart() {
    let of = |adapter: u32, share: f64| {
        let arguments = format!("\"config\":{{\"model_args\":\"pretrained=base-8b,peft=out/iter{adapter}\"}},");
        harness("base-8b", share).replacen('{', &format!("{{{arguments}"), 1)
    };
    let texts = [of(2, 0.4), of(1, 0.45), of(0, 0.5)];
    let names = ["results_2024-05-01.json", "results_2024-05-02.json", "results_2024-05-03.json"];
    assert_eq!(counts(&named(&names, &texts), &none()), [(200, 100), (200, 110), (200, 120)]);
}

#[test]
fn the_note_on_the_order_prints_what_decided() {
    let texts = [harness("a", 0.5), harness("b", 0.45), harness("c", 0.4)];
    let names =
        ["in/m-base/results_2024-09.json", "in/m-iter2/results_2024-07.json", "in/m-iter10/results_2024-08.json"];
    let note = said(&named(&names, &texts), &none());
    assert!(
        note.contains("in the order of the numbers in their folders' names: `m-base`, `m-iter2`, `m-iter10`"),
        "{note}"
    );
    let names = ["in/m/results_1.json", "in/m/results_2.json", "in/n/results_1.json"];
    let note = said(&named(&names, &texts), &none());
    assert!(
        note.contains("in the order of their names: `m/results_1.json`, `m/results_2.json`, `n/results_1.json`"),
        "{note}"
    );
}

/// Samples of the task `t`, a number of ten right.
fn logged(right: u32) -> String {
    (0..10)
        .map(|id| {
            format!(
                "{{\"doc_id\":{id},\"target\":\"1\",\"doc_hash\":\"h{id}\",\"filtered_resps\":[\"{id}\"],\"acc\":{}}}\n",
                f64::from(u8::from(id < right))
            )
        })
        .collect()
}

#[test]
fn results_beside_the_samples_that_they_sum_up_are_read_and_samples_are_measured() {
    let texts = [harness("m-0", 0.4), logged(6), harness("m-1", 0.45), logged(5)];
    let names = [
        "m0/results_2024-05-01.json",
        "m0/samples_t_2024-05-01.jsonl",
        "m1/results_2024-05-02.json",
        "m1/samples_t_2024-05-02.jsonl",
    ];
    let mut files = named(&names, &texts);
    for _ in 0..2 {
        assert_eq!(counts(&files, &none()), [(200, 120), (200, 110)]);
        let log = read(&files, &none()).unwrap();
        assert!(log.ignored.contains(&"2 files of samples".to_owned()), "{:?}", log.ignored);
        assert!(log.notes.iter().any(|note| note.contains("samples_*.jsonl")), "{:?}", log.notes);
        assert_eq!(sampled(&files, &none()), [(6, 4), (5, 5)]);
        files.reverse();
    }
    let table = ("t.csv", "generation,evaluated,wrong\n0,500,100\n");
    refused(&[files[0], table], &none(), &["give files of one format"]);
}

#[test]
fn answers_of_several_sets_of_problems_are_not_merged() {
    for key in ["task", "dataset", "split", "benchmark"] {
        let of = |set: &str, right: u32| {
            answers(&format!("\"{key}\":\"{set}\",\"generation\":0,"), right)
                + &answers(&format!("\"{key}\":\"{set}\",\"generation\":1,"), right - 2)
        };
        let text = of("gsm8k", 15) + &of("math", 10);
        let files = [("a.jsonl", text.as_str())];
        let words = [key, "`gsm8k`, `math`", "--task NAME"];
        refused(&files, &none(), &words);
        let message = samples(&files, &none()).unwrap_err();
        assert!(words.iter().all(|word| message.contains(word)), "{message}");
        assert_eq!(counts(&files, &task("gsm8k")), [(20, 5), (20, 7)]);
        assert_eq!(counts(&files, &task("math")), [(20, 10), (20, 12)]);
        assert_eq!(sampled(&files, &task("math")), [(10, 10), (8, 12)]);
        refused(&files, &task("aime"), &["no answer is of the task `aime`", "`gsm8k`, `math`"]);
        let apart = [("g0.jsonl", of("gsm8k", 15)), ("g1.jsonl", of("math", 10))];
        refused(&apart.each_ref().map(|(name, text)| (*name, text.as_str())), &none(), &words);
    }
    // A text of its own for every problem is no set.
    let own: String =
        (0..20).map(|id| format!("{{\"id\":{id},\"task\":\"what is {id}?\",\"correct\":true}}\n")).collect();
    assert_eq!(counts(&[("a.jsonl", &own)], &none()), [(20, 0)]);
    let two = answers("\"task\":\"a\",\"split\":\"x\",", 5) + &answers("\"task\":\"a\",\"split\":\"y\",", 5);
    refused(&[("a.jsonl", &two)], &task("a"), &["`split`", "leave the lines of one in the file"]);
}

#[test]
fn seeds_of_answers_are_repeats_which_is_said() {
    let text = answers("\"seed\":0,", 15) + &answers("\"seed\":1,", 10);
    let files = [("a.jsonl", text.as_str())];
    assert_eq!(counts(&files, &none()), [(40, 15)]);
    assert!(said(&files, &none()).contains("`seed` is `0`, `1`"));
    assert!(samples(&files, &none()).unwrap().notes.iter().any(|note| note.contains("`seed` is `0`, `1`")));
    assert!(!said(&[("a.jsonl", &answers("\"seed\":7,", 15))], &none()).contains("`seed`"));
}

/// A trainer's state with these steps and accuracies.
fn state(entries: &[(u32, f64)]) -> String {
    let entries: Vec<String> =
        entries.iter().map(|(step, share)| format!("{{\"step\":{step},\"eval_accuracy\":{share}}}")).collect();
    format!("{{\"log_history\":[{}]}}", entries.join(","))
}

#[test]
fn rounds_whose_steps_begin_anew_are_generations_by_their_last_evaluation() {
    let names = ["iter0/trainer_state.json", "iter2/trainer_state.json", "iter10/trainer_state.json"];
    let texts = [state(&[(50, 0.61), (100, 0.6)]), state(&[(50, 0.55), (100, 0.5)]), state(&[(50, 0.61), (100, 0.4)])];
    let mut files = named(&names, &texts);
    for _ in 0..2 {
        assert_eq!(counts(&files, &evaluated(100)), [(100, 40), (100, 50), (100, 60)]);
        files.reverse();
    }
    let note = said(&files, &evaluated(100));
    assert!(note.contains("begin anew in each of `iter0`, `iter2`, `iter10`") && note.contains("3 earlier"), "{note}");
    let results = |share: f64| {
        format!("{{\"epoch\":3.0,\"eval_accuracy\":{share},\"eval_runtime\":10.0,\"eval_samples_per_second\":50.0}}\n")
    };
    let texts = [0.6, 0.5, 0.4].map(|share| results(share) + &results(share));
    let names = ["iter0/trainer_log.jsonl", "iter1/trainer_log.jsonl", "iter2/trainer_log.jsonl"];
    assert_eq!(counts(&named(&names, &texts), &none()), [(500, 200), (500, 250), (500, 300)]);
    // Each may leave one result, also the same as the round before.
    let texts = [0.6, 0.5, 0.5].map(|share| results(share).replace("10.0", "10.0,\"eval_samples\":500"));
    let names = ["iter0/eval_results.json", "iter1/eval_results.json", "iter2/eval_results.json"];
    assert_eq!(counts(&named(&names, &texts), &none()), [(500, 200), (500, 250), (500, 250)]);
}

#[test]
fn states_of_one_run_and_runs_of_several_seeds_are_no_rounds() {
    let names = ["out/checkpoint-100/trainer_state.json", "out/checkpoint-200/trainer_state.json"];
    let texts = [state(&[(100, 0.6)]), state(&[(100, 0.6), (200, 0.5)])];
    assert_eq!(counts(&named(&names, &texts), &evaluated(100)), [(100, 40), (100, 50)]);
    // Checkpoints of rounds: the rounds are the generations.
    let names = [
        "r0/checkpoint-100/trainer_state.json",
        "r0/checkpoint-200/trainer_state.json",
        "r1/checkpoint-100/trainer_state.json",
        "r1/checkpoint-200/trainer_state.json",
    ];
    let round = |first: f64, last: f64| [state(&[(100, first)]), state(&[(100, first), (200, last)])];
    let texts = [round(0.6, 0.5), round(0.6, 0.4)].concat();
    assert_eq!(counts(&named(&names, &texts), &evaluated(100)), [(100, 50), (100, 60)]);
    for names in [["seed0/trainer_state.json", "seed1/trainer_state.json"], ["lora/s.json", "full/s.json"]] {
        let texts = [state(&[(100, 0.6)]), state(&[(100, 0.5)])];
        refused(&named(&names, &texts), &evaluated(100), &["step 100 stands in", "already with another result"]);
    }
}

#[test]
fn one_document_a_round_with_its_answers_in_a_list_or_by_problem_is_read() {
    let list = |round: u32, right: u32| {
        let answers: Vec<String> = (0..10)
            .map(|id| format!("{{\"qid\":{id},\"pred\":\"{id}\",\"is_correct\":{}}}", u8::from(id < right)))
            .collect();
        format!("{{\"model\":\"m\",\"round\":{round},\"accuracy\":0.5,\"results\":[{}]}}", answers.join(",\n"))
    };
    let texts = [list(1, 6), list(0, 8)];
    let files = named(&["b.json", "a.json"], &texts);
    assert_eq!(counts(&files, &none()), [(10, 2), (10, 4)]);
    let row = read(&files, &none()).unwrap().runs[0].rows[1];
    assert_eq!((row.right_right, row.right_wrong, row.wrong_wrong), (Some(6), Some(2), Some(2)));
    assert!(said(&files, &none()).contains("the answers are those of `results`"));
    assert_eq!(sampled(&files, &none()), [(8, 2), (6, 4)]);
    let by_problem = |right: u32| {
        let answers: Vec<String> =
            (0..10).map(|id| format!("\"p{id}\":{{\"prediction\":\"1\",\"correct\":{}}}", id < right)).collect();
        format!("{{{}}}", answers.join(","))
    };
    let texts = [by_problem(8), by_problem(6)];
    let files = named(&["round-0.json", "round-1.json"], &texts);
    assert_eq!(counts(&files, &none()), [(10, 2), (10, 4)]);
    assert_eq!(sampled(&files, &none()), [(8, 2), (6, 4)]);
    // Counts by generation are no answers.
    let counted = r#"{"0":{"correct":1,"total":1},"1":{"correct":0,"total":1}}"#;
    assert!(read(&[("c.json", counted)], &none()).is_err());
}

#[test]
fn scores_of_rzero_are_shares_in_percent_by_the_version_of_the_model() {
    let line = |model: &str, set: &str, score: f64| {
        format!("{{\"model\": \"{model}\", \"dataset\": \"{set}\", \"score\": {score}}}\n")
    };
    let solver = |version: u32| format!("/ckpt/qwen3_solver_v{version}");
    let of = |set: &str| line(&solver(10), set, 60.0) + &line(&solver(1), set, 62.4) + &line(&solver(2), set, 64.2);
    let expected = [(500, 188), (500, 179), (500, 200)];
    assert_eq!(counts(&[("r.jsonl", &of("math"))], &evaluated(500)), expected);
    let both = of("math") + &of("gsm8k");
    refused(&[("r.jsonl", &both)], &evaluated(500), &["`math`, `gsm8k`", "--task NAME"]);
    let math = ReadOptions { evaluated: Some(500), ..task("math") };
    assert_eq!(counts(&[("r.jsonl", &both)], &math), expected);
    assert!(said(&[("r.jsonl", &both)], &math).contains("as R-Zero writes it"));
}

#[test]
fn lines_that_say_what_is_wrong_are_answers_and_turned() {
    let of = |key: &str, word: fn(bool) -> &'static str| -> [String; 2] {
        [5, 8].map(|wrong| {
            let line = |id: u32| format!("{{\"id\":{id},\"answer\":\"42\",\"{key}\":{}}}\n", word(id < wrong));
            (0..20).map(line).collect()
        })
    };
    let bool_word = |wrong: bool| if wrong { "true" } else { "false" };
    let number = |wrong: bool| if wrong { "1" } else { "0" };
    for word in [bool_word as fn(bool) -> &'static str, number] {
        for key in ["wrong", "is_wrong", "incorrect"] {
            let texts = of(key, word);
            let files = named(&["g0.jsonl", "g1.jsonl"], &texts);
            for options in [none(), evaluated(20), options(|o| o.lower_is_better = true)] {
                assert_eq!(counts(&files, &options), [(20, 5), (20, 8)], "{key}");
                assert_eq!(sampled(&files, &options), [(15, 5), (12, 8)], "{key}");
            }
            assert!(said(&files, &none()).contains(&format!("`{key}` says what is wrong")));
        }
        // An error may be one of the machine.
        let texts = of("error", word);
        let files = named(&["g0.jsonl", "g1.jsonl"], &texts);
        refused(&files, &none(), &["--correct error --lower-is-better"]);
        let named_key = options(|o| (o.correct, o.lower_is_better) = (Some("error".to_owned()), true));
        assert_eq!(counts(&files, &named_key), [(20, 5), (20, 8)]);
    }
}
