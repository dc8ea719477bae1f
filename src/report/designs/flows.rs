//! What gets past each design: mistakes of a candidate, in accepted examples, and learned, by their origin.

use crate::explain::MistakeFlows;
use crate::plan::{ComparedDesign, DesignComparison};
use crate::report::axis::Axis;
use crate::report::flows::STACK;
use crate::report::plot::Plot;
use crate::report::shape::{Layer, PlotShape, Span};
use crate::report::theme::class_fill;
use crate::report::words::percent;

use super::chosen::{caveat, leading, least, short};
use super::{NEGLIGIBLE, sentence};

const CAPTION: &str = "Mistakes by their origin at generation 0 of every design: share of candidates, of accepted examples, and of the \
                       next generation's beliefs.";
/// The most designs that have three bars each.
const THREE_BARS: usize = 8;
/// The most designs in the figure.
const ROWS: usize = 20;
/// Lower and upper ends of the bars of a row, around its middle, from the top.
const THREE: [(f64, f64); 3] = [(0.14, 0.40), (-0.13, 0.13), (-0.40, -0.14)];
const ONE: (f64, f64) = (-0.36, 0.36);

pub(super) fn plot(comparison: &DesignComparison) -> Plot {
    let designs = leading(comparison, ROWS);
    let bars = bars(&designs);
    if bars.longest < NEGLIGIBLE {
        let most = percent(NEGLIGIBLE, 3);
        let title = format!("In every design fewer than {most} of answers and beliefs are mistaken at generation 0");
        return sentence(title, CAPTION);
    }
    Plot {
        title: title(comparison),
        notes: notes(designs.len(), comparison.designs.len()),
        caption: CAPTION.to_owned(),
        x: Axis::share("mistakes", 0.0, bars.longest * 1.02),
        y: rows(&designs),
        layers: bars.layers(),
    }
}

/// One row for each design, the first at the top, named at its left.
fn rows(designs: &[&ComparedDesign]) -> Axis {
    let last = designs.len() as f64 - 1.0;
    let ticks = (0..).zip(designs).map(|(index, one)| (last - f64::from(index), short(&one.name))).collect();
    Axis { title: "design".to_owned(), low: -0.5, high: last + 0.5, ticks }
}

fn notes(shown: usize, all: usize) -> Vec<String> {
    let mut notes = vec![if shown <= THREE_BARS {
        "Three bars each, at generation 0: mistakes of one candidate (top), in accepted examples (middle), in what is learned (bottom)."
            .to_owned()
    } else {
        "Mistakes in what is learned from generation 0.".to_owned()
    }];
    if shown < all {
        notes.push(format!("The baseline and the {} designs that last longest, of {all}.", shown - 1));
    }
    notes
}

fn bars(designs: &[&ComparedDesign]) -> DesignBars {
    let mut bars = DesignBars::default();
    for (index, one) in designs.iter().enumerate() {
        let middle = (designs.len() - 1 - index) as f64;
        let columns = columns(&one.account.now);
        if designs.len() <= THREE_BARS {
            THREE.iter().zip(&columns).for_each(|((low, high), parts)| bars.add((middle + low, middle + high), parts));
        } else {
            bars.add((middle + ONE.0, middle + ONE.1), &columns[2]);
        }
    }
    bars
}

fn columns(flows: &MistakeFlows) -> [[f64; 6]; 3] {
    let mut columns = [[0.0; 6]; 3];
    for flow in &flows.flows {
        let Some(place) = STACK.iter().position(|class| *class == flow.class) else { continue };
        let share = if flows.yield_ > 0.0 { flow.accepted / flows.yield_ } else { 0.0 };
        columns.iter_mut().zip([flow.enters, share, flow.learned]).for_each(|(column, part)| column[place] = part);
    }
    columns
}

/// Lying bars under construction, their parts in the order of [`STACK`].
#[derive(Default)]
struct DesignBars {
    boxes: [Vec<Span>; 6],
    longest: f64,
}

impl DesignBars {
    fn add(&mut self, (low, high): (f64, f64), parts: &[f64; 6]) {
        let mut left = 0.0;
        for (boxes, &part) in self.boxes.iter_mut().zip(parts).filter(|(_, part)| **part > 0.0) {
            boxes.push(Span { left, right: left + part, low, high });
            left += part;
        }
        self.longest = self.longest.max(left);
    }

    /// One layer for each class that occurs.
    fn layers(self) -> Vec<Layer> {
        let shown = STACK.into_iter().zip(self.boxes).filter(|(_, boxes)| !boxes.is_empty());
        shown
            .map(|(class, boxes)| Layer::new(class.name(), PlotShape::Boxes { boxes, fill: class_fill(class) }))
            .collect()
    }
}

fn title(comparison: &DesignComparison) -> String {
    let learned = |one: &ComparedDesign| one.account.now.flows.iter().map(|flow| flow.learned).sum::<f64>();
    let all: Vec<&ComparedDesign> = comparison.designs.iter().collect();
    match least(&all, learned) {
        Some((share, one, names)) => format!(
            "The least is learned wrongly with {names}{}: {} of the next beliefs",
            caveat(one),
            percent(share, 3)
        ),
        None => "What gets past each design".to_owned(),
    }
}
