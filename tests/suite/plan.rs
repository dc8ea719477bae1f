//! `runaway plan`: the search against brute force, and what a user sees.

use std::fs;
use std::process::{Command, Output};

use rand::rngs::ChaCha8Rng;
use rand::{RngExt, SeedableRng};
use runaway::plan::{DesignPlan, PlanLever, PlanQuestion, PlanRequest, PlanSpace, PlannedDesign};
use runaway::scenario::{Design, Origin, Scenario};
use runaway::solve;

/// A small loop with prices, two filters, and everything that a default search varies.
struct SmallLoop {
    text: String,
    filters: [String; 2],
}

impl SmallLoop {
    fn random(rng: &mut ChaCha8Rng) -> Self {
        let mut within = |low: f64, high: f64| low + (high - low) * rng.random::<f64>();
        let text = format!(
            "name = \"small\"\n[task]\nsteps = 10\n[errors]\nstep_error = {}\nsystematic_share = {}\nconsistency = {}\n\
             amplification = {}\nwrong_answers = 5\nstep_error_gain = {}\n[cost]\nper_step = 1\nper_training_example = {}\n\
             per_true_example = {}\nunit = \"EUR\"\n",
            within(0.002, 0.06),
            within(0.0, 0.5),
            within(0.3, 1.0),
            within(0.0, 20.0),
            if within(0.0, 1.0) < 0.3 { 0.1 } else { 0.0 },
            within(0.0, 30.0),
            within(1.0, 500.0),
        );
        let filters = [
            format!(
                "[[filter]]\nkind = \"outcome\"\nsensitivity = {}\nper_check = {}\n",
                within(0.2, 0.9),
                within(0.0, 20.0)
            ),
            format!(
                "[[filter]]\nkind = \"cross-model\"\nagreement_on_error = {}\nerror_rate = 0.05\nper_check_step = 1\n",
                within(0.2, 0.9)
            ),
        ];
        Self { text, filters }
    }

    fn with(&self, examples: u64, horizon: u64, vote: (u64, u64), on: [bool; 2], anchor: f64) -> Scenario {
        let filters: String =
            self.filters.iter().zip(on).filter(|(_, on)| *on).map(|(filter, _)| filter.as_str()).collect();
        let head = format!("examples = {examples}\nhorizon = {horizon}\n");
        let tables = format!("[vote]\ncandidates = {}\nagree = {}\n[learning]\nanchor = {anchor}\n", vote.0, vote.1);
        let text = self.text.replacen('\n', &format!("\n{head}"), 1) + &tables + &filters;
        Scenario::parse(&text, Origin::Text, &[]).unwrap()
    }

    /// Every design by itself: its vote, filters, anchor and examples, by loops of its own and full solutions.
    fn every(&self, horizon: u64) -> Vec<Scenario> {
        let mut all = Vec::new();
        for candidates in 1..=3 {
            for agree in 1..=candidates {
                for on in [[true, true], [true, false], [false, true], [false, false]] {
                    for anchor in [0.0, 0.2] {
                        for examples in [5, 9] {
                            all.push(self.with(examples, horizon, (candidates, agree), on, anchor));
                        }
                    }
                }
            }
        }
        all
    }
}

fn levers() -> Vec<PlanLever> {
    [
        "vote.candidates=1:3",
        "vote.agree=1:3",
        "filter.0=on,off",
        "filter.1=off,on",
        "learning.anchor=0,0.2",
        "examples=5,9",
    ]
    .map(|typed| PlanLever::typed(typed).unwrap())
    .into()
}

/// P(T ≤ g) and the cost before min(T, g), from the full solution.
fn run(scenario: &Scenario) -> (Vec<f64>, Vec<f64>) {
    let solution = solve(scenario);
    let paid = solution.cost.unwrap().expected.unwrap();
    let mut spent = vec![0.0];
    for cost in &paid[..paid.len() - 1] {
        spent.push(spent.last().unwrap() + cost);
    }
    (solution.curves.unwrap().failed, spent)
}

fn planned(base: Scenario, question: PlanQuestion, max_failure: f64) -> DesignPlan {
    let request = PlanRequest { question, max_failure, asked: levers(), only: true };
    let space = PlanSpace::new(&[Design::alone(base)], false, &request).unwrap();
    space.search(&request, &|_| ()).unwrap()
}

