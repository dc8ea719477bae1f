//! Headlines and titles of fits and back-tests against the numbers that they state.

use std::collections::{BTreeMap, BTreeSet};

use proptest::prelude::*;
use runaway::fit::{
    BacktestCase, BacktestResult, BacktestSummary, Baseline, BaselineScores, BaselineSummary, CaseScores,
    ConditionalInterval, CourseKind, CoverageLevel, CredibleInterval, FitOptions, FitOutlook, Fitted, ForecastPoint,
    Log, LogFit, SamplerConfig,
};
use runaway::provenance::{LogProvenance, digest_bytes};
use runaway::report::backtest::words;
use runaway::report::fit::FitInputs;
use runaway::report::words::percent;
use runaway::report::{backtest, fit};
use serde_json::Value;

const RIVALS: [Baseline; 2] = [Baseline::Last, Baseline::Linear];

fn provenance() -> LogProvenance {
    LogProvenance::new(vec![("log.csv".to_owned(), digest_bytes(b"bytes"))], 1, "runaway".to_owned())
}

/// Scores of one log, or of all: own and of both rivals, for the runway (where there is one) and the error.
type Scores = (Option<[f64; 3]>, [f64; 3]);

/// Few values, so that ties and zeros come often.
fn crps() -> impl Strategy<Value = f64> {
    prop_oneof![Just(0.0), Just(1e-5), Just(0.25), Just(0.5), 0.0..3.0]
}

fn scores() -> impl Strategy<Value = Scores> {
    let three = || [crps(), crps(), crps()];
    (proptest::option::of(three()), three())
}

fn summary((runway, error): Scores, coverage: [f64; 4], cases: usize) -> BacktestSummary {
    let rival = |place: usize| {
        made!(BaselineSummary {
            crps_error: Some(error[place]),
            crps_runway: runway.map(|runway| runway[place]),
            mae_error: Some(0.1)
        })
    };
    let ratio = |three: [f64; 3]| Some(three[0] / three[1].min(three[2])).filter(|ratio| ratio.is_finite());
    made!(BacktestSummary {
        cases: cases,
        runway_cases: if runway.is_some() { cases } else { 0 },
        coverage50_error: Some(coverage[0]),
        coverage90_error: Some(coverage[1]),
        coverage50_runway: runway.map(|_| coverage[2]),
        coverage90_runway: runway.map(|_| coverage[3]),
        crps_error: Some(error[0]),
        crps_runway: runway.map(|runway| runway[0]),
        mae_error: Some(0.1),
        warnings: 2,
        false_alarms: 1,
        failures: 1,
        failures_warned: 1,
        crps_ratio: ratio(error),
        crps_ratio_runway: runway.and_then(ratio),
        baselines: RIVALS.into_iter().zip([rival(1), rival(2)]).collect::<BTreeMap<_, _>>()
    })
}

fn case(file: &str, (runway, error): Scores) -> BacktestCase {
    let base = |place: usize| {
        made!(BaselineScores {
            crps_error: error[place],
            crps_runway: runway.map(|runway| runway[place]),
            mae_error: 0.1
        })
    };
    let point = |generation| {
        made!(ForecastPoint {
            generation: generation,
            measured: 0.2,
            q05: 0.1,
            q25: 0.15,
            q50: 0.2,
            q75: 0.3,
            q95: 0.4,
            rank: 0.5,
            ties: 0.0
        })
    };
    let scores = made!(CaseScores {
        crps_error: error[0],
        crps_runway: runway.map(|runway| runway[0]),
        mae_error: 0.1,
        coverage50_error: 1.0,
        coverage90_error: 1.0
    });
    let baselines = RIVALS.into_iter().zip([base(1), base(2)]).collect::<BTreeMap<_, _>>();
    let forecast = (4..10).map(point).collect::<Vec<_>>();
    let kind = CourseKind::Flat;
    made!(BacktestCase {
        file: file.to_owned(),
        run: String::new(),
        kind: kind,
        cut: 4,
        scores: scores,
        baselines: baselines,
        forecast: forecast
    })
}

fn tested(logs: &[Scores], all: Scores, coverage: [f64; 4], cases: usize) -> BacktestResult {
    let named = || logs.iter().enumerate().map(|(index, scores)| (format!("folder/log{index}x.csv"), *scores));
    let by_file: BTreeMap<String, BacktestSummary> =
        named().map(|(file, scores)| (file, summary(scores, coverage, cases))).collect();
    made!(BacktestResult {
        cases: named().map(|(file, scores)| case(&file, scores)).collect::<Vec<_>>(),
        summary: summary(all, coverage, cases),
        by_file: by_file,
        by_set: BTreeMap::<String, BacktestSummary>::new(),
        by_kind: BTreeMap::from([(CourseKind::Flat, summary(all, coverage, cases))]),
        by_cut: BTreeMap::<usize, BacktestSummary>::new(),
        calibration: vec![made!(CoverageLevel { nominal: 0.5, observed: coverage[0] })],
        others: false,
        skipped: Vec::<String>::new()
    })
}

