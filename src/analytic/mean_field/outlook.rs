//! What the law alone says of a loop's fate: R, regime, floor and tipping point (model.md, section 6).

use nalgebra::Matrix2;

use crate::analytic::error::Undefined;
use crate::analytic::result::{ByGeneration, FreshMistakes, Regime};
use crate::analytic::tolerances::{DRIFT, MOST_MEAN_FIELD_GENERATIONS};
use crate::law::{Composition, Law};
use crate::scenario::{Policy, Scenario};

use super::fixed_points;
use super::reproduction::{LawDerivatives, STARVED, TOO_LARGE, known, reproduction_number};
use super::trajectory::{self, MeanField};

const UNSOUND: &str = "defined for loops without unsound beliefs only";

/// A number, or why there is none.
type Reasoned = Result<f64, &'static str>;

/// The fate of a loop, before any chance.
#[derive(Debug, Clone)]
pub struct LoopOutlook {
    pub matrix: Option<Matrix2<f64>>,
    pub reproduction_number: Option<f64>,
    pub fresh: Option<FreshMistakes>,
    pub regime: Option<Regime>,
    pub doubling_time: Option<f64>,
    pub half_life: Option<f64>,
    pub floor_error: Option<f64>,
    pub tipping_error: Option<f64>,
    pub starved: Option<u64>,
    pub field: MeanField,
    pub by_generation: Option<ByGeneration>,
}

impl LoopOutlook {
    pub fn of(scenario: &Scenario, undefined: &mut Undefined) -> Self {
        let law = Law::new(scenario, 0);
        let derivatives = LawDerivatives::at(&law, Composition::SOUND);
        let number = known(&law, derivatives.as_ref());
        let matrix = derivatives.map(|derivatives| derivatives.matrix);
        let field = trajectory::follow(scenario, scenario.horizon.get());
        let by_generation = (scenario.settles_at() != Some(0)).then(|| by_generation(scenario, undefined));
        let later = by_generation.iter().flat_map(|by| by.reproduction_number.iter().copied().flatten());
        let growth = match number {
            Err(TOO_LARGE) => Ok(f64::INFINITY),
            number => number.map(|first| later.fold(first, f64::max)),
        };
        let regime = regime(growth, MistakeCourse::of(scenario, &field));
        let (floor_error, tipping_error) = if by_generation.is_some() {
            let reason = Err("the law changes with the generation; see by_generation");
            (reason, reason)
        } else {
            landmarks(scenario, &law, regime.ok())
        };
        let mut told = ReasonLog(undefined);
        Self {
            fresh: told.of("fresh", law.at(Composition::SOUND).next.ok_or(STARVED)).map(|next| next.into()),
            matrix: told
                .of("next_generation_matrix", matrix.filter(|_| number.is_ok()).ok_or(number.err().unwrap_or(STARVED))),
            reproduction_number: told.of("reproduction_number", number),
            regime: told.of("regime", regime),
            doubling_time: told.of("doubling_time", doubling_time(number)),
            half_life: told.of("half_life", half_life(number)),
            floor_error: told.of("floor_error", floor_error),
            tipping_error: told.of("tipping_error", tipping_error),
            starved: told.of("starved", field.starved.ok_or("up to the horizon the mean field does not starve")),
            field,
            by_generation: told.of("by_generation", by_generation.ok_or("the law is the same at every generation")),
        }
    }
}

/// ln 2 / ln R generations, where R is above 1.
fn doubling_time(number: Reasoned) -> Reasoned {
    match number? {
        r if (r - 1.0).abs() < DRIFT => Err("R is 1: mistakes neither multiply nor heal"),
        r if r > 1.0 => Ok(std::f64::consts::LN_2 / r.ln()),
        _ => Err("R is not above 1"),
    }
}

/// ln ½ / ln R generations, where R is below 1.
fn half_life(number: Reasoned) -> Reasoned {
    match number? {
        r if (r - 1.0).abs() < DRIFT => Err("R is 1: mistakes neither multiply nor heal"),
        r if r > 1.0 => Err("R is not below 1"),
        0.0 => Err("R is 0: no mistake leaves another"),
        r => Ok(-std::f64::consts::LN_2 / r.ln()),
    }
}

/// Keeps the reason of what is absent.
pub struct ReasonLog<'a>(pub &'a mut Undefined);

