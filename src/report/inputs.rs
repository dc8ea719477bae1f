//! What a report is made from, and what it is.

use thiserror::Error;

use crate::analytic::{SafetyReport, Solution};
use crate::compare::AgreementVerdict;
use crate::explain::MistakeAccount;
use crate::plan::DesignPosterior;
use crate::provenance::Provenance;
use crate::scenario::Scenario;
use crate::sensitivity::Sensitivity;
use crate::simulate::Simulated;

use super::plot;
use super::svg::FigureError;

/// Everything a report is made from.
#[derive(Debug, Clone, Copy)]
pub struct ReportInputs<'a> {
    /// The loop.
    pub scenario: &'a Scenario,
    /// Where the results came from.
    pub provenance: &'a Provenance,
    /// The analytic side.
    pub solution: &'a Solution,
    /// The simulated side, if the loop was played.
    pub simulated: Option<&'a Simulated>,
    /// The comparison of the two, if there was one.
    pub verdict: Option<&'a AgreementVerdict>,
    /// Where mistakes enter, pass and heal, if that was asked.
    pub account: Option<&'a MistakeAccount>,
    /// What would make the loop safe, if that was sought.
    pub safety: Option<&'a SafetyReport>,
    /// What the log of a fitted loop leaves open.
    pub posterior: Option<&'a DesignPosterior>,
    /// What the loop's fate depends on, if that was asked.
    pub sensitivity: Option<&'a Sensitivity>,
}

/// A finished figure.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Figure {
    /// Short name, also that of its file.
    pub name: &'static str,
    /// The finding, as it stands above the figure.
    pub title: String,
    /// What is shown.
    pub caption: String,
    /// A complete SVG document.
    pub svg: String,
    /// The same drawn for a screen of 400 pixels, where there is room for what it shows.
    pub narrow: Option<String>,
}

/// A report, ready to be written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RenderedReport {
    /// Names and contents of the figures' files.
    pub figures: Vec<(String, Vec<u8>)>,
    /// The page: one HTML file that needs no other.
    pub html: Vec<u8>,
}

/// A report that could not be made.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum ReportError {
    /// A figure could not be drawn.
    #[error("{name}: {error}")]
    Figure {
        /// Name of the figure.
        name: &'static str,
        /// What went wrong.
        error: FigureError,
    },
}

/// Draws the plots that there are.
pub(super) fn drawn<const N: usize>(
    plots: [(&'static str, Option<plot::Plot>); N],
    origin: &str,
) -> Result<Vec<Figure>, ReportError> {
    plots
        .into_iter()
        .filter_map(|(name, plot)| plot.map(|plot| (name, plot)))
        .map(|(name, plot)| {
            let failed = |error| ReportError::Figure { name, error };
            let svg = plot.draw(origin).map_err(failed)?;
            let narrow = plot.draw_narrow(origin).transpose().map_err(failed)?;
            Ok(Figure { name, title: plot.title, caption: plot.caption, svg, narrow })
        })
        .collect()
}

impl RenderedReport {
    pub(super) fn new(figures: Vec<Figure>, html: Vec<u8>) -> Self {
        let file = |figure: Figure| (format!("{}.svg", figure.name), figure.svg.into_bytes());
        Self { figures: figures.into_iter().map(file).collect(), html }
    }
}

/// What a figure says of its own making.
pub(super) fn origin(provenance: &Provenance) -> String {
    let Provenance { program, version, scenario_sha256, command, .. } = provenance;
    format!("{program} {version}, scenario {scenario_sha256}, command: {command}")
}
