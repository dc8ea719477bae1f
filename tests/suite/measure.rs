//! `measure`: numbers from samples whose scenario is known, drawn here from the scenario's own words.

use std::fmt::Write;

use rand::rngs::ChaCha8Rng;
use rand::{RngExt, SeedableRng};
use runaway::files::StoredInput;
use runaway::fit::{AnswerSet, LogFile, ReadOptions};
use runaway::measure::{LEVEL, MeasureOptions, MeasuredLoop, measure};

/// A loop as model.md has it, without steps: what one answer to a problem is, what is kept, what is learned.
#[derive(Debug, Clone)]
struct Truth {
    /// (share, error rate, systematic share) of each difficulty.
    bins: Vec<(f64, f64, f64)>,
    consistency: f64,
    wrong_answers: u32,
    persistence: f64,
    imprint: f64,
    amplification: f64,
    /// Rejected random, systematic and right answers.
    catches: (f64, f64, f64),
}

impl Truth {
    fn random(rng: &mut ChaCha8Rng, bins: usize) -> Self {
        let share = rng.random_range(0.3..0.7);
        let systematic = rng.random_range(0.15..0.5);
        let easy = (rng.random_range(0.05..0.2), systematic);
        let hard = (rng.random_range(0.5..0.75), systematic);
        Self {
            bins: match bins {
                1 => vec![(1.0, rng.random_range(0.15..0.5), systematic)],
                _ => vec![(share, easy.0, easy.1), (1.0 - share, hard.0, hard.1)],
            },
            consistency: rng.random_range(0.75..0.95),
            wrong_answers: rng.random_range(6..30),
            persistence: rng.random_range(0.6..0.95),
            imprint: rng.random_range(0.2..0.8),
            amplification: rng.random_range(0.0..4.0),
            catches: (rng.random_range(0.3..0.8), rng.random_range(0.05..0.3), rng.random_range(0.01..0.1)),
        }
    }

    fn error(&self) -> f64 {
        self.bins.iter().map(|(share, error, _)| share * error).sum()
    }

    fn systematic_share(&self) -> f64 {
        self.bins.iter().map(|(share, error, systematic)| share * error * systematic).sum::<f64>() / self.error()
    }
}

/// One problem: its difficulty, and what a belief about it makes of an answer.
struct Problem<'a> {
    truth: &'a Truth,
    /// h and a of its difficulty.
    systematic: f64,
    right: f64,
}

impl<'a> Problem<'a> {
    fn draw(truth: &'a Truth, rng: &mut ChaCha8Rng) -> (Self, f64, f64) {
        let mut place: f64 = rng.random();
        let mut chosen = truth.bins[0];
        for bin in &truth.bins {
            chosen = *bin;
            place -= bin.0;
            if place < 0.0 {
                break;
            }
        }
        (Self::of(truth, chosen.1, chosen.2), chosen.1, chosen.2)
    }

    fn of(truth: &'a Truth, error: f64, share: f64) -> Self {
        Self { truth, systematic: error * share / truth.consistency, right: (1.0 - error) / (1.0 - error * share) }
    }

    fn answer(&self, mistake: Option<&str>, rng: &mut ChaCha8Rng) -> (String, bool) {
        if let Some(mistake) = mistake
            && rng.random_bool(self.truth.consistency)
        {
            return (mistake.to_owned(), false);
        }
        if rng.random_bool(self.right) {
            return ("right".to_owned(), true);
        }
        (format!("wrong {}", rng.random_range(0..self.truth.wrong_answers)), false)
    }
}

/// Samples of two generations, one answer a line.
fn samples(truth: &Truth, problems: usize, answers: usize, rng: &mut ChaCha8Rng) -> String {
    let mut text = String::new();
    let mut learned_from = Vec::new();
    for id in 0..problems {
        let (problem, error, share) = Problem::draw(truth, rng);
        let mistake = rng.random_bool(problem.systematic).then_some("shared");
        let mut kept = Vec::new();
        for _ in 0..answers {
            let (answer, right) = problem.answer(mistake, rng);
            let (random, systematic, rejects) = truth.catches;
            let caught = if right {
                rejects
            } else if mistake == Some(answer.as_str()) {
                systematic
            } else {
                random
            };
            let keep = !rng.random_bool(caught);
            line(&mut text, (0, id), &answer, right, Some(keep));
            if keep {
                kept.push((answer, right));
            }
        }
        let learned = (!kept.is_empty()).then(|| kept[rng.random_range(0..kept.len())].clone());
        let belief = learned.filter(|(answer, right)| {
            let shared = mistake == Some(answer.as_str());
            !right && rng.random_bool(if shared { truth.persistence } else { truth.imprint })
        });
        learned_from.push((error, share, belief.map(|(answer, _)| answer)));
    }
    let wrong = learned_from.iter().filter(|(.., belief)| belief.is_some()).count() as f64 / problems as f64;
    for (id, (error, share, belief)) in learned_from.into_iter().enumerate() {
        let error = (error * (1.0 + truth.amplification * wrong)).min(0.95);
        let problem = Problem::of(truth, error, share);
        let fresh = rng.random_bool(problem.systematic.min(1.0)).then(|| "fresh".to_owned());
        let mistake = belief.or(fresh);
        for _ in 0..answers {
            let (answer, right) = problem.answer(mistake.as_deref(), rng);
            line(&mut text, (1, id), &answer, right, None);
        }
    }
    text
}

