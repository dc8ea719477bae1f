//! R before and after the data.

use crate::fit::{ReproductionBin, ReproductionForecast};
use crate::report::axis::Axis;
use crate::report::plot::Plot;
use crate::report::shape::{Layer, PlotShape};
use crate::report::theme::{CRITICAL, PRIOR, exact_bars};
use crate::report::words::{number, percent, ratio};

use super::FitInputs;
use super::words::outlook;

pub(super) fn plot(inputs: &FitInputs<'_>) -> Option<Plot> {
    let r = &inputs.fit.reproduction_number;
    let (first, last) = (r.density.first()?, r.density.last()?);
    // R counts mistakes: what little of either law lies below 0 is said, not drawn.
    let drawn =
        || r.density.iter().filter(|bin| bin.high > 0.0).map(|bin| ReproductionBin { low: bin.low.max(0.0), ..*bin });
    let bars = drawn().map(|bin| (bin.low, bin.high, bin.posterior)).collect();
    let outline = drawn().flat_map(|bin| [(bin.low, bin.prior), (bin.high, bin.prior)]).collect();
    let top = drawn().map(|bin| bin.prior.max(bin.posterior)).fold(0.0, f64::max);
    let title = format!("error reproduction number R at generation {}", inputs.fit.basis.generations.1);
    let x = Axis::amount(&title, last.high.max(1.05));
    Some(Plot {
        title: format!(
            "R is {} (90 %: {} to {}), above 1 with probability {}",
            ratio(r.posterior.q50),
            ratio(r.posterior.q05),
            ratio(r.posterior.q95),
            outlook(inputs.fit)
        ),
        notes: notes(r),
        caption: "R before and after the data, as shares of draws; tails beyond the central 95 % are left out."
            .to_owned(),
        x,
        y: Axis::share(&format!("share of draws in each bin of {}", number(first.high - first.low, 2)), 0.0, top),
        layers: vec![
            Layer::new("given the log", PlotShape::Bars { bars, fill: exact_bars() }),
            Layer::new("prior", PlotShape::Line { points: outline, stroke: PRIOR }),
            Layer::new("R = 1", PlotShape::Mark { x: 1.0, stroke: CRITICAL }),
        ],
    })
}

fn notes(r: &ReproductionForecast) -> Vec<String> {
    let mut notes =
        vec!["R counts the mistakes that one mistake leaves in the next generation: above 1 they multiply.".to_owned()];
    if r.below_zero > 0.0 || r.prior_below_zero > 0.0 {
        notes.push(format!(
            "Not drawn: {} of the draws given the log, and {} before it, lie below 0, where one more mistake leaves fewer.",
            percent(r.below_zero, 3),
            percent(r.prior_below_zero, 3)
        ));
    }
    notes
}
