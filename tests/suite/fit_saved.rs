//! From a fit to a plan: `fit --save` and `compare --fit`.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use rand::SeedableRng;
use rand::rngs::ChaCha8Rng;
use rand_distr::{Binomial, Distribution, Uniform};
use runaway::analytic::solve;
use runaway::fit::{FailureThreshold, FitOptions, Fitted, Log, SlipUnit, TrainingMode};
use runaway::law::{Composition, Law};
use runaway::plan::{DesignPosterior, posterior};
use runaway::scenario::{FittedLoop, Origin, PosteriorDraw, Scenario, ScenarioFile};
use tempfile::TempDir;

const LOOP: &str = "tests/data/loops/digits-small-unverified.csv";
/// What no log tells, and what is asked.
const DESIGNS: &str = r#"
name = "designs"
[errors]
systematic_share = 0.2
consistency = 0.95
wrong_answers = 20
[[design]]
name = "as it is"
[[design]]
name = "vote 3 of 5"
set = { vote.candidates = 5, vote.agree = 3 }
"#;

fn written(folder: &TempDir, name: &str, text: &str) -> PathBuf {
    let file = folder.path().join(name);
    fs::write(&file, text).unwrap();
    file
}

fn runaway(words: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_runaway")).args(words).output().unwrap()
}

fn text(path: &Path) -> &str {
    path.to_str().unwrap()
}

fn read(path: &Path) -> ScenarioFile {
    ScenarioFile::load(path, &[]).unwrap()
}

fn options() -> FitOptions {
    FitOptions { trend: Some(0.0), paths: 800, horizon: 12, ..FitOptions::default() }
}

/// Saves a fit in a folder, and puts designs on it.
fn planned(folder: &TempDir, log: &Log, options: &FitOptions, designs: &str) -> DesignPosterior {
    let saved = Fitted::new(log, options).unwrap().scenario_text("fitted").unwrap();
    let fitted = FittedLoop::required(&read(&written(folder, "fitted.toml", &saved))).unwrap();
    let under = fitted.under(&read(&written(folder, "designs.toml", designs))).unwrap();
    posterior(&[under], 1, None, &|_| ()).unwrap()
}

/// Two routes to one forecast: the fit's own paths, and the saved scenario played under each draw.
#[test]
fn a_saved_fit_forecasts_what_the_fit_does() {
    let folder = TempDir::new().unwrap();
    for (file, first, unit) in [
        (LOOP, 6, SlipUnit::Step),
        ("tests/data/loops/digits-logit-vote2of2.csv", 8, SlipUnit::Step),
        ("tests/data/loops/addition-small-vote2of2.csv", 8, SlipUnit::Solution),
    ] {
        let mut log = Log::parse(&fs::read(file).unwrap(), file).unwrap();
        log.runs = vec![log.runs[0].first(first)];
        let options = FitOptions { unit, ..self::options() };
        let fitted = Fitted::new(&log, &options).unwrap();
        let (fit, saved) = (fitted.answer(), fitted.scenario_text("fitted").unwrap());
        let path = written(&folder, "fitted.toml", &saved);
        let under = FittedLoop::required(&read(&path)).unwrap().under(&read(&path)).unwrap();
        let plan = posterior(&[under], 1, None, &|_| ()).unwrap();
        let fails = plan.designs[0].failed_by_horizon;
        let (here, there) = (plan.designs[0].last_error.q50, fit.fan.last().unwrap().error.q50);
        println!("{file}: fails {fails} against {}, error {here} against {there}", 1.0 - fit.runway.no_failure);
        // What votes reject is held at its present share.
        let apart = if file.contains("vote") { 0.15 } else { 0.05 };
        assert!((fails - (1.0 - fit.runway.no_failure)).abs() < apart, "{file}: {fails} against {:?}", fit.runway);
        assert!((here - there).abs() < 0.05, "{file}: error {here} against {there}");
    }
}

