//! The verifier meter (model.md, section 4): how well a loop's checks separate right from wrong.

use serde::{Deserialize, Serialize};

use crate::scenario::MAX_PLURALITY;

use super::Composition;
use super::Law;
use super::candidate::Answers;

/// What vote and filters reject, said of the answer with most votes (of the candidate itself, where there is no vote).
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[non_exhaustive]
pub struct VerifierMeter {
    /// P(rejected | the winner is wrong).
    pub wrong_rejected: f64,
    /// P(rejected | the winner is right).
    pub right_rejected: f64,
    /// J, the first less the second: 0 where the checks carry no information, below 0 where they select for mistakes.
    pub discrimination: f64,
}

impl Law {
    /// The verifier meter at composition `x` of a loop with this number of `candidates`.
    ///
    /// # Errors
    /// Why there is none: no winner is wrong, or none is right, or the vote is too large.
    pub fn meter(&self, candidates: u64, x: Composition) -> Result<VerifierMeter, &'static str> {
        if candidates > MAX_PLURALITY {
            return Err("the winner of a vote is looked for among at most 1,000 candidates");
        }
        let each = |bin: &super::BinLaw| bin.winners(candidates, x).scaled(bin.bin.share);
        let won = self.bins().iter().map(each).fold(Answers::default(), |sum, won| sum.plus(&won));
        let accepted = self.at(x).accepted;
        if won.wrong() == 0.0 {
            return Err("no answer that wins the vote is wrong");
        }
        if won.right() == 0.0 {
            return Err("no answer that wins the vote is right");
        }
        let rejected = |accepted: f64, won: f64| (1.0 - accepted / won).clamp(0.0, 1.0);
        let (wrong, right) = (accepted.wrong() / won.wrong(), accepted.right() / won.right());
        Ok(VerifierMeter {
            wrong_rejected: rejected(accepted.wrong(), won.wrong()),
            right_rejected: rejected(accepted.right(), won.right()),
            // From what is accepted, where the rejected shares are both near 1 and their difference has no digits.
            discrimination: right - wrong + 0.0,
        })
    }
}
