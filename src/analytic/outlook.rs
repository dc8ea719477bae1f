//! What the law alone says of a loop's fate: R, regime, floor and tipping point (model.md, section 6).

use nalgebra::Matrix2;

use crate::law::{Composition, Law};
use crate::scenario::{Policy, Scenario};

use super::fixed;
use super::mean_field::{self, MeanField};
use super::reproduction::{next_generation_matrix, spectral_radius};
use super::result::{ByGeneration, Fresh, Regime, Undefined};

/// |R − 1| below this is drift: neither growth nor healing within any runway that a double can tell.
const DRIFT: f64 = 1e-9;
/// Generations in which an unchanging mean field must cross the threshold if it ever does.
const PATIENCE: u64 = 20_000;

/// The fate of a loop, before any chance.
#[derive(Debug, Clone)]
pub(super) struct Outlook {
    pub matrix: Matrix2<f64>,
    pub reproduction_number: f64,
    pub fresh: Fresh,
    pub regime: Regime,
    pub floor_error: Option<f64>,
    pub tipping_error: Option<f64>,
    pub field: MeanField,
    pub by_generation: Option<ByGeneration>,
}

impl Outlook {
    pub fn of(scenario: &Scenario, undefined: &mut Undefined) -> Self {
        let law = Law::new(scenario, 0);
        let matrix = next_generation_matrix(&law, Composition::SOUND);
        let reproduction_number = spectral_radius(&matrix);
        let fresh = law.at(Composition::SOUND).next.unwrap_or_default();
        let field = mean_field::follow(scenario, scenario.horizon.get());
        let changes = scenario.settles_at() != Some(0);
        let by_generation = changes.then(|| by_generation(scenario));
        let latest = match &by_generation {
            Some(by) => by.reproduction_number.iter().copied().fold(reproduction_number, f64::max),
            None => reproduction_number,
        };
        let regime = regime(latest, crosses(scenario, &field));
        let (floor_error, tipping_error) = if by_generation.is_some() {
            refuse(undefined, "the law changes with the generation; see by_generation")
        } else {
            landmarks(scenario, &law, regime, undefined)
        };
        Self {
            matrix,
            reproduction_number,
            fresh: Fresh { unsound: fresh.unsound, wrong: fresh.wrong },
            regime,
            floor_error,
            tipping_error,
            field,
            by_generation,
        }
    }
}

fn refuse(undefined: &mut Undefined, reason: &str) -> (Option<f64>, Option<f64>) {
    for key in ["floor_error", "tipping_error"] {
        undefined.insert(key.to_owned(), reason.to_owned());
    }
    (None, None)
}

fn regime(reproduction_number: f64, crosses: bool) -> Regime {
    match (reproduction_number, crosses) {
        (r, _) if (r - 1.0).abs() < DRIFT => Regime::Drift,
        (r, true) if r > 1.0 => Regime::Avalanche,
        (r, false) if r > 1.0 => Regime::Contained,
        (_, true) => Regime::Overwhelmed,
        (_, false) => Regime::Healing,
    }
}

/// Whether the mean field reaches the threshold: ever, in a loop whose law stays; within the horizon, where it changes.
fn crosses(scenario: &Scenario, field: &MeanField) -> bool {
    let threshold = scenario.failure.error_rate.get();
    let within = |field: &MeanField| field.error.iter().any(|&error| error >= threshold);
    if within(field) {
        return true;
    }
    let stays = scenario.settles_at().is_some() && scenario.learning.policy == Policy::Replace;
    stays && within(&mean_field::follow(scenario, PATIENCE))
}

/// Floor and tipping point of an unchanging law, as error rates.
fn landmarks(scenario: &Scenario, law: &Law, regime: Regime, undefined: &mut Undefined) -> (Option<f64>, Option<f64>) {
    if matches!(regime, Regime::Avalanche | Regime::Drift) {
        return refuse(undefined, "R is not below 1 and nothing holds the error below the threshold");
    }
    let Some(floor) = fixed::floor(law, Composition::start(scenario)) else {
        return refuse(undefined, "the mean field does not come to rest");
    };
    let mut tipping = None;
    if scenario.has_unsound() {
        undefined.insert("tipping_error".to_owned(), "defined for loops without unsound beliefs only".to_owned());
    } else {
        tipping = fixed::tipping(law, floor.wrong);
        if tipping.is_none() {
            undefined.insert(
                "tipping_error".to_owned(),
                "no unstable fixed point above the floor: the mean field comes back from any error".to_owned(),
            );
        }
    }
    let error = |wrong: f64| law.error_rate(Composition { unsound: 0.0, wrong });
    (Some(law.error_rate(floor)), tipping.map(error))
}

/// R, floor and tipping point of each generation's law, as if it stayed.
fn by_generation(scenario: &Scenario) -> ByGeneration {
    let generations = 0..=scenario.horizon.get();
    let mut by = ByGeneration { reproduction_number: Vec::new(), floor_error: Vec::new(), tipping_error: Vec::new() };
    for law in generations.map(|g| Law::new(scenario, g)) {
        let reproduction_number = spectral_radius(&next_generation_matrix(&law, Composition::SOUND));
        let floor = fixed::floor(&law, Composition::SOUND);
        let tipping = floor.filter(|_| !scenario.has_unsound()).and_then(|floor| fixed::tipping(&law, floor.wrong));
        by.reproduction_number.push(reproduction_number);
        by.floor_error.push(floor.map(|floor| law.error_rate(floor)));
        by.tipping_error.push(tipping.map(|wrong| law.error_rate(Composition { unsound: 0.0, wrong })));
    }
    by
}
