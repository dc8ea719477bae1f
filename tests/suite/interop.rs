//! Explicit chains: written and read back, solved against closed forms and other routes, and refused where their rows leave the
//! answer open.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use approx::assert_relative_eq;
use proptest::prelude::*;
use runaway::analytic::absorbing::{AbsorptionLaw, ChainError, ExplicitChain, StateLabel, absorption, explicit_chain};
use runaway::interop::{ChainFileError, ChainFormat, read_chain, write_chain};
use runaway::scenario::Origin;
use runaway::{Scenario, solve};
use tempfile::TempDir;

/// A loop that a second model checks.
macro_rules! checked {
    ($examples:literal, $errors:literal) => {
        concat!(
            "examples = ",
            $examples,
            "\n[task]\nsteps = 20\n[errors]\nstep_error = 0.002\nsystematic_share = 0.1\namplification = 20\n",
            $errors,
            "\n[learning]\nimprint = 0.6\npersistence = 0.95\n[[filter]]\nkind = \"cross-model\"\n",
            "agreement_on_error = 0.6\nerror_rate = 0.05"
        )
    };
}

/// Loops of one and two dimensions: ordinary, metastable (E[T] up to 1e22), and some that may heal for good.
const LOOPS: [&str; 7] = [
    "examples = 100\n[errors]\namplification = 20",
    "examples = 12\n[errors]\nrecovery = 0.05\namplification = 20",
    checked!(100, ""),
    checked!(300, ""),
    checked!(15, "recovery = 0.02"),
    "examples = 40\n[errors]\nstep_error = 0\namplification = 20\n[start]\nwrong = 0.1",
    "examples = 10\n[errors]\nrecovery = 0.1\nstep_error = 0\namplification = 20\n[start]\nwrong = 0.2\nunsound = 0.1",
];

fn scenario(text: &str) -> Scenario {
    Scenario::parse(&format!("name = \"t\"\n{text}"), Origin::Text, &[]).unwrap()
}

/// Writes a chain as `runaway export` does, and reads it again.
fn round_trip(chain: &ExplicitChain, format: ChainFormat, exact: bool) -> ExplicitChain {
    let folder = TempDir::new().unwrap();
    let files = write_chain(chain, format, exact).unwrap();
    let main = folder.path().join("chain").with_extension(format.extension());
    for (extension, text) in &files.companions {
        fs::write(main.with_extension(extension), text).unwrap();
    }
    fs::write(&main, &files.main).unwrap();
    read_chain(&main, None).unwrap()
}

/// Every format, as decimals and as fractions.
fn forms() -> impl Iterator<Item = (ChainFormat, bool)> {
    let all = ChainFormat::ALL.into_iter().flat_map(|(format, _)| [(format, false), (format, true)]);
    all.filter(|form| *form != (ChainFormat::MatrixMarket, true))
}

fn ending(law: &AbsorptionLaw, name: &str) -> f64 {
    law.ends.iter().find(|end| end.name == name).map_or(0.0, |end| end.probability)
}

#[test]
fn loops_come_back_with_the_runway_that_solve_finds() {
    let mut longest = 0.0_f64;
    for text in LOOPS {
        let scenario = scenario(text);
        let solved = solve(&scenario);
        let chain = explicit_chain(&scenario, 100_000).unwrap();
        for (format, exact) in forms() {
            let read = round_trip(&chain, format, exact);
            if !exact {
                assert_eq!((read.rows(), read.start(), read.labels()), (chain.rows(), chain.start(), chain.labels()));
            }
            let law = absorption(&read, &[], 20).unwrap();
            let curves = solved.curves.as_ref().unwrap();
            for g in 0..=20 {
                let failed = law.ends[0].absorbed[g];
                assert_relative_eq!(failed, curves.failed[g], max_relative = 1e-11, epsilon = 1e-300);
            }
            assert_relative_eq!(ending(&law, "failed"), solved.runway.ever_fails.unwrap(), max_relative = 1e-12);
            let failed_only = absorption(&read, &["failed".to_owned()], 20).unwrap();
            let Some(mean) = solved.runway.mean else {
                assert!(failed_only.never > 0.0 && failed_only.mean.is_none());
                assert_relative_eq!(failed_only.never, solved.runway.never_fails.unwrap(), max_relative = 1e-11);
                continue;
            };
            longest = longest.max(mean);
            assert_relative_eq!(law.mean.unwrap(), mean, max_relative = 1e-12);
            let doubt = law.mean_error.unwrap() + solved.runway_error.unwrap();
            assert!((law.mean.unwrap() - mean).abs() <= doubt, "{text}: {mean:e} ± {doubt:e}");
            assert_relative_eq!(law.sd.unwrap(), solved.runway.sd.unwrap(), max_relative = 1e-9);
            assert_relative_eq!(law.q50.unwrap(), solved.runway.q50.unwrap(), max_relative = 1e-9);
            assert_eq!(failed_only.mean, law.mean);
            if let Some(resting) = &solved.quasi_stationary {
                assert_relative_eq!(law.hazard.unwrap(), resting.hazard, max_relative = 1e-9);
            }
        }
    }
    assert!(longest > 1e20, "{longest:e}");
}

