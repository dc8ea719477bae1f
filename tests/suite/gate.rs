//! `runaway gate`: its table against the back-tests, and its verdicts as they are typed.

use std::fs;
use std::path::Path;

use runaway::fit::{BacktestCase, BacktestResult};
use runaway::gate::{BacktestedChecks, StopRule};

/// The sets of the table; `lm-held` is kept aside.
const SETS: [&str; 6] =
    ["backtest", "backtest-fresh", "backtest-llm", "backtest-lm", "backtest-lm-fresh", "backtest-lm-last"];

fn cases(folder: &str) -> Vec<BacktestCase> {
    let json = fs::read(format!("reports/{folder}/backtest.json")).unwrap();
    let tested: BacktestResult = serde_json::from_slice(&json).unwrap();
    assert!(tested.cases.iter().all(|case| case.signals.is_some()), "{folder}: make it anew with .ci/reports");
    tested.cases
}

/// The table that the program holds is that of the committed back-tests. WRITE_GATE_TABLE=1 writes it.
#[test]
fn gate_table() {
    let all: Vec<BacktestCase> = SETS.iter().flat_map(|folder| cases(folder)).collect();
    let made = BacktestedChecks::of(&all).to_csv();
    let path = Path::new("src/gate/backtested.csv");
    if std::env::var_os("WRITE_GATE_TABLE").is_some() {
        fs::write(path, &made).unwrap();
    }
    assert!(made == fs::read_to_string(path).unwrap(), "write it with WRITE_GATE_TABLE=1, as src/gate/mod.rs says");
    assert!(!made.contains("lm-held"));
}
