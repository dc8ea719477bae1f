//! Titles against the solutions that they speak of: every number in a title is the solution's, every claim is true of the data.

use proptest::prelude::*;
use runaway::analytic::{Runway, Solution, solve};
use runaway::compare::{AgreementVerdict, DEFAULT_LEVEL, ExpectedCurves, with_expected};
use runaway::explain::MistakeAccount;
use runaway::provenance::Provenance;
use runaway::report::words::{number, percent, ratio, runway};
use runaway::report::{self, ReportInputs};
use runaway::scenario::{Origin, Scenario};
use runaway::simulate::{Engine, Simulated, SimulationSettings, run};

use crate::strategy::config;

/// What stands between two phrases of a title.
fn between<'a>(title: &'a str, before: &str, after: &str) -> Option<&'a str> {
    let rest = &title[title.find(before)? + before.len()..];
    if after.is_empty() { Some(rest) } else { rest.find(after).map(|end| &rest[..end]) }
}

/// Checks the part of a title that says when runs fail. The title may go on after a semicolon.
fn check_failure(title: &str, solution: &Solution, scenario: &Scenario) {
    let failed = &solution.curves.as_ref().unwrap().failed;
    let last = *failed.last().unwrap();
    let said = title.split(';').next().unwrap();
    if let Some((share, generation)) = said.split_once(" runs have failed by generation ") {
        let at: usize = generation.parse().unwrap();
        assert!(failed[at] >= 0.5 && (at == 0 || failed[at - 1] < 0.5), "{title}: {failed:?}");
        match share {
            "Half of all" => assert!(failed[at] <= 0.6 + 1e-12, "{title}: {}", failed[at]),
            "All" => assert!(failed[at] > 1.0 - 1e-6, "{title}"),
            other => assert_eq!(other, format!("{} of all", percent(failed[at], 3)), "{title}"),
        }
        return;
    }
    assert!(last < 0.5, "half fail by the horizon, but the title says: {title}");
    assert!(said.contains(&format!("within {} generation", number(scenario.horizon().get() as f64, 3))), "{title}");
    if let Some(bound) = between(said, "has probability below ", "") {
        let error = solution.error_bound.unwrap();
        assert_eq!(bound, percent(last + error, 1), "{title}");
        assert!(last < 10.0 * error, "{title}");
    } else if let Some(share) = between(said, "has probability ", "") {
        // Digits that the error does not leave are not printed.
        let known = (last / solution.error_bound.unwrap()).log10().floor().clamp(1.0, 3.0);
        assert_eq!(share, percent(last, known as usize), "{title}");
    } else {
        assert!(said.starts_with("No failure") && last == 0.0, "{title}");
    }
}

fn check_error(title: &str, solution: &Solution, scenario: &Scenario) {
    let threshold = scenario.failure().error_rate.get();
    if title.starts_with("Generation 0 already errs") {
        let start = solution.start_error;
        let told = format!(
            "Generation 0 already errs in {} of its answers: failure is {}",
            percent(start, 3),
            percent(threshold, 3)
        );
        assert!(title == told && start >= threshold, "{title}");
        return;
    }
    check_failure(title, solution, scenario);
    if let Some(error) = between(title, "the mean error is then ", "") {
        assert_eq!(error, percent(*solution.curves.as_ref().unwrap().expected_error.last().unwrap(), 3), "{title}");
    }
}

fn check_survival(title: &str, solution: &Solution, scenario: &Scenario) {
    check_failure(title, solution, scenario);
    if let Some(expected) = between(title, "; expected runway ", "") {
        assert_eq!(expected, runway(solution.runway.mean.unwrap(), scenario.horizon().get()), "{title}");
    }
}

fn check_law(title: &str, solution: &Solution, scenario: &Scenario) {
    let failed = &solution.curves.as_ref().unwrap().failed;
    let Some(at) = between(title, "likeliest at generation ", " (") else {
        if !title.starts_with("Virtually") {
            check_failure(title, solution, scenario);
        }
        return;
    };
    let at: usize = at.parse().unwrap();
    let mass = |g: usize| failed[g] - if g == 0 { 0.0 } else { failed[g - 1] };
    assert!((0..failed.len()).all(|g| mass(g) <= mass(at)), "{title}");
    assert_eq!(between(title, "(probability ", ")").unwrap(), percent(mass(at), 3), "{title}");
}

