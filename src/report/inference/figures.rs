//! What votes come to, and what divisions accept.

use crate::plan::inference::{InferencePlan, SampleDivision};
use crate::report::axis::Axis;
use crate::report::front::{FrontPoint, steps};
use crate::report::plot::Plot;
use crate::report::shape::{Layer, PlotShape};
use crate::report::theme::{EXACT, FORECAST, FRONT, THRESHOLD, VERMILLION};
use crate::report::words::percent;

use super::words::name;

/// Room below the least value of an axis, of its length.
const MARGIN: f64 = 0.1;

/// Right winners, and problems with a right answer among the samples, by the number of votes.
pub(super) fn votes(plan: &InferencePlan) -> Plot {
    let line = |value: fn(&crate::plan::inference::VotesPoint) -> f64| -> Vec<(f64, f64)> {
        plan.votes_curve.iter().map(|point| ((point.votes as f64).log10(), value(point))).collect()
    };
    let most = plan.votes_curve.last().map_or(1.0, |point| point.votes as f64);
    let low = plan.votes_curve.iter().map(|point| point.purity).fold(plan.ceiling, f64::min);
    let label = format!("{} in the end", percent(plan.ceiling, 3));
    let ticks: Vec<(f64, String)> =
        plan.votes_curve.iter().map(|point| ((point.votes as f64).log10(), point.votes.to_string())).collect();
    let title = match plan.enough_votes {
        Some(votes) => format!(
            "More than {votes} vote{} change less than 1 percentage point: ever more lead to {} right winners",
            if votes == 1 { "" } else { "s" },
            percent(plan.ceiling, 3)
        ),
        None => format!(
            "Ever more votes lead to {} right winners, and {most} votes are still far from it",
            percent(plan.ceiling, 3)
        ),
    };
    Plot {
        title,
        notes: Vec::new(),
        caption: "Share of right winners of a plurality vote, and of problems with a right answer among the votes, by the number of votes."
            .to_owned(),
        x: Axis { title: "votes".to_owned(), low: -0.05, high: most.log10() + 0.05, ticks },
        y: Axis::share("share of the problems", (low - 0.05).max(0.0), 1.0),
        layers: vec![
            Layer::unnamed(PlotShape::Level { y: plan.ceiling, label, stroke: THRESHOLD }),
            Layer::new("some vote right", PlotShape::Line { points: line(|point| point.coverage), stroke: FORECAST }),
            Layer::new("winner right", PlotShape::Line { points: line(|point| point.purity), stroke: EXACT }),
        ],
    }
}

/// The front of divisions: problems accepted against right ones of the accepted.
pub(super) fn divisions(plan: &InferencePlan) -> Option<Plot> {
    let place = |one: &SampleDivision, text: String| {
        Some(FrontPoint { x: one.accepted, y: one.purity?, name: text, leads: true })
    };
    let front: Vec<FrontPoint> = plan.front.iter().filter_map(|one| place(one, String::new())).collect();
    let best = plan.best.as_ref()?;
    let chosen: Vec<FrontPoint> =
        [place(best, name(best)), place(&plan.votes, name(&plan.votes))].into_iter().flatten().collect();
    if front.len() < 2 || chosen.len() < 2 {
        return None;
    }
    let low = front.iter().chain(&chosen).map(|point| point.y).fold(1.0, f64::min);
    let fewest = front.iter().chain(&chosen).map(|point| point.x).fold(1.0, f64::min);
    // Just as far down as points lie: shares near 1 would be one line on an axis from 0.
    let below = |least: f64| (least - MARGIN * (1.0 - least)).max(0.0);
    let x = Axis::share("problems accepted", below(fewest), 1.0);
    let y = Axis::share("right of the accepted", below(low), 1.0);
    let line = steps(&front);
    let dots = front.iter().map(|point| (point.x, point.y)).collect();
    let mut layers = vec![
        Layer::new("divisions that no other beats", PlotShape::Dots { points: dots, color: EXACT.color, open: false }),
        Layer::unnamed(PlotShape::Line { points: line, stroke: FRONT }),
    ];
    let marks = [("best", false), ("all on votes", true)];
    layers.extend(marks.into_iter().zip(chosen).map(|((what, open), point)| point.marked(what, VERMILLION, open)));
    Some(Plot {
        title: format!(
            "“{}” is purest of all that accept at least {}: {} right, of {} samples a problem",
            name(best),
            percent(plan.least_accepted, 3),
            percent(best.purity?, 3),
            plan.samples
        ),
        notes: Vec::new(),
        caption: "Divisions of the samples of a problem: how many problems end in an accepted answer, and how many of these are right.".to_owned(),
        x,
        y,
        layers,
    })
}
