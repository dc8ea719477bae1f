//! Which exact method solves a scenario: decided here, for whoever solves, prices or estimates work.

use crate::scenario::{Policy, Scenario};

use super::chain2d::{self, Chain2dRefusal};

/// Counts up to which every one is visited: sums over each are then as fast as quadrature.
const FEW_COUNTS: u64 = 4_000;
/// The most counts that are visited one by one; a generation takes some 0.1 s there.
const MOST_COUNTS: u64 = 100_000;

/// An exact method.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum ExactMethod {
    /// Over all pairs of counts, where beliefs may be unsound.
    PairsOfCounts,
    /// Over every count, where they are few.
    Counts,
    /// By quadrature over the counts, where they are many.
    Quadrature {
        /// Whether they are few enough to visit each where quadrature does not lead.
        or_counts: bool,
    },
}

/// The exact method for a scenario.
///
/// # Errors
/// Why none reaches it, which is known beforehand of loops with unsound beliefs only.
pub fn choose(scenario: &Scenario) -> Result<ExactMethod, Chain2dRefusal> {
    if scenario.has_unsound() {
        return chain2d::within_reach(scenario).map(|()| ExactMethod::PairsOfCounts);
    }
    let pool = largest_pool(scenario);
    // Quadrature sets out from one count.
    let few = if scenario.start.draw { MOST_COUNTS } else { FEW_COUNTS };
    Ok(if pool <= few { ExactMethod::Counts } else { ExactMethod::Quadrature { or_counts: pool <= MOST_COUNTS } })
}

/// Beliefs of the largest pool within the horizon.
#[must_use]
pub fn largest_pool(scenario: &Scenario) -> u64 {
    let grows = scenario.learning.policy == Policy::Accumulate;
    let pools = if grows { scenario.horizon.get() + 1 } else { 1 };
    scenario.examples.get().saturating_mul(pools)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::scenario::Origin;

    #[test]
    fn each_kind_of_loop_has_its_method() {
        let choose =
            |text: &str| choose(&Scenario::parse(&format!("name = \"t\"\n{text}"), Origin::Text, &[]).unwrap());
        assert_eq!(choose("examples = 4000"), Ok(ExactMethod::Counts));
        assert_eq!(choose("examples = 4001"), Ok(ExactMethod::Quadrature { or_counts: true }));
        assert_eq!(choose("examples = 100001"), Ok(ExactMethod::Quadrature { or_counts: false }));
        assert_eq!(choose("examples = 100000\n[start]\ndraw = true\nwrong = 0.1"), Ok(ExactMethod::Counts));
        let pool = "examples = 400\nhorizon = 20\n[learning]\npolicy = \"accumulate\"";
        assert_eq!(choose(pool), Ok(ExactMethod::Quadrature { or_counts: true }));
        let unsound = "[errors]\nrecovery = 0.1";
        assert_eq!(choose(&format!("examples = 500\n{unsound}")), Ok(ExactMethod::PairsOfCounts));
        assert_eq!(
            choose(&format!("examples = 501\n{unsound}")),
            Err(Chain2dRefusal::TooManyExamples { examples: 501 })
        );
    }
}
