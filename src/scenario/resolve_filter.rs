//! From a `[[filter]]` table to a filter of its kind.

use crate::quantity::Probability;

use super::error::RuleBreach;
use super::filter::{Filter, KINDS};
use super::wording::{list, one_line, suggest};
use super::written;

/// Resolves the `index`-th `[[filter]]` table of a file. A strength that is not stated is that of the weakest check.
pub(super) fn resolve_filter(written: &written::WrittenFilter, index: usize) -> Result<Filter, RuleBreach> {
    let or_zero = |value: Option<Probability>| value.unwrap_or(Probability::ZERO);
    let (filter, takes): (Filter, &[&str]) = match written.kind.as_str() {
        "catch" => (
            Filter::Catch {
                random: or_zero(written.random),
                systematic: or_zero(written.systematic),
                unsound: or_zero(written.unsound),
                false_reject: or_zero(written.false_reject),
            },
            &["random", "systematic", "unsound", "false_reject"],
        ),
        "outcome" => (
            Filter::Outcome { sensitivity: or_zero(written.sensitivity), false_reject: or_zero(written.false_reject) },
            &["sensitivity", "false_reject"],
        ),
        "steps" => (
            Filter::Steps { sensitivity: or_zero(written.sensitivity), false_reject: or_zero(written.false_reject) },
            &["sensitivity", "false_reject"],
        ),
        "cross-model" => (
            Filter::CrossModel {
                agreement_on_error: written.agreement_on_error.unwrap_or(Probability::ONE),
                error_rate: or_zero(written.error_rate),
            },
            &["agreement_on_error", "error_rate"],
        ),
        "transform" => {
            (Filter::Transform { invariance: written.invariance.unwrap_or(Probability::ONE) }, &["invariance"])
        }
        "ground-truth" => (
            Filter::GroundTruth { coverage: or_zero(written.coverage), steps: written.steps.unwrap_or(false) },
            &["coverage", "steps"],
        ),
        "self-judge" => (
            Filter::SelfJudge {
                sensitivity: or_zero(written.sensitivity),
                false_reject: or_zero(written.false_reject),
                shared: written.shared,
                steps: written.steps.unwrap_or(false),
            },
            &["sensitivity", "false_reject", "shared", "steps"],
        ),
        unknown => return Err(unknown_kind(index, unknown)),
    };
    match written.given().find(|key| !takes.contains(key)) {
        Some(key) => Err(foreign_parameter(index, filter.kind(), key, takes)),
        None => Ok(filter),
    }
}

impl written::WrittenFilter {
    /// The names of the parameters that the file gives.
    fn given(&self) -> impl Iterator<Item = &'static str> {
        [
            ("random", self.random.is_some()),
            ("systematic", self.systematic.is_some()),
            ("unsound", self.unsound.is_some()),
            ("false_reject", self.false_reject.is_some()),
            ("sensitivity", self.sensitivity.is_some()),
            ("agreement_on_error", self.agreement_on_error.is_some()),
            ("error_rate", self.error_rate.is_some()),
            ("invariance", self.invariance.is_some()),
            ("coverage", self.coverage.is_some()),
            ("shared", self.shared.is_some()),
            ("steps", self.steps.is_some()),
        ]
        .into_iter()
        .filter_map(|(name, given)| given.then_some(name))
    }
}

fn unknown_kind(index: usize, kind: &str) -> RuleBreach {
    RuleBreach::new(
        format!("filter.{index}.kind"),
        format!("\"{}\" is not a kind of filter", one_line(kind)),
        suggest(kind, KINDS).unwrap_or_else(|| format!("use one of {}", list(&KINDS))),
    )
}

fn foreign_parameter(index: usize, kind: &str, key: &str, takes: &[&str]) -> RuleBreach {
    RuleBreach::new(
        format!("filter.{index}.{key}"),
        format!("filters of kind `{kind}` have no `{key}`"),
        format!("they take {}", list(takes)),
    )
}
