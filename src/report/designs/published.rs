//! Published values beside the model's: how far off is it, where it was fitted and where it predicts?

use crate::claims::{ClaimResults, PublishedResult};
use crate::report::axis::Axis;
use crate::report::plot::Plot;
use crate::report::shape::{LabelSide, Layer, PlotShape, Tag};
use crate::report::theme::{EXACT, GAP, INK_BAR, VERMILLION};
use crate::report::words::number;
use crate::scenario::PublishedRole;

/// The most values in the figure.
const ROWS: usize = 10;
/// The longest label, in characters.
const LONGEST: usize = 95;
/// Heights within a row, whose middle is 0: the label, and the marks below it.
const LABEL: f64 = 0.24;
const MARKS: f64 = -0.16;
/// Half the height of the mark of a published value.
const BAR: f64 = 0.14;

/// A published share with the model's number.
struct PublishedRow<'a> {
    says: &'a str,
    role: PublishedRole,
    published: f64,
    found: f64,
}

impl PublishedRow<'_> {
    fn miss(&self) -> f64 {
        (self.found - self.published).abs()
    }
}

pub(super) fn plot(evidence: &ClaimResults) -> Option<Plot> {
    let all: Vec<PublishedRow<'_>> = evidence.published.iter().filter_map(row).collect();
    let rows = worst(&all);
    if rows.is_empty() {
        return None;
    }
    let high = rows.iter().map(|row| row.published.max(row.found)).fold(0.0, f64::max);
    let last = rows.len() as f64 - 1.0;
    let x = Axis::share("value", 0.0, high * 1.03);
    let layers = layers(&rows, &x);
    Some(Plot {
        title: title(&all),
        notes: notes(rows.len(), all.len(), evidence.published.len()),
        caption:
            "Published values beside the model's: those that a parameter was fitted to, and those that are predicted."
                .to_owned(),
        x,
        y: Axis { title: String::new(), low: -0.5, high: last + 0.5, ticks: Vec::new() },
        layers,
    })
}

fn row(beside: &PublishedResult) -> Option<PublishedRow<'_>> {
    let published = &beside.published;
    let shown = published.subject.quantity.is_share() && (0.0..=1.0).contains(&published.value);
    shown.then_some(PublishedRow {
        says: &published.says,
        role: published.role,
        published: published.value,
        found: beside.found?,
    })
}

/// Those that the figure has room for: the largest misses, in the order of the file.
fn worst<'a>(all: &'a [PublishedRow<'a>]) -> Vec<&'a PublishedRow<'a>> {
    let mut rows: Vec<(usize, &PublishedRow<'_>)> = all.iter().enumerate().collect();
    rows.sort_by(|(_, a), (_, b)| b.miss().total_cmp(&a.miss()));
    rows.truncate(ROWS);
    rows.sort_by_key(|(place, _)| *place);
    rows.into_iter().map(|(_, row)| row).collect()
}

fn notes(shown: usize, shares: usize, all: usize) -> Vec<String> {
    let mut notes = vec![
        "“Fitted”: a parameter was chosen to meet the value. “Predicted”: none was. A line spans the miss.".to_owned(),
    ];
    if shown < shares {
        notes.push(format!("The {shown} largest misses of {all} values; the table has the others."));
    } else if shown < all {
        notes.push(format!(
            "{shown} of {all} values; the table has those that are no shares, or that the model has no number for."
        ));
    }
    notes
}

fn layers(rows: &[&PublishedRow<'_>], x: &Axis) -> Vec<Layer> {
    let height = |index: usize| (rows.len() - 1 - index) as f64;
    let mut layers = Vec::new();
    for (index, row) in rows.iter().enumerate() {
        let (y, ends) = (height(index) + MARKS, [row.published, row.found]);
        let text = label(row.says);
        layers.push(Layer::unnamed(PlotShape::Text { x: x.low, y: height(index) + LABEL, text }));
        layers.push(Layer::unnamed(PlotShape::Line { points: ends.map(|end| (end, y)).to_vec(), stroke: GAP }));
        let points = vec![(row.published, y - BAR), (row.published, y + BAR)];
        let bar = PlotShape::Line { points, stroke: INK_BAR };
        layers.push(if index == 0 { Layer::new("published", bar) } else { Layer::unnamed(bar) });
    }
    for (role, name, open, color) in [
        (PublishedRole::Fitted, "model, fitted", true, EXACT.color),
        (PublishedRole::Predicted, "model, predicted", false, VERMILLION),
    ] {
        let own = rows.iter().enumerate().filter(|(_, row)| row.role == role);
        let tag = |(index, row): (usize, &&PublishedRow<'_>)| Tag {
            x: row.found,
            y: height(index) + MARKS,
            text: String::new(),
            side: LabelSide::Right,
            shift: 0.0,
        };
        let tags: Vec<Tag> = own.map(tag).collect();
        if !tags.is_empty() {
            layers.push(Layer::new(name, PlotShape::Tags { tags, color, open }));
        }
    }
    layers
}

fn label(says: &str) -> String {
    if says.chars().count() <= LONGEST {
        return says.to_owned();
    }
    says.chars().take(LONGEST - 1).chain(['…']).collect()
}

/// The largest miss of what is predicted.
fn title(rows: &[PublishedRow<'_>]) -> String {
    let predicted: Vec<&PublishedRow<'_>> = rows.iter().filter(|row| row.role == PublishedRole::Predicted).collect();
    match predicted.iter().copied().max_by(|a, b| a.miss().total_cmp(&b.miss())) {
        Some(worst) => format!(
            "{} misses by {} percentage points: {}",
            if predicted.len() == 1 {
                "The one prediction".to_owned()
            } else {
                format!("Of {} predictions the worst", predicted.len())
            },
            number(100.0 * worst.miss(), 3),
            label(worst.says)
        ),
        None if rows.len() == 1 => "The published value was fitted: nothing is predicted".to_owned(),
        None => format!("All {} published values were fitted: nothing is predicted", rows.len()),
    }
}
