//! Two metrics of one run, and whether they part.

use assert_cmd::Command;
use rand::rngs::ChaCha8Rng;
use rand::{RngExt, SeedableRng};
use rayon::prelude::*;
use runaway::fit::{FitOptions, Fitted, Log, MetricParting, ReadOptions, SamplerConfig};

const EFFORT: SamplerConfig = SamplerConfig { ensembles: 2, walkers: 40, sweeps: 120 };
const PROBLEMS: u64 = 600;

/// Right answers as an evaluation counts them at each true error rate.
fn counted(errors: &[f64], seed: u64) -> Vec<u64> {
    let mut rng = ChaCha8Rng::seed_from_u64(seed);
    let right = |error: &f64| (0..PROBLEMS).filter(|_| rng.random::<f64>() >= *error).count() as u64;
    errors.iter().map(right).collect()
}

/// A table with the shares of right answers by two metrics.
fn table(own: &[f64], other: &[f64], seed: u64) -> String {
    let rows = counted(own, 2 * seed).into_iter().zip(counted(other, 2 * seed + 1)).enumerate();
    let share = |right: u64| right as f64 / PROBLEMS as f64;
    let lines = rows.map(|(g, (own, other))| format!("{g},{:.6},{:.6}\n", share(own), share(other)));
    format!("generation,own_accuracy,other_accuracy\n{}", lines.collect::<String>())
}

fn parting(text: &str) -> MetricParting {
    let log = |metric: &str| {
        let options =
            ReadOptions { metric: Some(metric.to_owned()), evaluated: Some(PROBLEMS), ..ReadOptions::default() };
        Log::parse_all(&[("two.csv".to_owned(), text.as_bytes().to_vec())], &options).unwrap()
    };
    let options = FitOptions { effort: EFFORT, paths: 600, horizon: 1, ..FitOptions::default() };
    let (own, other) = (log("own_accuracy"), log("other_accuracy"));
    let [own, other] = [&own, &other].map(|log| Fitted::new(log, &options).unwrap());
    own.parting(&other).unwrap()
}

/// The loop's own metric falls throughout, the other turns.
const FALLING: [f64; 7] = [0.36, 0.31, 0.27, 0.23, 0.19, 0.16, 0.13];
const TURNING: [f64; 7] = [0.40, 0.36, 0.33, 0.36, 0.41, 0.47, 0.54];

#[test]
fn metrics_that_part_are_told_whichever_comes_first() {
    let found = parting(&table(&FALLING, &TURNING, 1));
    assert!(found.probability > 0.8 && found.second_worsens && (1..=3).contains(&found.generation), "{found:?}");
    let turned = parting(&table(&TURNING, &FALLING, 1));
    assert!(turned.probability > 0.8 && !turned.second_worsens, "{turned:?}");
    let together = parting(&table(&FALLING, &FALLING.map(|error| 0.9 * error), 2));
    assert!(together.probability < 0.1, "{together:?}");
}

/// Of runs in which nothing changes, this share is said to part (probability 0.8 or more).
fn false_alarms(runs: u64) -> usize {
    let alarm = |seed: u64| parting(&table(&[0.3; 7], &[0.25; 7], 100 + seed)).probability >= 0.8;
    (0..runs).into_par_iter().filter(|seed| alarm(*seed)).count()
}

#[test]
fn noise_alone_does_not_part_metrics() {
    assert_eq!(false_alarms(4), 0);
}

/// At most 5 % of false alarms, at a level of 0.001: of 60 no more than 9.
#[test]
#[ignore = "two minutes"]
fn false_alarms_are_rare() {
    let alarms = false_alarms(60);
    println!("{alarms} false alarms of 60");
    assert!(alarms <= 9, "{alarms}");
}

#[test]
fn two_metrics_are_fitted_told_and_drawn() {
    let folder = tempfile::tempdir().unwrap();
    let log = folder.path().join("two.csv");
    std::fs::write(&log, table(&FALLING, &TURNING, 1)).unwrap();
    let fit = |extra: &[&str]| {
        let mut command = Command::new(assert_cmd::cargo::cargo_bin!("runaway"));
        command.arg("fit").arg(&log).args(["--evaluated", "600", "--metric", "own_accuracy"]).args(extra);
        let output = command.output().unwrap();
        (String::from_utf8(output.stdout).unwrap(), String::from_utf8(output.stderr).unwrap())
    };
    let report = folder.path().join("out");
    let (told, _) =
        fit(&["--metric", "other_accuracy", "--sweeps", "300", "--json", "--report", report.to_str().unwrap()]);
    let found: serde_json::Value = serde_json::from_str(&told).unwrap();
    assert!(found["parting"]["probability"].as_f64().unwrap() > 0.8, "{}", found["parting"]);
    let metrics: Vec<_> = found["metrics"].as_array().unwrap().iter().map(|one| &one["metric"]).collect();
    assert_eq!(metrics, ["own_accuracy", "other_accuracy"]);
    assert!(found["metrics"][1]["runway"]["error_rate"].is_number());
    let page = std::fs::read_to_string(report.join("report.html")).unwrap();
    assert!(page.contains("own_accuracy and other_accuracy diverge after generation"), "{}", &page[..2000]);
    assert!(report.join("metrics.svg").exists());
    let (told, _) = fit(&["--metric", "other_accuracy", "--sweeps", "10"]);
    assert!(
        told.starts_with(
            "Whether own_accuracy and other_accuracy diverge cannot be determined. The sampler has not settled"
        ),
        "{told}"
    );
    let (_, refused) = fit(&["--metric", "own_accuracy"]);
    assert!(refused.contains("two different metrics"), "{refused}");
    let (_, refused) = fit(&["--metric", "other_accuracy", "--variants"]);
    assert!(refused.contains("answer for one metric"), "{refused}");
}

