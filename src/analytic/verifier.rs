//! The verifier meter by generation (model.md, section 4): whether a loop's checks still tell right from wrong as it goes down.

use crate::law::{Composition, Law, VerifierMeter};
use crate::scenario::Scenario;

use super::error::Undefined;
use super::mean_field::MeanField;
use super::mean_field::outlook::ReasonLog;
use super::result::Curves;
use super::verifier_curves::VerifierCurves;

impl VerifierCurves {
    /// The meter of a loop that has a check; `None` where nothing is checked.
    pub(super) fn of(
        scenario: &Scenario,
        field: &MeanField,
        curves: Option<&Curves>,
        undefined: &mut Undefined,
    ) -> Option<Self> {
        if !scenario.has_checks() {
            return None;
        }
        let mut along = |key: &str, path: Vec<Composition>| ReasonLog(undefined).each(key, metered(scenario, path));
        let mean_field = along("verifier.mean_field", field.composition.clone());
        let expected = curves.map(|curves| {
            let shares = curves.mean_unsound.iter().zip(&curves.mean_wrong);
            along("verifier.expected", shares.map(|(&unsound, &wrong)| Composition { unsound, wrong }).collect())
        });
        if expected.is_none() {
            undefined.insert("verifier.expected".to_owned(), "no exact solver reaches this loop".to_owned());
        }
        let told = expected.as_ref().unwrap_or(&mean_field);
        let selects = told.iter().position(|met| met.is_some_and(|met| met.discrimination < 0.0));
        if selects.is_none() {
            let reason = "up to the horizon the checks never reject right answers more often than wrong ones";
            undefined.insert("verifier.selects_for_mistakes".to_owned(), reason.to_owned());
        }
        Some(Self { mean_field, expected, selects_for_mistakes: selects.map(|g| g as u64) })
    }

    /// The meter along the expected composition where that is known, else along the mean field.
    #[must_use]
    pub fn best_known(&self) -> &[Option<VerifierMeter>] {
        self.expected.as_deref().unwrap_or(&self.mean_field)
    }
}

fn metered(scenario: &Scenario, path: Vec<Composition>) -> Vec<Result<VerifierMeter, &'static str>> {
    let candidates = scenario.vote.candidates.get();
    let mut law = Law::new(scenario, 0);
    let at = |(g, x): (u64, Composition)| {
        law.go_on(scenario, g);
        law.meter(candidates, x)
    };
    (0..).zip(path).map(at).collect()
}
