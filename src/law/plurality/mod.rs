//! Votes in which the answer with most votes wins (model.md, section 4): ties broken at random, accepted within limits.
//!
//! `occupancy` says how random wrong answers fall on their values; `winner` who wins, by who got how many votes; `weights`
//! sums that over what the votes can be, once for each kind of problem, so that a composition asks for one sum only. `rewards`
//! computes what agreement with the winner says of each candidate.

mod elected;
mod memo;
mod occupancy;
mod rewards;
mod weights;
mod winner;

pub(super) use elected::elected;
pub(super) use memo::{Electorate, weight_slopes, weights};
pub(super) use rewards::{Rewarded, rewarded};
pub(super) use weights::{DrawnWeights, VoteWeights};
pub(super) use winner::VoteLimits;
