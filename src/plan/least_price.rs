//! What a generation of a loop costs at least, whatever the model believes: the bound by which a search leaves designs out.
//!
//! At most every problem ends in an accepted example, so that ηN problems are generated at least; and whatever is accepted has come
//! to every check. So the price of model.md, section 6c, is at least
//!
//!   ηN (k·L·`per_step` + Σ_j (`per_check_j` + L·`per_check_step_j`)) + μηN·`per_true_example` + n·`per_training_example`,
//!
//! with the mean length of a solution in the first term, the shortest in the checks (any difficulty may be accepted alone), a
//! ground-truth check times its coverage, and a `transform` check with the candidate that it asks for.

use crate::scenario::{Filter, Policy, Scenario};

/// Left of the bound for the rounding of the prices that it is compared with.
const ROUNDING: f64 = 1.0 - 1e-9;

/// Cost of `generation`, at least, in the unit of the loop's prices; 0 without prices.
pub(super) fn least_price(scenario: &Scenario, generation: u64) -> f64 {
    let Some(cost) = &scenario.cost else { return 0.0 };
    let renewed = scenario.learning.renewal.get() * scenario.examples.as_f64();
    let bins = scenario.bins(generation);
    let mean_steps: f64 = bins.iter().map(|bin| bin.share * bin.steps as f64).sum();
    let fewest = bins.iter().map(|bin| bin.steps).min().unwrap_or(0) as f64;
    let asked = scenario.vote.candidates.as_f64() * mean_steps * cost.per_step.get();
    let checks = scenario.filters.iter().enumerate().map(|(index, filter)| {
        let own = cost.check(index);
        let price = own.per_check.get() + fewest * own.per_check_step.get();
        match filter {
            Filter::GroundTruth { coverage, .. } => coverage.get() * price,
            Filter::Transform { .. } => price + fewest * cost.per_step.get(),
            _ => price,
        }
    });
    let per_example = asked + checks.sum::<f64>() + scenario.learning.anchor.get() * cost.per_true_example.get();
    let trained = match scenario.learning.policy {
        Policy::Replace => renewed,
        Policy::Accumulate => renewed * (generation as f64 + 2.0),
    };
    ROUNDING * (renewed * per_example + trained * cost.per_training_example.get())
}

/// Cost of a run of this many generations, at least, where it fails with probability `failure` at most: each generation is then paid
/// for with probability 1 − `failure` at least.
pub(super) fn least_cost(scenario: &Scenario, generations: u64, failure: f64) -> f64 {
    let first = least_price(scenario, 0);
    let sum = if changes(scenario) {
        first + (1..generations).map(|generation| least_price(scenario, generation)).sum::<f64>()
    } else {
        first * generations as f64
    };
    (1.0 - failure) * sum
}

/// Generations that `budget` can pay for at most, where the run fails with probability `failure` at most; no more than `most`.
pub(super) fn most_generations(scenario: &Scenario, budget: f64, failure: f64, most: u64) -> u64 {
    let sum = |generations: u64| least_cost(scenario, generations, failure);
    if sum(most) <= budget {
        return most;
    }
    if !changes(scenario) {
        // The whole part of a number below `most`.
        return (budget / sum(1)).min(most as f64) as u64;
    }
    let (mut generations, mut spent) = (0, 0.0);
    while generations < most {
        spent += (1.0 - failure) * least_price(scenario, generations);
        if spent > budget {
            break;
        }
        generations += 1;
    }
    generations
}

/// Whether the bound depends on the generation: solutions grow, or what is trained on does.
fn changes(scenario: &Scenario) -> bool {
    scenario.learning.policy == Policy::Accumulate || scenario.task.steps_per_generation > 0
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cost::Pricing;
    use crate::law::Composition;
    use crate::scenario::Origin;
    use proptest::prelude::*;

    fn scenario(text: &str) -> Scenario {
        let prices = "[cost]\nper_step = 1\nper_training_example = 3\nper_true_example = 40";
        Scenario::parse(&format!("name = \"t\"\nexamples = 30\n{text}\n{prices}"), Origin::Text, &[]).unwrap()
    }

    #[test]
    fn without_waste_the_bound_is_the_price() {
        let sure =
            scenario("[errors]\nstep_error = 0\n[learning]\nanchor = 0.1\n[[filter]]\nkind = \"catch\"\nper_check = 2");
        let price = Pricing::new(&sure, 0).unwrap().total(Composition::SOUND);
        assert!((least_price(&sure, 0) / price - 1.0).abs() < 1e-8);
        let growing = scenario("[task]\nsteps_per_generation = 2");
        let by_hand: f64 = (0..5).map(|generation| least_price(&growing, generation)).sum();
        assert!((least_cost(&growing, 5, 0.5) / (0.5 * by_hand) - 1.0).abs() < 1e-12);
        assert_eq!(most_generations(&growing, 0.5 * by_hand * 1.0001, 0.5, 100), 5);
        assert_eq!(most_generations(&sure, 4.5 * least_price(&sure, 0), 0.0, 100), 4);
        assert_eq!(most_generations(&sure, f64::MAX, 0.0, 100), 100);
    }

    proptest! {
        #[test]
        fn no_generation_costs_less(
            (candidates, agree) in (1_u64..8).prop_flat_map(|k| (Just(k), 1..=k)),
            (slip, wrong, steps) in (0.0..0.3_f64, 0.0..1.0_f64, 1_u64..30),
            (kind, strength, anchor) in (0_usize..5, 0.0..0.95_f64, 0.0..0.9_f64),
            generation in 0_u64..5,
        ) {
            let filter = [
                format!("kind = \"catch\"\nrandom = {strength}\nfalse_reject = 0.1\nper_check = 5"),
                format!("kind = \"steps\"\nsensitivity = {strength}\nper_check_step = 2"),
                "kind = \"transform\"\ninvariance = 0.3".to_owned(),
                format!("kind = \"ground-truth\"\ncoverage = {strength}\nper_check = 70"),
                format!("kind = \"self-judge\"\nsensitivity = {strength}\nper_check = 1"),
            ][kind].clone();
            let text = format!(
                "[task]\nsteps = {steps}\nsteps_per_generation = 1\n[errors]\nstep_error = {slip}\nconsistency = 0.8\n\
                 [learning]\nanchor = {anchor}\n[vote]\ncandidates = {candidates}\nagree = {agree}\n[[filter]]\n{filter}\n\
                 [[difficulty]]\nshare = 0.4\n[[difficulty]]\nshare = 0.6\nsteps = 4"
            );
            let scenario = scenario(&text);
            let price = Pricing::new(&scenario, generation).unwrap().total(Composition { unsound: 0.0, wrong });
            prop_assert!(least_price(&scenario, generation) <= price, "{text}: {price}");
        }
    }
}