/// A walk on 0..=n that goes up with probability p, from `start`, absorbed at both ends.
fn walk(n: usize, start: usize, p: f64) -> ExplicitChain {
    let inner = (1..n).map(|i| vec![(i - 1, 1.0 - p), (i + 1, p)]);
    let rows = std::iter::once(vec![]).chain(inner).chain([vec![]]).collect();
    let labels =
        [("ruined", 0), ("rich", n)].map(|(name, state)| StateLabel { name: name.into(), states: vec![state] });
    ExplicitChain::new(rows, start, labels.into()).unwrap()
}

#[test]
fn the_gambler_is_ruined_as_the_formulas_say() {
    // W. Feller, An introduction to probability theory I, XIV.2 and 3.
    for (n, start, p) in [(6, 3, 0.45), (50, 20, 0.5), (40, 10, 0.6), (100_000, 50_000, 0.4)] {
        let law = absorption(&walk(n, start, p), &[], 10).unwrap();
        let (size, from) = (n as f64, start as f64);
        let ratio: f64 = (1.0 - p) / p;
        let rich = if p == 0.5 {
            from / size
        } else if p > 0.5 {
            (1.0 - ratio.powf(from)) / (1.0 - ratio.powf(size))
        } else {
            (ratio.powf(from - size) - ratio.powf(-size)) / (1.0 - ratio.powf(-size))
        };
        let mean = if p == 0.5 { from * (size - from) } else { (from - size * rich) / (1.0 - 2.0 * p) };
        assert_relative_eq!(law.mean.unwrap(), mean, max_relative = 1e-10);
        assert_relative_eq!(ending(&law, "rich"), rich, max_relative = 1e-9, epsilon = 1e-300);
        assert_relative_eq!(ending(&law, "rich") + ending(&law, "ruined"), 1.0, max_relative = 1e-12);
    }
}

#[test]
fn a_time_that_hardly_varies_keeps_the_digits_of_its_spread() {
    // Two thousand steps in a row, of which only the last may be taken again, with probability 1e-12.
    let n = 2_000;
    let again = 1e-12;
    let mut rows: Vec<Vec<(usize, f64)>> = (1..n).map(|next| vec![(next, 1.0)]).collect();
    rows.push(vec![(n - 1, again), (n, 1.0 - again)]);
    rows.push(vec![]);
    let law = absorption(&ExplicitChain::new(rows, 0, vec![]).unwrap(), &[], 0).unwrap();
    assert_relative_eq!(law.sd.unwrap(), again.sqrt() / (1.0 - again), max_relative = 1e-6);
    assert_eq!((law.q05, law.q95), (Some(n as f64), Some(n as f64)));
}

/// Ordinary chains of a few states, of which the last two are ends.
fn small_chain() -> impl Strategy<Value = ExplicitChain> {
    (3_usize..12).prop_flat_map(|states| {
        let weights = proptest::collection::vec(proptest::collection::vec(0.0_f64..1.0, states), states - 2);
        weights.prop_map(move |weights| {
            let mut rows: Vec<Vec<(usize, f64)>> = weights
                .iter()
                .map(|row| {
                    // A third of the entries is absent; a way out is always there.
                    let kept = |(to, weight): (usize, &f64)| (to, if *weight < 0.3 { 0.0 } else { *weight });
                    let mut row: Vec<(usize, f64)> = row.iter().enumerate().map(kept).collect();
                    row[states - 1].1 += 0.05;
                    let total: f64 = row.iter().map(|(_, weight)| weight).sum();
                    row.iter().map(|(to, weight)| (*to, weight / total)).collect()
                })
                .collect();
            rows.extend([vec![(states - 2, 1.0)], vec![(states - 1, 1.0)]]);
            ExplicitChain::new(rows, 0, vec![]).unwrap()
        })
    })
}

