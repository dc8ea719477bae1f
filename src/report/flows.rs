//! Mistakes through one generation: stacked by their origin, behind each check, and what is learned of them.

use crate::explain::{Account, Class, Flows};

use super::Inputs;
use super::axis::Axis;
use super::plot::{Layer, Plot, Shape, Span};
use super::theme::class_fill;
use super::words::{number, percent, ratio};

/// More stages than this are numbered instead of named.
const NAMED: usize = 7;
/// Order from the bottom of a stack; neighbours differ in lightness.
pub(super) const STACK: [Class; 6] = [
    Class::InheritedWrong,
    Class::FreshRandom,
    Class::FreshSystematic,
    Class::TurnedWrong,
    Class::InheritedUnsound,
    Class::FreshUnsound,
];

pub(super) fn plot(inputs: &Inputs<'_>) -> Option<Plot> {
    let account = inputs.account?;
    let votes = inputs.scenario.vote.candidates.get() > 1;
    let (now, later) = (columns(&account.now, votes), columns(&account.later, votes));
    let stages = stages(&account.now, votes);
    let mut bars = Bars::default();
    for (index, (now, later)) in now.iter().zip(&later).enumerate() {
        let middle = index as f64;
        bars.stack((middle - 0.40, middle - 0.03), now);
        bars.stack((middle + 0.03, middle + 0.40), later);
    }
    let numbered = stages.len() > NAMED;
    let tick =
        |(index, name): (usize, &String)| (index as f64, if numbered { (index + 1).to_string() } else { name.clone() });
    let place = if account.at_rest { "where it has come to rest" } else { "half-way to the horizon" };
    let mut notes = vec![format!(
        "Left bars: generation 0. Right bars: generation {} of the mean field, {place} ({} of beliefs mistaken).",
        account.later.generation,
        percent(account.later.composition.unsound + account.later.composition.wrong, 3)
    )];
    notes.push(
        "Up to the last check shares of problems; behind learning, shares of what the next generation believes."
            .to_owned(),
    );
    if numbered {
        notes.push(format!("Stages: {}.", numbering(&stages)));
    }
    Some(Plot {
        title: title(account),
        notes,
        caption:
            "Mistakes by their origin, from one candidate through each check (shares of problems) to what the next \
                  generation learns (share of its beliefs)."
                .to_owned(),
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

/// "1 a, 2 b"; lines break between the names only.
pub(super) fn numbering(names: &[String]) -> String {
    let entry = |(index, name): (usize, &String)| format!("{}\u{a0}{}", index + 1, name.replace(' ', "\u{a0}"));
    names.iter().enumerate().map(entry).collect::<Vec<_>>().join(", ")
}

fn stages(flows: &Flows, votes: bool) -> Vec<String> {
    let mut names = vec!["one candidate".to_owned()];
    if votes {
        names.push("vote".to_owned());
    }
    names.extend(flows.filters.iter().cloned());
    names.push("learning".to_owned());
    names
}

/// What each stage leaves of each class, in the order of [`STACK`].
fn columns(flows: &Flows, votes: bool) -> Vec<[f64; 6]> {
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
pub(super) struct Bars {
    boxes: [Vec<Span>; 6],
    /// The tallest stack.
    pub highest: f64,
}

impl Bars {
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
        shown.map(|(class, boxes)| Layer::new(class.name(), Shape::Boxes { boxes, fill: class_fill(class) })).collect()
    }
}

fn title(account: &Account) -> String {
    let learned = account.now.flows.iter().map(|flow| flow.learned).sum::<f64>();
    let learned = percent(learned, 3);
    match &account.drivers {
        Some(drivers) => {
            let part = drivers.contributions.iter().find(|one| one.class == drivers.driver).map_or(0.0, |one| one.part);
            let (part, r) = (number(part, 2), ratio(drivers.reproduction_number));
            let name = drivers.driver.name();
            let name = name.get(..1).unwrap_or_default().to_uppercase() + name.get(1..).unwrap_or_default();
            format!("{name} mistakes make up {part} of R = {r}; at first {learned} of what is learned is mistaken")
        }
        None => format!("At first {learned} of what is learned is mistaken"),
    }
}