fn near(a: f64, b: f64) -> bool {
    (a - b).abs() <= 1e-9 * a.abs().max(b.abs())
}

/// Of 100 random problems, half with a goal and half with a budget, the search finds what trying every design finds.
#[test]
fn brute_force_finds_no_better_design() {
    let (mut met, mut pruned) = (0, 0);
    for seed in 0..100 {
        let mut rng = ChaCha8Rng::seed_from_u64(15_000 + seed);
        let small = SmallLoop::random(&mut rng);
        let max_failure = [1e-4, 0.01, 0.05, 0.2][rng.random_range(0..4)];
        let base = small.with(5, 6, (1, 1), [true, true], 0.0);
        let budget = 200.0 * 10_f64.powf(2.5 * rng.random::<f64>());
        let plan = if seed % 2 == 0 {
            let plan = planned(base, PlanQuestion::Cheapest { generations: 6, budget: None }, max_failure);
            let runs = small.every(6).iter().map(run).collect::<Vec<_>>();
            let best = runs.iter().filter(|(failed, _)| failed[6] <= max_failure).map(|(_, cost)| cost[6]);
            let best = best.filter(|cost| cost.is_finite()).min_by(f64::total_cmp);
            assert_eq!(plan.met, best.is_some(), "seed {seed}");
            match (best, &plan.chosen) {
                (Some(best), Some(chosen)) => {
                    assert!(near(chosen.cost.unwrap(), best), "seed {seed}: {chosen:?} {best}")
                }
                (None, Some(nearest)) => {
                    let least = runs.iter().map(|(failed, _)| failed[6]).fold(1.0, f64::min);
                    assert!(near(nearest.failed, least), "seed {seed}: {nearest:?} {least}");
                }
                _ => panic!("seed {seed}: nothing is near"),
            }
            plan
        } else {
            let plan = planned(base, PlanQuestion::Longest { budget, most: 9 }, max_failure);
            let length = |(failed, cost): &(Vec<f64>, Vec<f64>)| {
                (0..=9).rev().find(|&g| failed[g] <= max_failure && cost[g] <= budget).unwrap_or(0)
            };
            let best = small.every(9).iter().map(run).map(|run| length(&run)).max().unwrap();
            assert_eq!(plan.met, best > 0, "seed {seed}");
            if plan.met {
                assert_eq!(plan.chosen.as_ref().unwrap().generations, best as u64, "seed {seed}");
            }
            plan
        };
        // 6 votes of 9 pairs, 4 stacks of filters, 2 anchors, 2 numbers of examples.
        assert_eq!((plan.search.combinations, plan.search.illegal), (144, 48));
        assert_eq!(plan.search.evaluated + plan.search.pruned, 96);
        met += usize::from(plan.met);
        pruned += plan.search.pruned;
    }
    // Both outcomes and the bound are put to the test.
    assert!((30..95).contains(&met), "{met} of 100 goals were met");
    assert!(pruned > 500, "{pruned} designs were left out by their bound");
}

/// No design that was worked out beats one of the front, and each of the front is beaten by none.
#[test]
fn the_front_is_what_no_other_beats() {
    for seed in 0..10 {
        let small = SmallLoop::random(&mut ChaCha8Rng::seed_from_u64(900 + seed));
        let base = small.with(5, 6, (1, 1), [true, true], 0.0);
        let plan = planned(base, PlanQuestion::Cheapest { generations: 6, budget: None }, 0.1);
        let beats = |a: &PlannedDesign, b: &PlannedDesign| {
            let (x, y) = (a.cost.unwrap(), b.cost.unwrap());
            x <= y && a.failed < b.failed * (1.0 - 1e-8) || x < y * (1.0 - 1e-8) && a.failed <= b.failed
        };
        // Beyond twice the best, designs may be left out without being worked out.
        let most = plan.chosen.as_ref().filter(|one| one.meets).map_or(f64::INFINITY, |one| 2.0 * one.cost.unwrap());
        let near = |one: &&PlannedDesign| one.cost.is_some_and(|cost| cost <= most);
        let priced: Vec<&PlannedDesign> = plan.designs.iter().filter(near).collect();
        for one in &plan.front {
            assert!(!priced.iter().any(|other| beats(other, one)), "seed {seed}: {one:?}");
        }
        for one in priced.iter().filter(|one| one.failed <= 0.5) {
            let covered = plan.front.iter().any(|other| {
                other.cost.unwrap() <= one.cost.unwrap() * (1.0 + 1e-9) && other.failed <= one.failed * (1.0 + 1e-8)
            });
            assert!(covered, "seed {seed}: {one:?}");
        }
    }
}

