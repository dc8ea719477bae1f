//! Every tolerance of the exact solution, with its reason. Where two solvers stop at different values, the names say who stops.
//!
//! Limits of work and memory stand where the work is done, except for the numbers of generations, which several solvers share.

// When a loop that is followed is given up, or has died out.

/// Generations after which a loop that neither fails nor comes to rest is given up.
pub const MOST_GENERATIONS: u64 = 20_000;
/// Generations after which an unchanging mean field that has neither crossed the threshold nor come to rest is given up.
pub const MOST_MEAN_FIELD_GENERATIONS: u64 = 20_000;
/// Survival below which the rest of `E[T]` is beneath rounding: 1e-18 against a sum of at least 1.
pub const DIED_OUT: f64 = 1e-18;
/// The same along rows that are formed once, from where on S(g) is 0: a sweep and laws given as a function ask for no digit
/// beyond the rounding of 1.
pub const ROWS_DIED_OUT: f64 = 1e-16;
/// The same over pairs of counts, where each generation costs most and the sums over states carry the most roundings.
pub const GRID_DIED_OUT: f64 = 1e-15;
/// Survival above which a generation counts as lived in when the errors of S(g) are added up.
pub const LIVED: f64 = 1e-3;

// When a law given survival, or its hazard, is at rest.

/// Σ |change| of a law at which it is at rest, where each step is one product with rows that stay: rounding begins below. Also
/// the relative change of its hazard, which comes from the law's tail and may move when the bulk does not.
pub const ROWS_AT_REST: f64 = 1e-14;
/// Σ |change| of the law given survival, count by count, at which it is the quasi-stationary one: each step adds roundings of its
/// own rows.
pub const COUNTS_AT_REST: f64 = 1e-13;
/// Relative change of the hazard at which it is steady, count by count: it comes from the law's tail.
pub const STEADY_HAZARD: f64 = 1e-9;
/// Relative distance of a hazard from its limit at which a sweep takes it for that: a tenth of what its nodes err by.
pub const SWEPT_REST: f64 = 1e-12;
/// Relative drift left in the hazard at which a law in panels is at rest.
pub const DENSITY_AT_REST: f64 = 1e-13;
/// The same where the drift no longer falls, which is where rounding begins; relative error of the hazard then.
pub const DENSITY_AT_REST_ROUGHLY: f64 = 1e-9;
/// Relative change of the mean count at which a law in panels whose hazard is too small to be resolved is at rest.
pub const MEAN_COUNT_AT_REST: f64 = 1e-10;
/// Total variation from the stationary law over pairs of counts, and relative distance of the hazard from its limit, that end
/// the search.
pub const GRID_AT_REST: f64 = 1e-11;
/// Changes per generation of that law below this are rounding, whose ratio says nothing.
pub const GRID_ROUNDING: f64 = 1e-14;
/// Change of the law of the state over pairs of counts until the horizon that may be left out once it is stationary.
pub const GRID_STILL: f64 = 1e-11;
/// Relative change of a mean of that law until the horizon that may be left out as well.
pub const GRID_MEANS_STILL: f64 = 1e-10;
/// Distance between the laws given survival of two generations at which both cost the same: the rest is then priced to about
/// twelve digits.
pub const COST_AT_REST: f64 = 1e-12;

// What is left out of sums, and accounted for.

