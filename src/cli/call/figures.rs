//! The figures of a document, drawn again from it.

use serde::de::DeserializeOwned;
use serde_json::Value;

use crate::analytic::{self, Solution};
use crate::claims::ClaimResults;
use crate::explain::MistakeAccount;
use crate::fit::{BacktestResult, LogFit, LogRun};
use crate::measure::MeasuredLoop;
use crate::plan::{DesignComparison, DesignPlan};
use crate::provenance::{LogProvenance, Provenance};
use crate::report::fit::FitInputs;
use crate::report::sensitivity::SensitivityInputs;
use crate::report::{self, Figure, ReportInputs};
use crate::scenario::Scenario;
use crate::sensitivity::Sensitivity;
use crate::simulate::Simulated;

use super::super::solve::safety;
use super::{CallContext, CallRefusal, called};

/// A figure.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DrawnFigure {
    /// Its short name.
    pub name: &'static str,
    /// The finding, as it stands above it.
    pub title: String,
    /// What is shown.
    pub caption: String,
    /// The SVG document.
    pub svg: String,
}

impl From<Figure> for DrawnFigure {
    fn from(figure: Figure) -> Self {
        let Figure { name, title, caption, svg, .. } = figure;
        Self { name, title, caption, svg }
    }
}

/// Draws the figures of what `command` printed as JSON; `run` is the run of a fit, as JSON. None for a command that draws none.
///
/// # Errors
/// [`CallRefusal`] for a document that is none of that command.
pub fn figures(
    command: &str,
    document: &[u8],
    run: Option<&[u8]>,
    context: CallContext,
) -> Result<Vec<DrawnFigure>, CallRefusal> {
    let (figures, _) = called(context, || drawn_again(command, document, run))?;
    Ok(figures.into_iter().map(DrawnFigure::from).collect())
}

fn drawn_again(command: &str, document: &[u8], run: Option<&[u8]>) -> anyhow::Result<Vec<Figure>> {
    let document: Value = serde_json::from_slice(document)?;
    Ok(match command {
        "solve" => of_loop(&document, &result::<Solution>(&document)?, None)?,
        "simulate" => {
            let solution = analytic::solve(&scenario(&document)?);
            of_loop(&document, &solution, Some(&result(&document)?))?
        }
        "compare" => {
            let evidence: ClaimResults = part(&document, "evidence")?;
            report::designs::figures(&result::<DesignComparison>(&document)?, &evidence, &provenance(&document)?)?
        }
        "plan" if document.get("scenario").is_none_or(|_| document.get("written").is_some()) => {
            report::plan::figures(&result::<DesignPlan>(&document)?, &provenance::<Provenance>(&document)?)?
        }
        "sensitivity" => {
            let (scenario, provenance) = (scenario(&document)?, provenance(&document)?);
            let found: Sensitivity = result(&document)?;
            report::sensitivity::figures(SensitivityInputs {
                scenario: &scenario,
                found: &found,
                provenance: &provenance,
            })?
        }
        "backtest" => report::backtest::figures(&result::<BacktestResult>(&document)?, &provenance(&document)?)?,
        "measure" => report::measure::figures(&result::<MeasuredLoop>(&document)?, &provenance(&document)?)?,
        "fit" if run.is_some() => {
            let run: LogRun = serde_json::from_slice(run.unwrap_or_default())?;
            let (fit, provenance) = (result::<LogFit>(&document)?, provenance::<LogProvenance>(&document)?);
            let (fit, run, provenance) = (&fit, &run, &provenance);
            report::fit::figures(&FitInputs { fit, run, advised: None, weighed: None, provenance })?
        }
        _ => Vec::new(),
    })
}

/// The figures of a loop that was solved, and perhaps played.
fn of_loop(document: &Value, solution: &Solution, simulated: Option<&Simulated>) -> anyhow::Result<Vec<Figure>> {
    let scenario = scenario(document)?;
    let account = MistakeAccount::of(&scenario);
    let safety = safety(&scenario, solution);
    Ok(report::figures(&ReportInputs {
        scenario: &scenario,
        provenance: &provenance(document)?,
        solution,
        simulated,
        verdict: None,
        account: Some(&account),
        safety: safety.as_ref(),
        posterior: None,
        sensitivity: None,
    })?)
}

fn scenario(document: &Value) -> anyhow::Result<Scenario> {
    Ok(Scenario::from_json(&document["scenario"])?)
}

fn provenance<P: DeserializeOwned>(document: &Value) -> anyhow::Result<P> {
    part(document, "provenance")
}

fn part<T: DeserializeOwned>(document: &Value, key: &str) -> anyhow::Result<T> {
    Ok(T::deserialize(&document[key])?)
}

/// The result stands in the document beside what it takes to make it again.
fn result<T: DeserializeOwned>(document: &Value) -> anyhow::Result<T> {
    Ok(T::deserialize(document)?)
}
