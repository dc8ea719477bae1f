//! Mistakes through one generation: stacked by their origin, behind each check, and what is learned of them.

use crate::explain::{MistakeAccount, MistakeClass, MistakeFlows, ReproductionDrivers};

use super::ReportInputs;
use super::axis::Axis;
use super::plot::Plot;
use super::shape::{Layer, PlotShape, Span};
use super::theme::class_fill;
use super::words::{capitalised, percent, ratio};

/// Below this share of problems nothing is drawn: a figure in such units says less than a sentence.
const VOID: f64 = 1e-6;
const CAPTION: &str = "Mistakes by their origin, from one candidate through each check (shares of problems) to what the next \
                       generation learns (share of its beliefs).";
/// Order from the bottom of a stack; neighbours differ in lightness.
pub(super) const STACK: [MistakeClass; 6] = [
    MistakeClass::InheritedWrong,
    MistakeClass::FreshRandom,
    MistakeClass::FreshSystematic,
    MistakeClass::TurnedWrong,
    MistakeClass::InheritedUnsound,
    MistakeClass::FreshUnsound,
];

pub(super) fn plot(inputs: &ReportInputs<'_>) -> Option<Plot> {
    let account = inputs.account?;
    let votes = inputs.scenario.vote.candidates.get() > 1;
    let (now, later) = (columns(&account.now, votes), columns(&account.later, votes));
    let stages = stages(&account.now, votes);
    let mut bars = FlowBars::default();
    for (index, (now, later)) in now.iter().zip(&later).enumerate() {
        let middle = index as f64;
        bars.stack((middle - 0.40, middle - 0.03), now);
        bars.stack((middle + 0.03, middle + 0.40), later);
    }
    if bars.highest < VOID {
        return Some(sentence(account));
    }
    let tick = |(index, name): (usize, &String)| (index as f64, name.clone());
    let place = account.place("it");
    let notes = vec![
        format!(
            "Left bars: generation 0. Right bars: generation {} of the mean field, {place} ({} of beliefs mistaken).",
            account.later.generation,
            percent(account.later.composition.unsound + account.later.composition.wrong, 3)
        ),
        "Up to the last check shares of problems; behind learning, shares of what the next generation believes."
            .to_owned(),
    ];
    Some(Plot {
        title: title(account),
        notes,
        caption: CAPTION.to_owned(),
        x: Axis {
            title: "what is left after …".to_owned(),
            low: -0.5,
            high: stages.len() as f64 - 0.5,
            ticks: stages.iter().enumerate().map(tick).collect(),
        },
        y: Axis::share("mistakes", 0.0, bars.highest * 1.02),
        layers: bars.layers(),
    })
}

fn stages(flows: &MistakeFlows, votes: bool) -> Vec<String> {
    let mut names = vec!["one candidate".to_owned()];
    if votes {
        names.push("vote".to_owned());
    }
    names.extend(flows.filters.iter().cloned());
    names.push("learning".to_owned());
    names
}

/// What each stage leaves of each class, in the order of [`STACK`].
fn columns(flows: &MistakeFlows, votes: bool) -> Vec<[f64; 6]> {
    let mut columns = vec![[0.0; 6]; flows.filters.len() + 3];
    for flow in &flows.flows {
        let Some(place) = STACK.iter().position(|class| *class == flow.class) else { continue };
        let left = flows.remaining(flow).into_iter().chain([flow.learned]);
        columns.iter_mut().zip(left).for_each(|(column, left)| column[place] = left);
    }
    if !votes {
        // The vote of a single candidate leaves what there was.
        columns.remove(1);
    }
    columns
}

/// Stacked bars under construction.
#[derive(Default)]
pub(super) struct FlowBars {
    boxes: [Vec<Span>; 6],
    /// The tallest stack.
    pub highest: f64,
}

impl FlowBars {
    /// Adds a stack from `left` to `right`, its parts in the order of [`STACK`].
    pub fn stack(&mut self, (left, right): (f64, f64), parts: &[f64; 6]) {
        let mut low = 0.0;
        for (boxes, &part) in self.boxes.iter_mut().zip(parts).filter(|(_, part)| **part > 0.0) {
            boxes.push(Span { left, right, low, high: low + part });
            low += part;
        }
        self.highest = self.highest.max(low);
    }

    /// One layer for each class that occurs.
    pub fn layers(self) -> Vec<Layer> {
        let shown = STACK.into_iter().zip(self.boxes).filter(|(_, boxes)| !boxes.is_empty());
        shown
            .map(|(class, boxes)| Layer::new(class.name(), PlotShape::Boxes { boxes, fill: class_fill(class) }))
            .collect()
    }
}

/// What is said where no mistake is common enough to be drawn.
fn sentence(account: &MistakeAccount) -> Plot {
    let most = percent(VOID, 3);
    Plot {
        title: format!("Fewer than {most} of problems meet a mistake: nothing to draw"),
        notes: vec![title(account) + "."],
        caption: CAPTION.to_owned(),
        x: Axis::generations(0, 1, 0.0),
        y: Axis::share("mistakes", 0.0, 1.0),
        layers: Vec::new(),
    }
}

fn title(account: &MistakeAccount) -> String {
    let learned = account.now.flows.iter().map(|flow| flow.learned).sum::<f64>();
    let learned = percent(learned, 3);
    match account.drivers.as_ref().and_then(driven) {
        Some(driven) => format!("{driven}; at first {learned} of what is learned is mistaken"),
        None => format!("At first {learned} of what is learned is mistaken"),
    }
}

/// Which mistakes make how much of R; `None` where R is 0 and nothing makes it.
fn driven(drivers: &ReproductionDrivers) -> Option<String> {
    let r = drivers.reproduction_number;
    let part = drivers.contributions.iter().find(|one| one.class == drivers.driver)?.part / r;
    if !(part.is_finite() && part > 0.0) {
        return None;
    }
    let (name, r) = (capitalised(drivers.driver.name()), ratio(r));
    let share = percent(part, 3);
    Some(if share == percent(1.0, 3) {
        format!("{name} mistakes make all of R = {r}")
    } else if part > 1.0 {
        // Other classes take away what it makes beyond R.
        format!("{name} mistakes alone would make {share} of R = {r}")
    } else {
        format!("{name} mistakes make {share} of R = {r}")
    })
}
