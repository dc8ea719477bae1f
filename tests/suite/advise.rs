//! `runaway advise`: plans of audits, and what items are worth.

use std::path::Path;
use std::process::Command;

use runaway::fit::{AuditQuestion, FitOptions, ItemWorth, Measurement, PlannedAudits, SamplerConfig};
use runaway::{Fitted, Log};
use serde_json::Value;

/// A loop that keeps all it generates, of which a few examples were compared with the truth.
const CSV: &str = "generation,evaluated,wrong,generated,kept,audited,kept_wrong\n0,500,60,1000,1000,50,6\n1,500,66,1000,1000,50,7\n\
                   2,500,75,1000,1000,50,7\n3,500,88,1000,1000,50,9\n4,500,99,1000,1000,50,10\n";

fn log() -> Log {
    Log::parse(CSV.as_bytes(), "loop.csv").unwrap()
}

fn options() -> FitOptions {
    let effort = SamplerConfig { ensembles: 2, walkers: 40, sweeps: 120 };
    FitOptions { effort, paths: 400, horizon: 8, ..FitOptions::default() }
}

fn question(budget: u64, by: u64) -> AuditQuestion {
    AuditQuestion { budget, by, wanted: 0.3, level: 0.7 }
}

/// More audits detect more; what is planned keeps to its budget, its generations and what is left; the comparison with the last
/// generation is with a plan that was considered.
#[test]
fn plans_keep_to_what_was_asked() {
    let (log, options) = (log(), options());
    let fitted = Fitted::new(&log, &options).unwrap();
    let plans: Vec<PlannedAudits> =
        [20, 100, 400].iter().map(|budget| fitted.plan_audits(question(*budget, 6))).collect();
    let mut before = 0.0;
    for (plan, budget) in plans.iter().zip([20, 100, 400]) {
        let best = plan.best.as_ref().unwrap();
        assert!(best.items() <= budget && best.audits.len() <= 2, "{best:?}");
        assert!(best.audits.iter().all(|(generation, items)| *generation <= 6 && *items > 0), "{best:?}");
        assert!((0.0..=1.0).contains(&best.false_alarm) && best.detected > best.false_alarm, "{best:?}");
        assert!(best.detected >= before - 0.01, "{best:?} after {before}");
        before = best.detected;
        let last = plan.in_last.as_ref().unwrap();
        assert_eq!(last.audits, [(4, budget.min(950))]);
        // Ranked on fewer draws, the best may be taken for another that is as good.
        assert!(last.detected <= best.detected + 0.02, "{last:?} {best:?}");
    }
    let needed: Vec<Option<f64>> = plans.iter().map(|plan| plan.needed.as_ref().map(|one| one.detected)).collect();
    assert!(needed[0].is_none_or(|detected| detected >= 0.3), "{needed:?}");
    // What is needed does not depend on the budget.
    assert_eq!(needed[0], needed[2]);
    // Sooner is no easier.
    let sooner = fitted.plan_audits(question(400, 4)).best.unwrap();
    assert!(
        sooner.detected <= before + 0.02 && sooner.audits.iter().all(|(generation, _)| *generation <= 4),
        "{sooner:?}"
    );
}

/// One P(R > 1), whoever asks; a plan says how probably the loop comes to its generation, and why rows are absent.
#[test]
fn a_plan_says_what_it_presupposes() {
    let (log, options) = (log(), options());
    let fitted = Fitted::new(&log, &options).unwrap();
    let plan = fitted.plan_audits(question(4_000, 10));
    assert_eq!(plan.above_one, fitted.answer().reproduction_number.above_one);
    assert_eq!(plan.above_one, fitted.signals().above_one);
    assert_eq!(plan.reached, 1.0 - fitted.failing_within(6).value);
    assert_eq!(fitted.plan_audits(question(10, 4)).reached, 1.0);
    // Two generations of 1,000 kept examples, of which 50 were audited in those of the log.
    let best = plan.best.as_ref().unwrap();
    assert!(best.items() <= 2_000 && best.items() < plan.budget, "{best:?}");
    let said = runaway::report::advise::finding(&plan, &[]).join(" ");
    assert!(plan.above_one >= plan.level || said.contains("of the budget of 4000 are not used"), "{said}");
    let mut none = plan.clone();
    (none.needed, none.in_last) = (None, None);
    let table = &runaway::report::advise::tables(&none, &[])[0];
    assert_eq!((table.height(), table.notes.len()), (1, 2), "{table:?}");
    assert!(table.rows().all(|row| row.iter().all(|cell| *cell != "–")), "{table:?}");
    let csv = runaway::report::advise::records(&plan, &[]).to_csv();
    assert!(csv.lines().count() > 1 && !csv.contains('%'), "{csv}");
}

