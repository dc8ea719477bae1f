//! The account of mistakes: nothing is lost on the way, and the parts of R sum to R.

use approx::assert_relative_eq;
use proptest::prelude::*;
use runaway::analytic::{expected_runway, solve};
use runaway::explain::{MistakeAccount, MistakeClass, MistakeFlow, MistakeFlows, drivers, votes};
use runaway::law::Law;
use runaway::scenario::{Origin, Scenario};

use crate::strategy::{Sizes, composition, config, scenario};

proptest! {
    #![proptest_config(config(300))]

    #[test]
    fn every_mistake_is_accounted_for(scenario in scenario(Sizes::any()), x in composition(), generation in 0..50_u64) {
        let flows = MistakeFlows::at(&scenario, generation, x);
        let law = Law::new(&scenario, generation);
        let outcome = law.at(x);
        let close = |a: f64, b: f64| (a - b).abs() <= 1e-12 + 1e-9 * b.abs();
        let sum = |wrong: bool, part: fn(&MistakeFlow) -> f64| {
            flows.flows.iter().filter(|flow| flow.class.is_unsound() != wrong).map(part).sum::<f64>()
        };
        for flow in &flows.flows {
            let caught = flow.caught_by_vote + flow.caught_by_filters.iter().sum::<f64>();
            prop_assert!(close(flow.enters, caught + flow.accepted), "{:?}", flow);
            if flows.yield_ > 1e-200 {
                prop_assert!(close(flow.accepted / flows.yield_, flow.replaced + flow.healed + flow.learned), "{:?}", flow);
            }
        }
        // The wrong ones among those that enter are the error rate; those accepted and learned are the law's.
        let entered = sum(true, |flow| flow.enters);
        prop_assert!(close(entered.min(1.0), outcome.error_rate));
        let (wrong, unsound) = (sum(true, |flow| flow.accepted), sum(false, |flow| flow.accepted));
        prop_assert!(close(wrong, outcome.accepted.wrong()));
        prop_assert!(close(unsound, outcome.accepted.unsound));
        if let Some(next) = outcome.next.filter(|_| flows.yield_ > 1e-200) {
            let (wrong, unsound) = (sum(true, |flow| flow.learned), sum(false, |flow| flow.learned));
            let (gain, renewal) = (flows.multiplied.unwrap_or(1.0), scenario.learning().renewal.get());
            let copied = flows.copied.unwrap_or_default();
            prop_assert!(close(copied.wrong + renewal * gain * wrong, next.wrong));
            prop_assert!(close(copied.unsound + renewal * gain * unsound, next.unsound));
        }
    }
}

fn model(name: &str) -> Scenario {
    Scenario::load(std::path::Path::new(&format!("models/{name}.toml")), &[]).unwrap()
}

#[test]
fn the_parts_of_r_sum_to_r() {
    for path in crate::models::models() {
        let scenario = Scenario::load(&path, &[]).unwrap();
        let Ok(taken) = drivers(&scenario, 0) else { continue };
        let parts: f64 = taken.contributions.iter().map(|one| one.part).sum::<f64>() + taken.copied;
        let r = taken.reproduction_number;
        assert_relative_eq!(parts, r, max_relative = 1e-7);
        assert_relative_eq!(taken.parents[0] + taken.parents[1], r, max_relative = 1e-9);
        // Both vectors are eigenvectors.
        let [[uu, uw], [wu, ww]] = taken.next_generation_matrix;
        let (v, u) = (taken.mixture, taken.value);
        assert_relative_eq!(uu * v[0] + uw * v[1], r * v[0], epsilon = 1e-8);
        assert_relative_eq!(wu * v[0] + ww * v[1], r * v[1], epsilon = 1e-8);
        assert_relative_eq!(u[0] * uu + u[1] * wu, r * u[0], epsilon = 1e-8);
        assert_relative_eq!(u[0] * uw + u[1] * ww, r * u[1], epsilon = 1e-8);
    }
}

#[test]
fn the_driver_is_named() {
    assert_eq!(drivers(&model("self-consistency"), 0).unwrap().driver, MistakeClass::InheritedWrong);
    assert_eq!(drivers(&model("outcome-only"), 0).unwrap().driver, MistakeClass::FreshUnsound);
    let text = "name = \"one\"\n[learning]\nanchor = 1\n";
    let none = Scenario::parse(text, Origin::Text, &[]).unwrap();
    assert_eq!(drivers(&none, 0).unwrap_err().to_string(), "no mistake leaves another: R = 0");
    let account = MistakeAccount::of(&none);
    assert!(account.drivers.is_none() && account.undefined["drivers"].contains("R = 0"), "{:?}", account.undefined);
}

/// Nothing passes once slips are certain, long before half of the horizon.
#[test]
fn a_starved_loop_is_said_to_starve() {
    let text = "name = \"starved\"\nhorizon = 60\n[errors]\nstep_error = 0.1\namplification = 50\n[[filter]]\nkind = \"ground-truth\"\ncoverage = 1\n[start]\nwrong = 0.5\n";
    let account = MistakeAccount::of(&Scenario::parse(text, Origin::Text, &[]).unwrap());
    assert!(account.starved && account.later.generation == 0, "{account:?}");
    assert_eq!(account.place("it"), "where nothing that it generates is accepted");
    let running = MistakeAccount::of(&model("unverified"));
    assert!(!running.starved && !running.place("it").contains("accepted"), "{}", running.place("it"));
}