fn runaway(args: &[&str]) -> Output {
    Command::new(assert_cmd::cargo::cargo_bin!("runaway")).args(args).output().unwrap()
}

fn said(output: &Output) -> String {
    String::from_utf8_lossy(&output.stdout).replace('\u{a0}', " ")
}

const LOOP: &str = "name = \"one\"\nexamples = 30\nhorizon = 8\n[errors]\namplification = 20\nstep_error = 0.01\nwrong_answers = 20\n\
    [[filter]]\nkind = \"outcome\"\nsensitivity = 0.6\nper_check = 10\n[cost]\nper_step = 1\nunit = \"USD\"\n";

/// A folder with the file of [`LOOP`], and its name.
fn folder() -> (tempfile::TempDir, String) {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("one.toml");
    fs::write(&file, LOOP).unwrap();
    let file = file.to_str().unwrap().to_owned();
    (folder, file)
}

#[test]
fn what_is_saved_and_typed_is_what_was_chosen() {
    let (folder, file) = folder();
    let saved = folder.path().join("saved.toml");
    let out = folder.path().join("out");
    let args = ["plan", &file, "--max-failure", "0.2", "--save", saved.to_str().unwrap(), "-o", out.to_str().unwrap()];
    let output = runaway(&[&args[..], &["--json"]].concat());
    assert_eq!(output.status.code(), Some(0), "{}", String::from_utf8_lossy(&output.stderr));
    let plan: DesignPlan = serde_json::from_slice(&output.stdout).unwrap();
    let chosen = plan.chosen.unwrap();
    let solved = solve(&Scenario::load(&saved, &[]).unwrap());
    assert!(near(*solved.curves.unwrap().failed.last().unwrap(), chosen.failed));
    assert!(near(solved.cost.unwrap().until_horizon.unwrap(), chosen.cost.unwrap()));
    for name in ["plan.html", "plan.json", "pareto-front.svg"] {
        assert!(out.join(name).is_file(), "{name}");
    }
    // What is there is not written over unasked.
    assert_eq!(runaway(&args[..6]).status.code(), Some(2));
    // The line that is printed is a command of the program.
    let printed = said(&runaway(&args[..4]));
    let line = printed.lines().find(|line| line.starts_with("runaway solve")).unwrap();
    let line = line.replacen("runaway", assert_cmd::cargo::cargo_bin!("runaway").to_str().unwrap(), 1) + " --json";
    let output = Command::new("sh").args(["-c", &line]).output().unwrap();
    let solution: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
    assert!(near(solution["failed"].as_array().unwrap().last().unwrap().as_f64().unwrap(), chosen.failed));
}

#[test]
fn goals_that_are_not_met_end_in_ten_with_the_nearest_design() {
    let (_folder, file) = folder();
    for (goal, words) in [
        (
            &["--generations", "40", "--max-failure", "1e-9", "--only", "--vary", "vote.candidates=1,3"][..],
            "comes nearest",
        ),
        (&["--budget", "10"], "buy no generation"),
        (&["--generations", "4", "--budget", "10"], "for 10 USD"),
    ] {
        let output = runaway(&[&["plan", &file][..], goal].concat());
        assert_eq!(output.status.code(), Some(10), "{goal:?}: {}", String::from_utf8_lossy(&output.stderr));
        assert!(said(&output).contains(words), "{goal:?}: {}", said(&output));
    }
}

#[test]
fn the_answer_is_the_same_on_any_number_of_threads() {
    let (_folder, file) = folder();
    let on = |threads: &str| runaway(&["plan", &file, "--max-failure", "0.3", "--json", "--threads", threads]).stdout;
    assert_eq!(on("1"), on("2"));
}