fn line(text: &mut String, (generation, id): (u32, usize), answer: &str, right: bool, kept: Option<bool>) {
    let kept = kept.map_or_else(String::new, |kept| format!(r#", "kept": {kept}"#));
    writeln!(text, r#"{{"generation": {generation}, "id": {id}, "answer": "{answer}", "correct": {right}{kept}}}"#)
        .unwrap();
}

fn read(text: &str) -> AnswerSet {
    let file = LogFile::new("samples.jsonl", StoredInput::Memory(text.as_bytes().into())).unwrap();
    AnswerSet::of(&[file], &ReadOptions::default()).unwrap()
}

fn measured(text: &str) -> MeasuredLoop {
    measure(&read(text), &MeasureOptions::default()).unwrap()
}

/// Whether each number's interval holds the truth.
fn covered(measured: &MeasuredLoop, truth: &Truth) -> Vec<(String, bool)> {
    let (random, systematic, rejects) = truth.catches;
    let mut expected = vec![
        ("error_rate".to_owned(), truth.error()),
        ("errors.systematic_share".to_owned(), truth.systematic_share()),
        ("errors.consistency".to_owned(), truth.consistency),
        ("errors.wrong_answers".to_owned(), f64::from(truth.wrong_answers)),
        ("learning.persistence".to_owned(), truth.persistence),
        ("learning.imprint".to_owned(), truth.imprint),
        ("errors.amplification".to_owned(), truth.amplification),
        ("filter.0.random".to_owned(), random),
        ("filter.0.systematic".to_owned(), systematic),
        ("filter.0.false_reject".to_owned(), rejects),
    ];
    if measured.chosen_difficulties() == 2 && truth.bins.len() == 2 {
        for (class, (share, error, _)) in truth.bins.iter().enumerate() {
            expected.push((format!("difficulty.{class}.share"), *share));
            expected.push((format!("difficulty.{class}.step_error"), *error));
        }
    }
    expected
        .into_iter()
        .filter_map(|(key, value)| {
            let number = measured.key(&key)?.number;
            let inside = number.low.unwrap() <= value && value <= number.high.unwrap();
            Some((key, inside))
        })
        .collect()
}

/// A key with how often its interval held the truth, of how often.
type Held = (String, u32, u32);

/// Coverage over random scenarios, by key, and the share of votes predicted within their intervals.
fn coverage(scenarios: u64, problems: usize) -> (Vec<Held>, (u32, u32)) {
    let mut counts: Vec<Held> = Vec::new();
    let (mut predicted, mut votes) = (0, 0);
    for seed in 0..scenarios {
        let mut rng = ChaCha8Rng::seed_from_u64(seed);
        let truth = Truth::random(&mut rng, 1 + seed as usize % 2);
        let found = measured(&samples(&truth, problems, 8, &mut rng));
        for (key, inside) in covered(&found, &truth) {
            match counts.iter_mut().find(|(known, ..)| *known == key) {
                Some((_, hits, all)) => (*hits, *all) = (*hits + u32::from(inside), *all + 1),
                None => counts.push((key, u32::from(inside), 1)),
            }
        }
        for vote in &found.votes {
            let inside = |number: runaway::measure::MeasuredNumber, value: f64| {
                number.low.unwrap() - 1e-9 <= value && value <= number.high.unwrap() + 1e-9
            };
            votes += 1;
            let right = vote.right.zip(vote.predicted_right).is_none_or(|(measured, value)| inside(measured, value));
            predicted += u32::from(inside(vote.accepted, vote.predicted_accepted) && right);
        }
    }
    (counts, (predicted, votes))
}

/// Fewest hits of `all` at the nominal level that chance leaves with probability 0.1 %, by the normal approximation.
fn least(all: u32) -> f64 {
    let n = f64::from(all);
    n * LEVEL - 3.09 * (n * LEVEL * (1.0 - LEVEL)).sqrt() - 0.5
}

#[test]
fn intervals_of_ten_random_loops_hold_the_truth_and_votes_are_foreseen() {
    let (counts, (predicted, votes)) = coverage(10, 300);
    let (hits, all) = counts.iter().fold((0, 0), |(hits, all), (_, own, of)| (hits + own, all + of));
    println!("{counts:?}; votes {predicted} of {votes}");
    assert!(f64::from(hits) >= least(all), "{hits} of {all}: {counts:?}");
    assert!(predicted * 20 >= votes * 17, "{predicted} of {votes} votes within their intervals");
}

#[test]
#[ignore = "a hundred measurements take minutes"]
fn intervals_of_a_hundred_random_loops_hold_the_truth() {
    let (counts, (predicted, votes)) = coverage(100, 300);
    println!("{counts:#?}; votes {predicted} of {votes}");
    for (key, hits, all) in &counts {
        assert!(f64::from(*hits) >= least(*all), "{key}: {hits} of {all}");
    }
    assert!(predicted * 20 >= votes * 17, "{predicted} of {votes} votes within their intervals");
}

/// The samples of tests/data/samples: made by the simulator above from this loop.
fn committed() -> (Truth, String) {
    let truth = Truth {
        bins: vec![(0.6, 0.12, 0.3), (0.4, 0.6, 0.3)],
        consistency: 0.85,
        wrong_answers: 12,
        persistence: 0.85,
        imprint: 0.5,
        amplification: 2.0,
        catches: (0.7, 0.15, 0.05),
    };
    let text = samples(&truth, 300, 6, &mut ChaCha8Rng::seed_from_u64(1));
    let mut table = "generation,id,answer,correct,kept\n".to_owned();
    for line in text.lines() {
        let one: serde_json::Value = serde_json::from_str(line).unwrap();
        let kept = one.get("kept").map_or_else(String::new, serde_json::Value::to_string);
        let answer = one["answer"].as_str().unwrap();
        writeln!(table, "{},{},{answer},{},{kept}", one["generation"], one["id"], one["correct"]).unwrap();
    }
    (truth, table)
}

const SAMPLES: &str = "tests/data/samples/two-generations.csv";

#[test]
fn the_committed_samples_are_the_simulators_and_hold_its_truth() {
    let (truth, table) = committed();
    if std::env::var_os("MAKE_SAMPLES").is_some() {
        std::fs::write(SAMPLES, &table).unwrap();
    }
    assert_eq!(std::fs::read_to_string(SAMPLES).unwrap(), table);
    let found = covered(&measured(&table), &truth);
    let hits = found.iter().filter(|(_, inside)| *inside).count();
    assert!(hits * 3 >= found.len() * 2, "{found:?}");
}

fn command(args: &[&str]) -> (i32, String, String) {
    let output = assert_cmd::Command::new(assert_cmd::cargo::cargo_bin!("runaway")).args(args).output().unwrap();
    let text = |bytes: Vec<u8>| String::from_utf8(bytes).unwrap();
    (output.status.code().unwrap(), text(output.stdout), text(output.stderr))
}

#[test]
fn the_scenario_that_is_written_is_solved_and_says_where_numbers_come_from() {
    let folder = tempfile::TempDir::new().unwrap();
    let report = folder.path().join("measured");
    let (code, out, notes) = command(&["measure", SAMPLES, "--steps", "4", "--report", report.to_str().unwrap()]);
    assert_eq!(code, 0, "{notes}");
    assert!(notes.starts_with("One answer is wrong with probability "), "{notes}");
    assert!(notes.contains("A systematic mistake that is trained on stays with probability "), "{notes}");
    for key in ["step_error = ", "consistency = ", "persistence = ", "imprint = ", "amplification = ", "random = "] {
        let line = out.lines().find(|line| line.starts_with(key)).unwrap_or_else(|| panic!("{key}: {out}"));
        assert!(line.contains("  # ["), "{line}");
    }
    let file = folder.path().join("loop.toml");
    std::fs::write(&file, &out).unwrap();
    let (code, solved, error) = command(&["solve", file.to_str().unwrap()]);
    assert_eq!(code, 0, "{error}");
    assert!(solved.contains("reproduction number of mistakes, R"));
    for name in ["measure.html", "measure.json", "loop.toml", "votes.svg", "right-answers.svg"] {
        assert!(report.join(name).is_file(), "{name}");
    }
    assert_eq!(std::fs::read_to_string(report.join("loop.toml")).unwrap(), out);
    let (code, _, error) =
        command(&["fit", "tests/data/loops/digits-small-unverified.csv", "--report", report.to_str().unwrap()]);
    assert_eq!(code, 2, "{error}");
}

#[test]
fn the_same_samples_give_the_same_numbers_in_every_form() {
    let (_, table) = committed();
    let from_table = measured(&table);
    let text = samples(&committed().0, 300, 6, &mut ChaCha8Rng::seed_from_u64(1));
    let from_lines = measured(&text);
    assert_eq!(from_table.keys, from_lines.keys);
    assert_eq!(from_table.votes, from_lines.votes);
}

#[test]
fn whole_responses_are_not_taken_for_answers() {
    let mut text = String::new();
    for (id, k) in (0..40).flat_map(|id| (0..4).map(move |k| (id, k))) {
        let right = (id + k) % 3 != 0;
        writeln!(text, r#"{{"id": {id}, "answer": "First we note {id} {k}", "correct": {right}}}"#).unwrap();
    }
    let found = measured(&text);
    assert!(found.key("errors.systematic_share").is_none());
    assert!(found.notes.iter().any(|note| note.contains("--answer KEY")), "{:?}", found.notes);
    assert!(found.missing.iter().any(|missing| missing.key.starts_with("errors.systematic_share")));
    assert!(found.votes.is_empty());
}

#[test]
fn one_answer_a_problem_tells_the_error_and_says_what_is_missing() {
    let lines =
        (0..200).map(|id| format!("{{\"id\": {id}, \"answer\": \"{}\", \"correct\": {}}}\n", id % 7, id % 4 != 0));
    let found = measured(&lines.collect::<String>());
    let error = found.key("error_rate").unwrap().number;
    assert_eq!(error.value, 0.25);
    // Jeffreys-like width of 50 in 200.
    assert!((error.high.unwrap() - error.low.unwrap() - 0.1).abs() < 0.02, "{error:?}");
    for key in ["errors.systematic_share", "difficulty", "learning.persistence", "filter"] {
        assert!(found.missing.iter().any(|missing| missing.key.starts_with(key)), "{key}");
    }
}

#[test]
fn answers_that_nobody_checked_are_stood_for_by_their_like() {
    // 100 problems: half kept. Of the kept 10 of 50 are audited, 2 wrong; of the rejected all 50, 30 wrong.
    let line = |id: u32| {
        let kept = id < 50;
        let (audited, right) = if kept { (id < 10, id >= 2) } else { (true, id >= 80) };
        format!("{{\"id\": {id}, \"answer\": \"a\", \"kept\": {kept}, \"audited\": {audited}, \"correct\": {right}}}\n")
    };
    let found = measured(&(0..100).map(line).collect::<String>());
    assert!((found.key("error_rate").unwrap().number.value - (0.5 * 0.2 + 0.5 * 0.6)).abs() < 1e-12);
    assert!((found.key("kept_wrong").unwrap().number.value - 0.2).abs() < 1e-12);
    assert_eq!(found.key("accepted").unwrap().number.value, 0.5);
}

#[test]
fn a_vote_that_explains_what_was_kept_is_written_as_a_vote() {
    let truth = Truth { catches: (0.0, 0.0, 0.0), ..committed().0 };
    let text = samples(&truth, 80, 5, &mut ChaCha8Rng::seed_from_u64(5));
    let mut votes: std::collections::BTreeMap<(String, String), Vec<serde_json::Value>> = Default::default();
    for line in text.lines() {
        let one: serde_json::Value = serde_json::from_str(line).unwrap();
        if one["generation"] == 0 {
            votes.entry((one["id"].to_string(), one["answer"].to_string())).or_default().push(one);
        }
    }
    let mut voted = String::new();
    for answers in votes.values() {
        for one in answers {
            let mut one = one.clone();
            one["kept"] = (answers.len() >= 3).into();
            writeln!(voted, "{one}").unwrap();
        }
    }
    let found = measured(&voted);
    assert!(found.scenario.contains("[vote]\ncandidates = 5"), "{}", found.scenario);
    assert!(found.scenario.contains("agree = 3 "), "{}", found.scenario);
    assert!(!found.scenario.contains("[[filter]]"));
}

#[test]
fn refusals_name_the_file_the_key_and_the_option() {
    let folder = tempfile::TempDir::new().unwrap();
    let refused = |text: &str, options: &[&str]| {
        let file = folder.path().join("samples.jsonl");
        std::fs::write(&file, text).unwrap();
        let (code, out, error) = command(&[&["measure", file.to_str().unwrap()], options].concat());
        assert_eq!((code, out.as_str()), (3, ""), "{error}");
        error
    };
    let error = refused("{\"who\": 1, \"correct\": true}\n{\"who\": 2, \"correct\": true}\n", &[]);
    assert!(
        error.contains("no key names the problem; the keys are `correct`, `who`") || error.contains("`who`"),
        "{error}"
    );
    assert!(error.contains("--id KEY"), "{error}");
    let error = refused("{\"id\": 1, \"score\": 0.37}\n{\"id\": 2, \"score\": 1.2}\n", &[]);
    assert!(error.contains(":1: column `score`: 0.37 is neither right nor wrong; --right-above 0.5"), "{error}");
    let error = refused("{\"id\": 1, \"correct\": true}\n{\"id\": 2, \"correct\": true}\n", &[]);
    assert!(error.contains("2 problems are too few"), "{error}");
    let error = refused("{\"id\": 1, \"correct\": true}\n{\"id\": 2, \"correct\": true}\n", &["--answer", "text"]);
    assert!(error.contains("--answer text: there is no such key"), "{error}");
    let three: String =
        (0..60).map(|n| format!("{{\"generation\": {}, \"id\": {}, \"correct\": true}}\n", n % 3, n / 3)).collect();
    assert!(refused(&three, &[]).contains("these are 3 generations"), "{three}");
}

#[test]
fn samples_of_harnesses_and_rollouts_are_read_as_they_are() {
    // Twenty problems, four answers each; the last of each is wrong, and its answer is the same in every problem's pair.
    let harness: String = (0..80)
        .map(|n| {
            let (doc, right) = (n / 4, n % 4 != 3);
            let answer = if right { "5" } else { "6" };
            format!(
                "{{\"doc_id\": {doc}, \"doc\": {{}}, \"target\": \"5\", \"resps\": [[\"so {answer}\"]], \"filtered_resps\": [\"{answer}\"], \"filter\": \"strict\", \"doc_hash\": \"h{doc}\", \"exact_match\": {}}}\n",
                f64::from(u8::from(right))
            )
        })
        .collect();
    let rollouts: String = (0..80)
        .map(|n| {
            let (doc, right) = (n / 4, n % 4 != 3);
            let (answer, score) = if right { ("5", 1.0) } else { ("6", -1.0) };
            format!("{{\"input\": \"p{doc}\", \"output\": \"so {n}\", \"pred\": \"{answer}\", \"score\": {score}, \"step\": 20}}\n")
        })
        .collect();
    for text in [harness, rollouts] {
        let found = measured(&text);
        assert_eq!((found.problems, found.answers_per_problem), (20, (4, 4)));
        assert_eq!(found.key("error_rate").unwrap().number.value, 0.25);
        assert!(found.key("errors.systematic_share").is_some());
        assert_eq!(found.right_counts[3].measured, 1.0);
    }
}

#[test]
fn one_kept_answer_of_several_is_no_verdict_of_the_check() {
    let mut text = String::new();
    for (id, k) in (0..40).flat_map(|id| (0..4).map(move |k| (id, k))) {
        let right = (id + k) % 4 != 0;
        let answer = if right { 5 } else { 6 };
        writeln!(text, r#"{{"id": {id}, "answer": {answer}, "correct": {right}, "kept": {}}}"#, k == 1).unwrap();
    }
    let found = measured(&text);
    assert!(found.notes.iter().any(|note| note.contains("not needed")), "{:?}", found.notes);
}

#[test]
fn a_table_of_answers_is_a_log_too() {
    let log = runaway::fit::Log::read(std::path::Path::new(SAMPLES)).unwrap();
    let table = std::fs::read_to_string(SAMPLES).unwrap();
    let wrong = |generation: &str| {
        let of = |line: &&str| line.starts_with(generation) && line.split(',').nth(3) == Some("false");
        table.lines().filter(of).count() as u64
    };
    let rows = &log.runs[0].rows;
    assert_eq!(
        rows.iter().map(|row| (row.evaluated, row.wrong)).collect::<Vec<_>>(),
        [(1800, wrong("0,")), (1800, wrong("1,"))]
    );
    assert!(rows.iter().all(|row| row.independent.is_some_and(|worth| worth < 1800)) && log.same_problems);
}

#[test]
fn the_answer_that_was_asked_for_is_not_the_one_given() {
    // `answer` is the right one in every line of a problem; with `prediction` beside it, that is what was given.
    let lines = |predicted: bool| -> String {
        let line = |(id, k): (u32, u32)| {
            let given = (id * 7 + k * k) % 5;
            let prediction = if predicted { format!(r#", "prediction": "{given}""#) } else { String::new() };
            format!("{{\"id\": {id}, \"answer\": \"0\"{prediction}, \"correct\": {}}}\n", given == 0)
        };
        (0..40).flat_map(|id| (0..6).map(move |k| (id, k))).map(line).collect()
    };
    let asked = measured(&lines(false));
    assert!(asked.key("errors.systematic_share").is_none() && asked.votes.is_empty());
    assert!(asked.notes.iter().any(|note| note.contains("asked for")), "{:?}", asked.notes);
    let given = measured(&lines(true));
    assert!(given.key("errors.systematic_share").is_some());
    assert!(given.notes.iter().any(|note| note.contains("`prediction` is the answer")), "{:?}", given.notes);
}

fn logged(text: &str, options: &ReadOptions) -> Result<Vec<(u64, u64, u64)>, String> {
    let files = [("answers.jsonl".to_owned(), text.as_bytes().to_vec())];
    let log = runaway::fit::Log::parse_all(&files, options).map_err(|error| error.to_string())?;
    Ok(log.runs[0].rows.iter().map(|row| (row.generation, row.evaluated, row.wrong)).collect())
}

fn sampled(text: &str, options: &ReadOptions) -> Result<MeasuredLoop, String> {
    let file = LogFile::new("answers.jsonl", StoredInput::Memory(text.as_bytes().into())).unwrap();
    let set = AnswerSet::of(&[file], options).map_err(|error| error.to_string())?;
    measure(&set, &MeasureOptions::default()).map_err(|error| error.to_string())
}

/// Forty problems in each of two generations, a quarter and a half of them wrong; each line as `line` writes it.
fn two_generations(line: impl Fn(u32, u32, bool) -> String) -> String {
    let of = |generation: u32| (0..40).map(move |id| (generation, id, id % 4 >= if generation == 0 { 1 } else { 2 }));
    (0..2).flat_map(of).map(|(generation, id, right)| line(generation, id, right) + "\n").collect()
}

#[test]
fn verdicts_that_say_what_is_wrong_are_turned_by_lower_is_better() {
    let text = two_generations(|generation, id, right| {
        format!(r#"{{"generation": {generation}, "id": {id}, "error": {}}}"#, u8::from(!right))
    });
    let options = ReadOptions { correct: Some("error".to_owned()), lower_is_better: true, ..ReadOptions::default() };
    assert_eq!(logged(&text, &options).unwrap(), [(0, 40, 10), (1, 40, 20)]);
    assert_eq!(sampled(&text, &options).unwrap().key("error_rate").unwrap().number.value, 0.25);
}

#[test]
fn generations_with_names_stay_apart() {
    for names in [["base", "iter_1"], ["gen-0", "gen-1"], ["iter_9", "iter_10"]] {
        let text = two_generations(|generation, id, right| {
            format!(r#"{{"generation": "{}", "id": {id}, "correct": {right}}}"#, names[generation as usize])
        });
        assert_eq!(logged(&text, &ReadOptions::default()).unwrap(), [(0, 40, 10), (1, 40, 20)], "{names:?}");
        assert_eq!(sampled(&text, &ReadOptions::default()).unwrap().generation, names[0]);
    }
}

#[test]
fn a_line_without_what_others_say_is_refused_wherever_it_stands() {
    for odd in [0, 30, 70] {
        let count = std::cell::Cell::new(0);
        let text = two_generations(|generation, id, right| {
            count.set(count.get() + 1);
            let generation =
                if count.get() == odd + 1 { String::new() } else { format!(r#""generation": {generation}, "#) };
            format!(r#"{{{generation}"id": {id}, "correct": {right}}}"#)
        });
        for refused in
            [logged(&text, &ReadOptions::default()).unwrap_err(), sampled(&text, &ReadOptions::default()).unwrap_err()]
        {
            assert!(refused.contains("does not say its generation, but others do"), "{odd}: {refused}");
        }
    }
    for odd in [0, 12] {
        let text = two_generations(|generation, id, right| {
            let kept = if id == odd { String::new() } else { r#", "kept": true"#.to_owned() };
            format!(r#"{{"generation": {generation}, "id": {id}, "correct": {right}{kept}}}"#)
        });
        let refused = sampled(&text, &ReadOptions::default()).unwrap_err();
        assert!(refused.contains("`kept`") && refused.contains("write true or false on every line"), "{refused}");
    }
}

#[test]
fn kept_answers_of_the_next_generation_say_nothing_of_this_one() {
    let text = two_generations(|generation, id, right| {
        let kept = if generation == 1 { r#", "kept": true"# } else { "" };
        format!(r#"{{"generation": {generation}, "id": {id}, "correct": {right}{kept}}}"#)
    });
    let found = sampled(&text, &ReadOptions::default()).unwrap();
    assert!(found.key("accepted").is_none() && found.missing.iter().any(|one| one.key.starts_with("filter")));
}

#[test]
fn runs_are_not_merged_and_numbers_are_the_same_however_written() {
    let runs = two_generations(|generation, id, right| {
        format!(r#"{{"run": "r{}", "generation": {generation}, "id": {id}, "correct": {right}}}"#, id % 2)
    });
    for refused in
        [logged(&runs, &ReadOptions::default()).unwrap_err(), sampled(&runs, &ReadOptions::default()).unwrap_err()]
    {
        assert!(refused.contains("several runs, `r0`, `r1`"), "{refused}");
    }
    let answers = two_generations(|generation, id, right| {
        let (id, answer) = if generation == 0 { (format!("{id}.0"), "7.0") } else { (format!("\"{id}\""), "7") };
        let answer = if right { "1" } else { answer };
        format!(r#"{{"generation": {generation}, "id": {id}, "prediction": {answer}, "correct": {right}}}"#)
    });
    let found = sampled(&answers, &ReadOptions::default()).unwrap();
    // Ten stay wrong, all with the same answer.
    assert_eq!(found.key("wrong_to_same").unwrap().number.value, 1.0);
}

#[test]
fn what_hardly_overlaps_or_has_no_verdict_is_said() {
    let text = two_generations(|generation, id, right| {
        format!(r#"{{"generation": {}, "id": {}, "correct": {right}}}"#, 3 + 4 * generation, id + 37 * generation)
    });
    let found = sampled(&text, &ReadOptions::default()).unwrap();
    assert!(
        found.notes.iter().any(|note| note.contains("3 problems are in both generations, of 40")),
        "{:?}",
        found.notes
    );
    assert!(found.notes.iter().any(|note| note.contains("4 apart")), "{:?}", found.notes);
    let text = two_generations(|generation, id, right| {
        let verdict = if id == 5 { "null".to_owned() } else { right.to_string() };
        format!(r#"{{"generation": {generation}, "id": {id}, "correct": {verdict}}}"#)
    });
    let found = sampled(&text, &ReadOptions::default()).unwrap();
    assert!(found.notes.iter().any(|note| note.contains("2 of 80 answers have no verdict")), "{:?}", found.notes);
    assert!(logged(&text, &ReadOptions::default()).unwrap_err().contains("does not say whether the answer is right"));
}

#[test]
fn rates_with_a_decimal_comma_are_read_and_names_of_rates_understood() {
    let options = ReadOptions { evaluated: Some(200), ..ReadOptions::default() };
    let table = "generation,accuracy\n0,\"74,0%\"\n1,\"74,5%\"\n";
    assert_eq!(logged(table, &options).unwrap(), [(0, 200, 52), (1, 200, 51)]);
    assert!(logged("generation,accuracy\n0,0.74\n1,many\n", &options).unwrap_err().contains("`many` is not a number"));
    let rate = ReadOptions { metric: Some("success_rate".to_owned()), ..options.clone() };
    assert_eq!(logged("generation,success_rate\n0,0.74\n1,0.75\n", &rate).unwrap(), [(0, 200, 52), (1, 200, 50)]);
    let error = ReadOptions { metric: Some("error_rate".to_owned()), lower_is_better: true, ..options };
    assert_eq!(logged("generation,error_rate\n0,0.26\n1,0.25\n", &error).unwrap(), [(0, 200, 52), (1, 200, 50)]);
}

#[test]
fn nothing_wrong_has_no_systematic_share_and_a_check_may_select_for_mistakes() {
    let right: String = (0..40)
        .flat_map(|id| [id; 4])
        .map(|id| format!("{{\"id\": {id}, \"answer\": 1, \"correct\": true}}\n"))
        .collect();
    let found = sampled(&right, &ReadOptions::default()).unwrap();
    assert!(found.key("errors.systematic_share").is_none() && !found.scenario.contains("[vote]"), "{}", found.scenario);
    let kept = right.replace("true}", "true, \"kept\": true}");
    let wrong = sampled(&kept, &ReadOptions::default()).unwrap().key("kept_wrong").unwrap().number;
    assert!(wrong.value == 0.0 && wrong.high.unwrap() > 0.0, "{wrong:?}");
    let perverse = two_generations(|generation, id, right| {
        format!(r#"{{"generation": {generation}, "id": {id}, "correct": {right}, "kept": {}}}"#, !right)
    });
    let found = sampled(&perverse, &ReadOptions::default()).unwrap();
    let said = runaway::report::measure::sentences(&found).join(" ");
    assert!(said.contains("selects for mistakes"), "{said}");
}

#[test]
fn a_file_that_is_given_twice_is_refused() {
    let (code, _, error) = command(&["measure", SAMPLES, SAMPLES]);
    assert_eq!(code, 3);
    assert!(error.contains("two-generations.csv: this file is given twice"), "{error}");
}

/// Samples of problems with a number of answers each: a systematic mistake with probability 0.3, shown by 0.9 of the candidates;
/// else one answer in ten is wrong in its own way.
fn uneven(answers: impl Fn(usize) -> usize, problems: usize, seed: u64) -> String {
    let mut rng = ChaCha8Rng::seed_from_u64(seed);
    let mut text = String::new();
    for id in 0..problems {
        let mistaken = rng.random::<f64>() < 0.3;
        for _ in 0..answers(id) {
            let answer = match (mistaken && rng.random::<f64>() < 0.9, rng.random::<f64>() < 0.1) {
                (true, _) => "same".to_owned(),
                (false, true) => format!("own {}", rng.random::<u32>()),
                (false, false) => "right".to_owned(),
            };
            line(&mut text, (0, id), &answer, answer == "right", None);
        }
    }
    text
}

#[test]
fn one_error_rate_has_one_number_and_one_interval() {
    for answers in [|id: usize| 3 + id % 6, |_| 4] {
        let text = uneven(answers, 60, 3);
        let found = measured(&text);
        let [rate, slip] = ["error_rate", "errors.step_error"].map(|key| found.key(key).unwrap().number);
        assert_eq!(rate, slip);
        let mean: f64 = read(&text).generations[0]
            .problems
            .values()
            .map(|groups| {
                let of = |wrong: bool| -> u32 {
                    groups.iter().filter(|group| !wrong || group.right == Some(false)).map(|group| group.given).sum()
                };
                f64::from(of(true)) / f64::from(of(false)) / 60.0
            })
            .sum();
        assert!((rate.value - mean).abs() < 1e-12, "{} {mean}", rate.value);
    }
}

/// Ten intervals of 90 %: fewer than six hold with probability 0.002.
#[test]
fn a_few_problems_with_few_answers_do_not_hide_shared_mistakes() {
    let error: f64 = 1.0 - 0.9 * (1.0 - 0.3 * 0.9);
    let truth = 0.3 * 0.9 / error;
    let held = (0..10).filter(|seed| {
        let found = measured(&uneven(|id| if id % 5 < 2 { 1 + id % 2 } else { 6 }, 120, 40 + seed));
        let share = found.key("errors.systematic_share").unwrap().number;
        share.low.unwrap() <= truth && truth <= share.high.unwrap()
    });
    let held = held.count();
    assert!(held >= 6, "{held}");
    let few = measured(&uneven(|id| if id % 5 < 3 { 2 } else { 6 }, 120, 1));
    assert!(few.key("errors.systematic_share").is_none());
    assert!(few.missing.iter().any(|one| one.reason.contains("fewer than 3 answers to most problems")));
}

#[test]
fn files_that_only_count_answers_are_named() {
    let refused = |text: &str| sampled(text, &ReadOptions::default()).unwrap_err();
    let table = refused("generation,evaluated,wrong\n0,500,100\n");
    assert!(table.contains("this is a table of evaluations") && table.contains("id, answer and correct"), "{table}");
    let harness = refused("{\"results\":{\"t\":{\"acc,none\":0.5}},\"n-samples\":{\"t\":{\"effective\":10}}}");
    assert!(harness.contains("lm-evaluation-harness results") && harness.contains("--log_samples"), "{harness}");
    let three: String = (0..3)
        .map(|g| two_generations(|_, id, right| format!("{{\"generation\":{g},\"id\":{id},\"correct\":{right}}}")))
        .collect();
    let three = refused(&three);
    assert!(three.contains("jq -c 'select(.[\"generation\"] | tostring | IN(\"0\", \"1\"))'"), "{three}");
}
