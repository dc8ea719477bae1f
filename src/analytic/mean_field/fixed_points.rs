//! Fixed points of the mean field: the error floor and the tipping point (model.md, section 6).

use crate::analytic::tolerances::{MOST_MEAN_FIELD_GENERATIONS, NEAR_FIXED_POINT};
use crate::law::{Composition, Law};

use super::reproduction::{next_generation_matrix, spectral_radius};

/// Why there is no tipping point.
const ALWAYS_BACK: &str = "no unstable fixed point above the floor: the mean field comes back from any error";
/// Starting points of the search for the tipping point.
const GRID: usize = 4_096;

/// The fixed point that the mean field of an unchanging law reaches from `start`.
///
/// # Errors
///
/// The reason, where it does not come to rest.
pub fn floor(law: &Law, start: Composition) -> Result<Composition, &'static str> {
    let step = |x: Composition| law.at(x).next.ok_or("the mean field starves: at some generation nothing is accepted");
    let mut x = start;
    for _ in 0..MOST_MEAN_FIELD_GENERATIONS {
        let next = step(x)?;
        let change = (next.unsound - x.unsound).abs() + (next.wrong - x.wrong).abs();
        x = next;
        if change <= 4.0 * f64::EPSILON * (x.unsound + x.wrong) {
            return Ok(x);
        }
    }
    // Slow where R is near 1: what is left shrinks by R each generation, so the limit is a geometric sum away.
    let rate = next_generation_matrix(law, x).map_or(f64::INFINITY, |matrix| spectral_radius(&matrix));
    let next = step(x)?;
    let left = (next.unsound - x.unsound).abs().max((next.wrong - x.wrong).abs()) / (1.0 - rate);
    if rate < 1.0 && left < NEAR_FIXED_POINT {
        Ok(next)
    } else {
        Err("the mean field does not come to rest in 20,000 generations")
    }
}

/// The share of wrong beliefs at the next unstable fixed point above `floor`, in a loop without unsound beliefs.
///
/// # Errors
///
/// The reason, where there is none up to 1.
pub fn tipping(law: &Law, floor: f64) -> Result<f64, &'static str> {
    let growth = |x: f64| {
        let next = law.at(Composition { unsound: 0.0, wrong: x }).next;
        next.map(|next| next.wrong - x).ok_or("at some error rate above the floor nothing is accepted")
    };
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
    let (Some(mut low), Some(mut high)) = (low, high) else { return Err(ALWAYS_BACK) };
    while high - low > 2.0 * f64::EPSILON * high {
        let middle = 0.5 * (low + high);
        if middle <= low || middle >= high {
            break;
        }
        if growth(middle)? > 0.0 { high = middle } else { low = middle }
    }
    Ok(0.5 * (low + high))
}
