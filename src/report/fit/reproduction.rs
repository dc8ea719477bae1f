//! R before and after the data.

use crate::report::axis::Axis;
use crate::report::facts::largest;
use crate::report::plot::{Layer, Plot, Shape};
use crate::report::theme::{CRITICAL, PRIOR, exact_bars};
use crate::report::words::{number, percent, ratio};

use super::Inputs;

pub(super) fn plot(inputs: &Inputs<'_>) -> Option<Plot> {
    let r = &inputs.fit.reproduction_number;
    let (first, last) = (r.density.first()?, r.density.last()?);
    let bars = r.density.iter().map(|bin| (bin.low, bin.high, bin.posterior)).collect();
    let mut outline = Vec::with_capacity(2 * r.density.len());
    for bin in &r.density {
        outline.extend([(bin.low, bin.prior), (bin.high, bin.prior)]);
    }
    let top = largest(r.density.iter().flat_map(|bin| [&bin.prior, &bin.posterior]));
    let title = format!("error reproduction number R at generation {}", inputs.fit.basis.generations.1);
    let x = Axis::range(&title, first.low.min(0.95), last.high.max(1.05));
    Some(Plot {
        title: format!(
            "R is {} (90 %: {} to {}), above 1 with probability {}: {}",
            ratio(r.posterior.q50),
            ratio(r.posterior.q05),
            ratio(r.posterior.q95),
            percent(r.above_one, 3),
            r.words
        ),
        notes: vec![
            "R counts the mistakes that one mistake leaves in the next generation: above 1 they multiply.".to_owned(),
        ],
        caption: "R before and after the data, as shares of draws; tails beyond the central 95 % are left out."
            .to_owned(),
        x,
        y: Axis::share(&format!("share of draws in each bin of {}", number(first.high - first.low, 2)), 0.0, top),
        layers: vec![
            Layer::new("given the log", Shape::Bars { bars, fill: exact_bars() }),
            Layer::new("prior", Shape::Line { points: outline, stroke: PRIOR }),
            Layer::new("R = 1", Shape::Mark { x: 1.0, stroke: CRITICAL }),
        ],
    })
}
