//! One solution against the reference, number by number.

use std::collections::BTreeMap;
use std::fmt;

use runaway::analytic::{Regime, Solution};
use serde_json::Value;

use super::precise::Precise;
use super::reference::{Course, Reference};

/// Relative error of numbers without a stated bound.
const NEAR: f64 = 1e-9;
/// Numbers below this are as good as 0 there.
const NOTHING: f64 = 1e-13;
/// Step of the one-sided difference at an all-sound model.
const STEP: i32 = -100;

/// What was compared, and what differed.
#[derive(Default)]
pub struct Agreement {
    compared: BTreeMap<&'static str, usize>,
    pub disagreements: Vec<String>,
    /// Loops with an error rate on the threshold, to all digits of a double.
    pub undecided: usize,
}

impl fmt::Display for Agreement {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "compared {:?}, {} undecided, {} disagreements",
            self.compared,
            self.undecided,
            self.disagreements.len()
        )
    }
}

impl Agreement {
    pub fn add(&mut self, other: Self) {
        for (name, count) in other.compared {
            *self.compared.entry(name).or_default() += count;
        }
        self.disagreements.extend(other.disagreements);
        self.undecided += other.undecided;
    }

    fn agree(&mut self, name: &'static str, agrees: bool, what: impl FnOnce() -> String) {
        *self.compared.entry(name).or_default() += 1;
        if !agrees {
            self.disagreements.push(format!("{name}: {}", what()));
        }
    }

    fn near(&mut self, name: &'static str, value: f64, truth: Precise, relative: f64) {
        let agrees = truth.distance(value) < NOTHING || truth.off(value) < relative;
        self.agree(name, agrees, || format!("{value:e}, but {:e} in 76 digits", truth.value()));
    }
}

/// Compares all of a solution.
pub fn compare(file: &Value, solution: &Solution, work: u64) -> Agreement {
    let mut found = Agreement::default();
    let reference = Reference::new(file);
    let start = reference.at(0, reference.start());
    found.near("err", solution.start_error, start.error, NEAR);
    found.near("yield", solution.start_yield, start.accepted, NEAR);
    reproduction(&mut found, &reference, solution);
    if file["learning"]["policy"] == "accumulate" && reference.unsound {
        return found;
    }
    if undecided(file, &reference) {
        found.undecided += 1;
        return found;
    }
    let horizon = file["horizon"].as_u64().unwrap();
    let course = reference.course(horizon, work);
    curves(&mut found, &course, solution);
    runway(&mut found, &reference, &course, solution);
    floor(&mut found, &reference, solution);
    found
}

fn undecided(file: &Value, reference: &Reference<'_>) -> bool {
    let last = if reference.stays() { 0 } else { file["horizon"].as_u64().unwrap() };
    (0..=last).any(|g| reference.is_undecided(&reference.chain(g)))
}

/// Fresh mistakes, K, R and the regime.
fn reproduction(found: &mut Agreement, reference: &Reference<'_>, solution: &Solution) {
    let zero = Precise::ZERO;
    let Some(fresh) = reference.at(0, [zero, zero]).next else { return };
    match &solution.fresh {
        Some(ours) => {
            found.near("a_U", ours.unsound, fresh[0], NEAR);
            found.near("a_W", ours.wrong, fresh[1], NEAR);
        }
        None => found.agree("a_W", start_is_out_of_reach(reference), || format!("{:?}", solution.undefined)),
    }
    let slopes = |exponent: i32| -> Option<[[Precise; 2]; 2]> {
        let step = Precise::of(2.0_f64.powi(exponent));
        let along = |x: [Precise; 2]| {
            let there = reference.at(0, x).next?;
            Some([0, 1].map(|i| (there[i] - fresh[i]) / step))
        };
        let (by_unsound, by_wrong) = (along([step, zero])?, along([zero, step])?);
        Some([0, 1].map(|i| [by_unsound[i], by_wrong[i]]))
    };
    let (Some(k), Some(coarse)) = (slopes(STEP), slopes(STEP + 1)) else { return };
    // Where the law bends within the step itself the difference tells nothing.
    let resolved = k.iter().flatten().zip(coarse.iter().flatten()).all(|(a, b)| {
        let size = a.abs().max(Precise::of(1e-12));
        ((*a - *b).abs() / size).value() < 1e-10
    });
    if !resolved {
        return;
    }
    let Some(ours) = solution.next_generation_matrix else {
        found.agree("K", start_is_out_of_reach(reference), || format!("{:?}", solution.undefined));
        return;
    };
    for (ours, theirs) in ours.iter().flatten().zip(k.iter().flatten()) {
        found.near("K", *ours, *theirs, 1e-8);
    }
    let half = Precise::of(0.5);
    let (trace, determinant) = (k[0][0] + k[1][1], k[0][0] * k[1][1] - k[0][1] * k[1][0]);
    let inside = trace * half * trace * half - determinant;
    let r = if inside.negated().is_positive() { determinant.root() } else { (trace * half).abs() + inside.root() };
    let Some(ours) = solution.reproduction_number else {
        found.agree("R", false, || format!("none, but {:e}: {:?}", r.value(), solution.undefined));
        return;
    };
    found.near("R", ours, r, 1e-8);
    let above = r.value() > 1.0 + 1e-7;
    if reference.stays() && (above || r.value() < 1.0 - 1e-7) {
        let grows = matches!(solution.regime, Some(Regime::Avalanche | Regime::Contained));
        found.agree("regime", grows == above, || format!("{:?} at R = {}", solution.regime, r.value()));
    }
}