/// What a file says of shared mistakes changes neither the error at the start nor, to first order, what becomes of it.
#[test]
fn shared_mistakes_leave_the_logs_own_dynamics() {
    let folder = TempDir::new().unwrap();
    let mut log = Log::parse(&fs::read(LOOP).unwrap(), LOOP).unwrap();
    log.runs = vec![log.runs[0].first(6)];
    let saved = Fitted::new(&log, &options()).unwrap().scenario_text("fitted").unwrap();
    let path = written(&folder, "fitted.toml", &saved);
    let fitted = FittedLoop::required(&read(&path)).unwrap();
    let told = fitted.under(&read(&path)).unwrap().of(PosteriorDraw::Medians).unwrap().base;
    let next = |scenario: &Scenario| {
        let law = Law::new(scenario, 0);
        let now = law.at(Composition { unsound: 0.0, wrong: scenario.start().wrong.get() });
        (now.error_rate, law.at(now.next.unwrap()).error_rate)
    };
    let (error, then) = next(&told);
    for (share, consistency) in [(0.1, 1.0), (0.3, 0.95), (0.0, 0.8), (0.4, 0.7)] {
        let text = format!("name = \"x\"\n[errors]\nsystematic_share = {share}\nconsistency = {consistency}\n");
        let other =
            fitted.under(&read(&written(&folder, "other.toml", &text))).unwrap().of(PosteriorDraw::Medians).unwrap();
        assert!(!other.strained);
        let (here, there) = next(&other.base);
        assert!((here - error).abs() < 0.004, "{share} {consistency}: {here} against {error}");
        assert!((there - then).abs() < 0.015, "{share} {consistency}: {there} against {then}");
    }
}

/// The two commands, end to end.
#[test]
fn what_a_design_would_buy_is_one_command() {
    let folder = TempDir::new().unwrap();
    let fitted = folder.path().join("mine.toml");
    let fit = runaway(&["fit", LOOP, "--alone", "--first", "6", "--sweeps", "160", "--save", text(&fitted)]);
    assert_eq!(fit.status.code(), Some(0), "{fit:?}");
    assert!(String::from_utf8_lossy(&fit.stdout).contains("says what a design would buy"));
    let designs = written(&folder, "designs.toml", DESIGNS);
    let compared = runaway(&["compare", text(&designs), "--fit", text(&fitted), "--replicates", "200"]);
    let answer = String::from_utf8_lossy(&compared.stdout);
    assert_eq!(compared.status.code(), Some(0), "{compared:?}");
    assert!(answer.starts_with("Given the log, "), "{answer}");
    assert!(answer.contains("400 draws of the fit"), "{answer}");
    let json = runaway(&["compare", text(&designs), "--fit", text(&fitted), "--replicates", "200", "--json"]);
    let json: serde_json::Value = serde_json::from_slice(&json.stdout).unwrap();
    assert_eq!(json["posterior"]["designs"][1]["name"], "vote 3 of 5");
    let gain = &json["posterior"]["designs"][1]["gain"];
    assert!(gain["q05"].as_f64().unwrap() <= gain["q95"].as_f64().unwrap());
    for command in ["solve", "explain"] {
        let solved = runaway(&[command, text(&fitted)]);
        let answer = String::from_utf8_lossy(&solved.stdout);
        assert!(answer.starts_with("Given the log, it lasts "), "{command}: {answer}");
    }
    let again = Scenario::load(&fitted, &[]).unwrap();
    assert_eq!(again.name(), "mine");
}

