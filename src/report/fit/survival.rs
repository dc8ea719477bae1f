//! The survival function of the remaining runway, with its median and intervals.

use crate::report::axis::Axis;
use crate::report::plot::{Layer, Plot, Shape};
use crate::report::survival::{LAST_STEP, steps};
use crate::report::theme::{FORECAST, MEDIAN, interval};
use crate::report::words::percent;

use super::Inputs;
use super::words::range;

pub(super) fn plot(inputs: &Inputs<'_>) -> Option<Plot> {
    let runway = &inputs.fit.runway;
    let after = |generation: u64| generation as f64 - runway.survived_to as f64;
    let survival = inputs.fit.fan.iter().filter_map(|one| Some((after(one.generation), one.survival?)));
    let points: Vec<(f64, f64)> = std::iter::once((0.0, 1.0)).chain(survival).collect();
    let end = runway.horizon as f64 + LAST_STEP;
    let mut layers = Vec::new();
    let place = |ends: (Option<u64>, Option<u64>)| (ends.0.map_or(end, |g| g as f64), ends.1.map_or(end, |g| g as f64));
    let (wide, narrow) = (place(runway.interval90), place(runway.interval50));
    // The wide interval leaves the narrow one out, so that neither is seen through the other.
    let corners = [(wide.0, 1.0), (narrow.0, 1.0), (narrow.0, 0.0), (narrow.1, 0.0), (narrow.1, 1.0), (wide.1, 1.0)];
    let around = corners.map(|(x, height)| (x, 0.0, height)).to_vec();
    for (share, ends, points) in
        [(0.9, runway.interval90, around), (0.5, runway.interval50, vec![(narrow.0, 0.0, 1.0), (narrow.1, 0.0, 1.0)])]
    {
        let name = format!("{} interval: {}", percent(share, 2), range(ends, runway.horizon));
        layers.push(Layer::new(name, Shape::Area { points, fill: interval(share) }));
    }
    layers.push(Layer::new("P(no failure)", Shape::Line { points: steps(&points), stroke: FORECAST }));
    if let Some(median) = runway.median {
        layers.push(Layer::new(format!("median {median}"), Shape::Mark { x: median as f64, stroke: MEDIAN }));
    }
    let axis = Axis::generations(0, runway.horizon, 0.0);
    Some(Plot {
        title: title(inputs),
        notes: vec![format!(
            "Share of the forecast's paths whose error has stayed below {} so far, given survival up to generation {}.",
            percent(runway.error_rate, 3),
            runway.survived_to
        )],
        caption: "Survival function of the remaining runway; shaded: its central 90 % and 50 % intervals.".to_owned(),
        x: Axis { title: format!("generations after generation {}", runway.survived_to), high: end, ..axis },
        y: Axis::share("probability of no failure so far", 0.0, 1.0),
        layers,
    })
}

fn title(inputs: &Inputs<'_>) -> String {
    let runway = &inputs.fit.runway;
    let no_failure = percent(runway.no_failure, 3);
    match runway.median {
        Some(median) => {
            let noun = if median == 1 { "generation" } else { "generations" };
            format!("Half of the paths fail within {median} {noun}; {no_failure} last more than {}", runway.horizon)
        }
        None => format!("{no_failure} of the paths last more than {} generations", runway.horizon),
    }
}