/// Labels narrow the runway in expectation, whatever they are, and more of them do more.
#[test]
fn items_never_widen_the_runway() {
    let (log, options) = (log(), options());
    let fitted = Fitted::new(&log, &options).unwrap();
    let of = |items: u64| [Measurement::Audit(items), Measurement::Evaluate(items), Measurement::Next(items)];
    let worths: Vec<ItemWorth> = [1, 10, 200].iter().flat_map(|items| fitted.item_worths(&of(*items))).collect();
    for (few, many) in worths.iter().zip(worths.iter().skip(3)) {
        assert!(few.per_item >= 0.0 && many.expected_sd <= few.expected_sd, "{few:?} {many:?}");
    }
    // The drawn outcomes of `advise` come to the same.
    let drawn = fitted.advise(&of(200));
    for one in &drawn.advice {
        let summed = worths.iter().find(|worth| worth.measurement == one.measurement).unwrap();
        assert!((summed.expected_sd / one.expected_sd - 1.0).abs() < 0.03, "{summed:?} {one:?}");
    }
}

fn advise(args: &[&str]) -> (i32, String, String) {
    let output = Command::new(assert_cmd::cargo::cargo_bin!("runaway")).arg("advise").args(args).output().unwrap();
    let text = |bytes| String::from_utf8(bytes).unwrap();
    (output.status.code().unwrap(), text(output.stdout), text(output.stderr))
}

#[test]
fn the_command_prints_the_plan_or_the_reason_why_not() {
    let folder = tempfile::tempdir().unwrap();
    let write = |name: &str, text: &str| {
        let path = folder.path().join(name);
        std::fs::write(&path, text).unwrap();
        path.to_str().unwrap().to_owned()
    };
    let file = write("loop.csv", CSV);
    let (code, out, error) = advise(&[&file, "--budget", "100", "--sweeps", "200", "--horizon", "8", "--json"]);
    assert_eq!(code, 0, "{error}");
    let document: Value = serde_json::from_str(&out).unwrap();
    let planned: PlannedAudits = serde_json::from_value(document["audits"].clone()).unwrap();
    assert_eq!((planned.generation, planned.by, planned.budget), (4, 4, 100));
    assert_eq!(document["items"].as_array().unwrap().len(), 6);
    assert!(
        document["provenance"]["command"].as_str().unwrap().ends_with("--budget 100 --probability 0.8 --level 0.95"),
        "{out}"
    );
    let refused = |args: &[&str], code: i32, words: &str| {
        let (found, out, error) = advise(args);
        assert!((found, out.as_str()) == (code, "") && error.contains(words), "{args:?}: {found} {out} {error}");
    };
    refused(&[&file, "--budget", "100", "--by", "2"], 2, "the log reaches generation 4");
    refused(&[&file, "--budget", "100", "--by", "18446744073709551615"], 2, "10000 generations on");
    refused(&[&file, "--budget", "0"], 2, "1..=10000");
    refused(&[&file, "--budget", "5", "--probability", "1"], 2, "between 0 and 1");
    refused(&["none.csv", "--budget", "5"], 3, "none.csv");
    let plain = write("plain.csv", "generation,evaluated,wrong\n0,100,5\n1,100,6\n2,100,9\n3,100,12\n");
    refused(
        &[&plain, "--budget", "100", "--sweeps", "60"],
        3,
        "plain.csv: what was kept of how many answers is not known",
    );
    let falling = write("falling.csv", &CSV.replace("4,500,99", "4,500,170").replace("3,500,88", "3,500,110"));
    refused(&[&falling, "--budget", "100", "--sweeps", "60", "--by", "400"], 2, "the loop reaches this generation");
    assert!(Path::new(&plain).exists());
}
