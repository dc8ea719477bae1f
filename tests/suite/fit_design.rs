//! What a log and a person say of the design, and loops that begin badly or stay as they are.

use rand::SeedableRng;
use rand::rngs::ChaCha8Rng;
use rand_distr::{Binomial, Distribution};
use runaway::fit::{FailureThreshold, FitOptions, Log, LogFit, LogRow, LogRun, SamplerConfig, TrainingMode, fit};
use std::process::Command;

fn log(rows: &[(u64, u64)]) -> Log {
    let lines: Vec<String> =
        (0..).zip(rows).map(|(g, (evaluated, wrong))| format!("{g},{evaluated},{wrong}\n")).collect();
    Log::parse(format!("generation,evaluated,wrong\n{}", lines.concat()).as_bytes(), "log.csv").unwrap()
}

fn quick() -> FitOptions {
    FitOptions {
        effort: SamplerConfig { sweeps: 120, ..SamplerConfig::BRISK },
        paths: 600,
        horizon: 10,
        ..FitOptions::default()
    }
}

fn last_and_ahead(fit: &LogFit) -> (f64, f64) {
    let known = fit.fan.iter().rfind(|one| one.measurement.is_none()).unwrap();
    (known.error.q50, fit.fan.last().unwrap().error.q50)
}

/// What is known of the sampling moves the forecast of a young unchecked loop, and is said to be idle elsewhere.
#[test]
fn a_hot_loop_is_expected_to_run_away_sooner() {
    let rows: String = (0..3).map(|g| format!("{g},500,{},2000,2000\n", [40, 47, 52][g])).collect();
    let text = format!("generation,evaluated,wrong,generated,kept\n{rows}");
    let log = Log::parse(text.as_bytes(), "log.csv").unwrap();
    let ahead =
        |temperature| last_and_ahead(&fit(&log, &FitOptions { temperature, trend: Some(0.0), ..quick() }).unwrap()).1;
    let (cool, hot) = (ahead(Some(0.9)), ahead(Some(1.2)));
    assert!(hot > cool + 0.05, "{cool} cool, {hot} hot");
    let anew = FitOptions { temperature: Some(1.2), training: Some(TrainingMode::Anew), ..quick() };
    let warnings = fit(&log, &anew).unwrap().warnings;
    assert!(warnings.iter().any(|warning| warning.starts_with("the temperature has no effect")), "{warnings:?}");
}

/// The median of ten flat logs moves by less than 0.2 points a generation.
#[test]
fn flat_logs_are_forecast_flat() {
    let mut rng = ChaCha8Rng::seed_from_u64(7);
    for (index, share) in [0.03, 0.05, 0.08, 0.12, 0.2, 0.3, 0.4, 0.5, 0.6, 0.75].into_iter().enumerate() {
        let law = Binomial::new(1000, share).unwrap();
        let rows: Vec<(u64, u64)> = (0..8).map(|_| (1000, law.sample(&mut rng))).collect();
        let fit = fit(&log(&rows), &quick()).unwrap();
        let (now, ahead) = last_and_ahead(&fit);
        assert!((ahead - now).abs() / 10.0 < 0.002, "log {index}: {now} to {ahead}");
    }
}

/// Language models often begin at 50 to 75 % wrong.
#[test]
fn a_loop_that_begins_badly_has_a_runway() {
    let healed = fit(&log(&[(2000, 1504), (2000, 1127), (2000, 799), (2000, 557)]), &quick()).unwrap();
    assert_eq!((healed.runway.error_rate, healed.runway.failed_at), (0.5, None));
    let bad = fit(&log(&[(1000, 900), (1000, 700), (1000, 650), (1000, 660)]), &quick()).unwrap();
    assert!((bad.runway.error_rate - 0.75).abs() < 1e-12 && bad.runway.failed_at.is_none(), "{:?}", bad.runway);
    // Nearly all wrong: a rise of 0.1 is none that can be.
    let worst = fit(&log(&[(1000, 990), (1000, 960), (1000, 960)]), &quick()).unwrap();
    assert!((worst.runway.error_rate - 0.98).abs() < 1e-12, "{:?}", worst.runway);
    // It stands beyond the threshold since generation 2, whatever it was before.
    let failed = fit(&log(&[(1000, 600), (1000, 200), (1000, 550), (1000, 700)]), &quick()).unwrap();
    assert_eq!((failed.runway.error_rate, failed.runway.failed_at), (0.5, Some(2)));
    let told = FitOptions { threshold: FailureThreshold::ErrorRate(0.8), ..quick() };
    assert_eq!(fit(&log(&[(1000, 900), (1000, 700)]), &told).unwrap().runway.error_rate, 0.8);
}

#[test]
fn the_design_is_taken_from_the_log_or_told() {
    let row =
        |kept: Option<u64>, generated: Option<u64>| LogRow { evaluated: 10, kept, generated, ..LogRow::default() };
    let of = |row: LogRow| TrainingMode::of(&[LogRun { name: String::new(), rows: vec![row] }]);
    assert_eq!(of(row(Some(699), Some(900))), TrainingMode::Anew);
    assert_eq!(of(row(Some(700), Some(900))), TrainingMode::FineTuned);
    assert_eq!(of(row(Some(64), None)), TrainingMode::FineTuned);
    assert_eq!(of(row(None, None)), TrainingMode::FineTuned);

    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/data/loops/digits-small-unverified.csv");
    let told = |options: &[&str]| {
        let quick = ["--alone", "--sweeps", "60", "--first", "5", "--horizon", "3"];
        let output = Command::new(assert_cmd::cargo::cargo_bin!("runaway"))
            .args(["fit", path])
            .args(quick)
            .args(options)
            .output()
            .unwrap();
        String::from_utf8(output.stdout).unwrap() + &String::from_utf8_lossy(&output.stderr)
    };
    assert!(told(&["--json"]).contains("\"training\": \"anew\""));
    assert!(told(&["--json", "--fine-tuned"]).contains("\"training\": \"fine-tuned\""));
    assert!(told(&["--fine-tuned", "--trained-anew"]).contains("cannot be used with"));
}

