//! The filters of section 4, as passing probabilities.

use serde_json::Value;

use super::super::precise::Precise;
use super::kinds::Kinds;
use super::law::{Bin, Law};

impl Law<'_> {
    /// What passes all filters, of a base candidate and a share of mistaken beliefs.
    pub fn passing(&self, bin: &Bin, base: Kinds, mistaken: Precise) -> Kinds {
        let filters = self.file["filter"].as_array().into_iter().flatten();
        filters.fold(Kinds::all(Precise::one()), |all, filter| {
            let [random, systematic, unsound, sound] = catching(filter, bin, base, mistaken).map(Precise::rest);
            all.each(Kinds { sound, unsound, systematic, random }, |a, b| a * b)
        })
    }
}

/// The row of the table: how often random, systematic, unsound and sound examples are caught.
fn catching(filter: &Value, bin: &Bin, base: Kinds, mistaken: Precise) -> [Precise; 4] {
    let rate = |key: &str| Precise::of(filter[key].as_f64().unwrap());
    let (zero, one) = (Precise::ZERO, Precise::one());
    let sees_steps = filter["steps"].as_bool().unwrap_or(false);
    match filter["kind"].as_str().unwrap() {
        "catch" => [rate("random"), rate("systematic"), rate("unsound"), rate("false_reject")],
        "outcome" => {
            let (t, f) = (rate("sensitivity"), rate("false_reject"));
            [t, t, f, f]
        }
        "steps" => {
            let (t, f) = (rate("sensitivity"), rate("false_reject"));
            [t, t, t, f.rest().power(bin.steps).rest()]
        }
        "cross-model" => {
            let other = rate("error_rate");
            [one, rate("agreement_on_error").rest(), other, other]
        }
        "transform" => {
            let missed = (base.sound + base.unsound).rest();
            [one, rate("invariance").rest(), missed, missed]
        }
        "ground-truth" => {
            let seen = rate("coverage");
            [seen, seen, if sees_steps { seen } else { zero }, zero]
        }
        "self-judge" => {
            let (t, f) = (rate("sensitivity"), rate("false_reject"));
            let told = t - (t - f) * mistaken;
            let shared = filter["shared"].as_f64().map_or(bin.consistency, Precise::of);
            [told, told * shared.rest(), if sees_steps { told } else { f }, f]
        }
        kind => panic!("{kind}"),
    }
}