proptest! {
    #[test]
    fn small_chains_agree_with_the_sum_of_survival(chain in small_chain()) {
        let law = absorption(&chain, &[], 3_000).unwrap();
        let mean: f64 = law.survival.iter().sum();
        prop_assert!((law.mean.unwrap() / mean - 1.0).abs() < 1e-11);
        let second: f64 = law.survival.iter().enumerate().map(|(n, s)| (2 * n + 1) as f64 * s).sum();
        prop_assert!((law.sd.unwrap() - (second - mean * mean).max(0.0).sqrt()).abs() < 1e-6 * mean);
        for end in &law.ends {
            prop_assert!((end.probability - end.absorbed[3_000]).abs() < 1e-12 + end.error);
        }
        let median = law.survival.iter().position(|s| 1.0 - s >= 0.5 + 1e-12).unwrap();
        prop_assert!((law.q50.unwrap() - median as f64).abs() <= 1.0);
        for (format, exact) in forms() {
            let again = absorption(&round_trip(&chain, format, exact), &[], 0).unwrap();
            prop_assert!((again.mean.unwrap() / law.mean.unwrap() - 1.0).abs() < 1e-13);
        }
    }

    #[test]
    fn the_order_of_states_changes_nothing(chain in small_chain(), by in 1_usize..12) {
        let states = chain.states();
        let moved = |state: usize| (state + by) % states;
        let mut rows = vec![Vec::new(); states];
        for (from, row) in chain.rows().iter().enumerate() {
            rows[moved(from)] = row.iter().map(|&(to, p)| (moved(to), p)).collect();
        }
        let other = ExplicitChain::new(rows, moved(0), vec![]).unwrap();
        let (one, other) = (absorption(&chain, &[], 5).unwrap(), absorption(&other, &[], 5).unwrap());
        prop_assert!((one.mean.unwrap() / other.mean.unwrap() - 1.0).abs() < 1e-13);
        prop_assert!((one.sd.unwrap() - other.sd.unwrap()).abs() <= 1e-10 * one.mean.unwrap());
    }

    #[test]
    fn no_text_makes_a_reader_panic(text in "[-0-9a-z@#%: .,/\n\\[\\]\"=]{0,200}", kind in 0_usize..4) {
        let folder = TempDir::new().unwrap();
        let heads = ["@type: DTMC\n@nr_states\n3\n@model\nstate 0 init\n", "3 4\n",
            "%%MatrixMarket matrix coordinate real general\n3 3 2\n", "from,to,probability\n"];
        let path = folder.path().join("chain").with_extension(ChainFormat::ALL[kind].1);
        fs::write(&path, format!("{}{text}", heads[kind])).unwrap();
        if let Ok(chain) = read_chain(&path, None) {
            let _ = absorption(&chain, &[], 3);
        }
    }
}

/// A well of two states with exit `exit` from the second, which is reached with probability 0.1.
fn well(stay: f64, back: f64, exit: f64) -> Vec<Vec<(usize, f64)>> {
    vec![vec![(0, 0.9), (1, 0.1)], vec![(0, back), (1, stay), (2, exit)], vec![(2, 1.0)]]
}

