//! `runaway report`.

use std::io::Write;
use std::path::{Path, PathBuf};

use serde::Serialize;

use crate::analytic::{self, Solution};
use crate::compare::{self, DEFAULT_LEVEL};
use crate::explain::Account;
use crate::report::{self, Inputs, View};
use crate::simulate::Simulated;

use super::args::Report;
use super::check::verdict;
use super::document::Document;
use super::{Verdict, play, played, write_report};

#[derive(Serialize)]
struct Results<'a> {
    solve: &'a Solution,
    simulate: &'a Simulated,
    check: &'a compare::Verdict,
    account: &'a Account,
}

pub(super) fn run(args: &Report, out: &mut dyn Write) -> anyhow::Result<Verdict> {
    let scenario = args.source.load()?;
    let provenance = played(&scenario, args.play, &args.source.command("report"));
    let solution = analytic::solve(&scenario);
    let simulated = play::simulate(&scenario, args.play)?;
    let check = verdict(&scenario, &solution, &simulated, args.play, DEFAULT_LEVEL)?;
    let account = Account::of(&scenario);
    let inputs = Inputs {
        scenario: &scenario,
        provenance: &provenance,
        solution: &solution,
        simulated: Some(&simulated),
        verdict: Some(&check),
        account: Some(&account),
    };
    let rendered = report::render(&inputs)?;
    let results = Results { solve: &solution, simulate: &simulated, check: &check, account: &account };
    let json = Document::new(&scenario, &provenance, results).to_bytes()?;
    let folder = args.output.clone().unwrap_or_else(|| default_folder(&scenario.name));
    let written = write_report(&folder, &rendered, "report.html", ("results.json", &json))?;
    if args.json {
        out.write_all(&json)?;
    } else {
        let view = View::new(&inputs);
        writeln!(out, "{}", view.headline)?;
        for sentence in view.alarms.iter().chain(&view.finding) {
            writeln!(out, "{sentence}")?;
        }
        writeln!(out, "wrote {written} files to {}", folder.display())?;
    }
    Ok(Verdict::of(check.agree))
}

fn default_folder(name: &str) -> PathBuf {
    Path::new("reports").join(name)
}