#[test]
fn what_cannot_be_varied_is_refused() {
    let (_folder, file) = folder();
    for (args, code, words) in [
        (&["--vary", "vote.candidates"][..], 2, "names no values"),
        (&["--vary", "learning.anchor=0:0.5"], 2, "no count of values"),
        (&["--vary", "learning.ancor=0,0.5"], 3, "did you mean"),
        (&["--vary", "learning.anchor=0,1.5"], 3, "1.5"),
        (&["--vary", "examples=1:900", "--vary", "horizon=1:900"], 2, "combinations are more than"),
        (&["--vary", "filter.3=on,off"], 2, "filter.3"),
        (&["--only"], 2, "--vary"),
        (&["--max-failure", "1"], 2, "below 1"),
        (&["--budget", "-3"], 2, "above 0"),
        (&["--budget", "nan"], 2, "above 0"),
        (&["--generations", "0"], 2, "1..="),
        (&["--design", "none"], 2, "the designs are none"),
    ] {
        let output = runaway(&[&["plan", &file][..], args].concat());
        let error = String::from_utf8_lossy(&output.stderr);
        assert_eq!(output.status.code(), Some(code), "{args:?}: {error}");
        assert!(error.contains(words) && error.lines().count() < 12, "{args:?}: {error}");
    }
}

/// The draws of a fit, one by one, by full solutions.
#[test]
fn a_choice_has_a_probability_over_the_draws_of_a_fit() {
    let folder = tempfile::tempdir().unwrap();
    let slips = [0.002, 0.004, 0.008, 0.016, 0.032];
    let own = "name = \"fitted\"\nexamples = 30\nhorizon = 8\n[errors]\namplification = 20\nwrong_answers = 20\n";
    let file = folder.path().join("fitted.toml");
    fs::write(&file, format!("{own}[fit.draws]\n\"errors.step_error\" = {slips:?}\n")).unwrap();
    let args =
        ["plan", file.to_str().unwrap(), "--max-failure", "0.3", "--only", "--vary", "vote.candidates=1,3", "--json"];
    let output = runaway(&args);
    let plan: DesignPlan = serde_json::from_slice(&output.stdout).unwrap();
    let (chosen, chance) = (plan.chosen.unwrap(), plan.chance.unwrap());
    let failed: Vec<f64> = slips
        .iter()
        .map(|slip| {
            let overrides: Vec<String> =
                chosen.sets.iter().cloned().chain([format!("errors.step_error={slip}")]).collect();
            let scenario = Scenario::parse(own, Origin::Text, &overrides).unwrap();
            *solve(&scenario).curves.unwrap().failed.last().unwrap()
        })
        .collect();
    assert_eq!((chance.draws, chance.beyond_reach), (5, 0));
    assert!(near(chance.meets, failed.iter().filter(|failed| **failed <= 0.3).count() as f64 / 5.0), "{failed:?}");
    assert!((0.01..0.99).contains(&chance.meets), "{failed:?}");
    assert!((chance.mean_failed - failed.iter().sum::<f64>() / 5.0).abs() < 1e-9);
    // The choice itself is made at the medians.
    assert!(near(chosen.failed, failed[2]));
}

/// What costs nothing says why, and a scenario from standard input is not typed again.
#[test]
fn degenerate_plans_are_told_in_plain_words() {
    let program = |args: &[&str], input: &str| {
        let mut command = assert_cmd::Command::new(assert_cmd::cargo::cargo_bin!("runaway"));
        let output = command.args(["plan", "-", "-q"]).args(args).write_stdin(input).output().unwrap();
        String::from_utf8(output.stdout).unwrap()
    };
    let lost = "name = \"t\"\nexamples = 20\n[errors]\nstep_error = 0.2\n";
    let out = program(&["--generations", "10"], lost);
    assert!(out.contains("it costs nothing, because it has failed before the first generation is paid,"), "{out}");
    let out = program(&["--budget", "10"], lost);
    assert!(out.contains("None of 45 designs was worked out for the whole run"), "{out}");
    let free = "name = \"t\"\nexamples = 20\n[errors]\namplification = 20\n[cost]\nper_step = 0\n";
    let out = program(&["--generations", "5"], free);
    assert!(out.contains("costs nothing, because all that it uses has a price of 0,"), "{out}");
    assert!(!out.contains("runaway solve -") && out.contains("As a design of the file:"), "{out}");
}
