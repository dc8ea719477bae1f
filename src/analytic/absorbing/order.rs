//! The order in which states stand for elimination: neighbours near each other, so that rows stay short.

use crate::analytic::elimination::skyline::Skyline;

/// Cells of the factors at most: half a gigabyte.
pub(super) const MOST_CELLS: usize = 64_000_000;

/// The order of states with the fewest cells: as numbered, or by E. Cuthill and J. McKee, Reducing the bandwidth of sparse
/// symmetric matrices (1969), either way round; and those cells.
pub(super) fn best(rows: &[Vec<(usize, f64)>]) -> (Vec<usize>, usize) {
    let plain: Vec<usize> = (0..rows.len()).collect();
    let outward = breadth_first(rows);
    let inward = outward.iter().rev().copied().collect();
    let counted = [plain, outward, inward].map(|order: Vec<usize>| {
        let cells = Skyline::cells_of(&spans(rows, &order));
        (order, cells)
    });
    // Three candidates have a smallest; of equals the first.
    let [first, rest @ ..] = counted;
    rest.into_iter().fold(first, |best, other| if other.1 < best.1 { other } else { best })
}

/// First and last column of each row in the given order.
pub(super) fn spans(rows: &[Vec<(usize, f64)>], order: &[usize]) -> Vec<(usize, usize)> {
    let place = places(order);
    order
        .iter()
        .enumerate()
        .map(|(at, &state)| {
            rows[state].iter().fold((at, at), |(low, high), &(to, _)| (low.min(place[to]), high.max(place[to])))
        })
        .collect()
}

/// Where each state stands in the order.
pub(super) fn places(order: &[usize]) -> Vec<usize> {
    let mut place = vec![0; order.len()];
    order.iter().enumerate().for_each(|(at, &state)| place[state] = at);
    place
}

/// States from one with few neighbours outward, each ring by rising number of neighbours.
fn breadth_first(rows: &[Vec<(usize, f64)>]) -> Vec<usize> {
    let mut near = vec![Vec::new(); rows.len()];
    for (from, row) in rows.iter().enumerate() {
        for &(to, _) in row.iter().filter(|(to, _)| *to != from) {
            near[from].push(to);
            near[to].push(from);
        }
    }
    near.iter_mut().for_each(|states| {
        states.sort_unstable();
        states.dedup();
    });
    let degree: Vec<usize> = near.iter().map(Vec::len).collect();
    let mut seeds: Vec<usize> = (0..rows.len()).collect();
    seeds.sort_by_key(|&state| degree[state]);
    let mut known = vec![false; rows.len()];
    let mut order = Vec::with_capacity(rows.len());
    for seed in seeds {
        if std::mem::replace(&mut known[seed], true) {
            continue;
        }
        order.push(seed);
        let mut next = order.len() - 1;
        while let Some(&state) = order.get(next) {
            next += 1;
            let begin = order.len();
            order.extend(near[state].iter().filter(|&&to| !std::mem::replace(&mut known[to], true)));
            order[begin..].sort_by_key(|&to| degree[to]);
        }
    }
    order
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_shuffled_path_becomes_a_band_again() {
        let states = 1_000;
        let name = |place: usize| place * 607 % states;
        let mut rows = vec![Vec::new(); states];
        for place in 1..states {
            rows[name(place)].push((name(place - 1), 0.5));
            rows[name(place - 1)].push((name(place), 0.5));
        }
        let (order, cells) = best(&rows);
        let mut all = order.clone();
        all.sort_unstable();
        assert_eq!(all, (0..states).collect::<Vec<_>>());
        assert_eq!(cells, 3 * states - 2);
    }
}