fn check_composition(title: &str, solution: &Solution) {
    let curves = solution.curves.as_ref().unwrap();
    let (unsound, wrong) = (*curves.mean_unsound.last().unwrap(), *curves.mean_wrong.last().unwrap());
    if title.starts_with("All beliefs are sound") {
        assert_eq!((unsound, wrong), (0.0, 0.0));
        return;
    }
    assert!(title.starts_with(&format!("{} of beliefs are wrong", percent(wrong, 3))), "{title}");
    assert_eq!(unsound > 0.0, title.contains(" unsound "), "{title}");
    if let Some(share) = between(title, " and ", " unsound") {
        assert_eq!(share, percent(unsound, 3), "{title}");
    }
}

fn check_flows(title: &str, account: &MistakeAccount) {
    if title.starts_with("Fewer than") {
        assert_eq!(between(title, "Fewer than ", " of problems").unwrap(), percent(1e-6, 3), "{title}");
        for flows in [&account.now, &account.later] {
            assert!(flows.flows.iter().map(|flow| flow.enters).sum::<f64>() < 1e-6, "{title}");
            assert!(flows.flows.iter().map(|flow| flow.learned).sum::<f64>() < 1e-6, "{title}");
        }
        return;
    }
    let learned: f64 = account.now.flows.iter().map(|flow| flow.learned).sum();
    assert!(
        title.to_lowercase().ends_with(&format!("at first {} of what is learned is mistaken", percent(learned, 3)))
    );
    let Some((made, rest)) = title.split_once(" of R = ") else { return };
    let drivers = account.drivers.as_ref().unwrap();
    assert_eq!(rest.split(';').next().unwrap(), ratio(drivers.reproduction_number), "{title}");
    let largest = drivers.contributions.iter().max_by(|a, b| a.part.total_cmp(&b.part)).unwrap();
    assert!(made.to_lowercase().starts_with(largest.class.name()), "{title}");
    let part = largest.part / drivers.reproduction_number;
    let written = made.rsplit(' ').next().unwrap();
    if written == "all" {
        assert_eq!(percent(part, 3), percent(1.0, 3), "{title}");
    } else {
        assert!(made.ends_with(&percent(part, 3)), "{title}");
    }
}

fn check_verifier(title: &str, solution: &Solution) {
    let told = solution.verifier.as_ref().unwrap().best_known();
    let below = told.iter().position(|met| met.is_some_and(|met| met.discrimination < 0.0));
    if let Some(generation) = between(title, "At generation ", " the checks begin") {
        assert_eq!(below.map(|g| g.to_string()), Some(generation.to_owned()), "{title}");
        return;
    }
    assert_eq!(below, None, "{title}");
    let Some(rest) = title.strip_prefix("The checks tell right from wrong by J = ") else { return };
    let j = |at: usize| told[at].map(|met| number(met.discrimination, 3));
    assert_eq!(rest.split_once(" at first").map(|(first, _)| first.to_owned()), j(0), "{title}");
    if let Some(last) = between(title, "at first, ", " at generation") {
        assert_eq!(Some(last.to_owned()), j(told.len() - 1), "{title}");
    }
}

proptest! {
    #![proptest_config(config(200))]

    #[test]
    fn titles_are_true_of_what_is_drawn(
        examples in 1..60_u32,
        horizon in 1..61_u64,
        step_error in prop_oneof![1e-9..1e-6_f64, 1e-4..0.02, 0.02..0.3],
        amplification in prop_oneof![Just(0.0), 0.0..30.0_f64],
        recovery in prop_oneof![3 => Just(0.0), 1 => 0.01..0.3_f64],
        caught in 0.0..1.0_f64,
        systematic in 0.0..1.0_f64,
        threshold in 0.05..0.95_f64,
    ) {
        // Two dimensions are solved for few beliefs only: the test is about words.
        let examples = if recovery > 0.0 { examples.min(12) } else { examples };
        let text = format!(
            "name = \"drawn\"\nexamples = {examples}\nhorizon = {horizon}\n[errors]\nstep_error = {step_error}\n\
             amplification = {amplification}\nrecovery = {recovery}\n[failure]\nerror_rate = {threshold}\n\
             [[filter]]\nkind = \"catch\"\nrandom = {caught}\nsystematic = {systematic}\n"
        );
        let scenario = Scenario::parse(&text, Origin::Text, &[]).unwrap();
        let (solution, account) = (solve(&scenario), MistakeAccount::of(&scenario));
        prop_assume!(solution.curves.is_some());
        let provenance = Provenance::new(&scenario, "test".to_owned());
        let inputs = ReportInputs {
            scenario: &scenario,
            provenance: &provenance,
            solution: &solution,
            simulated: None,
            verdict: None,
            account: Some(&account),
            safety: None,
            posterior: None,
            sensitivity: None,
        };
        for figure in report::figures(&inputs).unwrap() {
            let title = figure.title.as_str();
            match figure.name {
                "error" => {
                    check_error(title, &solution, &scenario);
                    // The mark stands where, and only where, the title says that this number have failed.
                    let drawn = figure.svg.contains("<polyline");
                    prop_assert_eq!(figure.svg.contains("half have failed"), title.contains("have failed by") && drawn);
                }
                "survival" => check_survival(title, &solution, &scenario),
                "runway-law" => check_law(title, &solution, &scenario),
                "composition" => check_composition(title, &solution),
                "flows" => check_flows(title, &account),
                "verifier" => check_verifier(title, &solution),
                other => prop_assert!(false, "no check for the title of {other}"),
            }
            prop_assert!(figure.narrow.is_some());
        }
    }
}

