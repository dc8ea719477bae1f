//! What gets past each design: mistakes of a candidate, in accepted examples, and learned, by their origin.

use crate::explain::Flows;
use crate::plan::Comparison;
use crate::report::axis::{Axis, numbering};
use crate::report::flows::{Bars, STACK};
use crate::report::plot::Plot;
use crate::report::words::percent;

pub(super) fn plot(comparison: &Comparison) -> Option<Plot> {
    let mut bars = Bars::default();
    for (index, one) in comparison.designs.iter().enumerate() {
        let middle = index as f64;
        let [candidate, accepted, learned] = columns(&one.account.now);
        bars.stack((middle - 0.40, middle - 0.15), &candidate);
        bars.stack((middle - 0.125, middle + 0.125), &accepted);
        bars.stack((middle + 0.15, middle + 0.40), &learned);
    }
    if bars.highest <= 0.0 {
        return None;
    }
    let names: Vec<String> = comparison.designs.iter().map(|one| one.name.clone()).collect();
    Some(Plot {
        title: title(comparison),
        notes: vec![
            format!("Designs: {}.", numbering(&names)),
            "Three bars each, at generation 0: mistakes of one candidate, in accepted examples, in what is learned.".to_owned(),
        ],
        caption: "Mistakes by their origin at generation 0 of every design: share of candidates, of accepted examples, and of the \
                  next generation's beliefs."
            .to_owned(),
        x: Axis {
            title: "design".to_owned(),
            low: -0.5,
            high: names.len() as f64 - 0.5,
            ticks: (0..names.len()).map(|index| (index as f64, (index + 1).to_string())).collect(),
        },
        y: Axis::share("mistakes", 0.0, bars.highest * 1.02),
        layers: bars.layers(),
    })
}

fn columns(flows: &Flows) -> [[f64; 6]; 3] {
    let mut columns = [[0.0; 6]; 3];
    for flow in &flows.flows {
        let Some(place) = STACK.iter().position(|class| *class == flow.class) else { continue };
        let share = if flows.yield_ > 0.0 { flow.accepted / flows.yield_ } else { 0.0 };
        columns.iter_mut().zip([flow.enters, share, flow.learned]).for_each(|(column, part)| column[place] = part);
    }
    columns
}

fn title(comparison: &Comparison) -> String {
    let learned = |flows: &Flows| flows.flows.iter().map(|flow| flow.learned).sum::<f64>();
    let ends = comparison.designs.iter().map(|one| (learned(&one.account.now), one.name.as_str()));
    match ends.min_by(|a, b| a.0.total_cmp(&b.0)) {
        Some((least, name)) => {
            format!("“{name}” lets the fewest mistakes through: {} of what is learned", percent(least, 3))
        }
        None => "What gets past each design".to_owned(),
    }
}
