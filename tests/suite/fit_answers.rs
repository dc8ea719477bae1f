//! Answers one a line and tables beside them: what reads as right, what is refused and with which remedy, what is said.

use assert_cmd::Command;
use runaway::files::StoredInput;
use runaway::fit::{AnswerSet, Log, LogFile, ReadOptions};
use tempfile::TempDir;

/// Forty problems in each of two generations, ten and twenty of them wrong, under this header; each line as `line` writes it.
fn samples(header: &str, line: impl Fn(u32, u32, bool) -> String) -> String {
    let of = |generation: u32| (0..40).map(move |id| (generation, id, id % 4 > generation));
    let lines = (0..2).flat_map(of).map(|(generation, id, right)| line(generation, id, right) + "\n");
    std::iter::once(header.to_owned()).chain(lines).collect()
}

fn table(right: &str, wrong: &str) -> String {
    samples("generation,id,answer,correct\n", |generation, id, is| {
        format!("{generation},q{id},{},{}", id % 3, if is { right } else { wrong })
    })
}

fn lines(right: &str, wrong: &str) -> String {
    samples("", |generation, id, is| {
        let verdict = if is { right } else { wrong };
        format!(r#"{{"generation": {generation}, "id": "q{id}", "answer": {}, "correct": {verdict}}}"#, id % 3)
    })
}

fn log(text: &str, options: &ReadOptions) -> Result<Log, String> {
    Log::parse_all(&[("answers".to_owned(), text.as_bytes().to_vec())], options).map_err(|error| error.to_string())
}

/// Wrong of evaluated, by generation.
fn counts(text: &str, options: &ReadOptions) -> Result<Vec<(u64, u64)>, String> {
    Ok(log(text, options)?.runs[0].rows.iter().map(|row| (row.wrong, row.evaluated)).collect())
}

fn set(text: &str, options: &ReadOptions) -> Result<AnswerSet, String> {
    let file = LogFile::new("answers", StoredInput::Memory(text.as_bytes().into())).unwrap();
    AnswerSet::of(&[file], options).map_err(|error| error.to_string())
}

/// Wrong of given, by generation, as `measure` takes them.
fn measured(text: &str, options: &ReadOptions) -> Result<Vec<(u64, u64)>, String> {
    let of = |generation: &runaway::fit::GenerationAnswers| {
        let groups = || generation.problems.values().flatten();
        let wrong = groups().filter(|group| group.right == Some(false)).map(|group| u64::from(group.given)).sum();
        (wrong, groups().map(|group| u64::from(group.given)).sum())
    };
    Ok(set(text, options)?.generations.iter().map(of).collect())
}

fn keys(id: &str, correct: &str) -> ReadOptions {
    ReadOptions { id: Some(id.to_owned()), correct: Some(correct.to_owned()), ..ReadOptions::default() }
}

const COUNTS: [(u64, u64); 2] = [(10, 40), (20, 40)];

#[test]
fn words_and_numbers_for_right_and_wrong_are_read_by_both_readers() {
    let none = &ReadOptions::default();
    for (right, wrong) in [
        ("true", "false"),
        ("T", "F"),
        ("right", "wrong"),
        ("Yes", "No"),
        ("pass", "fail"),
        ("correct", "incorrect"),
        ("C", "I"),
    ] {
        let quoted = |word: &str| format!("\"{word}\"");
        for text in [table(right, wrong), lines(&quoted(right), &quoted(wrong))] {
            assert_eq!(counts(&text, none).as_deref(), Ok(&COUNTS[..]), "{right}");
            assert_eq!(measured(&text, none).as_deref(), Ok(&COUNTS[..]), "{right}");
        }
    }
    for (right, wrong) in [("1.0", "0.0"), ("1", "-1"), ("\"1\"", "\"0\"")] {
        for text in [table(right, wrong), lines(right, wrong)] {
            assert_eq!(counts(&text, none).as_deref(), Ok(&COUNTS[..]), "{right}");
            assert_eq!(measured(&text, none).as_deref(), Ok(&COUNTS[..]), "{right}");
        }
    }
}

#[test]
fn a_verdict_that_is_none_is_refused_alike_with_its_line_and_a_remedy() {
    let none = &ReadOptions::default();
    for (wrong, remedy) in [("0.5", "--right-above 0.5"), ("\"maybe\"", "--correct KEY"), ("2", "--right-above X")] {
        let text = lines("1", wrong);
        let (fitted, measured) = (counts(&text, none).unwrap_err(), measured(&text, none).unwrap_err());
        assert_eq!(fitted, measured);
        assert!(fitted.contains("answers:1: column `correct`") && fitted.contains(remedy), "{fitted}");
    }
    let means = ReadOptions { samples_per_problem: Some(2), ..ReadOptions::default() };
    // Ten halves and thirty wholes of two answers each; then twenty of each.
    assert_eq!(counts(&table("1", "0.5"), &means).unwrap(), [(10, 80), (20, 80)]);
    assert!(measured(&table("1", "0.5"), &means).unwrap_err().contains("mean over several answers"));
    let above = ReadOptions { right_above: Some(0.7), ..ReadOptions::default() };
    assert_eq!(counts(&table("1", "0.5"), &above), measured(&table("1", "0.5"), &above));
}

#[test]
fn answers_whose_keys_are_not_known_are_read_with_the_option_that_the_refusal_names() {
    let none = &ReadOptions::default();
    let nameless = samples("generation,answer,correct\n", |generation, id, right| {
        format!("{generation},{id},{}", u8::from(right))
    });
    for refused in [counts(&nameless, none).unwrap_err(), measured(&nameless, none).unwrap_err()] {
        assert!(refused.contains("no key names the problem") && refused.contains("--id KEY"), "{refused}");
    }
    let odd = samples("generation,who,answer,grade\n", |generation, id, right| {
        format!("{generation},{id},{},{}", id % 3, if right { "right" } else { "wrong" })
    });
    for refused in [counts(&odd, none).unwrap_err(), measured(&odd, &keys("who", "grad")).unwrap_err()] {
        assert!(refused.contains("--correct"), "{refused}");
    }
    assert_eq!(counts(&odd, &keys("who", "grade")).unwrap(), COUNTS);
    assert_eq!(measured(&odd, &keys("who", "grade")).unwrap(), COUNTS);
    let capitals = samples("\"Generation\" , \"ID\" ,\t\"Correct\"\n", |generation, id, right| {
        format!("{generation} , \"q, {id}\" , \"{right}\"")
    });
    let capitals = capitals.replace('\t', " ");
    assert_eq!(counts(&capitals, none).unwrap(), COUNTS);
    assert_eq!(measured(&capitals, none).unwrap(), COUNTS);
}

#[test]
fn keys_within_an_object_are_named_by_a_path_and_lines_of_json_have_no_header() {
    let none = &ReadOptions::default();
    let nested = samples("", |generation, id, right| {
        format!(r#"{{"generation": {generation}, "sample": {{"id": {id}, "answer": 1, "correct": {right}}}}}"#)
    });
    for refused in [counts(&nested, none).unwrap_err(), measured(&nested, none).unwrap_err()] {
        assert!(refused.contains("`sample.correct`") && refused.contains("--id"), "{refused}");
        assert!(!refused.contains("header"), "{refused}");
    }
    let named = keys("sample.id", "sample.correct");
    assert_eq!(counts(&nested, &named).unwrap(), COUNTS);
    assert_eq!(measured(&nested, &named).unwrap(), COUNTS);
    for text in
        ["{}\n{}\n", "[1, 2]\n", "{\"a\": {\"b\": 1}}\n{\"a\": {\"b\": 2}}\n", "{\"a\": \"x\"}\n{\"a\": \"y\"}\n"]
    {
        let refused = counts(text, none).unwrap_err();
        assert!(!refused.contains("header"), "{text}: {refused}");
    }
}

#[test]
fn counts_that_contradict_each_other_are_refused_and_rounded_rates_are_not() {
    let none = &ReadOptions::default();
    for (text, words) in [
        (
            "generation,evaluated,correct,wrong\n0,100,70,30\n1,100,60,30\n",
            [":3: column `correct`", "`60` here contradicts 30"],
        ),
        ("generation,evaluated,correct,accuracy\n0,100,60,0.7\n", [":2: column `accuracy`", "--columns right=correct"]),
        ("generation,evaluated,wrong,error_rate\n0,100,40,39%\n", [":2: column `error_rate`", "--columns wrong=wrong"]),
        ("step,total,wrong,accuracy\n10,100,40,61.0\n", [":2: column `accuracy`", "`61.0` here contradicts 40"]),
    ] {
        let refused = counts(text, none).unwrap_err();
        assert!(words.iter().all(|word| refused.contains(word)), "{refused}");
    }
    for rate in ["0.33", "0.3", "33.3%", "33", "0.3333333333333333", "nan", ""] {
        let text = format!("generation,evaluated,correct,accuracy\n0,3,1,{rate}\n");
        assert_eq!(counts(&text, none), Ok(vec![(2, 3)]), "{rate}");
    }
    // Cut off and not rounded, 2/3; another metric than the rate of all answers.
    assert_eq!(counts("generation,evaluated,correct,acc,pass@8\n0,3,2,0.66,0.99\n", none), Ok(vec![(1, 3)]));
    let decided = ReadOptions { columns: vec![("wrong".to_owned(), "wrong".to_owned())], ..ReadOptions::default() };
    assert_eq!(counts("generation,evaluated,correct,wrong\n0,100,60,30\n", &decided), Ok(vec![(30, 100)]));
}

#[test]
fn options_without_effect_are_named_and_those_with_one_are_not() {
    let given = ReadOptions {
        task: Some("gsm8k".to_owned()),
        filter: Some("strict".to_owned()),
        evaluated: Some(7),
        lower_is_better: true,
        ..ReadOptions::default()
    };
    let counted = "generation,evaluated,wrong\n0,100,20\n1,100,21\n";
    let log = log(counted, &given).unwrap();
    assert_eq!(log.runs[0].rows[1].wrong, 21);
    let said = "--task gsm8k, --filter strict, --evaluated 7, --lower-is-better have no effect";
    assert!(log.notes.iter().any(|note| note.starts_with(said)), "{:?}", log.notes);
    let used = ReadOptions { evaluated: Some(50), task: Some("b".to_owned()), ..ReadOptions::default() };
    let rates = "generation,task,accuracy\n0,a,0.5\n0,b,0.4\n1,b,0.6\n";
    let log = self::log(rates, &used).unwrap();
    assert!(!log.notes.iter().any(|note| note.contains("no effect")), "{:?}", log.notes);
    let samples = set(&table("T", "F"), &given).unwrap();
    let said = "--task gsm8k, --filter strict, --evaluated 7 have no effect";
    assert!(samples.notes.iter().any(|note| note.starts_with(said)), "{:?}", samples.notes);
}

fn run(arguments: &[&str]) -> (i32, String) {
    let output = Command::cargo_bin("runaway").unwrap().args(arguments).output().unwrap();
    (output.status.code().unwrap(), String::from_utf8(output.stderr).unwrap())
}

#[test]
fn blank_files_and_cut_lines_are_left_out_with_a_note() {
    let folder = TempDir::new().unwrap();
    let write = |name: &str, text: &str| {
        let path = folder.path().join(name);
        std::fs::write(&path, text).unwrap();
        path.to_str().unwrap().to_owned()
    };
    let (text, blank) = (lines("true", "false"), write("b.jsonl", " \n\n"));
    write("a.jsonl", &text);
    let (code, said) = run(&["ingest", folder.path().to_str().unwrap()]);
    assert!(code == 0 && said.contains("b.jsonl` is empty and left out"), "{said}");
    let (code, said) = run(&["measure", folder.path().to_str().unwrap()]);
    assert!(code == 0 && said.contains("b.jsonl` is empty and left out"), "{said}");
    let (code, said) = run(&["ingest", &blank]);
    assert!(code == 3 && said.contains("the file is empty"), "{said}");
    for cut in [&text[..text.len() - 20], &table("right", "wrong")[..table("right", "wrong").len() - 8]] {
        let path = write("cut.txt", cut);
        let (code, said) = run(&["measure", &path]);
        assert!(code == 0 && said.matches("cut off").count() == 1, "{said}");
    }
}

#[test]
fn an_option_out_of_range_is_named_and_is_wrong_usage() {
    let folder = TempDir::new().unwrap();
    let file = folder.path().join("log.csv");
    std::fs::write(&file, "generation,evaluated,wrong\n0,100,30\n1,100,31\n").unwrap();
    let file = file.to_str().unwrap();
    for (arguments, words) in [
        (&["measure", file, "--name", "x y"][..], "'--name <NAME>': \"x y\" cannot name a folder everywhere"),
        (&["fit", file, "--drop", "0"], "--drop lies in (0, 1]"),
        (&["fit", file, "--drop", "0.9"], "--drop 0.9: failure would be at an error rate of 1.2"),
    ] {
        let (code, said) = run(arguments);
        assert!(code == 2 && said.contains(words), "{code}: {said}");
    }
    let (code, said) = run(&["fit", file, "--first", "99", "--sweeps", "200"]);
    assert!(code == 0 || code == 4, "{said}");
    assert!(said.contains("note: --first 99 has no effect: the run has 2 evaluated generations"), "{said}");
}

#[test]
fn long_names_of_problems_are_held_as_hashes() {
    let prompt = "x".repeat(5000);
    let text = samples("", |generation, id, right| {
        format!(r#"{{"generation": {generation}, "id": "{prompt}{id}", "correct": {right}}}"#)
    });
    let set = set(&text, &ReadOptions::default()).unwrap();
    assert!(set.generations.iter().all(|one| one.problems.len() == 40));
    assert!(set.generations.iter().flat_map(|one| one.problems.keys()).all(|id| id.len() == 16));
}