/// An unamplified loop that shows every mistake again: R is persistence, and inherited.
#[test]
fn r_of_a_loop_without_amplification_by_hand() {
    let text = "name = \"one\"\n[errors]\namplification = 0\n[learning]\npersistence = 0.9\n";
    let taken = drivers(&Scenario::parse(text, Origin::Text, &[]).unwrap(), 0).unwrap();
    let part = |class: MistakeClass| taken.contributions.iter().find(|one| one.class == class).unwrap().part;
    assert_relative_eq!(part(MistakeClass::InheritedWrong), 0.9, max_relative = 1e-9);
    // A wrong belief takes the place of a sound one, which would have made fresh mistakes.
    assert!(part(MistakeClass::FreshRandom) < 0.0 || part(MistakeClass::FreshRandom).abs() < 0.1);
    assert_eq!(taken.mixture, [0.0, 1.0]);
}

#[test]
fn votes_catch_what_scatters_and_not_what_is_shared() {
    let votes = votes(&model("self-consistency"));
    let row = |k: u64| votes.majorities.iter().find(|row| row.candidates == k).unwrap();
    assert_eq!((row(1).random_caught, row(1).systematic_caught), (Some(0.0), Some(0.0)));
    // A vote of 3: wrong answers ζ over D values; P(Bin(3, p) ≥ 2) = 3p² − 2p³. Consistency 0.9: 0.972 for 0.9.
    assert_relative_eq!(row(3).systematic_caught.unwrap(), 1.0 - 0.972 / 0.9, max_relative = 1e-12);
    assert!(row(3).random_caught.unwrap() > 0.99);
    assert!(votes.majorities.windows(2).all(|pair| pair[0].random_caught <= pair[1].random_caught));
    assert_eq!(votes.enough_for_reproduction, Some(5));
    assert_eq!(votes.enough_for_runway, Some(31));
    let unanimous = votes.agreements.last().unwrap();
    assert_eq!((unanimous.candidates, unanimous.agree), (5, 5));
    assert_relative_eq!(unanimous.systematic_caught.unwrap(), 1.0 - 0.9_f64.powi(4), max_relative = 1e-12);
}

#[test]
fn the_quick_runway_is_the_runway() {
    for name in ["unverified", "self-consistency", "ground-truth"] {
        let scenario = model(name);
        assert_relative_eq!(
            expected_runway(&scenario).unwrap(),
            solve(&scenario).runway.mean.unwrap(),
            max_relative = 1e-10
        );
    }
    assert!(expected_runway(&model("outcome-only")).is_none() && expected_runway(&model("sector")).is_none());
}

#[test]
fn the_later_account_is_that_of_the_mean_field() {
    let account = MistakeAccount::of(&model("cross-model"));
    assert!(account.at_rest && account.later.composition.wrong > 0.0);
    assert_eq!(account.later.generation, 30);
    assert!(!MistakeAccount::of(&model("self-consistency")).at_rest);
}

/// Each row of the vote table against the loop with that vote, solved; costs by hand: candidates times steps, over the yield.
#[test]
fn every_vote_of_the_table_is_that_loop_solved() {
    let text = "name = \"v\"\nexamples = 40\nhorizon = 30\n[errors]\nstep_error = 0.01\nconsistency = 0.7\nwrong_answers = 5\n\
                [vote]\ncandidates = 4\nagree = 2\nagree_at_most = 3\n[cost]\nper_step = 0.5\nunit = \"USD\"\n";
    let scenario = Scenario::parse(text, Origin::Text, &[]).unwrap();
    let votes = MistakeAccount::of(&scenario).votes;
    let names: Vec<String> = votes.rows().map(|row| row.name()).collect();
    for name in ["no vote", "3 of 5", "most of 5", "4 of 4", "2 to 3 of 4"] {
        assert!(names.iter().any(|one| one == name), "{name} is not among {names:?}");
    }
    for row in votes.rows() {
        let most = row.agree_at_most.unwrap_or(row.candidates);
        let set = [("candidates", row.candidates), ("agree", row.agree), ("agree_at_most", most)];
        let set: Vec<String> = set.iter().map(|(key, value)| format!("vote.{key}={value}")).collect();
        let solved = solve(&Scenario::parse(text, Origin::Text, &set).unwrap());
        assert_relative_eq!(row.reproduction_number.unwrap(), solved.reproduction_number.unwrap());
        assert_relative_eq!(row.expected_runway.unwrap(), solved.runway.mean.unwrap(), max_relative = 1e-12);
        let failing = solved.curves.as_ref().unwrap().failed[30];
        assert_relative_eq!(row.failing_within_horizon.unwrap(), failing, max_relative = 1e-9);
        let cost = row.candidates as f64 * 20.0 * 0.5 / solved.start_yield;
        assert_relative_eq!(row.cost_per_accepted.unwrap(), cost, max_relative = 1e-12);
    }
    assert!(votes.enough_for_plurality);
}
