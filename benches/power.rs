//! What `check` can see: for every loop of models/, the smallest change of each parameter that is found in nine of ten checks.
//!
//! ```sh
//! cargo bench --bench power > docs/power.md
//! ```
//!
//! The loop with one changed parameter is solved exactly. Its curves, with the spread that 20,000 runs of the unchanged loop
//! have, take the place of a simulation and are compared with those of the unchanged loop by the same tests as in `check`. A mean
//! that lies 1.28 standard errors beyond its critical value is beyond it in nine of ten simulations. The change is found by
//! bisection. The error of generation 0, which cannot vary and shows most changes at once, is left out of it. Three
//! of the changes are then simulated.

use std::error::Error;
use std::path::PathBuf;

use runaway::analytic::{Curves, solve};
use runaway::compare::{AgreementTest, AgreementVerdict, DEFAULT_LEVEL, DeviationUnit, ExpectedCurves, with_expected};
use runaway::scenario::Scenario;
use runaway::simulate::{Engine, Simulated, SimulationSettings, run};
use runaway::stats::interval::normal_quantile;

const REPLICATES: u64 = 20_000;
/// Probability that a change is found.
const POWER: f64 = 0.9;
/// Relative changes that are looked through.
const LEAST: f64 = 1e-4;
/// Halvings of the bracket, on a logarithmic scale.
const HALVINGS: u32 = 9;
/// Simulations of a change that is to be confirmed, and how many are.
const SEEDS: u64 = 100;
const CONFIRMED: usize = 3;

/// A loop solved, with the spread of its runs.
struct Loop {
    file: PathBuf,
    scenario: Scenario,
    curves: Curves,
    runs: Simulated,
}

/// A parameter by its key in the file.
struct Parameter {
    key: String,
    value: f64,
}

/// A change that is found, and by which test.
struct Seen {
    value: f64,
    test: AgreementTest,
}

fn main() -> Result<(), Box<dyn Error>> {
    let mut files: Vec<PathBuf> =
        std::fs::read_dir("models")?.map(|entry| entry.map(|entry| entry.path())).collect::<Result<_, _>>()?;
    files.retain(|file| file.extension().is_some_and(|extension| extension == "toml"));
    files.sort();
    println!("{}", INTRODUCTION.trim());
    println!("\n| loop | parameter | value | smallest change seen | relative | seen first in | generation |");
    println!("|---|---|---|---|---|---|---|");
    let mut changes = Vec::new();
    for file in files {
        let Some(known) = Loop::new(file)? else { continue };
        let name = known.scenario.name();
        for parameter in parameters(&known.scenario)? {
            match smallest(&known, &parameter)? {
                Some(seen) => {
                    println!("| {name} | {} |", row(&parameter, &seen));
                    changes.push((known.file.clone(), parameter, seen));
                }
                None => println!("| {name} | `{}` | {} | none is seen | | | |", parameter.key, digits(parameter.value)),
            }
        }
    }
    println!(
        "\n## By simulation\n\nChanges of the table, each simulated {SEEDS} times by counts; at least {} should be found.",
        POWER * 100.0
    );
    println!("\n| loop | change | found |\n|---|---|---|");
    let every = (changes.len() / CONFIRMED).max(1);
    for (file, parameter, seen) in changes.iter().skip(every / 2).step_by(every).take(CONFIRMED) {
        let known = Loop::new(file.clone())?.ok_or("solved before")?;
        let found = found(&known, parameter, seen.value)?;
        let change = format!("`{}` {} to {}", parameter.key, digits(parameter.value), digits(seen.value));
        println!("| {} | {change} | {found} of {SEEDS} |", known.scenario.name());
    }
    Ok(())
}

const INTRODUCTION: &str = "
# What `check` can see

For every loop of `models/` the smallest change of each parameter that 20,000 runs find with a probability of 0.9 at the default
family-wise level of 0.001: the exact curves of the file are compared with runs of the changed loop. Made by
`cargo bench --bench power`, which says how. Parameters are changed upwards, or downwards where they can go no higher;
whole numbers, and parameters that are 0, are left out. The error of generation 0 is left out too: it cannot vary, so that
`check` sees any change of it, however small. \"None is seen\" says that no change up to the end of the parameter's range is seen.
";

impl Loop {
    fn new(file: PathBuf) -> Result<Option<Self>, Box<dyn Error>> {
        let scenario = Scenario::load(&file, &[])?;
        let Some(curves) = solve(&scenario).curves else { return Ok(None) };
        let settings = SimulationSettings { replicates: REPLICATES, seed: 1, engine: Engine::Counts, sample_runs: 0 };
        let runs = run(&scenario, &settings, &|_| ())?;
        Ok(Some(Self { file, scenario, curves, runs }))
    }

    fn changed(&self, parameter: &Parameter, value: f64) -> Result<Scenario, Box<dyn Error>> {
        Ok(Scenario::load(&self.file, &[format!("{}={value}", parameter.key)])?)
    }

    fn verdict(&self, simulated: &Simulated) -> Result<AgreementVerdict, Box<dyn Error>> {
        Ok(with_expected(&ExpectedCurves::of(&self.curves, "the file".to_owned()), simulated, DEFAULT_LEVEL)?)
    }