#[test]
fn rows_that_lost_their_exits_are_refused_or_bounded() {
    let law = |rows: Vec<Vec<(usize, f64)>>| absorption(&ExplicitChain::new(rows, 0, vec![]).unwrap(), &[], 5);
    // E[T] = (1/0.1 + 1/…) visits over the exit; written with every digit it is at its word, however rare.
    let rare = law(well(0.4, 0.6, 1e-25)).unwrap();
    assert_relative_eq!(rare.mean.unwrap(), 7e25, max_relative = 1e-12);
    assert_eq!((rare.rows.doubtful, rare.rows.smallest_exit), (0, Some(1e-25)));
    // Decimals cut off 1e-9 of an ordinary row: accepted, and the truth lies within the bound.
    let (lost, truth) = (law(well(0.4, 0.5 - 1e-9, 0.1)).unwrap(), law(well(0.4, 0.5, 0.1)).unwrap());
    let error = (lost.mean.unwrap() - truth.mean.unwrap()).abs();
    assert!(error <= lost.mean_error.unwrap() && lost.rows.bound < 1e-7, "{error:e}");
    let worse = law(well(0.4, 0.5, 0.1 + 1e-9)).unwrap();
    assert!((worse.mean.unwrap() - lost.mean.unwrap()).abs() <= 2.0 * lost.mean_error.unwrap());
    assert_eq!((lost.rows.doubtful, truth.rows.doubtful), (1, 0));
    // The same loss where the exit is 1e-12: nothing is known, and the row is named.
    let Err(ChainError::Doubtful { state, sum, .. }) = law(well(0.4, 0.6 - 1e-9, 1e-12)) else { panic!() };
    assert_eq!((state, sum.as_str()), (1, "1 − 9.990e-10"));
    // An exit that was formed as 1 minus the rest is noise of the rest.
    let (back, stay) = (0.6 - 3e-16, 0.4_f64);
    let exit = 1.0 - (back + stay);
    assert!(exit > 0.0 && matches!(law(well(stay, back, exit)), Err(ChainError::Doubtful { state: 1, .. })));
    // An exit that was lost altogether.
    let closed = vec![vec![(0, 0.9), (1, 0.1)], vec![(0, 0.6), (1, 0.4)], vec![(2, 1.0)]];
    assert!(matches!(law(closed.clone()), Err(ChainError::NoEnd { start: 0 })));
    let mut half = closed;
    half[0] = vec![(0, 0.8), (1, 0.1), (2, 0.1)];
    half[1] = vec![(1, 1.0)];
    let failed = vec![StateLabel { name: "failed".into(), states: vec![2] }];
    let chain = ExplicitChain::new(half, 0, failed).unwrap();
    assert!(matches!(absorption(&chain, &[], 5), Err(ChainError::Unlabelled { state: 1, .. })));
    let both = absorption(&chain, &["failed".to_owned(), "1".to_owned()], 5).unwrap();
    assert_relative_eq!(ending(&both, "state 1"), 0.5, max_relative = 1e-14);
    let one = absorption(&chain, &["failed".to_owned()], 5).unwrap();
    assert_relative_eq!(one.never, 0.5, max_relative = 1e-14);
    // Two states that lead to each other alone, beside an end.
    let rows = vec![vec![(1, 0.5), (3, 0.5)], vec![(2, 1.0)], vec![(1, 1.0)], vec![(3, 1.0)]];
    assert!(matches!(law(rows), Err(ChainError::Closed { .. })));
}

#[test]
fn a_chain_of_a_hundred_thousand_states_and_a_million_transitions_is_solved() {
    // Up by one to five, down by one to five, in no order: band of ten once it is sorted out.
    let n = 100_000_usize;
    let name = |place: usize| place * 60_607 % n;
    let mut rows = vec![Vec::new(); n + 1];
    for place in 0..n {
        let row =
            (1..=5).flat_map(|by| [(place.checked_sub(by), 0.09), ((place + by < n).then_some(place + by), 0.11)]);
        for (to, p) in row {
            // Below 0 it stays at 0; above the top it is absorbed.
            let to = to.map_or(if p == 0.09 { name(0) } else { n }, name);
            match rows[name(place)].iter_mut().find(|(other, _)| *other == to) {
                Some((_, sum)) => *sum += p,
                None => rows[name(place)].push((to, p)),
            }
        }
    }
    let transitions: usize = rows.iter().map(Vec::len).sum();
    assert!(transitions > 990_000);
    let law = absorption(&ExplicitChain::new(rows, name(0), vec![]).unwrap(), &[], 0).unwrap();
    // The walk drifts up by 0.3 a step; reflection at 0 and overshoot at the top are of the order of a few steps.
    assert_relative_eq!(law.mean.unwrap(), n as f64 / 0.3, max_relative = 1e-3);
    assert!(law.mean_error.unwrap() < 1e-4 * law.mean.unwrap());
}

#[test]
fn chains_that_do_not_fall_into_a_band_are_refused_with_their_size() {
    // Neighbours by three hash functions: no order of 20,000 states is narrow.
    let n = 20_000_usize;
    let mut rows: Vec<Vec<(usize, f64)>> = (0..n)
        .map(|i| {
            let to = [(i * 7_919 + 3) % n, (i * i + 11) % n, (i * 104_729 + i * i * 31) % n];
            let mut row: Vec<(usize, f64)> = Vec::new();
            for to in to {
                match row.iter_mut().find(|(other, _)| *other == to) {
                    Some((_, sum)) => *sum += 0.3,
                    None => row.push((to, 0.3)),
                }
            }
            row.push((n, 0.1));
            row
        })
        .collect();
    rows.push(vec![]);
    let refused = absorption(&ExplicitChain::new(rows, 0, vec![]).unwrap(), &[], 0);
    assert!(matches!(refused, Err(ChainError::TooLarge { cells, most, .. }) if cells > most), "{refused:?}");
}