/// The quantiles of a back-test tell the same pinball loss for every forecaster, whoever reads them.
#[test]
fn a_back_test_is_written_as_quantiles() {
    let folder = tempfile::TempDir::new().unwrap();
    let file = folder.path().join("quantiles.csv");
    let log = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/data/llm/rlvr.csv");
    let args = ["backtest", log, "--cut", "3", "--sweeps", "60", "--json", "--quantiles", file.to_str().unwrap()];
    let output = Command::new(assert_cmd::cargo::cargo_bin!("runaway")).args(args).output().unwrap();
    let told: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
    let text = std::fs::read_to_string(&file).unwrap();
    let rows: Vec<Vec<&str>> = text.lines().skip(1).map(|line| line.split(',').collect()).collect();
    // Two runs of 11 and 5 generations: 8 and 2 ahead, 23 levels, 7 forecasters.
    assert_eq!(rows.len(), 10 * 23 * 7);
    for model in ["runaway", "last", "linear", "exponential", "logistic", "walk", "damped"] {
        assert_eq!(rows.iter().filter(|row| row[4] == model).count(), 230, "{model}");
    }
    let medians: Vec<f64> =
        rows.iter().filter(|row| row[4] == "runaway" && row[6] == "0.5").map(|row| row[7].parse().unwrap()).collect();
    let cases = told["cases"].as_array().unwrap();
    let forecast: Vec<&serde_json::Value> =
        cases.iter().flat_map(|case| case["forecast"].as_array().unwrap()).collect();
    for (median, point) in medians.iter().zip(&forecast) {
        assert_eq!(*median, point["q50"].as_f64().unwrap());
    }
    assert_eq!(medians.len(), forecast.len());
    assert!(rows.iter().all(|row| row[5].parse::<u64>().unwrap() >= 1));
}

/// What is told of the checks is taken where a log does not count it, and what it does to the forecast is seen.
#[test]
fn checks_are_told() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("log.csv");
    let write = |columns: &str, more: &str| {
        let rows: String = (0..4).map(|g| format!("{g},1000,{}{more}\n", 80 + 12 * g)).collect();
        std::fs::write(&path, format!("generation,evaluated,wrong{columns}\n{rows}")).unwrap();
    };
    let fit = |options: &[&str]| {
        let mut command = assert_cmd::Command::new(assert_cmd::cargo::cargo_bin!("runaway"));
        let output = command.arg("fit").arg(&path).args(options).output().unwrap();
        (output.status.code(), String::from_utf8(output.stdout).unwrap() + &String::from_utf8(output.stderr).unwrap())
    };
    let found = |options: &[&str]| -> serde_json::Value {
        let (code, text) = fit(&[options, &["--sweeps", "200", "--json"]].concat());
        let json = &text[..=text.rfind('}').unwrap_or_else(|| panic!("{code:?} {text}"))];
        serde_json::from_str(json).unwrap()
    };
    write("", "");
    let last =
        |json: &serde_json::Value| json["fan"].as_array().unwrap().last().unwrap()["error"]["q95"].as_f64().unwrap();
    let (none, vote, unknown) = (found(&["--checked", "none"]), found(&["--checked", "vote:5of5"]), found(&[]));
    let checks = |json: &serde_json::Value| json["basis"]["checks"].as_str().unwrap().to_owned();
    assert_eq!([&none, &vote, &unknown].map(checks), ["none", "some", "unknown"]);
    assert!(last(&none) != last(&vote), "{}", last(&none));
    assert!(vote["provenance"]["command"].as_str().unwrap().contains("--checked vote:5of5"));
    let agreeing = |json: &serde_json::Value| {
        let all = json["parameters"].as_array().unwrap();
        all.iter().find(|one| one["parameter"] == "agreeing").unwrap()["prior"]["q50"].as_f64().unwrap()
    };
    assert!((agreeing(&vote) - 5_f64.powf(0.61)).abs() < 1e-6, "{}", agreeing(&vote));
    // What the log counts is not silently overruled.
    write(",generated,kept", ",500,300");
    let (_, told) = fit(&["--checked", "none", "--sweeps", "200"]);
    assert!(told.contains("`generated` and `kept` of the log say otherwise"), "{told}");
    for wrong in ["vote", "vote:6of5", "vote:0of5", "vote:3of", "yes", "vote:-1of5", "vote:10001of10001"] {
        let (code, text) = fit(&["--checked", wrong]);
        assert!(code == Some(2) && text.contains("vote:MofN"), "{wrong}: {text}");
    }
}

/// Wrong examples that were planted say nothing of the checks: neither member counts them.
#[test]
fn planted_mistakes_are_no_audit() {
    let rows =
        |planted: u64| -> String { (0..5).map(|g| format!("{g},1000,{},500,500,{planted}\n", 100 + 5 * g)).collect() };
    let read = |planted: u64| {
        let text = format!("generation,evaluated,wrong,generated,kept,kept_wrong\n{}", rows(planted));
        Log::parse(text.as_bytes(), "log.csv").unwrap()
    };
    let fan = |planted: u64, audits: bool| fit(&read(planted), &FitOptions { audits, ..quick() }).unwrap().fan;
    assert_eq!(fan(400, false), fan(10, false));
    assert_ne!(fan(400, true), fan(10, true));
}