/// A total that falls while a class of mistakes grows in it; audits and votes are of all mistakes, and are not the class's.
#[test]
fn a_class_of_mistakes_stands_beside_the_total() {
    let folder = tempfile::tempdir().unwrap();
    let log = folder.path().join("class.csv");
    let rows = [(620, 60), (540, 80), (470, 110), (410, 150), (360, 190), (330, 240), (310, 290)];
    let line =
        |(g, (wrong, systematic)): (usize, &(u64, u64))| format!("{g},1000,{wrong},{systematic},500,400,90,700\n");
    let text: String = rows.iter().enumerate().map(line).collect();
    let head = "generation,evaluated,wrong,systematic_wrong,generated,kept,kept_wrong,more\n";
    std::fs::write(&log, format!("{head}{text}")).unwrap();
    let fit = |extra: &[&str]| {
        let mut command = Command::new(assert_cmd::cargo::cargo_bin!("runaway"));
        let output = command.arg("fit").arg(&log).args(extra).output().unwrap();
        (String::from_utf8(output.stdout).unwrap(), String::from_utf8(output.stderr).unwrap())
    };
    let (told, said) = fit(&["--class", "systematic_wrong", "--sweeps", "300", "--json"]);
    let found: serde_json::Value = serde_json::from_str(&told).unwrap_or_else(|_| panic!("{said}"));
    let metrics: Vec<_> = found["metrics"].as_array().unwrap().iter().map(|one| &one["metric"]).collect();
    assert_eq!(metrics, ["all mistakes", "systematic_wrong"]);
    assert!(found["parting"]["probability"].as_f64().unwrap() > 0.8, "{}", found["parting"]);
    assert_eq!(found["parting"]["second_worsens"], true);
    let used = |place: usize| found["metrics"][place]["basis"].clone();
    assert!(used(0)["audits"] == true && used(1)["audits"] == false, "{}", used(1));
    assert!(found["provenance"]["command"].as_str().unwrap().contains("--class systematic_wrong"));
    for (options, rule) in [
        (&["--class", "systematic_wrong", "--variants"][..], "leave --class out"),
        (&["--class", "no_such"][..], "no_such"),
        (&["--class", "a", "--metric", "b", "--metric", "c"][..], "give --metric once"),
        (&["--class", "no_such"][..], "--class no_such"),
        (&["--class", "generation"][..], "counts no class of mistakes"),
        (&["--class", "wrong"][..], "counts no class of mistakes"),
        (&["--class", "wrong", "--columns", "wrong=systematic_wrong"][..], "counts no class of mistakes"),
        (&["--class", "systematic_wrong", "--columns", "wrong=systematic_wrong"][..], "the same as the total"),
        (&["--class", "more"][..], "generation 0 has 700 of them among 620 wrong answers"),
    ] {
        let (told, refused) = fit(options);
        assert!(told.is_empty() && refused.contains(rule), "{options:?}: {refused}");
    }
    // What is read through standard input is read once, and nothing but a table has classes.
    let stdin = |options: &[&str]| {
        let mut command = Command::new(assert_cmd::cargo::cargo_bin!("runaway"));
        let output =
            command.args(["fit", "-", "--sweeps", "30", "--json"]).args(options).pipe_stdin(&log).unwrap().output();
        output.unwrap().stdout
    };
    assert!(!stdin(&["--class", "systematic_wrong"]).is_empty());
    let trainer = "tests/data/harness/trainer_state.json";
    let mut command = Command::new(assert_cmd::cargo::cargo_bin!("runaway"));
    let refused = command.args(["fit", trainer, "--evaluated", "500", "--class", "loss"]).output().unwrap();
    let said = String::from_utf8(refused.stderr).unwrap();
    assert!(
        refused.status.code() == Some(2) && said.contains("--class loss: a class is a column of counts in a table"),
        "{said}"
    );
}