/// Checks what a title says of simulated runs; it may go on after a semicolon.
fn check_simulated(title: &str, runs: &Simulated) {
    let said = title.split(';').next().unwrap();
    let failed = |g: usize| 1.0 - runs.survival[g];
    if let Some((share, generation)) = said.split_once(" simulated runs have failed by generation ") {
        let at: usize = generation.parse().unwrap();
        assert!(failed(at) >= 0.5 && (at == 0 || failed(at - 1) < 0.5), "{title}");
        match share {
            "All" => assert_eq!(failed(at), 1.0, "{title}"),
            "Half of all" => assert!(failed(at) <= 0.6, "{title}"),
            other => assert_eq!(other, format!("{} of all", percent(failed(at), 3)), "{title}"),
        }
    } else if let Some(at) = between(said, "More simulated runs fail at generation ", " than at any other time: ") {
        let at: usize = at.parse().unwrap();
        assert!(runs.failures.iter().all(|&failures| failures <= runs.failures[at]), "{title}");
        assert!(said.ends_with(&percent(runs.failures[at] as f64 / runs.replicates as f64, 3)), "{title}");
    } else if let Some(share) =
        said.split(" of simulated runs fail within ").next().filter(|share| share.len() < said.len())
    {
        let last = failed(runs.survival.len() - 1);
        assert!(last < 0.5 && share == percent(last, 3), "{title}");
    } else {
        assert!(
            said.starts_with("No simulated run fails within ") && runs.survival.iter().all(|&s| s == 1.0),
            "{title}"
        );
    }
    if let Some(error) = between(title, "the mean error is then ", "") {
        assert_eq!(error, percent(*runs.mean_error.last().unwrap(), 3), "{title}");
    }
}

/// Checks a title of a loop of which the mean field alone is known.
fn check_mean_field(title: &str, solution: &Solution, threshold: f64) {
    let (field, theta) = (&solution.mean_field_error, percent(threshold, 3));
    if let Some(at) = title.strip_prefix(&format!("The mean field reaches {theta} at generation ")) {
        let at: usize = at.parse().unwrap();
        assert!(field[at] >= threshold && field[..at].iter().all(|&error| error < threshold), "{title}");
        return;
    }
    let last = percent(*field.last().unwrap(), 3);
    let told = format!("The mean field stays below {theta}: {last} at generation {}", field.len() - 1);
    assert!(title == told && field.iter().all(|&error| error < threshold), "{title}");
}

fn check_shares(title: &str, unsound: &[f64], wrong: &[f64]) {
    let (unsound, wrong) = (*unsound.last().unwrap(), *wrong.last().unwrap());
    let told = match (unsound > 0.0, wrong > 0.0) {
        (false, false) => "All beliefs are sound at ".to_owned(),
        (false, true) => format!("{} of beliefs are wrong at ", percent(wrong, 3)),
        (true, _) => format!("{} of beliefs are wrong and {} unsound at ", percent(wrong, 3), percent(unsound, 3)),
    };
    assert!(title.starts_with(&told), "{title}");
}