    /// Runs without chance: the curves of a changed loop with the spread of the unchanged one.
    fn shifted(&self, curves: &Curves) -> Simulated {
        let mut runs = self.runs.clone();
        runs.survival.clone_from(&curves.survival);
        runs.mean_error.clone_from(&curves.expected_error);
        runs.mean_error[0] = self.curves.expected_error[0];
        runs.mean_unsound.clone_from(&curves.mean_unsound);
        runs.mean_wrong.clone_from(&curves.mean_wrong);
        runs.mean_yield = curves.expected_yield[..runs.mean_yield.len()].to_vec();
        let before = &curves.survival[..curves.survival.len() - 1];
        runs.runway.restricted_mean = before.iter().sum();
        runs
    }

    /// The test by which a value of a parameter is seen with the wanted power, if one does.
    fn sees(&self, parameter: &Parameter, value: f64) -> Result<Option<AgreementTest>, Box<dyn Error>> {
        let Some(curves) = solve(&self.changed(parameter, value)?).curves else { return Ok(None) };
        let margin = normal_quantile(POWER);
        let spread = |test: &AgreementTest| match test.unit {
            DeviationUnit::StandardErrors => margin,
            DeviationUnit::Probability => {
                let survival = curves.survival[test.generation.unwrap_or(0) as usize];
                margin * (survival * (1.0 - survival) / REPLICATES as f64).sqrt()
            }
            DeviationUnit::Relative | DeviationUnit::Absolute => 0.0,
        };
        let tests = self.verdict(&self.shifted(&curves))?.tests;
        let far = |test: &AgreementTest| (test.deviation - spread(test)) / test.critical;
        Ok(tests.into_iter().filter(|test| far(test) > 1.0).max_by(|one, other| far(one).total_cmp(&far(other))))
    }
}

/// Numbers of the loop that are not whole, and not 0.
fn parameters(scenario: &Scenario) -> Result<Vec<Parameter>, Box<dyn Error>> {
    fn floats(path: &str, value: &toml::Value, found: &mut Vec<Parameter>) {
        match value {
            toml::Value::Float(value) if *value != 0.0 => {
                found.push(Parameter { key: path.to_owned(), value: *value });
            }
            toml::Value::Table(table) => {
                table.iter().for_each(|(key, value)| floats(&format!("{path}.{key}"), value, found))
            }
            toml::Value::Array(all) => {
                (0..).zip(all).for_each(|(nth, value): (usize, _)| floats(&format!("{path}.{nth}"), value, found));
            }
            _ => {}
        }
    }
    let table: toml::Table = scenario.to_toml().parse()?;
    let mut found = Vec::new();
    for part in ["task", "errors", "vote", "filter", "learning"] {
        if let Some(value) = table.get(part) {
            floats(part, value, &mut found);
        }
    }
    Ok(found)
}

/// The smallest change that is seen: upwards within the parameter's range, else downwards.
fn smallest(known: &Loop, parameter: &Parameter) -> Result<Option<Seen>, Box<dyn Error>> {
    // Shares end at 1; the amplification has no end, and tenfold is far.
    let end = if parameter.key.ends_with("amplification") { 10.0 * parameter.value } else { 1.0 };
    for end in [end, 0.0] {
        let whole = end - parameter.value;
        let least = LEAST * parameter.value;
        if whole.abs() <= least {
            continue;
        }
        let at = |size: f64| parameter.value + size.copysign(whole);
        let (mut low, mut high) = (least, whole.abs());
        // From small to large, by fours: what lies far away may not be seen for other reasons.
        let mut seen = None;
        let mut size = least;
        while size < high {
            if let Some(test) = known.sees(parameter, at(size))? {
                (seen, high) = (Some(Seen { value: at(size), test }), size);
                break;
            }
            low = size;
            size *= 4.0;
        }
        if seen.is_none() {
            seen = known.sees(parameter, end)?.map(|test| Seen { value: end, test });
        }
        if seen.is_none() {
            continue;
        }
        for _ in 0..HALVINGS {
            let middle = (low * high).sqrt();
            match known.sees(parameter, at(middle))? {
                Some(test) => (seen, high) = (Some(Seen { value: at(middle), test }), middle),
                None => low = middle,
            }
        }
        return Ok(seen);
    }
    Ok(None)
}

/// How many simulations of a change are called different, the error of generation 0 left out.
fn found(known: &Loop, parameter: &Parameter, value: f64) -> Result<u64, Box<dyn Error>> {
    let changed = known.changed(parameter, value)?;
    let mut found = 0;
    for seed in 1..=SEEDS {
        let settings = SimulationSettings { replicates: REPLICATES, seed, engine: Engine::Counts, sample_runs: 0 };
        let mut runs = run(&changed, &settings, &|_| ())?;
        runs.mean_error[0] = known.curves.expected_error[0];
        found += u64::from(!known.verdict(&runs)?.agree);
    }
    Ok(found)
}

fn row(parameter: &Parameter, seen: &Seen) -> String {
    let change = seen.value - parameter.value;
    format!(
        "`{}` | {} | {} | {} % | {} | {}",
        parameter.key,
        digits(parameter.value),
        digits(change),
        digits(100.0 * change / parameter.value),
        seen.test.quantity,
        seen.test.generation.map_or_else(|| "–".to_owned(), |generation| generation.to_string())
    )
}

/// Three significant digits.
fn digits(value: f64) -> String {
    let rounded: f64 = format!("{value:.2e}").parse().unwrap_or(value);
    rounded.to_string()
}
