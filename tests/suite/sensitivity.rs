//! What a loop's fate hangs on: derivatives of R, floor and median, ranges, shares of the variance, and the command.

use std::f64::consts::PI;

use assert_cmd::Command;
use runaway::Scenario;
use runaway::analytic::{derivatives, solve};
use runaway::scenario::{Origin, ScenarioFile};
use runaway::sensitivity::{RangeSource, RunwayAbsence, SobolSettings, sensitivity, sobol_indices};
use serde_json::Value;

/// Loops whose R, floor and median have derivatives: votes of both kinds, filters that follow the composition, gain, renewal, bins,
/// unsound beliefs.
const LOOPS: [&str; 7] = [
    "examples = 60\n[errors]\namplification = 20",
    "examples = 60\n[errors]\namplification = 20\nconsistency = 0.9\nwrong_answers = 50\n[vote]\ncandidates = 5\nagree = 1",
    "examples = 40\n[errors]\namplification = 20\nsystematic_share = 0.3\nconsistency = 0.8\nwrong_answers = 10\n[vote]\n\
     candidates = 8\nagree = 3\nagree_at_most = 6",
    "examples = 60\n[errors]\namplification = 15\nconsistency = 0.9\n[[filter]]\nkind = \"self-judge\"\nsensitivity = 0.4\n\
     false_reject = 0.05\n[[filter]]\nkind = \"transform\"\ninvariance = 0.8",
    "examples = 60\n[errors]\namplification = 20\n[learning]\nhazard_gain = 1.3\nrenewal = 0.6\nanchor = 0.05",
    "examples = 60\n[errors]\namplification = 10\nconsistency = 0.9\n[vote]\ncandidates = 5\n[[difficulty]]\nshare = 0.6\nsteps = 8\n\
     [[difficulty]]\nshare = 0.4\nstep_error = 0.01\nsystematic_share = 0.4",
    "examples = 12\n[errors]\namplification = 20\nrecovery = 0.05\n[[filter]]\nkind = \"steps\"\nsensitivity = 0.5\n\
     false_reject = 0.002",
];

fn scenario(text: &str) -> Scenario {
    Scenario::parse(&format!("name = \"one\"\nhorizon = 12\n{text}"), Origin::Text, &[]).unwrap()
}

/// R, the error floor, and the median: where the straight line through S(g) and S(g + 1) falls to a half.
fn numbers(scenario: &Scenario) -> [Option<f64>; 3] {
    let solution = solve(scenario);
    let median = |survival: &[f64]| {
        let half = survival.windows(2).position(|pair| pair[0] > 0.5 && pair[1] <= 0.5)?;
        Some(half as f64 + (survival[half] - 0.5) / (survival[half] - survival[half + 1]))
    };
    let median = solution.curves.as_ref().and_then(|curves| median(&curves.survival));
    [solution.reproduction_number, solution.floor_error, median]
}

/// Fourth-order central differences of the numbers of the solved loop.
fn differences(scenario: &Scenario, key: &str, value: f64) -> [Option<f64>; 3] {
    let step = 1e-4 * value.min(1.0 - value).max(1e-3 * value);
    let around =
        [1.0, -1.0, 2.0, -2.0].map(|times| scenario.with(key, value + times * step).map(|moved| numbers(&moved)));
    let [Ok(above), Ok(below), Ok(far_above), Ok(far_below)] = around else { return [None; 3] };
    [0, 1, 2].map(|which| {
        let near = above[which]? - below[which]?;
        Some((8.0 * near - (far_above[which]? - far_below[which]?)) / (12.0 * step))
    })
}

