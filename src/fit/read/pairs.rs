//! The same problems in successive evaluations: what became of each.

use std::collections::HashMap;
use std::hash::{DefaultHasher, Hash, Hasher};

use crate::fit::log::LogRow;
use crate::fit::transition::{AnswerMoves, PairCounts};

/// An answer no longer than this is taken for the answer itself; a longer one is a text, which differs where the answer
/// does not.
const LONGEST: usize = 60;

/// One answer to one problem.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Single {
    right: bool,
    answer: Option<u64>,
}

/// Answers by problem, both by their hashes; nothing is known of one that was answered several times but that it was.
#[derive(Debug, Clone, Default, PartialEq)]
pub(super) struct PairedAnswers(HashMap<u64, Option<Single>>);

/// The hash of a short answer; `None` for a text.
pub(super) fn answer_hash(text: &str) -> Option<u64> {
    let text = text.trim();
    (!text.is_empty() && text.chars().count() <= LONGEST).then(|| hash(text))
}

/// The hash of a text, the same in every run of the program.
pub(super) fn hash(text: &str) -> u64 {
    hash_of(text)
}

/// The hash of anything, the same in every run of the program.
pub(super) fn hash_of<T: Hash + ?Sized>(value: &T) -> u64 {
    let mut hasher = DefaultHasher::new();
    value.hash(&mut hasher);
    hasher.finish()
}

/// A problem's name as it is held. A long one, such as its whole text, becomes a hash; of a million problems two share one
/// in 3 of 10^8 logs.
pub(super) fn held(id: &str) -> String {
    const LONG: usize = 40;
    if id.len() <= LONG { id.to_owned() } else { format!("{:016x}", hash(id)) }
}

impl PairedAnswers {
    /// Takes a problem by its hash: whether its single answer is right, and the answer.
    pub fn add(&mut self, id: u64, right: Option<bool>, answer: Option<u64>) {
        self.0.insert(id, right.map(|right| Single { right, answer }));
    }

    /// Problems that both evaluations answered, and what became of those that were answered once each.
    fn followed_by(&self, after: &Self) -> (usize, AnswerMoves) {
        let (mut counts, mut paired) = (PairCounts::default(), 0);
        for (id, earlier) in &self.0 {
            let Some(later) = after.0.get(id) else { continue };
            paired += 1;
            let (Some(earlier), Some(later)) = (earlier, later) else { continue };
            let alike = earlier.answer.zip(later.answer).map(|(before, after)| before == after);
            counts.add(earlier.right, later.right, alike);
        }
        let given = counts.turned_known > 0 && is_given(counts.turned_known, counts.turned_same);
        let moves = AnswerMoves {
            right_right: counts.right_right,
            right_wrong: counts.right_wrong,
            wrong_right: counts.wrong_right,
            wrong_wrong: counts.wrong_wrong(),
            wrong_same: (given && counts.wrong_unknown == 0).then_some(counts.wrong_same),
        };
        (paired, moves)
    }
}

/// Whether answers are those that were given: of those that turned between right and wrong, almost none is the same. What does
/// not change is the answer that was asked for.
pub(super) fn is_given(turned: u64, unchanged: u64) -> bool {
    10 * unchanged <= turned
}

/// Adds to each row what became of the problems of the one before, the rows being in the order of their generations;
/// whether every evaluation answers at least half of the problems of the one before.
pub(super) fn follow(rows: &mut [(&PairedAnswers, LogRow)]) -> bool {
    let mut all_same = rows.len() > 1;
    for index in 1..rows.len() {
        let [(before, _), (after, row)] = &mut rows[index - 1..=index] else { continue };
        let (paired, moves) = before.followed_by(after);
        all_same &= paired > 0 && 2 * paired >= before.0.len().max(after.0.len());
        if moves.paired() > 0 && 2 * moves.paired() >= row.evaluated {
            row.right_right = Some(moves.right_right);
            row.right_wrong = Some(moves.right_wrong);
            row.wrong_right = Some(moves.wrong_right);
            row.wrong_wrong = Some(moves.wrong_wrong);
            row.wrong_same = moves.wrong_same;
        }
    }
    all_same
}
