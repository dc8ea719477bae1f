//! One solution against the reference, number by number.

use std::collections::BTreeMap;
use std::fmt;

use runaway::analytic::{Regime, Solution};
use runaway::law::VerifierMeter;
use serde_json::Value;

use super::precise::Precise;
use super::reference::{Course, Law, Reference};

/// Relative error of numbers without a stated bound.
const NEAR: f64 = 1e-9;
/// Numbers below this are as good as 0 there.
const NOTHING: f64 = 1e-13;
/// Winners of a vote that are as rare have no digits left beside the others.
const RARE: f64 = 1e-7;
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
    let start = reference.law(0).at(reference.start());
    found.near("err", solution.start_error, start.error, NEAR);
    found.near("yield", solution.start_yield, start.accepted, NEAR);
    reproduction(&mut found, &reference, solution);
    mean_field(&mut found, &reference, solution, work);
    if file["learning"]["policy"] == "accumulate" && reference.unsound {
        return found;
    }
    let horizon = file["horizon"].as_u64().unwrap();
    let course = reference.course(horizon, work);
    if course.undecided {
        found.undecided += 1;
        return found;
    }
    curves(&mut found, &course, solution);
    expected_meter(&mut found, &reference, &course, solution);
    runway(&mut found, &reference, &course, solution);
    floor(&mut found, &reference, solution, work);
    found
}

/// Fresh mistakes, K, R and the regime.
fn reproduction(found: &mut Agreement, reference: &Reference<'_>, solution: &Solution) {
    let zero = Precise::ZERO;
    let law = reference.law(0);
    let Some(fresh) = law.at([zero, zero]).next else { return };
    match &solution.fresh {
        Some(ours) => {
            found.near("a_U", ours.unsound, fresh[0], NEAR);
            found.near("a_W", ours.wrong, fresh[1], NEAR);
        }
        None => found.agree("a_W", start_is_out_of_reach(reference), || format!("{:?}", solution.undefined)),
    }
    let slopes = |exponent: i32| -> Option<[[Precise; 2]; 2]> {
        let step = step_of(exponent);
        let along = |x: [Precise; 2]| {
            let there = law.at(x).next?;
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
    // A quotient's slope is the difference of terms as large as the relative slope of the yield.
    let steep = steepness(&law, step_of(STEP));
    if steep > 1e5 {
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
    let starves = solution.regime == Some(Regime::Starved);
    if reference.stays() && !starves && (above || r.value() < 1.0 - 1e-7) {
        let grows = matches!(solution.regime, Some(Regime::Avalanche | Regime::Contained));
        found.agree("regime", grows == above, || format!("{:?} at R = {}", solution.regime, r.value()));
    }
}

fn step_of(exponent: i32) -> Precise {
    Precise::of(2.0_f64.powi(exponent))
}

/// Relative slope of the yield at an all-sound model, the larger of both directions.
fn steepness(law: &Law<'_>, step: Precise) -> f64 {
    let accepted = |x: [Precise; 2]| law.at(x).accepted;
    let first = accepted([Precise::ZERO; 2]);
    let along = |x: [Precise; 2]| ((accepted(x) - first).abs() / step / first).value();
    along([step, Precise::ZERO]).max(along([Precise::ZERO, step]))
}

/// Whether an all-sound model's yield is beneath the normal doubles, where the crate speaks of a starved loop.
fn start_is_out_of_reach(reference: &Reference<'_>) -> bool {
    reference.law(0).at([Precise::ZERO; 2]).accepted.value() < f64::MIN_POSITIVE
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
        found.near("E[x_U]", curves.mean_unsound[g], course.composition[g][0], NEAR);
        found.near("E[x_W]", curves.mean_wrong[g], course.composition[g][1], NEAR);
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
fn floor(found: &mut Agreement, reference: &Reference<'_>, solution: &Solution, work: u64) {
    let Some(floor) = solution.floor_error.filter(|_| reference.stays()) else { return };
    let law = reference.law(0);
    let mut x = reference.start();
    for _ in 0..(work / law.price()).min(1000) {
        let Some(next) = law.at(x).next else { return };
        let change = (next[0] - x[0]).abs() + (next[1] - x[1]).abs();
        x = next;
        if change.is_zero() || change.log10() < -22.0 {
            found.near("floor", floor, law.at(x).error, 1e-8);
            return;
        }
    }
}

/// The mean field by generation, the generation at which it starves, and the verifier meter along it.
fn mean_field(found: &mut Agreement, reference: &Reference<'_>, solution: &Solution, work: u64) {
    let mut x = reference.start();
    let mut law = reference.law(0);
    let last = (work / (2 * law.price())).min(solution.generations.len() as u64 - 1);
    for g in 0..=last {
        if g > 0 && !reference.stays() {
            law = reference.law(g);
        }
        let at = g as usize;
        found.near("mean field", solution.mean_field_error[at], law.at(x).error, NEAR);
        if let Some(verifier) = &solution.verifier {
            meter(found, "J of the mean field", verifier.mean_field[at], &law, x);
        }
        match reference.mean_field(&law, g, x) {
            Some(next) => x = next,
            None => {
                found.agree("starved", solution.starved == Some(g), || format!("{:?}, but {g}", solution.starved));
                return;
            }
        }
    }
    let later = |g: u64| g > last || solution.mean_field_error[g as usize].is_nan();
    found.agree("starved", solution.starved.is_none_or(later), || format!("{:?}, but not", solution.starved));
}

/// The verifier meter along the expected composition.
fn expected_meter(found: &mut Agreement, reference: &Reference<'_>, course: &Course, solution: &Solution) {
    let Some(told) = solution.verifier.as_ref().and_then(|verifier| verifier.expected.as_ref()) else { return };
    let mut law = reference.law(0);
    for (g, x) in course.composition.iter().enumerate() {
        if g > 0 && !reference.stays() {
            law = reference.law(g as u64);
        }
        meter(found, "J of the mean", told[g], &law, *x);
    }
}

fn meter(found: &mut Agreement, name: &'static str, told: Option<VerifierMeter>, law: &Law<'_>, x: [Precise; 2]) {
    // What happens to winners as rare as the roundings of a composition tells nothing of the checks.
    let truth = law.meter(x);
    if truth.as_ref().is_some_and(|truth| truth.rarer.value() < RARE) {
        return;
    }
    match (told, truth) {
        (Some(told), Some(truth)) => {
            found.near(name, told.wrong_rejected, truth.wrong_rejected, NEAR);
            found.near(name, told.right_rejected, truth.right_rejected, NEAR);
            found.near(name, told.discrimination, truth.discrimination, NEAR);
        }
        (told, truth) => {
            let truth = truth.map(|truth| truth.discrimination.value());
            found.agree(name, told.is_none() && truth.is_none(), || format!("{told:?}, but {truth:?}"));
        }
    }
}