/// Whether an all-sound model's yield is beneath the normal doubles, where the crate speaks of a starved loop.
fn start_is_out_of_reach(reference: &Reference<'_>) -> bool {
    reference.at(0, [Precise::ZERO; 2]).accepted.value() < f64::MIN_POSITIVE
}

fn curves(found: &mut Agreement, course: &Course, solution: &Solution) {
    let Some(curves) = &solution.curves else {
        found.agree("curves", false, || format!("{:?}", solution.undefined));
        return;
    };
    let (dropped, rounding) = (solution.error_bound.unwrap(), solution.rounding_bound.unwrap());
    for (g, truth) in course.survival.iter().enumerate() {
        let bound = |truth: &Precise| dropped + rounding * truth.value() + f64::MIN_POSITIVE;
        let (survival, failed) = (curves.survival[g], curves.failed[g]);
        found.agree("S(g)", truth.distance(survival) <= bound(truth), || {
            format!("S({g}) = {survival:e}, off by {:.1e}, bound {:.1e}", truth.distance(survival), bound(truth))
        });
        let truth = &course.failed[g];
        found.agree("failed(g)", truth.distance(failed) <= bound(truth), || {
            format!("failed({g}) = {failed:e}, off by {:.1e}, bound {:.1e}", truth.distance(failed), bound(truth))
        });
        found.near("expected error", curves.expected_error[g], course.error[g], NEAR);
        found.near("expected yield", curves.expected_yield[g], course.accepted[g], NEAR);
    }
}

/// `E[T]`, the quantiles within the horizon, and those that are never reached.
fn runway(found: &mut Agreement, reference: &Reference<'_>, course: &Course, solution: &Solution) {
    let levels = [(solution.runway.q05, 0.05), (solution.runway.q50, 0.5), (solution.runway.q95, 0.95)];
    let fate = reference.stays().then(|| reference.fate(&reference.chain(0)));
    let ever = fate.as_ref().map(|fate| fate.ever.value());
    for (quantile, level) in levels {
        let reached = course.failed.iter().position(|failed| failed.value() >= level);
        let tie = course.failed.iter().any(|failed| (failed.value() / level - 1.0).abs() < 1e-9);
        if tie || ever.is_some_and(|ever| (ever / level - 1.0).abs() < 1e-6) {
            continue;
        }
        let agrees = match (quantile, reached) {
            (Some(quantile), Some(reached)) => quantile == reached as f64,
            (Some(quantile), None) => quantile >= course.failed.len() as f64 && ever.is_none_or(|ever| ever > level),
            (None, Some(_)) => false,
            (None, None) => true,
        };
        found.agree("quantiles", agrees, || {
            format!("{level}: {quantile:?}, but {reached:?} and P(ever fails) {ever:?}")
        });
    }
    let Some(fate) = fate else { return };
    match (solution.runway.mean, fate.mean) {
        (Some(mean), Some(truth)) => {
            let (error, bound) = (truth.distance(mean), solution.runway_error.unwrap_or(f64::NAN));
            found.agree("E[T]", error <= bound, || format!("{mean:e} off by {error:.1e}, bound {bound:.1e}"));
        }
        (None, Some(truth)) => {
            found.agree("E[T]", truth.log10() > 290.0, || {
                format!("none, but {:e}: {:?}", truth.value(), solution.undefined.get("runway.mean"))
            });
        }
        (Some(mean), None) => found.agree("E[T]", false, || format!("{mean:e}, but infinite")),
        (None, None) => found.agree("E[T]", true, String::new),
    }
}

/// The floor, where the reference's mean field comes to rest soon.
fn floor(found: &mut Agreement, reference: &Reference<'_>, solution: &Solution) {
    let Some(floor) = solution.floor_error.filter(|_| reference.stays()) else { return };
    let mut x = reference.start();
    for _ in 0..1000 {
        let Some(next) = reference.at(0, x).next else { return };
        let change = (next[0] - x[0]).abs() + (next[1] - x[1]).abs();
        x = next;
        if change.is_zero() || change.log10() < -22.0 {
            found.near("floor", floor, reference.at(0, x).error, 1e-8);
            return;
        }
    }
}
