//! What a loop costs: by hand, by simulation, and per generation of runway.

use approx::assert_relative_eq;
use runaway::analytic::{ExpectedCost, solve};
use runaway::cost::Pricing;
use runaway::law::{Composition, Law};
use runaway::scenario::{Origin, Scenario};
use runaway::simulate::{Engine, SimulationSettings, coupled, run};

fn scenario(text: &str) -> Scenario {
    Scenario::parse(&format!("name = \"priced\"\n{text}"), Origin::Text, &[]).unwrap()
}

fn spending(text: &str) -> ExpectedCost {
    solve(&scenario(text)).cost.unwrap()
}

/// Errors that are never made: every number follows from the checks alone.
const FLAWLESS: &str = "examples = 100\nhorizon = 5\n[task]\nsteps = 10\n[errors]\nstep_error = 0\n";

/// The same of so many examples: pools that grow are solved in time that grows with their square.
fn flawless(examples: u32) -> String {
    FLAWLESS.replace("examples = 100", &format!("examples = {examples}"))
}

#[test]
fn a_flawless_loop_by_hand() {
    let cost = spending(&format!(
        "{FLAWLESS}[vote]\ncandidates = 3\n\
         [[filter]]\nkind = \"outcome\"\nfalse_reject = 0.2\nper_check = 5\nper_check_step = 0.5\n\
         [[filter]]\nkind = \"ground-truth\"\ncoverage = 0.25\nper_check = 40\n\
         [[filter]]\nkind = \"transform\"\nper_check = 1\n\
         [cost]\nunit = \"USD\"\nper_step = 2\nper_training_example = 7\n"
    ));
    // 4 problems in 5 are accepted: 125 problems of 3 candidates of 10 steps at 2. The first check sees all 125 at 5 + 10·0.5; the
    // second a quarter of the 100 left; the third all 100, each with one more candidate of 10 steps at 2.
    assert_eq!(cost.unit, "USD");
    assert_relative_eq!(cost.start.problems, 125.0, max_relative = 1e-12);
    assert_relative_eq!(cost.start.generation, 7_500.0, max_relative = 1e-12);
    for (check, expected) in cost.start.checks.iter().zip([1_250.0, 1_000.0, 2_100.0]) {
        assert_relative_eq!(*check, expected, max_relative = 1e-12);
    }
    assert_relative_eq!(cost.start.training, 700.0);
    assert_relative_eq!(cost.start.total, 12_550.0, max_relative = 1e-12);
    // It never fails, so every generation is paid for, and there is no cost until failure.
    assert_relative_eq!(cost.until_horizon.unwrap(), 5.0 * 12_550.0, max_relative = 1e-12);
    assert_relative_eq!(cost.per_sustained_generation_to_horizon.unwrap(), 12_550.0, max_relative = 1e-12);
    assert!(cost.until_failure.is_none() && cost.undefined.contains_key("until_failure"));
}

#[test]
fn an_accumulating_loop_trains_on_its_pool() {
    let text = format!("{}[learning]\npolicy = \"accumulate\"\n[cost]\nper_training_example = 1\n", flawless(20));
    let cost = spending(&text);
    assert_eq!(cost.mean_field, [40.0, 60.0, 80.0, 100.0, 120.0, 140.0]);
}

#[test]
fn longer_solutions_cost_more() {
    let text =
        format!("{FLAWLESS}[cost]\nper_step = 1\n").replace("steps = 10", "steps = 10\nsteps_per_generation = 1");
    assert_eq!(spending(&text).mean_field, [1000.0, 1100.0, 1200.0, 1300.0, 1400.0, 1500.0]);
}

#[test]
fn a_mistaken_model_needs_more_problems() {
    let scenario =
        scenario("[[filter]]\nkind = \"catch\"\nrandom = 0.9\nsystematic = 0.9\nper_check = 1\n[cost]\nper_step = 1\n");
    let pricing = Pricing::new(&scenario, 0).unwrap();
    for wrong in [0.0, 0.3, 0.8] {
        let x = Composition { unsound: 0.0, wrong };
        let outcome = Law::new(&scenario, 0).at(x);
        let breakdown = pricing.breakdown(x);
        assert_relative_eq!(breakdown.problems, 1000.0 / outcome.accepted_share(), max_relative = 1e-12);
        // Every problem ends in an answer, so every problem comes to the check.
        assert_relative_eq!(breakdown.total, breakdown.problems * 21.0, max_relative = 1e-12);
    }
    assert!(pricing.total(Composition { unsound: 0.0, wrong: 0.8 }) > pricing.total(Composition::SOUND));
}

const PRICES: &str = "[cost]\nunit = \"GPU h\"\nper_step = 1\nper_training_example = 3\n";
const CATCH: &str = "[[filter]]\nkind = \"catch\"\nrandom = 0.5\nsystematic = 0.3\nunsound = 0.2\nper_check = 2\n";