/// Logs with a score, and those on which it is worse than the best rival.
fn lost(logs: &[Option<[f64; 3]>]) -> (usize, Vec<usize>) {
    let scored = logs.iter().flatten().count();
    let worse = |three: &[f64; 3]| three[0] > three[1] || three[0] > three[2];
    let lost = logs.iter().enumerate().filter(|(_, one)| one.as_ref().is_some_and(worse)).map(|(index, _)| index);
    (scored, lost.collect())
}

/// The sentences about one quantity, against its scores.
fn sentences_hold(compared: &str, named: &str, all: [f64; 3], logs: &[Option<[f64; 3]>]) {
    let (scored, lost) = lost(logs);
    assert!(compared.ends_with(&format!("of each log, chosen in hindsight, they lose on {} of {scored}.", lost.len())));
    let beats = all[0] < all[1] && all[0] < all[2];
    let verdict = if beats { "forecasts beat every" } else { "forecasts do not beat every" };
    assert!(compared.contains(&format!("{verdict} extrapolation fixed for all logs")), "{compared}");
    assert!(compared.contains(if all[1] <= all[2] { "the best, last" } else { "the best, linear" }), "{compared}");
    for index in 0..logs.len() {
        assert_eq!(named.contains(&format!("log{index}x (")), lost.contains(&index), "{named}");
    }
    for text in [compared, named] {
        assert!(!text.contains('∞') && !text.contains("undefined") && !text.contains("NaN"), "{text}");
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(300))]

    #[test]
    fn a_back_test_says_what_its_scores_say(
        logs in proptest::collection::vec(scores(), 1..6), all in scores(), coverage in [0.0..=1.0, 0.0..=1.0, 0.0..=1.0, 0.0..=1.0],
        cases in 1_usize..60,
    ) {
        // Over all logs there is a runway to score if there is one in any.
        let any = logs.iter().any(|(runway, _)| runway.is_some());
        let all = (if any { Some(all.0.unwrap_or([0.3, 0.2, 0.4])) } else { None }, all.1);
        let tested = tested(&logs, all, coverage, cases);
        let runways: Vec<_> = logs.iter().map(|(runway, _)| *runway).collect();
        let errors: Vec<_> = logs.iter().map(|(_, error)| Some(*error)).collect();
        // The runway leads.
        let headline = words::headline(&tested);
        prop_assert!(headline.starts_with("Remaining runway: "));
        match all.0 {
            Some(all) => sentences_hold(&headline, &words::lost_runways(&tested), all, &runways),
            None => prop_assert!(headline.contains("none to score")),
        }
        sentences_hold(&words::errors(&tested), &words::lost_errors(&tested), all.1, &errors);

        let figures = backtest::figures(&tested, &provenance()).unwrap();
        let title = |name: &str| figures.iter().find(|figure| figure.name == name).map(|figure| figure.title.clone());
        prop_assert_eq!(title("runway-ratio").is_some(), any);
        for (name, logs) in [("runway-ratio", &runways), ("crps-ratio", &errors)] {
            let (scored, lost) = lost(logs);
            let Some(title) = title(name) else { continue };
            prop_assert!(title.ends_with(&format!("on {} of {scored} logs", scored - lost.len())), "{}", title);
        }
        calibration_holds(&title("calibration").unwrap(), coverage, any, cases);
        for figure in &figures {
            prop_assert!(!figure.svg.contains("NaN") && !figure.svg.contains("inf"), "{}", figure.name);
        }
    }
}

/// Each interval with what it holds and whether that is too much or too little.
fn calibration_holds(title: &str, [error50, error90, runway50, runway90]: [f64; 4], runways: bool, cases: usize) {
    let verdict = |held: f64, claimed: f64| match held - claimed {
        _ if cases < 20 => "",
        off if off > 0.05 => " (too wide)",
        off if off < -0.05 => " (too narrow)",
        _ => " (as claimed)",
    };
    let told = |what: &str, narrow: f64, wide: f64| {
        let (held, all) = (percent(narrow, 3), percent(wide, 3));
        let (narrow, wide) = (verdict(narrow, 0.5), verdict(wide, 0.9));
        format!("{what}: 50\u{a0}% intervals hold {held}{narrow}, 90\u{a0}% intervals {all}{wide}")
    };
    let runways = if runways { told("Runways", runway50, runway90) + ". " } else { String::new() };
    assert_eq!(title, runways + &told("Errors", error50, error90));
}