fn check_agreement(title: &str, verdict: &AgreementVerdict) {
    let pairs = verdict.standardised.iter().zip(&verdict.critical);
    let known: Vec<(f64, f64)> = pairs.filter_map(|(z, critical)| Some((z.as_ref()?.abs(), (*critical)?))).collect();
    if known.is_empty() {
        assert_eq!(title, "The mean error has no spread to compare");
        return;
    }
    let size = number(known.iter().map(|known| known.0).fold(0.0, f64::max), 3);
    let beyond = known.iter().filter(|(z, critical)| z > critical).count();
    let failed: Vec<&str> =
        verdict.tests.iter().filter(|test| !test.passed).map(|test| test.quantity.as_str()).collect();
    let told = match (beyond, failed.is_empty()) {
        (0, true) => format!("Simulation agrees: mean error within {size} standard errors of the expected"),
        (0, false) => format!("Mean error agrees (within {size} standard errors), but not: {}", failed.join(", ")),
        _ => format!(
            "Simulation disagrees at {beyond} of {} generations, by up to {size} standard errors",
            number(known.len() as f64, 3)
        ),
    };
    assert_eq!(title, told);
    assert_eq!(verdict.agree, failed.is_empty());
}

/// The title of each figure of a loop of which so much is known.
fn titles(
    scenario: &Scenario,
    solution: &Solution,
    known: Option<(&Simulated, Option<&AgreementVerdict>)>,
) -> Vec<(String, String)> {
    let provenance = Provenance::new(scenario, "test".to_owned());
    let inputs = ReportInputs {
        scenario,
        provenance: &provenance,
        solution,
        simulated: known.map(|(simulated, _)| simulated),
        verdict: known.and_then(|(_, verdict)| verdict),
        account: None,
        safety: None,
        posterior: None,
        sensitivity: None,
    };
    let figures = report::figures(&inputs).unwrap();
    figures.into_iter().map(|figure| (figure.name.to_string(), figure.title)).collect()
}

proptest! {
    #![proptest_config(config(100))]

    /// Loops without exact curves, and simulations held against the exact curves of their own and of another loop.
    #[test]
    fn titles_are_true_of_what_was_simulated(
        examples in 1..40_u32,
        horizon in 1..40_u64,
        step_error in prop_oneof![1e-4..0.02, 0.02..0.3],
        recovery in prop_oneof![2 => Just(0.0), 1 => 0.01..0.3_f64],
        threshold in 0.05..0.95_f64,
        other in prop_oneof![2 => Just(1.0), 1 => 1.01..1.5_f64],
        seed in 0..1000_u64,
    ) {
        let examples = if recovery > 0.0 { examples.min(8) } else { examples };
        let text = |step_error: f64| format!(
            "name = \"drawn\"\nexamples = {examples}\nhorizon = {horizon}\n[errors]\nstep_error = {step_error}\n\
             recovery = {recovery}\n[failure]\nerror_rate = {threshold}\n"
        );
        let parse = |step_error: f64| Scenario::parse(&text(step_error), Origin::Text, &[]).unwrap();
        let (scenario, played) = (parse(step_error), parse(step_error * other));
        let solution = solve(&scenario);
        prop_assume!(solution.curves.is_some() && solution.start_error < threshold);
        let settings = SimulationSettings { replicates: 200, seed, engine: Engine::Counts, sample_runs: 2 };
        let runs = run(&played, &settings, &|_| ()).unwrap();
        prop_assume!(runs.survival[0] == 1.0);
        let expected = ExpectedCurves::of(solution.curves.as_ref().unwrap(), "the exact chain".to_owned());
        let verdict = with_expected(&expected, &runs, DEFAULT_LEVEL).unwrap();
        for (name, title) in titles(&scenario, &solution, Some((&runs, Some(&verdict)))) {
            if name == "agreement" {
                check_agreement(&title, &verdict);
            }
        }
        let mut unsolved = solution;
        (unsolved.curves, unsolved.approximation, unsolved.runway) = (None, None, Runway::default());
        for (name, title) in titles(&scenario, &unsolved, Some((&runs, None))) {
            match name.as_str() {
                "composition" => check_shares(&title, &runs.mean_unsound, &runs.mean_wrong),
                _ => check_simulated(&title, &runs),
            }
        }
        for (name, title) in titles(&scenario, &unsolved, None) {
            match name.as_str() {
                "error" => check_mean_field(&title, &unsolved, threshold),
                "composition" => check_shares(&title, &unsolved.mean_field_unsound, &unsolved.mean_field_wrong),
                other => prop_assert!(false, "{other} has nothing to show"),
            }
        }
    }
}