#[test]
fn loops_that_are_no_one_chain_are_refused() {
    for (text, remedy) in [
        ("[task]\nsteps_per_generation = 1", "task.steps_per_generation=0"),
        ("[learning]\npolicy = \"accumulate\"", "learning.policy=replace"),
        ("[errors]\nerosion = 0.1", "errors.erosion=0"),
        ("[errors]\nstep_error_gain = 0.1", "errors.step_error_gain=0"),
        ("[start]\ndraw = true\nwrong = 0.1", "start.draw=false"),
        ("examples = 100000", "examples="),
        ("examples = 400\n[errors]\nrecovery = 0.1", "examples="),
    ] {
        let refusal = explicit_chain(&scenario(text), 400_000).unwrap_err().to_string();
        assert!(refusal.contains(remedy), "{refusal}");
        // What the remedy says works.
        let set = refusal.split("--set ").nth(1).unwrap().split('`').next().unwrap().to_owned();
        let again = Scenario::parse(&format!("name = \"t\"\n{text}"), Origin::Text, &[set]).unwrap();
        assert!(explicit_chain(&again, 400_000).is_ok(), "{refusal}");
    }
}

/// Files that are refused, and what is said of them.
const MALFORMED: [(&str, &str, &str); 18] = [
    ("a.csv", "from,to\n", "a.csv:1: the heads of the columns must be from,to,probability"),
    ("a.csv", "from,to,probability\n0,1\n", "a.csv:2: 2 cells"),
    ("a.csv", "from,to,probability\n0,1,x\n", "a.csv:2: \"x\" is no number"),
    ("a.csv", "from,to,probability\n0,1,1.5\n", "a.csv:2: 1.5 is no probability"),
    ("a.csv", "from,to,probability\n0,1,1e-400\n", "a.csv:2: 1e-400 is below what a double holds"),
    ("a.csv", "from,to,probability\n0,-1,1\n", "a.csv:2: \"-1\" is no state"),
    (
        "a.csv",
        "from,to,probability\n0,1,0.5\n0,1,0.5\n",
        "a.csv:3: this transition to state 1 stands in line 2 already",
    ),
    ("a.csv", "# states: 1\nfrom,to,probability\n0,1,1\n", "a.csv:3: there is no state 1"),
    ("a.csv", "", "a.csv: it has no transitions"),
    ("a.csv", "# start: 0\n# start: 1\nfrom,to,probability\n0,1,1\n", "a.csv:2: states 0 and 1 are both initial"),
    ("a.drn", "@type: MDP\n", "a.drn:1: @type: MDP"),
    ("a.drn", "@type: DTMC\n@parameters\np\n", "a.drn:3: parameter \"p\""),
    (
        "a.drn",
        "@type: DTMC\n@model\nstate 0\n\taction 0\n\t\t0 : 1\n\taction 1\n",
        "a.drn:6: state 0 has several actions",
    ),
    ("a.tra", "3 2\n0 1 1\n", "a.tra:1: 2 transitions are announced, and 1 follow"),
    ("a.tra", "3 2 1\n0 0 1 1\n", "a.tra:1: three numbers begin the file of a decision process"),
    ("a.mtx", "%%MatrixMarket matrix array real general\n", "a.mtx:1: a chain is read from"),
    ("a.mtx", "%%MatrixMarket matrix coordinate real general\n2 3 1\n", "a.mtx:2: 2 rows and 3 columns"),
    ("a.txt", "hello\n", "a.txt: it looks like no .drn"),
];

fn program(args: &[&str]) -> (i32, String, String) {
    let output = Command::new(assert_cmd::cargo::cargo_bin!("runaway")).args(args).output().unwrap();
    let text = |bytes| String::from_utf8(bytes).unwrap();
    (output.status.code().unwrap(), text(output.stdout), text(output.stderr))
}