/// What cannot be answered is refused by file and key.
#[test]
fn what_a_log_does_not_tell_is_refused() {
    let folder = TempDir::new().unwrap();
    let plain = written(&folder, "plain.toml", DESIGNS);
    let drawn = |extra: &str| {
        format!(
            "name = \"fitted\"\n{extra}[fit.draws]\n\"errors.step_error\" = [0.1, 0.2]\n\"start.wrong\" = [0.1, 0.1]\n"
        )
    };
    let fitted = written(&folder, "fitted.toml", &drawn(""));
    let checked = written(&folder, "checked.toml", &drawn("[[filter]]\nkind = \"catch\"\nrandom = 0.5\n"));
    let odd = written(
        &folder,
        "odd.toml",
        "name = \"odd\"\n[fit.draws]\n\"errors.step_error\" = [0.1, 0.2]\n\"start.wrong\" = [0.1]\n",
    );
    let outside =
        written(&folder, "outside.toml", "name = \"outside\"\n[fit.draws]\n\"errors.step_error\" = [0.1, 1.5]\n");
    let bins = written(
        &folder,
        "bins.toml",
        "name = \"bins\"\n[[difficulty]]\nshare = 0.5\n[[difficulty]]\nshare = 0.5\nsteps = 3\n",
    );
    let lucky = written(&folder, "lucky.toml", "name = \"lucky\"\n[errors]\nrecovery = 0.1\n");
    let voted = written(&folder, "voted.toml", "name = \"voted\"\n[vote]\ncandidates = 3\n");
    for (designs, fit, expected) in [
        (&plain, &plain, "plain.toml: `fit.draws`: this file holds no draws of a fit; `runaway fit LOG --save FILE`"),
        (&plain, &odd, "odd.toml:2:1: `fit.draws.start.wrong`: these are 1 draws where others are 2"),
        (&plain, &outside, "under draw 1 of"),
        (&bins, &fitted, "`difficulty`: a log gives one error rate, not one for each difficulty"),
        (&lucky, &fitted, "`errors.recovery`: a log does not separate right answers by wrong steps"),
        (&voted, &checked, "`vote`: the log is of a loop with checks"),
    ] {
        let out = runaway(&["compare", text(designs), "--fit", text(fit), "--replicates", "10"]);
        let said = String::from_utf8_lossy(&out.stderr);
        assert_eq!(out.status.code(), Some(3), "{said}");
        assert!(said.contains(expected), "{said}\n{expected}");
    }
}

#[test]
fn beliefs_about_steps_are_no_scenario() {
    let mut log = Log::parse(&fs::read("tests/data/lm/lm-hot-unverified.csv").unwrap(), "log.csv").unwrap();
    log.runs = vec![log.runs[0].first(5)];
    let error = Fitted::new(&log, &options()).unwrap().scenario_text("fitted").unwrap_err();
    assert!(error.to_string().starts_with("beliefs of this fit are about steps"), "{error}");
}

/// A true loop of these ranges, and what is known of it: its log of six generations. Generation 0 holds some wrong beliefs
/// already, as much of its error and as lasting as the priors of a fit have it.
struct Truth {
    log: Log,
    designs: String,
    failing: f64,
    /// What a vote gains from where the log ends, in generations within the horizon of 20.
    gain: f64,
}

fn logistic(value: f64) -> f64 {
    1.0 / (1.0 + (-value).exp())
}

/// A standard normal number, by the sum of twelve uniform ones.
fn normal(within: &mut impl FnMut(f64, f64) -> f64) -> f64 {
    (0..12).map(|_| within(-0.5, 0.5)).sum()
}

