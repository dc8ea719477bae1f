//! `runaway plan --per-problem`: laws of votes, checks and revisions, and what a user sees.

use std::process::{Command, Output};

use proptest::prelude::*;
use runaway::Scenario;
use runaway::plan::inference::{InferenceRequest, RevisionRates, divide};
use runaway::scenario::Origin;

fn request(samples: u64) -> InferenceRequest {
    InferenceRequest { samples, revision: None, stop_error: 0.05 }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 24, ..ProptestConfig::default() })]

    #[test]
    fn laws_of_samples(
        (slip, systematic, consistency) in (0.005..0.2_f64, 0.0..0.9_f64, 0.2..1.0_f64),
        (random, caught, reject) in (0.0..0.95_f64, 0.0..0.95_f64, 0.0..0.5_f64),
        (answers, samples, wrong) in (1_u64..40, 1_u64..9, 0.0..0.4_f64),
        (spoiled, mended) in (0.0..1.0_f64, 0.0..1.0_f64),
    ) {
        let text = format!(
            "name = \"t\"\nexamples = 20\n[task]\nsteps = 8\n[errors]\nstep_error = {slip}\nsystematic_share = {systematic}\n\
             consistency = {consistency}\nwrong_answers = {answers}\n[start]\nwrong = {wrong}\n[[difficulty]]\nshare = 0.7\n\
             [[difficulty]]\nshare = 0.3\nsteps = 30\n[[filter]]\nkind = \"catch\"\nrandom = {random}\nsystematic = {caught}\n\
             false_reject = {reject}\n"
        );
        let scenario = Scenario::parse(&text, Origin::Text, &[]).unwrap();
        let plan = divide(&scenario, request(samples)).unwrap();
        // Resampling: never fewer problems, and the same purity of each kind of problem.
        for pair in plan.resampling.windows(2) {
            prop_assert!(pair[1].accepted >= pair[0].accepted - 1e-12);
            prop_assert!((pair[1].purity_per_problem.unwrap() - pair[0].purity_per_problem.unwrap()).abs() < 1e-10);
            prop_assert!(pair[1].samples >= pair[0].samples - 1e-12);
        }
        // No division spends more than it may, and what none beats is on the front.
        for one in plan.front.iter().chain(&plan.best) {
            prop_assert!(one.most_samples <= samples as f64 + 1e-9 && one.samples <= one.most_samples + 1e-9);
            prop_assert!(one.purity.is_some_and(|purity| (0.0..=1.0 + 1e-12).contains(&purity)));
            prop_assert!((0.0..=1.0).contains(&one.accepted));
        }
        for pair in plan.front.windows(2) {
            prop_assert!(pair[0].purity > pair[1].purity && pair[0].accepted < pair[1].accepted);
        }
        if let Some(best) = &plan.best {
            prop_assert!(best.purity.unwrap() >= plan.votes.purity.unwrap() - 1e-9);
        }
        // A vote that stops when it is settled has the winners of the whole vote, in no more votes.
        let settled = plan.adaptive[0];
        prop_assert!((settled.purity - plan.votes.purity.unwrap()).abs() < 1e-9);
        prop_assert!(settled.votes <= samples as f64 + 1e-9);
        // By difficulty and over all problems the same is accepted.
        let parts: f64 = plan.votes.by_difficulty.iter().zip(&plan.difficulties).map(|(part, row)| row.share * part.1).sum();
        prop_assert!((parts - plan.votes.accepted).abs() < 1e-9);
        // Revising pays below the break-even and nowhere else.
        let revision = Some(RevisionRates { right_to_wrong: spoiled, wrong_to_right: mended });
        for revised in [plan.revision, divide(&scenario, InferenceRequest { revision, ..request(samples) }).unwrap().revision] {
            if let Some(even) = revised.break_even.filter(|even| (even - revised.accuracy).abs() > 1e-9) {
                prop_assert_eq!(revised.after_one > revised.accuracy, revised.accuracy < even);
            }
        }
    }
}