/// The sum over the surviving law against runs that add up what they paid before they failed.
#[test]
fn cost_until_failure_is_what_runs_pay() {
    for loop_ in [
        "examples = 30\nhorizon = 400\n[errors]\namplification = 20\n".to_owned(),
        "examples = 30\nhorizon = 400\n[errors]\namplification = 20\nrecovery = 0.1\nstep_error = 0.004\n".to_owned(),
        "examples = 30\nhorizon = 400\n[task]\nsteps_per_generation = 1\n".to_owned(),
        "examples = 30\nhorizon = 400\n[errors]\namplification = 30\n[learning]\nanchor = 0.1\n".to_owned(),
    ] {
        let scenario = scenario(&format!("{loop_}{CATCH}{PRICES}per_true_example = 20\n"));
        let solution = solve(&scenario);
        let cost = solution.cost.unwrap();
        let (simulated, played) = coupled(&scenario, 4000, 3, &|_| {}).unwrap();
        assert_eq!(simulated.runway.censored, 0, "every run fails in time");
        let runs = played.len() as f64;
        let mean = played.iter().map(|run| run.cost).sum::<f64>() / runs;
        let variance = played.iter().map(|run| (run.cost - mean).powi(2)).sum::<f64>() / (runs - 1.0);
        let se = (variance / runs).sqrt();
        let exact = cost.until_failure.unwrap();
        assert!((mean - exact).abs() < 4.5 * se, "{mean} ± {se} but {exact}");
        assert_relative_eq!(
            cost.per_sustained_generation.unwrap() * solution.runway.mean.unwrap(),
            exact,
            max_relative = 1e-12
        );
        assert_relative_eq!(cost.until_horizon.unwrap(), exact, max_relative = 1e-6);
    }
}

/// A quarter of 100 examples is replaced by true ones at 8 each, whatever the policy and however the loop does.
#[test]
fn true_examples_are_paid_for() {
    let priced = "[cost]\nper_training_example = 1\nper_true_example = 8\n";
    let flawless = flawless(20);
    for (policy, training) in [("replace", [20.0; 6]), ("accumulate", [40.0, 60.0, 80.0, 100.0, 120.0, 140.0])] {
        let cost = spending(&format!("{flawless}[learning]\nanchor = 0.25\npolicy = \"{policy}\"\n{priced}"));
        assert_eq!((cost.start.truth, cost.start.total), (40.0, 40.0 + training[0]));
        assert_eq!(cost.mean_field, training.map(|training| training + 40.0));
    }
    assert_eq!(spending(&format!("{FLAWLESS}{priced}")).start.truth, 0.0);
}

/// Every generation of this loop costs 30 · 20 · 1 for its candidates, 30 · 3 for training and 6 · 50 for truth; the agents
/// say how many generations there are.
#[test]
fn agents_and_counts_pay_for_truth_as_the_exact_sum_does() {
    let scenario = scenario(&format!(
        "examples = 30\nhorizon = 400\n[errors]\namplification = 40\n[learning]\nanchor = 0.2\n{PRICES}per_true_example = 50\n"
    ));
    let each = 600.0 + 90.0 + 300.0;
    let cost = solve(&scenario).cost.unwrap();
    assert_relative_eq!(cost.per_sustained_generation.unwrap(), each, max_relative = 1e-9);
    let (_, played) = coupled(&scenario, 200, 3, &|_| {}).unwrap();
    for run in played {
        assert_relative_eq!(run.cost, each * run.lasted as f64, max_relative = 1e-12);
    }
    let settings = SimulationSettings { replicates: 1000, seed: 5, engine: Engine::Agents, sample_runs: 0 };
    let agents = run(&scenario, &settings, &|_| {}).unwrap().runway;
    let (mean, se) = (each * agents.restricted_mean, each * agents.se);
    let exact = cost.until_horizon.unwrap();
    assert!((mean - exact).abs() < 4.5 * se, "{mean} ± {se} but {exact}");
}

/// Where failure is rare almost all of E[T] is spent at rest, at the price of rest.
#[test]
fn a_healing_loop_costs_what_its_resting_state_costs() {
    let text = "examples = 120\n[errors]\namplification = 20\n[[filter]]\nkind = \"catch\"\nrandom = 0.95\nsystematic = 0.3\nfalse_reject = 0.02\nper_check = 1\n";
    let scenario = scenario(&format!("{text}{PRICES}"));
    let solution = solve(&scenario);
    let cost = solution.cost.unwrap();
    let pricing = Pricing::new(&scenario, 0).unwrap();
    let law = solution.quasi_stationary.unwrap();
    // The quasi-stationary law lists the counts 0, 1, … of wrong beliefs.
    let at_rest: f64 = (0_u32..)
        .zip(&law.probability)
        .map(|(wrong, p)| p * pricing.total(Composition { unsound: 0.0, wrong: f64::from(wrong) / 120.0 }))
        .sum();
    assert!(solution.runway.mean.unwrap() > 1e3);
    assert_relative_eq!(cost.per_sustained_generation.unwrap(), at_rest, max_relative = 1e-3);
}

#[test]
fn without_prices_there_is_no_cost() {
    assert!(solve(&scenario("")).cost.is_none());
    assert!(Pricing::new(&scenario(""), 0).is_none());
}

#[test]
fn prices_survive_the_way_to_a_file_and_back() {
    let priced = scenario(&format!("{CATCH}{PRICES}"));
    let again = Scenario::parse(&priced.to_toml(), Origin::Text, &[]).unwrap();
    assert_eq!(again, priced);
    assert_eq!(again.cost().unwrap().check(0).per_check.get(), 2.0);
    assert!(!scenario(CATCH.replace("per_check = 2\n", "").as_str()).to_toml().contains("per_check"));
}