impl ReasonLog<'_> {
    fn of<T>(&mut self, key: &str, number: Result<T, &'static str>) -> Option<T> {
        number.map_err(|reason| self.0.insert(key.to_owned(), reason.to_owned())).ok()
    }

    /// A number of each generation: one reason under `key` where it holds for all that are absent, else one for each.
    pub fn each<T>(&mut self, key: &str, numbers: Vec<Result<T, &'static str>>) -> Vec<Option<T>> {
        let mut reasons = numbers.iter().filter_map(|number| number.as_ref().err().copied());
        let first = reasons.next();
        if let Some(reason) = first.filter(|&first| reasons.all(|reason| reason == first)) {
            self.0.insert(key.to_owned(), reason.to_owned());
            return numbers.into_iter().map(Result::ok).collect();
        }
        numbers.into_iter().enumerate().map(|(g, number)| self.of(&format!("{key}.{g}"), number)).collect()
    }
}

/// What the mean field comes to.
#[derive(Clone, Copy, PartialEq)]
enum MistakeCourse {
    Crosses,
    Starves,
    Stays,
}

impl MistakeCourse {
    /// Ever, in a loop whose law stays; within the horizon, where it changes.
    fn of(scenario: &Scenario, field: &MeanField) -> Self {
        let threshold = scenario.failure.error_rate.get();
        let within = |field: &MeanField| {
            let crossed = field.error.iter().position(|&error| error >= threshold).map(|g| g as u64);
            match (crossed, field.starved) {
                (Some(crossed), starved) if starved.is_none_or(|starved| crossed <= starved) => Self::Crosses,
                (_, Some(_)) => Self::Starves,
                _ => Self::Stays,
            }
        };
        let course = within(field);
        if course != Self::Stays || scenario.settles_at().is_none() {
            return course;
        }
        // A growing pool goes where each generation alone would, ever more slowly.
        let mut replacing = scenario.clone();
        replacing.learning.policy = Policy::Replace;
        within(&trajectory::follow(&replacing, MOST_MEAN_FIELD_GENERATIONS))
    }
}

fn regime(reproduction_number: Reasoned, course: MistakeCourse) -> Result<Regime, &'static str> {
    if course == MistakeCourse::Starves {
        return Ok(Regime::Starved);
    }
    let crosses = course == MistakeCourse::Crosses;
    Ok(match reproduction_number? {
        r if (r - 1.0).abs() < DRIFT => Regime::Drift,
        r if r > 1.0 => {
            if crosses {
                Regime::Avalanche
            } else {
                Regime::Contained
            }
        }
        _ => {
            if crosses {
                Regime::Overwhelmed
            } else {
                Regime::Healing
            }
        }
    })
}

/// Floor and tipping point of an unchanging law, as error rates.
fn landmarks(scenario: &Scenario, law: &Law, regime: Option<Regime>) -> (Reasoned, Reasoned) {
    if matches!(regime, Some(Regime::Avalanche | Regime::Drift)) {
        let reason = Err("R is not below 1 and nothing holds the error below the threshold");
        return (reason, reason);
    }
    fixed_points(scenario, law, Composition::start(scenario))
}

fn fixed_points(scenario: &Scenario, law: &Law, start: Composition) -> (Reasoned, Reasoned) {
    let floor = fixed_points::floor(law, start);
    let tipping = match floor {
        _ if scenario.has_unsound() => Err(UNSOUND),
        Ok(floor) => fixed_points::tipping(law, floor.wrong),
        Err(reason) => Err(reason),
    };
    let error = |wrong: f64| law.error_rate(Composition { unsound: 0.0, wrong });
    (floor.map(|floor| law.error_rate(floor)), tipping.map(error))
}

/// R, floor and tipping point of each generation's law, as if it stayed.
fn by_generation(scenario: &Scenario, undefined: &mut Undefined) -> ByGeneration {
    let (mut numbers, mut floors, mut tippings) = (Vec::new(), Vec::new(), Vec::new());
    for law in (0..=scenario.horizon.get()).map(|g| Law::new(scenario, g)) {
        let (floor, tipping) = fixed_points(scenario, &law, Composition::SOUND);
        numbers.push(reproduction_number(&law));
        floors.push(floor);
        tippings.push(tipping);
    }
    let mut told = ReasonLog(undefined);
    ByGeneration {
        reproduction_number: told.each("by_generation.reproduction_number", numbers),
        floor_error: told.each("by_generation.floor_error", floors),
        tipping_error: told.each("by_generation.tipping_error", tippings),
    }
}
