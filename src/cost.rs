//! What a generation costs, by its composition.
//!
//! Producing the training set of the next generation takes N / Y problems (Y, the yield, is the share of problems that end
//! in an accepted example), each with `candidates` solutions of L steps. The filters stand in series behind the vote, and a
//! check is paid for every example that reaches it:
//!
//!   cost = (N / Y) · (candidates · L · `per_step` + Σ_j reach_j · (`per_check_j` + L · `per_check_step_j`))
//!        + μN · `per_true_example` + n · `per_training_example`
//!
//! with reach_j the examples per problem that the vote and the filters before j let pass. Conventions: a `transform` filter asks
//! the model to solve a restatement, so that its check costs one more candidate (L · `per_step`) on top of its own
//! prices; a `ground-truth` filter is reached by the share of examples that it compares (`coverage`); the second model of a
//! `cross-model` filter is paid by that filter's prices alone. n is what the next generation trains on: N, and under
//! `policy = "accumulate"` the pool of all examples so far, N (g + 2) after generation g. The true examples are those that
//! replace a share μ = `anchor` of the N accepted ones: they come on top of what was generated and checked. Problems of several
//! difficulties cost their share-weighted mean. Under a `renewal` η below 1 only ηN examples are produced and trained on; a hazard
//! gain costs nothing.

use serde::{Deserialize, Serialize};

use crate::law::{Answers, BinLaw, Composition, Law, passing};
use crate::scenario::{Cost, Filter, Policy, Scenario};

/// The prices of one generation, ready to be applied to compositions.
#[derive(Debug, Clone)]
pub struct Pricing<'a> {
    scenario: &'a Scenario,
    cost: &'a Cost,
    law: Law,
    /// Examples that the next generation trains on.
    trained: f64,
}

/// What one generation costs, part by part, in the unit of the scenario's prices.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[non_exhaustive]
pub struct CostBreakdown {
    /// Problems generated, N / Y; infinite where nothing is accepted.
    pub problems: f64,
    /// Candidates' solutions.
    pub generation: f64,
    /// Checks, one entry for each filter.
    pub checks: Vec<f64>,
    /// True examples that replace accepted ones.
    pub truth: f64,
    /// Training the next generation.
    pub training: f64,
    /// All of it.
    pub total: f64,
}

/// Beliefs that a generation learns anew, ηN.
fn renewed(scenario: &Scenario) -> f64 {
    scenario.learning.renewal.get() * scenario.examples.as_f64()
}

impl<'a> Pricing<'a> {
    /// The prices of `generation`; `None` for a scenario without `[cost]`.
    #[must_use]
    pub fn new(scenario: &'a Scenario, generation: u64) -> Option<Self> {
        let examples = renewed(scenario);
        let trained = match scenario.learning.policy {
            Policy::Replace => examples,
            Policy::Accumulate => examples * (generation as f64 + 2.0),
        };
        Some(Self { scenario, cost: scenario.cost.as_ref()?, law: Law::new(scenario, generation), trained })
    }

    /// What the generation costs at composition `x`.
    #[must_use]
    pub fn breakdown(&self, x: Composition) -> CostBreakdown {
        let mut checks = vec![0.0; self.scenario.filters.len()];
        let (mut accepted, mut per_problem) = (0.0, 0.0);
        for bin in self.law.bins() {
            accepted += bin.bin.share * self.checked(bin, x, &mut checks).total();
            per_problem += bin.bin.share * self.asked(bin);
        }
        let problems = renewed(self.scenario) / accepted;
        // A part that is free stays so even where infinitely many problems are needed.
        let all = |price: f64| if price == 0.0 { 0.0 } else { problems * price };
        let generation = all(per_problem);
        let checks: Vec<f64> = checks.into_iter().map(all).collect();
        let replaced = self.scenario.learning.anchor.get() * renewed(self.scenario);
        let truth = replaced * self.cost.per_true_example.get();
        let training = self.trained * self.cost.per_training_example.get();
        let total = generation + checks.iter().sum::<f64>() + truth + training;
        CostBreakdown { problems, generation, checks, truth, training, total }
    }

    /// What one accepted example costs at composition `x`, candidates and checks together; infinite where nothing is accepted.
    #[must_use]
    pub fn per_accepted(&self, x: Composition) -> f64 {
        let breakdown = self.breakdown(x);
        (breakdown.generation + breakdown.checks.iter().sum::<f64>()) / renewed(self.scenario)
    }

    /// Total of [`Pricing::breakdown`].
    #[must_use]
    pub fn total(&self, x: Composition) -> f64 {
        self.breakdown(x).total
    }

    /// Price of the candidates for one problem.
    fn asked(&self, bin: &BinLaw) -> f64 {
        self.scenario.vote.candidates.as_f64() * bin.bin.steps as f64 * self.cost.per_step.get()
    }

    /// Adds to `checks` what is checked of the problems of one difficulty, and returns what is accepted of one of them.
    fn checked(&self, bin: &BinLaw, x: Composition, checks: &mut [f64]) -> Answers {
        let mut reaching = bin.voted(x);
        let circumstances = bin.circumstances(x);
        for (index, (filter, paid)) in self.scenario.filters.iter().zip(checks).enumerate() {
            let compared = match filter {
                Filter::GroundTruth { coverage, .. } => coverage.get() * reaching.total(),
                _ => reaching.total(),
            };
            *paid += bin.bin.share * compared * self.price(filter, index, bin.bin.steps as f64);
            reaching = reaching.times(&passing(filter, &circumstances));
        }
        reaching
    }

    /// Price of one check.
    fn price(&self, filter: &Filter, index: usize, steps: f64) -> f64 {
        let own = self.cost.check(index);
        let price = own.per_check.get() + steps * own.per_check_step.get();
        match filter {
            Filter::Transform { .. } => price + steps * self.cost.per_step.get(),
            _ => price,
        }
    }
}
