//! The claims that the project rests on, and the loops of published papers.

use std::fs;
use std::path::{Path, PathBuf};

use assert_cmd::Command;
use runaway::analytic::SolvedDesign;
use runaway::claims::{ClaimResults, weigh};
use runaway::scenario::{Origin, PublishedRole, Scenario, ScenarioFile};

fn files(folder: &str) -> Vec<PathBuf> {
    let mut files: Vec<PathBuf> = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    files.sort();
    files
}

fn evidence(file: &Path, overrides: &[String]) -> ClaimResults {
    let base = Scenario::load(file, overrides).unwrap();
    let designs = ScenarioFile::load(file, overrides).unwrap().designs;
    let designs: Vec<SolvedDesign> = designs.into_iter().map(SolvedDesign::new).collect();
    weigh(&base, &designs, &ScenarioFile::load(file, overrides).unwrap().stated)
}

#[test]
fn every_claim_holds() {
    let files = files("models/claims");
    assert_eq!(files.len(), 14, "claims (a) to (n)");
    for file in files {
        let evidence = evidence(&file, &[]);
        assert!(!evidence.claims.is_empty());
        for judged in &evidence.claims {
            assert!(judged.holds, "{}: {} ({:?})", file.display(), judged.claim.says, judged.found);
        }
    }
}

/// A claim that could not fail would prove nothing: with a much milder amplification the avalanche of claim (a) is none.
#[test]
fn a_claim_about_another_loop_does_not_hold() {
    let mild = ["errors.amplification=0".to_owned()];
    assert!(!evidence(Path::new("models/claims/a-unverified.toml"), &mild).holds());
    let status = Command::new(assert_cmd::cargo::cargo_bin!("runaway"))
        .args(["compare", "models/claims/a-unverified.toml", "--replicates", "20", "--set", &mild[0]])
        .output()
        .unwrap()
        .status;
    assert_eq!(status.code(), Some(10));
}

/// Fitted parameters meet what they were fitted to; predictions are what they are, misses included.
#[test]
fn published_values_are_met_where_they_were_fitted() {
    for file in files("models/published") {
        let evidence = evidence(&file, &[]);
        assert!(!evidence.published.is_empty());
        for beside in &evidence.published {
            let found = beside.found.unwrap_or_else(|| panic!("{}: {}", file.display(), beside.published.says));
            let near = (found - beside.published.value).abs() < 0.02;
            assert!(
                near || beside.published.role == PublishedRole::Predicted,
                "{}: {} {found}",
                file.display(),
                beside.published.says
            );
        }
    }
}

#[test]
fn statements_about_nothing_are_refused() {
    let refused = |stated: &str| {
        let text = format!("name = \"t\"\n[[design]]\nname = \"votes\"\n{stated}");
        Scenario::parse(&text, Origin::Text, &[]).unwrap_err().to_string()
    };
    let claim = "[[claim]]\nsays = \"s\"\nquantity = \"runway\"\n";
    let unknown = refused(&format!("{claim}at_least = 1.0\ndesign = \"vote\""));
    assert_eq!(
        unknown,
        "scenario:8:10: `claim.0.design`: no design of this file is called \"vote\"; did you mean `votes`?"
    );
    assert!(refused(claim).contains("a claim has a bound"));
    assert!(refused("[[claim]]\nsays = \"s\"\nquantity = \"runaway\"").contains("did you mean `runway`?"));
    assert!(refused("[[published]]\nsays = \"s\"\nquantity = \"error\"\nvalue = nan").contains("finite"));
}

/// A number beyond the horizon is absent for a reason, which is printed with the generation.
#[test]
fn claims_beyond_the_horizon_say_so() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("loop.toml");
    let claim = "[[claim]]\nsays = \"late\"\nquantity = \"failed\"\ngeneration = 30\nat_most = 1\n";
    fs::write(&file, format!("name = \"t\"\nexamples = 20\nhorizon = 12\n[errors]\namplification = 20\n{claim}"))
        .unwrap();
    let told = |more: &[&str]| {
        let mut command = Command::new(assert_cmd::cargo::cargo_bin!("runaway"));
        let output = command.arg("compare").arg(&file).args(["--replicates", "10", "-q"]).args(more).output().unwrap();
        (output.status.code().unwrap(), String::from_utf8(output.stdout).unwrap())
    };
    let (code, out) = told(&[]);
    let reason = "“late” (generation 30 lies beyond the horizon of 12 generations; raise it";
    assert!(code == 10 && out.contains(reason), "{out}");
    let (code, out) = told(&["--set", "horizon=30", "--format", "csv"]);
    assert!(code == 0 && out.contains("late,holds,failed,30,"), "{out}");
}
