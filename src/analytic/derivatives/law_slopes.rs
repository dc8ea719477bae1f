//! By how much what is drawn moves with a parameter, summed over the states of a loop.

use std::collections::BTreeMap;
use std::sync::Mutex;

use rayon::prelude::*;

use crate::law::{Composition, Dual, Law, LawParameter};
use crate::scenario::Scenario;

use super::adjoint::InfluencedNumber;

/// A parameter, its value, and the derivatives of three numbers along it.
pub type AlongParameter = (LawParameter, f64, [Option<f64>; 3]);

/// Weights of three numbers along (q_U, q_W) at one state.
type DrawWeights = [[f64; 2]; 3];

/// The parameters that the law of a scenario reads, each with its value.
pub fn parameters(scenario: &Scenario) -> Vec<(LawParameter, f64)> {
    let read = Mutex::new(Vec::<(LawParameter, f64)>::new());
    Law::lifted(scenario, 0, &|parameter, value| {
        let mut read = read.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        if read.iter().all(|(known, _)| *known != parameter) {
            read.push((parameter, value));
        }
        value
    });
    read.into_inner().unwrap_or_else(std::sync::PoisonError::into_inner)
}

/// Derivatives of three numbers along every parameter.
pub fn along_parameters(scenario: &Scenario, numbers: &[Option<InfluencedNumber>; 3]) -> Vec<AlongParameter> {
    let states = states(numbers);
    let along = |(parameter, value): (LawParameter, f64)| {
        let sums = sums(scenario, parameter, &states);
        let mut slopes = [None; 3];
        for (slope, (number, sum)) in slopes.iter_mut().zip(numbers.iter().zip(sums)) {
            *slope = number.as_ref().map(|_| sum);
        }
        (parameter, value, slopes)
    };
    parameters(scenario).into_par_iter().map(along).collect()
}

/// The states at which anything is drawn, by generation of the law.
fn states(numbers: &[Option<InfluencedNumber>; 3]) -> BTreeMap<u64, Vec<(Composition, DrawWeights)>> {
    let mut found: BTreeMap<(u64, u64, u64), (Composition, DrawWeights)> = BTreeMap::new();
    for (index, number) in numbers.iter().enumerate() {
        for draw in number.iter().flat_map(|number| &number.draws) {
            let key = (draw.generation, draw.at.unsound.to_bits(), draw.at.wrong.to_bits());
            let (_, weights) = found.entry(key).or_insert((draw.at, DrawWeights::default()));
            weights[index][0] += draw.unsound;
            weights[index][1] += draw.wrong;
        }
    }
    let mut states: BTreeMap<u64, Vec<_>> = BTreeMap::new();
    for ((generation, ..), state) in found {
        states.entry(generation).or_default().push(state);
    }
    states
}

fn sums(
    scenario: &Scenario,
    parameter: LawParameter,
    states: &BTreeMap<u64, Vec<(Composition, DrawWeights)>>,
) -> [f64; 3] {
    let lift = |read: LawParameter, value| Dual { value, slope: f64::from(u8::from(read == parameter)) };
    let mut sums = [0.0; 3];
    for (generation, states) in states {
        let law = Law::<Dual>::lifted(scenario, *generation, &lift);
        for (at, weights) in states {
            let at: Composition<Dual> = Composition { unsound: at.unsound.into(), wrong: at.wrong.into() };
            let Some(next) = law.at(at).next else { continue };
            for (sum, [unsound, wrong]) in sums.iter_mut().zip(weights) {
                *sum += unsound * next.unsound.slope + wrong * next.wrong.slope;
            }
        }
    }
    sums
}