/// Where the right answer leads on every plain problem and the systematic one on all others, many votes find just that.
#[test]
fn the_ceiling_is_where_votes_end() {
    let text = "name = \"t\"\n[task]\nsteps = 1\n[errors]\nstep_error = 0.2\nsystematic_share = 0.5\nconsistency = 0.8\nwrong_answers = 9";
    let scenario = Scenario::parse(text, Origin::Text, &[]).unwrap();
    let plan = divide(&scenario, request(16)).unwrap();
    // Systematic problems: o σ / γ = 0.125 of all.
    assert!((plan.ceiling - 0.875).abs() < 1e-12);
    let last = plan.votes_curve.last().unwrap();
    assert!(last.votes == 128 && (last.purity - plan.ceiling).abs() < 1e-9);
    assert!(last.coverage > 0.999);
    assert_eq!(divide(&scenario, request(0)).unwrap_err().to_string(), "a problem takes from 1 to 128 samples, not 0");
}

fn runaway(args: &[&str]) -> Output {
    Command::new(assert_cmd::cargo::cargo_bin!("runaway")).args(args).output().unwrap()
}

#[test]
fn what_is_asked_of_samples_is_checked() {
    for (args, words) in [
        (&["--per-problem", "0"][..], "1..="),
        (&["--per-problem", "1000"], "1..="),
        (&["--per-problem", "4", "--budget", "9"], "cannot be used"),
        (&["--per-problem", "4", "--revision", "0.1"], "SPOILED:MENDED"),
        (&["--per-problem", "4", "--revision", "0.1:1.5"], "SPOILED:MENDED"),
        (&["--revision", "0.1:0.5"], "--per-problem"),
        (&["--per-problem", "4", "--stop-error", "0"], "between 0 and 1"),
    ] {
        let output = runaway(&[&["plan", "models/self-judge.toml"][..], args].concat());
        let error = String::from_utf8_lossy(&output.stderr);
        assert_eq!(output.status.code(), Some(2), "{args:?}: {error}");
        assert!(error.contains(words), "{args:?}: {error}");
    }
    let folder = tempfile::tempdir().unwrap();
    let out = folder.path().join("out");
    let args =
        ["plan", "models/self-judge.toml", "--per-problem", "6", "--revision", "0.05:0.6", "-o", out.to_str().unwrap()];
    let output = runaway(&args);
    assert_eq!(output.status.code(), Some(0));
    let said = String::from_utf8_lossy(&output.stdout).replace('\u{a0}', " ");
    assert!(
        said.contains("As stated, a revision spoils 5 %")
            && said.contains("revising an answer pays while less than 92.3 %"),
        "{said}"
    );
    for name in ["plan.html", "plan.json", "votes.svg", "divisions.svg"] {
        assert!(out.join(name).is_file(), "{name}");
    }
}

/// What is said of revisions never contradicts the division that is chosen, and the runway of that is named.
#[test]
fn the_sentence_on_revisions_agrees_with_the_choice() {
    for (model, revision) in [
        ("models/unverified.toml", Some(RevisionRates { right_to_wrong: 0.05, wrong_to_right: 0.2 })),
        ("models/sector.toml", Some(RevisionRates { right_to_wrong: 0.05, wrong_to_right: 0.2 })),
        ("models/unverified.toml", None),
    ] {
        let scenario = runaway::Scenario::load(std::path::Path::new(model), &[]).unwrap();
        let plan = divide(&scenario, InferenceRequest { revision, ..request(16) }).unwrap();
        let said = runaway::report::inference::sentences(&plan).join(" ");
        let best = plan.best.as_ref().unwrap();
        let pays = plan.revision.after_one > plan.revision.accuracy;
        assert_eq!(said.contains("revises all the same"), best.revisions > 0 && !pays, "{model}: {said}");
        assert_eq!(said.contains("does not revise all the same"), best.revisions == 0 && pays, "{model}: {said}");
        assert_eq!(said.contains("never pays"), plan.revision.rates.wrong_to_right == 0.0, "{model}: {said}");
        assert_eq!(said.contains("The loop that trains on them"), best.runway.is_some(), "{model}: {said}");
    }
}
