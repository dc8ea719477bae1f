//! Fixed points of the mean field: the error floor and the tipping point (model.md, section 6).

use crate::law::{Composition, Law};

use super::reproduction::{next_generation_matrix, spectral_radius};

/// Generations after which a mean field that has not come to rest is given up.
const PATIENCE: usize = 20_000;
/// Starting points of the search for the tipping point.
const GRID: usize = 4_096;

/// The fixed point that the mean field of an unchanging law reaches from `start`; `None` if it does not come to rest.
#[must_use]
pub fn floor(law: &Law, start: Composition) -> Option<Composition> {
    let mut x = start;
    for _ in 0..PATIENCE {
        let next = law.at(x).next?;
        let change = (next.unsound - x.unsound).abs() + (next.wrong - x.wrong).abs();
        x = next;
        if change <= 4.0 * f64::EPSILON * (x.unsound + x.wrong) {
            return Some(x);
        }
    }
    // Slow where R is near 1: what is left shrinks by R each generation, so the limit is a geometric sum away.
    let rate = spectral_radius(&next_generation_matrix(law, x));
    let next = law.at(x).next?;
    let ahead = 1.0 / (1.0 - rate);
    let left = (next.unsound - x.unsound).abs().max((next.wrong - x.wrong).abs()) * ahead;
    (rate < 1.0 && left < 1e-9).then_some(next)
}

/// The share of wrong beliefs at the next unstable fixed point above `floor`, in a loop without unsound beliefs; `None` if
/// there is none up to 1.
#[must_use]
pub fn tipping(law: &Law, floor: f64) -> Option<f64> {
    let growth = |x: f64| law.at(Composition { unsound: 0.0, wrong: x }).next.map(|next| next.wrong - x);
    // Close above a stable floor mistakes shrink; the first place where they grow again is beyond the tipping point. The
    // search begins with steps far finer than its grid, since the two points may lie close together.
    let fine = (1..=24).rev().map(|halvings| 0.5_f64.powi(halvings));
    let coarse = (1..=GRID).map(|step| step as f64);
    let at = |step: f64| floor + (1.0 - floor) * step / GRID as f64;
    let (mut low, mut high) = (None, None);
    for x in fine.chain(coarse).map(at) {
        let grows = growth(x)? > 0.0;
        if grows && low.is_some() {
            high = Some(x);
            break;
        }
        low = (!grows).then_some(x);
    }
    let (mut low, mut high) = (low?, high?);
    while high - low > 2.0 * f64::EPSILON * high {
        let middle = 0.5 * (low + high);
        if middle <= low || middle >= high {
            break;
        }
        if growth(middle)? > 0.0 { high = middle } else { low = middle }
    }
    Some(0.5 * (low + high))
}
