//! By how much what is drawn moves with a parameter, summed over the states of a loop.

use std::collections::BTreeMap;
use std::sync::{Mutex, PoisonError};

use rayon::prelude::*;

use crate::analytic::settled::settled_from;
use crate::law::{Composition, Dual, Law, LawParameter};
use crate::scenario::Scenario;

use super::adjoint::{DrawInfluence, InfluencedNumber};

/// A parameter, its value, and the derivatives of three numbers along it.
pub type AlongParameter = (LawParameter, f64, [Option<f64>; 3]);

/// Weights of three numbers along (q_U, q_W) at one state.
type DrawWeights = [[f64; 2]; 3];

/// States by generation of the law, with their weights.
type WeightedStates = BTreeMap<u64, Vec<(Composition, DrawWeights)>>;

/// The parameters that the law of a scenario reads, each with its value. A recovery of 0 is left out: any other value adds
/// unsound beliefs, and a dimension.
pub fn parameters(scenario: &Scenario) -> Vec<(LawParameter, f64)> {
    let read = Mutex::new(Vec::<(LawParameter, f64)>::new());
    Law::lifted(scenario, 0, &|parameter, value| {
        let mut read = read.lock().unwrap_or_else(PoisonError::into_inner);
        let smooth = scenario.has_unsound() || !parameter.is_recovery();
        if smooth && read.iter().all(|(known, _)| *known != parameter) {
            read.push((parameter, value));
        }
        value
    });
    read.into_inner().unwrap_or_else(PoisonError::into_inner)
}

/// Derivatives of three numbers along every parameter.
pub fn along_parameters(scenario: &Scenario, numbers: &[Option<InfluencedNumber>; 3]) -> Vec<AlongParameter> {
    let each = |generation: u64| generation;
    // Where the law stays, so do its slopes along all but the parameters that would make it change.
    let stays = settled_from(scenario).unwrap_or(u64::MAX);
    let once = |generation: u64| generation.min(stays);
    let (aged, drawn) = (states(numbers, |number| &number.draws, each), states(numbers, |number| &number.draws, once));
    let ageing = states(numbers, |number| &number.ageing, each);
    let along = |(parameter, value): (LawParameter, f64)| {
        let of = |states: &WeightedStates, later: u64| sums(scenario, parameter, later, states);
        let mut slopes = of(if parameter.is_of_schedule() { &aged } else { &drawn }, 0);
        if parameter.is_of_schedule() {
            // What a generation more adds to the slope of what is drawn; it is the same for each.
            let (now, next) = (of(&ageing, 0), of(&ageing, 1));
            slopes.iter_mut().zip(now.into_iter().zip(next)).for_each(|(sum, (now, next))| *sum += next - now);
        }
        let known = |index: usize| numbers[index].as_ref().map(|_| slopes[index]).filter(|slope| slope.is_finite());
        (parameter, value, [known(0), known(1), known(2)])
    };
    parameters(scenario).into_par_iter().map(along).collect()
}

/// The states at which anything is drawn, by the generation whose law `label` takes.
fn states(
    numbers: &[Option<InfluencedNumber>; 3],
    of: fn(&InfluencedNumber) -> &Vec<DrawInfluence>,
    label: impl Fn(u64) -> u64,
) -> WeightedStates {
    let mut found: BTreeMap<(u64, u64, u64), (Composition, DrawWeights)> = BTreeMap::new();
    for (index, number) in numbers.iter().enumerate() {
        for draw in number.iter().flat_map(of) {
            let key = (label(draw.generation), draw.at.unsound.to_bits(), draw.at.wrong.to_bits());
            let (_, weights) = found.entry(key).or_insert((draw.at, DrawWeights::default()));
            weights[index][0] += draw.unsound;
            weights[index][1] += draw.wrong;
        }
    }
    let mut states = WeightedStates::new();
    for ((generation, ..), state) in found {
        states.entry(generation).or_default().push(state);
    }
    states
}

/// Sums over the states of the slopes of what the law draws `later` generations on.
fn sums(scenario: &Scenario, parameter: LawParameter, later: u64, states: &WeightedStates) -> [f64; 3] {
    let mut sums = [0.0; 3];
    for (generation, states) in states {
        let law = Law::along(scenario, *generation + later, parameter);
        for (at, weights) in states {
            let Some(next) = law.at(at.fixed::<Dual>()).next else { continue };
            for (sum, [unsound, wrong]) in sums.iter_mut().zip(weights) {
                *sum += unsound * next.unsound.slope + wrong * next.wrong.slope;
            }
        }
    }
    sums
}