#[test]
fn r_floor_and_median_follow_parameters_as_their_derivatives_say() {
    let mut seen = [0; 3];
    for text in LOOPS {
        let scenario = scenario(text);
        let found = derivatives(&scenario);
        for one in found.parameters.iter().filter(|one| one.value > 0.0 && !one.key.ends_with(".share")) {
            let slopes = [one.slopes.reproduction_number, one.slopes.floor_error, one.slopes.median];
            let differences = differences(&scenario, &one.key, one.value);
            for (seen, (slope, difference)) in seen.iter_mut().zip(slopes.into_iter().zip(differences)) {
                let Some((slope, difference)) = slope.zip(difference) else { continue };
                *seen += 1;
                let near = (slope - difference).abs() <= 1e-6 * difference.abs() + 1e-7;
                assert!(near, "{} of {text}: {slope} is not {difference}", one.key);
            }
        }
    }
    assert!(seen.iter().all(|seen| *seen >= 15), "{seen:?}");
}

/// The numbers themselves are those of `solve`.
#[test]
fn the_numbers_that_are_differentiated_are_those_of_the_solution() {
    for text in LOOPS {
        let scenario = scenario(text);
        let (found, solution) = (derivatives(&scenario).values, solve(&scenario));
        let close = |one: Option<f64>, other: Option<f64>| match (one, other) {
            (Some(one), Some(other)) => assert!((one - other).abs() <= 1e-10 * other.abs(), "{one} {other}: {text}"),
            (one, other) => assert_eq!(one, other, "{text}"),
        };
        close(found.runway, solution.runway.mean);
        close(found.failed, solution.curves.as_ref().and_then(|curves| curves.failed.last().copied()));
        close(found.reproduction_number, solution.reproduction_number);
    }
}

/// On Gauss nodes as count by count: the largest loop that is followed count by count, and one beyond.
#[test]
fn large_loops_are_differentiated_on_nodes() {
    let text = |examples: u64| {
        scenario(&format!(
            "examples = {examples}\n[errors]\namplification = 15\n[learning]\nimprint = 0.5\npersistence = 0.9"
        ))
    };
    // The failing share stays a whole count: 4,000 and 4,200 are multiples of 200.
    for examples in [4_200, 100_000] {
        let scenario = text(examples);
        let found = derivatives(&scenario);
        for one in found.parameters.iter().filter(|one| one.value > 0.0 && one.value != 1.0) {
            let step = 1e-7 * one.value;
            let at = |value: f64| solve(&scenario.with(&one.key, value).unwrap()).runway.mean.unwrap();
            let difference = (at(one.value + step) - at(one.value - step)) / (2.0 * step);
            let slope = one.slopes.runway.unwrap();
            // The difference has lost half its digits.
            assert!((slope - difference).abs() <= 2e-5 * difference.abs() + 1e-6, "{}: {slope} {difference}", one.key);
        }
    }
}

/// 0.3139, 0.4424 and 0 alone, 0.5576, 0.4424 and 0.2437 in all (T. Ishigami and T. Homma, 1990).
#[test]
fn indices_of_the_ishigami_function_lie_in_their_intervals() {
    let ishigami = |points: &[Vec<f64>]| {
        let value = |point: &Vec<f64>| {
            let x: Vec<f64> = point.iter().map(|share| PI * (2.0 * share - 1.0)).collect();
            Some(x[0].sin() + 7.0 * x[1].sin().powi(2) + 0.1 * x[2].powi(4) * x[0].sin())
        };
        points.iter().map(value).collect()
    };
    let (a, b) = (7.0, 0.1);
    let variance = a * a / 8.0 + b * PI.powi(4) / 5.0 + b * b * PI.powi(8) / 18.0 + 0.5;
    let alone = [0.5 * (1.0 + b * PI.powi(4) / 5.0).powi(2), a * a / 8.0, 0.0].map(|part| part / variance);
    let both = b * b * PI.powi(8) * (1.0 / 18.0 - 1.0 / 50.0) / variance;
    let total = [alone[0] + both, alone[1], both];
    let found = sobol_indices(3, &SobolSettings::new(0.01, 1_000_000, 7), ishigami).unwrap();
    assert!(found.settled && (found.variance / variance - 1.0).abs() < 0.01, "{found:?}");
    for (input, (alone, total)) in found.inputs.iter().zip(alone.into_iter().zip(total)) {
        assert!(input.first.low - 0.002 <= alone && alone <= input.first.high + 0.002, "{alone} {input:?}");
        assert!(input.total.low - 0.002 <= total && total <= input.total.high + 0.002, "{total} {input:?}");
    }
    assert!(found.dummy.low <= 0.0 && found.dummy.high >= 0.0);
    // A function that never varies has no shares, nor one without a value.
    assert!(sobol_indices(2, &SobolSettings::new(0.1, 1_000, 1), |points| vec![Some(1.0); points.len()]).is_none());
    assert!(sobol_indices(2, &SobolSettings::new(0.1, 1_000, 1), |points| vec![None; points.len()]).is_none());
}