#[test]
fn malformed_files_are_refused_with_their_line() {
    let folder = TempDir::new().unwrap();
    for (name, text, told) in MALFORMED {
        let path = folder.path().join(name);
        fs::write(&path, text).unwrap();
        let error = read_chain(&path, None).unwrap_err().to_string();
        assert!(error.contains(told), "{error}");
    }
    let (code, out, said) = program(&["import", folder.path().join("a.txt").to_str().unwrap()]);
    assert!(code == 3 && out.is_empty() && said.contains("--from"), "{said}");
    let missing = folder.path().join("none.drn");
    assert!(matches!(read_chain(&missing, None), Err(ChainFileError::Unreadable { .. })));
    assert_eq!(program(&["import", missing.to_str().unwrap()]).0, 3);
}

#[test]
fn files_of_prism_and_of_storm_are_read() {
    let here = |name: &str| Path::new("tests/data/chains").join(name);
    let csv = read_chain(&here("gambler.csv"), None).unwrap();
    let prism = read_chain(&here("gambler.tra"), None).unwrap();
    assert_eq!((csv.rows(), csv.start(), csv.labels()), (prism.rows(), prism.start(), prism.labels()));
    let folder = TempDir::new().unwrap();
    let file = |name: &str, text: &str| -> PathBuf {
        let path = folder.path().join(name);
        fs::write(&path, text).unwrap();
        path
    };
    file("storm.lab", "#DECLARATION\ninit ruined rich\n#END\n3 init\n0 ruined\n6 rich\n");
    let transitions = fs::read_to_string(here("gambler.tra")).unwrap();
    let storm = file("storm.tra", &transitions.replacen("7 12", "dtmc", 1));
    assert_eq!(read_chain(&storm, None).unwrap().labels(), csv.labels());
    // As Storm's own exporter and others write them: no rewards, names of actions, comments, labels in any order.
    let text = "// Exported by storm\n// Original model type: DTMC\n@type: DTMC\n@parameters\n\n@reward_models\n\n@nr_states\n3\n\
        @nr_choices\n3\n@model\nstate 0 init\n//[x=1]\n\taction __NOLABEL__\n\t\t0 : 1/2\n\t\t2 : 1/2\nstate 1 [0.5, 1] deadlock\n\
        \taction a [0]\n\t\t1 : 1\nstate 2 \"done\"\n\taction 0\n\t\t2 : 1\n";
    let law = absorption(&read_chain(&file("s.drn", text), None).unwrap(), &[], 3).unwrap();
    assert_eq!((law.mean, law.ends[0].name.as_str()), (Some(2.0), "done"));
    let told = read_chain(&file("plain", text), None).unwrap();
    assert_eq!(told.labels().len(), 2);
}

#[test]
fn the_commands_export_and_import() {
    let folder = TempDir::new().unwrap();
    let path = |name: &str| folder.path().join(name).to_str().unwrap().to_owned();
    let set = ["--set", "examples=50"];
    let export = |more: &[&str]| program(&[&["export", "models/unverified.toml"], &set[..], more].concat());
    let (code, said, _) = export(&["-o", &path("a.tra")]);
    assert!(code == 0 && said.contains("a.tra") && said.contains("a.lab") && said.contains("a.sta"), "{said}");
    let states = fs::read_to_string(path("a.sta")).unwrap();
    assert!(states.starts_with("(wrong,end)\n0:(0,0)\n1:(1,0)\n"), "{states}");
    let (_, text, _) = export(&["--to", "csv"]);
    fs::write(path("b"), &text).unwrap();
    let mean = |file: &str| {
        let (code, json, said) = program(&["import", file, "--json"]);
        assert_eq!(code, 0, "{said}");
        serde_json::from_str::<serde_json::Value>(&json).unwrap()["mean"].as_f64().unwrap()
    };
    let (_, solved, _) = program(&[&["solve", "models/unverified.toml", "--json"], &set[..]].concat());
    let solved: serde_json::Value = serde_json::from_str(&solved).unwrap();
    for file in ["a.tra", "b"] {
        assert_relative_eq!(mean(&path(file)), solved["runway"]["mean"].as_f64().unwrap(), max_relative = 1e-12);
    }
    // Options that do not go together, and names that are none.
    for (code, args) in [
        (2, vec!["export", "models/unverified.toml"]),
        (2, vec!["export", "models/unverified.toml", "--to", "prism"]),
        (2, vec!["export", "models/unverified.toml", "--set", "examples=9", "--exact", "-o", &path("c.mtx")]),
        (1, vec!["export", "models/sector.toml", "--to", "drn"]),
        (1, vec!["export", "models/unverified.toml", "--set", "examples=100000", "--to", "drn"]),
        (3, vec!["export", "none.toml", "--to", "drn"]),
        (3, vec!["solve", "tests/data/chains/gambler.tra"]),
        (2, vec!["import", "tests/data/chains/gambler.csv", "--end", "happy"]),
        (2, vec!["import", "tests/data/chains/gambler.csv", "--start", "7"]),
    ] {
        let (found, out, said) = program(&args);
        assert!(found == code && out.is_empty() && said.starts_with("error: "), "{args:?}: {found} {said}");
    }
    assert!(!folder.path().join("c.mtx").exists());
}