/// A short fit to put other numbers into.
fn fitted() -> (Log, LogFit) {
    let rows: String = [40, 60, 90, 130].iter().zip(0..).map(|(wrong, g)| format!("{g},400,{wrong}\n")).collect();
    let log = Log::parse(format!("generation,evaluated,wrong\n{rows}").as_bytes(), "log.csv").unwrap();
    let effort = SamplerConfig { ensembles: 2, walkers: 24, sweeps: 30 };
    let options = FitOptions { effort, paths: 100, horizon: 8, ..FitOptions::default() };
    let fit = Fitted::new(&log, &options).unwrap().answer();
    (log, fit)
}

fn titles(log: &Log, fit: &LogFit) -> (BTreeMap<&'static str, String>, String) {
    let provenance = provenance();
    let inputs = FitInputs { fit, run: &log.runs[0], advised: None, weighed: None, provenance: &provenance };
    let titles = fit::figures(&inputs).unwrap().into_iter().map(|figure| (figure.name, figure.title)).collect();
    (titles, String::from_utf8(fit::render(&inputs).unwrap().html).unwrap())
}

#[test]
fn a_fit_says_what_its_numbers_say() {
    let (log, fit) = fitted();
    // The title of the survival function is true of what is drawn.
    let (titles_, _) = titles(&log, &fit);
    let survival: Vec<f64> = fit.fan.iter().filter_map(|one| one.survival).collect();
    let median = fit.runway.median.unwrap() as usize;
    assert!(survival[median - 1] <= 0.5 && (median == 1 || survival[median - 2] >= 0.5), "{survival:?}");
    assert!(titles_["survival"].starts_with(&format!("Half of the paths fail within {median} generation")));
    assert!(titles_["survival"].contains(&percent(*survival.last().unwrap(), 3)));
    let mut odd = fit.clone();
    (odd.runway.failed_at, odd.runway.no_failure, odd.runway.median) = (Some(3), 0.0, Some(1));
    let (odd, _) = titles(&log, &odd);
    let again =
        "Failing again: half of the paths fail within 1 generation; none of the paths lasts more than 8 generations";
    assert_eq!(odd["survival"], again);
    // Whatever is said of R, its probability and the prior stand beside it.
    let floor = CredibleInterval { q05: 0.6, q25: 0.8, q50: 0.89, q75: 0.9, q95: 0.95 };
    let now = fit.fan[3].error.q50;
    let all = [
        FitOutlook::Unmoved,
        FitOutlook::Against,
        FitOutlook::Open,
        FitOutlook::SettleWorse,
        FitOutlook::LikelySettleWorse,
        FitOutlook::Heal,
        FitOutlook::LikelyHeal,
        FitOutlook::LikelyGrow,
        FitOutlook::Grow,
    ];
    for words in all {
        let mut fit = fit.clone();
        fit.floor_error = made!(ConditionalInterval { probability: 1.0, given: Some(floor) });
        fit.reproduction_number.words = words;
        (fit.reproduction_number.above_one, fit.reproduction_number.prior_above_one) = (0.61, 0.56);
        let told = match words {
            FitOutlook::SettleWorse => {
                format!("the error settles at {}, worse than now ({})", percent(0.89, 3), percent(now, 3))
            }
            FitOutlook::LikelySettleWorse => {
                format!("the error likely settles at {}, worse than now ({})", percent(0.89, 3), percent(now, 3))
            }
            other => other.words().to_owned(),
        };
        let told = format!("{}, prior {}: {told}", percent(0.61, 3), percent(0.56, 3));
        let (titles, html) = titles(&log, &fit);
        assert!(titles["reproduction"].ends_with(&told), "{}", titles["reproduction"]);
        assert!(fit::words::reproduction(&fit).ends_with(&format!("{told}.")) && html.contains(&told));
    }
}

#[test]
fn an_unsettled_fit_says_what_the_terminal_says_and_draws_nothing() {
    let (log, mut fit) = fitted();
    for (r_hat, unsettled) in [(1.09, false), (1.11, true), (f64::NAN, true)] {
        fit.mixing.iter_mut().for_each(|mixing| mixing.r_hat = 1.0);
        fit.mixing.last_mut().unwrap().r_hat = r_hat;
        let worst = fit.mixing.last().unwrap().parameter.key();
        let (titles, html) = titles(&log, &fit);
        assert_eq!(titles.is_empty(), unsettled, "{titles:?}");
        assert_eq!(html.contains(&fit::words::headline(&fit)), !unsettled);
        assert_eq!(html.contains("<h1>No answer: the sampler has not settled</h1>"), unsettled);
        let warning = fit::words::unsettled(&fit);
        assert_eq!(warning.is_some(), unsettled);
        let place = html.find("The sampler has not settled (R-hat ");
        assert_eq!(place.is_some(), unsettled);
        if let (Some(place), Some(warning)) = (place, warning) {
            assert!(place < html.find("<main>").unwrap() && html.contains(&warning) && warning.contains(worst));
        }
    }
}