const SMALL: &str = "name = \"small\"\nexamples = 30\nhorizon = 10\n[errors]\namplification = 20\nstep_error = 0.004\n";

/// The intervals of few points hold what many points say: of some 24 at 95 % more than 5 miss with probability below 0.2 %.
#[test]
fn indices_of_a_loop_agree_with_a_large_sample() {
    let file = ScenarioFile::parse(SMALL, Origin::Text, &[]).unwrap();
    let shares = |width: f64, most: usize, seed: u64| {
        let found = sensitivity(&file, &file.scenario, Some(&SobolSettings::new(width, most, seed)));
        let shares = found.variance.unwrap();
        (shares.keys, shares.failed.unwrap())
    };
    let ((keys, few), (_, many)) = (shares(0.2, 10_000, 3), shares(0.03, 60_000, 4));
    let mut misses = Vec::new();
    for (key, (few, many)) in keys.iter().zip(few.inputs.iter().zip(&many.inputs)) {
        for (few, many) in [(few.first, many.first), (few.total, many.total)] {
            let (reach, slack) = (few.high - few.value, many.high - many.value);
            let apart = (few.value - many.value).abs();
            if apart > reach + slack {
                misses.push(format!("{}: {few:?} {many:?}", key.key));
            }
            assert!(apart <= 4.0 * (reach + slack), "{}: {few:?} {many:?}", key.key);
        }
    }
    assert!(misses.len() <= 5, "{misses:#?}");
    let sum: f64 = many.inputs.iter().map(|input| input.first.value).sum();
    assert!(sum < 1.1 && many.inputs.iter().all(|input| input.total.high >= input.first.low), "{sum}");
}

#[test]
fn ranges_come_from_the_file_before_all_else() {
    let text = format!("{SMALL}[ranges]\nlearning.imprint = [0.2, 0.9]\n\"examples\" = [10, 20]\n");
    let file = ScenarioFile::parse(&text, Origin::Text, &[]).unwrap();
    let found = sensitivity(&file, &file.scenario, None);
    let of = |key: &str| found.reach.iter().find(|one| one.range.key == key).unwrap();
    let imprint = of("learning.imprint");
    assert_eq!((imprint.range.low, imprint.range.high, imprint.range.source), (0.2, 0.9, RangeSource::Stated));
    // Nobody has said what the imprint is, but where it lies.
    assert!(imprint.range.is_default && of("examples").range.high == 20.0);
    let slips = of("errors.step_error");
    assert!(!slips.range.is_default && slips.range.source == RangeSource::Around);
    // Each end is the loop with that value.
    let solved = |value: f64| solve(&file.scenario.with("learning.imprint", value).unwrap()).runway.mean.unwrap();
    for end in [imprint.low, imprint.high] {
        assert!((end.fate.runway.unwrap() / solved(end.value) - 1.0).abs() < 1e-9);
    }
    for key in ["learning.hazard_gain", "learning.renewal", "learning.anchor"] {
        assert!(found.reach.iter().any(|one| one.range.key == key), "{key}");
    }
}