fn truth(number: u64) -> Truth {
    let mut rng = ChaCha8Rng::seed_from_u64(number);
    let mut within = |low: f64, high: f64| Uniform::new(low, high).unwrap().sample(&mut rng);
    let (share, consistency) = (within(0.05, 0.3), within(0.9, 1.0));
    let (error, inherited) = (within(0.03, 0.2), logistic(1.5 * normal(&mut within)));
    let shared = format!("systematic_share = {share}\nconsistency = {consistency}\nwrong_answers = 20\n");
    let written = format!(
        "name = \"truth\"\nexamples = {:.0}\nhorizon = 20\n[task]\nsteps = 1\n[errors]\n{shared}step_error = {}\namplification = {}\n[learning]\nimprint = {}\npersistence = {}\n[start]\nwrong = {}\n",
        within(100.0, 600.0),
        error * (1.0 - inherited),
        within(0.5, 5.0),
        within(0.3, 1.0),
        logistic(3.9 + 1.5 * normal(&mut within)),
        error * inherited,
    );
    let scenario = Scenario::parse(&written, Origin::Text, &[]).unwrap();
    let (law, draws) = (Law::new(&scenario, 0), scenario.examples().get());
    let (mut rows, mut counts) =
        ("generation,evaluated,wrong,generated,kept\n".to_owned(), vec![scenario.start_counts().1]);
    let share = |count: u64| count as f64 / draws as f64;
    let mut error = 0.0;
    for generation in 0..6 {
        let now = law.at(Composition { unsound: 0.0, wrong: share(*counts.last().unwrap()) });
        error = now.error_rate;
        let wrong = Binomial::new(500, error).unwrap().sample(&mut rng);
        rows += &format!("{generation},500,{wrong},{draws},{draws}\n");
        counts.push(Binomial::new(draws, now.next.unwrap().wrong).unwrap().sample(&mut rng));
    }
    // Near enough that most of these loops fail within the horizon, with a vote or without.
    let (failing, last) = (error + 0.08, share(counts[5]));
    let here = |vote: &str| {
        let set = [format!("start.wrong={last}"), format!("failure.error_rate={failing}"), vote.to_owned()];
        let solved = solve(&Scenario::parse(&written, Origin::Text, &set).unwrap());
        solved.runway.restricted_mean.unwrap()
    };
    let gain = here("vote={candidates=5,agree=3}") - here("vote={candidates=1}");
    let designs = format!(
        "name = \"designs\"\n[errors]\n{shared}[[design]]\nname = \"as it is\"\n[[design]]\nname = \"vote\"\nset = {{ vote.candidates = 5, vote.agree = 3 }}\n"
    );
    Truth { log: Log::parse(rows.as_bytes(), "log.csv").unwrap(), designs, failing, gain }
}

/// Intervals for the gain of a vote hold at their rate: 24 to 30 of 30 (a binomial count at 0.9 leaves that range with
/// probability 0.026).
#[test]
#[ignore = "minutes; run with --ignored"]
fn the_true_gain_of_a_vote_lies_in_its_interval() {
    let folder = TempDir::new().unwrap();
    let mut held = 0;
    for number in 0..30 {
        let Truth { log, designs, failing, gain } = truth(number);
        let threshold = FailureThreshold::ErrorRate(failing);
        let options = FitOptions { threshold, training: Some(TrainingMode::Anew), horizon: 20, ..self::options() };
        let plan = planned(&folder, &log, &options, &designs);
        let interval = plan.designs[1].gain.unwrap();
        // What is played is known to a hundredth of a generation or two.
        let inside = interval.q05 - 0.02 <= gain && gain <= interval.q95 + 0.02;
        println!(
            "{number}: {gain:.2} in [{:.2}, {:.2}] {inside}, strained {:.2}",
            interval.q05, interval.q95, plan.strained
        );
        held += u32::from(inside);
    }
    println!("{held} of 30");
    assert!((24..=30).contains(&held), "{held} of 30");
}

/// What can be read once only, like the pipe of a shell's `<(…)`, is read once: the draws come with the loop.
#[cfg(unix)]
#[test]
fn a_saved_fit_is_read_from_a_pipe() {
    let folder = TempDir::new().unwrap();
    let pipe = folder.path().join("fitted");
    assert!(std::process::Command::new("mkfifo").arg(&pipe).status().unwrap().success());
    let saved = "name = \"fitted\"\nhorizon = 3\n[fit.draws]\n\"errors.step_error\" = [0.1, 0.2]\n\"start.wrong\" = [0.1, 0.1]\n";
    let writer = std::thread::spawn({
        let pipe = pipe.clone();
        move || fs::write(pipe, saved)
    });
    let out = runaway(&["solve", text(&pipe), "--json"]);
    writer.join().unwrap().unwrap();
    let json: serde_json::Value = serde_json::from_slice(&out.stdout).unwrap();
    assert_eq!(json["posterior"]["draws"], 2, "{}", String::from_utf8_lossy(&out.stderr));
}