/// Transitions below this are left out of elimination at first: an order of magnitude below the rounding of 1.
pub const ELIMINATED_TRANSITION: f64 = 1e-17;
/// No transition above this is left out of elimination where failure is rarest: next to the smallest double.
pub const RAREST_TRANSITION: f64 = 1e-300;
/// Error of expected times, relatively, that leaving out transitions may cause: below their rounding.
pub const TRUNCATED_TIME: f64 = 1e-15;
/// Transitions below this are left out of the forward sums along rows: P(T ≤ g) keeps its digits down to there.
pub const ROWS_TRANSITION: f64 = 1e-100;
/// The same in a sweep, where a loop that lasts is seen to fail down to there; twice that is still a normal double.
pub const SWEPT_TRANSITION: f64 = 1e-150;
/// P(T ≤ g) from which masses and transitions below [`UNSEEN`] no longer show in it, nor in survival above [`ROWS_DIED_OUT`].
pub const SEEN_TO_FAIL: f64 = 1e-12;
/// Masses and transitions that no longer show once failure is seen ([`SEEN_TO_FAIL`]).
pub const UNSEEN: f64 = 1e-36;
/// A hazard this many times what is left out of its rows has its digits.
pub const HAZARD_OVER_TRUNCATED: f64 = 1e13;
/// Share of the whole below which mass is truncated, count by count: failures rarer than it have no digits.
pub const COUNTS_TRUNCATED: f64 = 1e-200;
/// The same where draws are many, since the window of each row grows with its digits.
pub const MANY_COUNTS_TRUNCATED: f64 = 1e-50;
/// Logarithm of the share below which mass in panels is truncated: e^−115 = 1e-50 of the whole.
pub const DENSITY_CUT: f64 = 115.0;
/// The same where failure is so rare that it comes from there: e^−600 = 1e-261.
pub const DEEP_DENSITY_CUT: f64 = 600.0;
/// Sources of a density that contribute less than e^−43 of what the best one's centre does, node by node, are skipped: about
/// the rounding of 1 for a thousand of them.
pub const SKIPPED_SOURCE: f64 = 43.0;
/// Mass that each window over pairs of counts may lose on grids that are not summed whole: 300 examples then lose less than
/// 1e-22 a generation, and a hazard of 1e-12 keeps nine digits.
pub const GRID_TRUNCATED: f64 = 1e-28;
/// The smallest hazard that forward propagation can vouch for over pairs of counts too many to eliminate: it truncates less than
/// 1e-22 a generation.
pub const MIN_HAZARD: f64 = 1e-12;
/// Probability that an error rate lies farther from its mean than [`Curves::reach_error`](super::Curves::reach_error).
pub const BEYOND_REACH: f64 = 1e-13;

// What interpolation and quadrature may err by.

/// Error of a logarithm of the density that is aimed at: a few roundings of the sums behind it.
pub const DENSITY_LOG: f64 = 2e-13;
/// A panel of the density is kept with its error accounted for where parting it no longer helps: below this, that is rounding.
pub const ROUGH_DENSITY: f64 = 1e-12;
/// A law of one generation is a polynomial of its count where it errs by less than this, relatively.
pub const EXACT_LAW: f64 = 1e-15;
/// The same in a sweep, whose nodes take the polynomial's value: a mean of 1e30 then keeps ten digits.
pub const SWEPT_LAW: f64 = 3e-15;
/// A row of a sweep and its exit may miss 1 by this much; where they miss it by more the nodes are too few.
pub const SWEPT_ROW: f64 = 1e-10;
/// The same where halving no longer helps, which is where the law's own rounding begins.
pub const ROUGH_LAW: f64 = 1e-11;
/// The same where intervals are chosen for Gauss nodes that stay for all generations; the nodes themselves ask for the law's value.
pub const RESOLVED_LAW: f64 = 1e-12;
/// A density's sum above which its offset is raised, before squares of it overflow.
pub const LARGE_SUM: f64 = 1e250;
/// A density's sum below which its offset is lowered: terms far below the largest would underflow.
pub const SMALL_SUM: f64 = 1e-200;
/// A density's sum below which it counts as 0, next to the smallest doubles.
pub const LOST_SUM: f64 = 1e-290;
/// A node's probability below which it counts as 0, next to the smallest doubles.
pub const LOST_PROBABILITY: f64 = 1e-300;
/// A hazard this many times the share that is truncated has all digits of a double.
pub const HAZARD_OVER_CUT: f64 = 1e15;
/// Conditional share of sound examples below which the factors of a tile could overflow ((1 − v)^−32); such rows are narrow, and
/// are added one by one.
pub const NARROW_ROW: f64 = 1e-6;

// What counts as equal, as none, or as known.

/// Error of the mean, relatively, of a law given as a function that is accepted without trying elimination.
pub const ACCEPTED_MEAN: f64 = 1e-9;
/// Expected time from which on differences of expected times are formed by way of a state that the chain often returns to.
pub const LONG_TIME: f64 = 1e6;
/// |R − 1| below this is drift: neither growth nor healing within any runway that a double can tell.
pub const DRIFT: f64 = 1e-9;
/// The largest error of K that is let pass, relative to its largest entry or to 1.
pub const ACCEPTED_MATRIX: f64 = 1e-4;
/// Distance left to a fixed point, by the geometric sum of the steps to come, at which a slow mean field has arrived.
pub const NEAR_FIXED_POINT: f64 = 1e-9;
/// Part of a standard deviation of the state for which there must be room on both sides, if curvature is to be measured.
pub const ROOM: f64 = 1e-3;
/// Relative difference below which two error rates count as equal when the best generation is sought.
pub const EQUAL_ERRORS: f64 = 1e-9;
/// Difference of a start share from the written one that is reported as rounded to whole beliefs: above the rounding of a share.
pub const ROUNDED_START: f64 = 1e-12;