/// Infinite is told from unknown; keys of whole numbers are held, by name; nearly sure failures give way to what outlasts them.
#[test]
fn what_is_absent_or_left_out_is_named() {
    let of = |text: &str, settings: Option<&SobolSettings>| {
        let file = ScenarioFile::parse(text, Origin::Text, &[]).unwrap();
        let found = sensitivity(&file, &file.scenario, settings);
        (file, found)
    };
    // No slips: a loop that starts sound never fails, one that starts with mistakes may.
    let sound = "name = \"t\"\nexamples = 20\n[errors]\nstep_error = 0\namplification = 0\n";
    let (file, found) = of(sound, None);
    assert_eq!((found.fate.runway, found.fate.runway_absent), (None, Some(RunwayAbsence::Infinite)));
    assert!(
        matches!(solve(&file.scenario).undefined["runway.mean"].as_str(), reason if reason.starts_with("infinite"))
    );
    let (file, found) = of(SMALL, Some(&SobolSettings::new(0.5, 1_000, 1)));
    let shares = found.variance.as_ref().unwrap();
    assert!(shares.held.iter().any(|key| key == "examples") && shares.keys.iter().all(|key| key.key != "examples"));
    for range in found.reach.iter().map(|reach| &reach.range.key) {
        assert!(shares.held.contains(range) != shares.keys.iter().any(|key| key.key == *range), "{range}");
    }
    let tables = runaway::report::sensitivity::tables(&file.scenario, &found);
    assert!(
        tables
            .iter()
            .any(|table| table.notes.iter().any(|note| note.contains("whole numbers: ") && note.contains("examples")))
    );
}

#[test]
fn bad_ranges_are_refused_where_they_stand() {
    for (line, said) in [
        ("learning.imprint = [0.9, 0.2]", "comes first"),
        ("learning.imprint = [0.2]", "two finite numbers"),
        ("learning.imprint = 0.2", "two finite numbers"),
        ("learning.imprint = [0.2, 1.5]", "1.5"),
        ("learning.imprnt = [0.2, 0.5]", "did you mean `imprint`?"),
        ("filter.0.random = [0.2, 0.5]", "filter"),
        ("horizon = [5, 40]", "no part of it"),
    ] {
        let text = format!("{SMALL}[ranges]\n{line}\n");
        let refused = ScenarioFile::parse(&text, Origin::Text, &[]).unwrap_err().to_string();
        assert!(refused.contains(said) && refused.contains("`ranges."), "{line}: {refused}");
    }
}

#[test]
fn the_command_prints_writes_and_repeats() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("small.toml");
    std::fs::write(&file, SMALL).unwrap();
    let (file, out) = (file.to_str().unwrap(), folder.path().join("out"));
    let mut command = Command::new(assert_cmd::cargo::cargo_bin!("runaway"));
    command.args(["sensitivity", file, "--global", "--width", "0.3", "--evaluations", "2000", "-o"]).arg(&out);
    let printed = command.output().unwrap();
    assert!(printed.status.success());
    let text = String::from_utf8(printed.stdout).unwrap();
    for said in ["The runway depends most on", "Elasticities", "One more", "Shares of the variance", "wrote 4 files"] {
        assert!(text.contains(said), "{said}: {text}");
    }
    for name in ["sensitivity.html", "sensitivity.json", "runway-reach.svg", "failure-reach.svg"] {
        assert!(out.join(name).exists(), "{name}");
    }
    let json = |threads: &str| {
        let mut command = Command::new(assert_cmd::cargo::cargo_bin!("runaway"));
        command.env("RAYON_NUM_THREADS", threads).args(["sensitivity", file, "--global", "--width", "0.3", "--json"]);
        let output = command.output().unwrap();
        assert!(output.status.success());
        output.stdout
    };
    let (one, two) = (json("1"), json("2"));
    assert!(one == two, "the bytes depend on the number of threads");
    let parsed: Value = serde_json::from_slice(&one).unwrap();
    let read: runaway::sensitivity::Sensitivity = serde_json::from_value(parsed).unwrap();
    assert!(read.variance.is_some() && !read.reach.is_empty());
}