/// The numbers of docs/evidence.md are those of the committed back-tests.
#[test]
fn the_evidence_states_the_committed_back_tests() {
    let page = std::fs::read_to_string("docs/evidence.md").unwrap();
    for (folder, row) in [
        ("backtest", "| eleven small learners "),
        ("backtest-fresh", "| 36 small learners "),
        ("backtest-lm", "| a transformer that adds, seven designs "),
        ("backtest-lm-fresh", "| a transformer that adds, eight more "),
        ("backtest-lm-last", "| a transformer that adds, seven more "),
        ("backtest-lm-held", "| a transformer that adds, eight held out "),
        ("backtest-llm", "| language models "),
    ] {
        let json = std::fs::read(format!("reports/{folder}/backtest.json")).unwrap();
        let json: Value = serde_json::from_slice(&json).unwrap();
        let line = page.lines().find(|line| line.starts_with(row)).unwrap();
        let cells: Vec<&str> = line.split('|').map(str::trim).collect();
        for (key, ratio, count) in [("crps_error", 2, 3), ("crps_runway", 5, 6)] {
            let scores = |summary: &Value| {
                let rivals = summary["baselines"].as_object().unwrap().values();
                let best = rivals.filter_map(|one| one[key].as_f64()).reduce(f64::min);
                summary[key].as_f64().zip(best)
            };
            let (own, best) = scores(&json["summary"]).unwrap();
            assert_eq!(cells[ratio], format!("{:.3}", own / best), "{folder} {key}");
            let logs: Vec<(f64, f64)> = json["by_file"].as_object().unwrap().values().filter_map(scores).collect();
            let lost = logs.iter().filter(|(own, best)| own > best).count();
            assert_eq!(cells[count], format!("{lost} of {} logs", logs.len()), "{folder} {key}");
        }
        let held = json["summary"]["coverage90_error"].as_f64().unwrap();
        assert_eq!(cells[4], format!("{:.0} %", 100.0 * held), "{folder}");
    }
}

/// The first table of evidence, by the course of the run.
#[test]
fn readme_states_the_evidence_by_course() {
    let readme = std::fs::read_to_string("README.md").unwrap();
    let json: Value = serde_json::from_slice(&std::fs::read("reports/evidence/backtest.json").unwrap()).unwrap();
    for kind in CourseKind::ALL {
        let key = serde_json::to_value(kind).unwrap();
        let summary = &json["by_kind"][key.as_str().unwrap()];
        let of_kind = json["cases"].as_array().unwrap().iter().filter(|case| case["kind"] == key);
        let runs: BTreeSet<String> = of_kind.map(|case| format!("{} {}", case["file"], case["run"])).collect();
        let pair = |key: &str, unit: f64| {
            let rivals = summary["baselines"].as_object().unwrap().values();
            let best = rivals.filter_map(|one| one[key].as_f64()).fold(f64::INFINITY, f64::min);
            [summary[key].as_f64().unwrap(), best].map(|crps| format!("{:.2}", unit * crps))
        };
        let ([error, error_best], [runway, runway_best]) = (pair("crps_error", 100.0), pair("crps_runway", 1.0));
        let held = 100.0 * summary["coverage90_error"].as_f64().unwrap();
        let line = format!(
            "| {} | {} | {error} | {error_best} | {held:.0} % | {runway} | {runway_best} |",
            kind.words(),
            runs.len()
        );
        assert!(readme.lines().any(|one| one == line), "{line}");
    }
}

/// What other runs of a design are said to add.
#[test]
fn the_evidence_states_what_other_runs_add() {
    let page = std::fs::read_to_string("docs/evidence.md").unwrap();
    let of = |folder: &str, key: &str, set: &str| {
        let json: Value =
            serde_json::from_slice(&std::fs::read(format!("reports/{folder}/backtest.json")).unwrap()).unwrap();
        format!("{:.3}", json["by_set"][format!("tests/data/{set}")][key].as_f64().unwrap())
    };
    let sets = ["lm", "lm-fresh", "llm"];
    let error = sets.map(|set| [of("evidence", "crps_ratio", set), of("backtest-others", "crps_ratio", set)]);
    let runway = sets.map(|set| of("backtest-others", "crps_ratio_runway", set));
    let start = page.find("Other runs of the same design sharpen").unwrap();
    let end = start + page[start..].find("\n\n").unwrap();
    let said = &page[start..end];
    let mut after = 0;
    for number in error.iter().flatten().chain(&runway) {
        after += said[after..].find(number.as_str()).unwrap_or_else(|| panic!("{number} in its place: {said}"));
    }
}