/// A loop that never fails, written out and read again, never ends; one that may come to rest ends as often as it fails.
#[test]
fn a_loop_that_never_fails_never_ends() {
    let folder = tempfile::tempdir().unwrap();
    let chain = |text: &str, name: &str| {
        let file = folder.path().join("loop.toml");
        fs::write(&file, text).unwrap();
        let path = folder.path().join(name);
        let exported = program(&["export", file.to_str().unwrap(), "-o", path.to_str().unwrap()]);
        assert_eq!(exported.0, 0, "{exported:?}");
        path.to_str().unwrap().to_owned()
    };
    let sound = "name = \"t\"\nexamples = 5\n[errors]\nstep_error = 0\namplification = 0\n";
    for name in ["chain.tra", "chain.drn", "chain.mtx", "chain.csv"] {
        let path = chain(sound, name);
        let (code, out, _) = program(&["import", &path]);
        assert!(code == 0 && out.starts_with("The chain never ends: from state "), "{name}: {out}");
        let (_, json, _) = program(&["import", &path, "--json", "--horizon", "3"]);
        let law: serde_json::Value = serde_json::from_str(&json).unwrap();
        assert_eq!((law["never"].as_f64(), law["mean"].is_null()), (Some(1.0), true), "{json}");
        assert_eq!(law["survival"], serde_json::json!([1.0, 1.0, 1.0, 1.0]));
        assert_eq!(law["undefined"]["mean"], "infinite: the chain never ends");
        // Asked by name it is the same.
        let (code, out, _) = program(&["import", &path, "--end", "failed"]);
        assert!(code == 0 && out.starts_with("The chain never ends"), "{name}: {out}");
    }
    // Wrong beliefs at the start die out or take over: both fates have their probability, as `solve` has them.
    let either = format!("{sound}[start]\nwrong = 0.4\n");
    let path = chain(&either, "either.csv");
    let (_, json, _) = program(&["import", &path, "--json", "--horizon", "60"]);
    let law: serde_json::Value = serde_json::from_str(&json).unwrap();
    let solved = solve(&Scenario::parse(&either, Origin::Text, &[]).unwrap());
    let failed = solved.curves.unwrap().failed;
    assert!(law["never"].as_f64().unwrap() > 0.1 && law["mean"].is_null(), "{json}");
    for (step, expected) in failed.iter().enumerate() {
        let found = law["absorbed"][step].as_f64().unwrap();
        assert!((found - expected).abs() < 1e-12, "{step}: {found} {expected}");
    }
}

#[test]
fn chains_say_where_they_start_and_names_agree_with_formats() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("plain.tra");
    fs::write(&path, "2 3\n0 0 0.5\n0 1 0.5\n1 1 1\n").unwrap();
    let path = path.to_str().unwrap();
    let (code, out, _) = program(&["import", path]);
    assert!(code == 0 && out.contains("marks no state as `init`: the chain starts in state 0"), "{out}");
    assert!(!program(&["import", path, "--start", "0"]).1.contains("`init`"));
    let target = folder.path().join("chain.csv");
    let (code, out, error) = program(&[
        "export",
        "models/unverified.toml",
        "--set",
        "examples=20",
        "--to",
        "drn",
        "-o",
        target.to_str().unwrap(),
    ]);
    assert!(
        (code, out.as_str()) == (2, "") && error.contains("contradicts the name") && error.contains(".drn"),
        "{error}"
    );
    assert!(!target.exists());
    let (_, csv, _) = program(&["import", path, "--format", "csv"]);
    assert!(csv.starts_with("quantity,value,error_bound\nstates,2,\n") && csv.contains("\nmean,2,"), "{csv}");
    assert_eq!(csv.lines().filter(|line| line.contains('%')).count(), 0, "{csv}");
}
