//! The answer of `runaway fit`: the finding first; one line and no number where the sampler has not settled.

use crate::gate::GateVerdict;
use crate::report;
use crate::report::fit::{FitInputs, tables, words};

use super::super::answer::Answer;
use super::super::document::CurveArgs;

pub(super) fn answer(inputs: &FitInputs<'_>, curve: CurveArgs) -> Answer {
    let fit = inputs.fit;
    if let Some(unsettled) = words::unsettled(fit) {
        return Answer { finding: vec![unsettled], ..Answer::default() };
    }
    let (first, last) = fit.basis.generations;
    let subject = format!("{}: generations {first} to {last}", fit.subject());
    let tables = [
        Some(tables::numbers(fit)),
        curve.curve.then(|| tables::generations(fit)),
        inputs.advised.map(tables::advice),
        inputs.weighed.map(tables::variants),
    ];
    let remarks = words::failure(fit).into_iter().chain([words::members(fit)]).chain(words::problems(fit));
    Answer {
        finding: [words::headline(fit)].into_iter().chain(inputs.advised.map(words::advice)).chain([subject]).collect(),
        tables: tables.into_iter().flatten().collect(),
        remarks: remarks.chain(words::unknown(fit)).chain(words::criticism(fit, inputs.weighed)).collect(),
        notes: fit.warnings.iter().cloned().chain([words::LEARNERS.to_owned()]).collect(),
        written: Vec::new(),
    }
}

/// The verdict by the rules, ahead of the fit's own answer.
pub(super) fn verdict(verdict: &GateVerdict) -> Answer {
    Answer {
        finding: report::gate::words::finding(verdict).into_iter().take(1).collect(),
        tables: vec![report::gate::rules(verdict)],
        remarks: report::gate::words::rates(),
        ..Answer::default()
    }
}
