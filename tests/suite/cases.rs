//! Scenario files that are refused, with the message that each gives; scenario files that are taken; overrides.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use approx::assert_relative_eq;
use runaway::analytic::reproduction::reproduction_number;
use runaway::law::{Composition, Law};
use runaway::provenance::digest;
use runaway::scenario::{Filter, FitParameter, Origin, Policy, Scenario, filter_kinds};

/// Every scenario file of a folder of the repository, in order of their names.
fn scenarios_in(folder: &str) -> Vec<PathBuf> {
    // Tests run in the root of the package, so the paths in messages are the same on every machine.
    let mut files: Vec<PathBuf> = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    files.retain(|path| path.extension().is_some_and(|extension| extension == "toml"));
    files.sort();
    assert!(!files.is_empty(), "no scenario in {folder}");
    files
}

#[test]
fn every_invalid_file_gives_its_pinned_message() {
    let mut differences = String::new();
    for path in scenarios_in("tests/cases/invalid") {
        let name = path.file_name().unwrap().to_str().unwrap();
        let message = match Scenario::load(&path, &[]) {
            Ok(_) => "no message: the file was taken".to_owned(),
            Err(error) => error.to_string().replace("tests/cases/invalid/", "").replace("tests/cases/invalid\\", ""),
        };
        let pinned = fs::read_to_string(path.with_extension("txt")).unwrap_or_else(|_| "no .txt file".to_owned());
        if message != pinned.trim_end() {
            differences += &format!("{name}\n  gives  {message}\n  pinned {}\n", pinned.trim_end());
        }
        assert_eq!(message.lines().count(), 1, "{name}: the message is one line");
    }
    assert!(differences.is_empty(), "\n{differences}");
}

#[test]
fn every_pinned_message_has_its_file() {
    for entry in fs::read_dir("tests/cases/invalid").unwrap() {
        let path = entry.unwrap().path();
        assert!(path.with_extension("toml").is_file(), "{} belongs to no scenario", path.display());
    }
}

#[test]
fn every_valid_file_resolves_as_pinned() {
    for path in scenarios_in("tests/cases/valid") {
        let scenario = Scenario::load(&path, &[]).unwrap_or_else(|error| panic!("{error}"));
        let resolved = serde_json::to_string_pretty(&scenario).unwrap();
        let pinned = fs::read_to_string(path.with_extension("json")).unwrap_or_default();
        assert_eq!(resolved, pinned.trim_end(), "{} resolves otherwise", path.display());
    }
}

/// The words in backticks of a text.
fn quoted(text: &str) -> BTreeSet<&str> {
    text.split('`').skip(1).step_by(2).collect()
}

/// docs/model.md has a row for each kind of filter, with its keys; docs/fitting.md names every parameter of a fit.
#[test]
fn the_documentation_lists_the_keys_that_there_are() {
    let model = fs::read_to_string("docs/model.md").unwrap();
    let rows = model.lines().filter(|line| line.starts_with("| `")).map(|line| line.split(" | ").collect::<Vec<_>>());
    let kinds =
        rows.filter(|cells| cells.len() == 6).map(|cells| (cells[0].trim_matches(['|', ' ', '`']), quoted(cells[5])));
    let listed: Vec<(&str, BTreeSet<&str>)> = kinds.filter(|(kind, _)| *kind != "kind").collect();
    let known: Vec<(&str, BTreeSet<&str>)> =
        filter_kinds().iter().map(|kind| (kind.name, kind.keys.iter().map(|key| key.name).collect())).collect();
    assert_eq!(listed, known);

    let fitting = fs::read_to_string("docs/fitting.md").unwrap();
    let (_, list) = fitting.split_once("The parameters are ").unwrap();
    let (list, _) = list.split_once(". ").unwrap();
    let known: BTreeSet<&str> = FitParameter::ALL.iter().map(|parameter| parameter.key()).collect();
    assert_eq!(quoted(list), known);
}

#[test]
fn every_model_is_a_scenario_named_like_its_file() {
    for path in scenarios_in("models") {
        let scenario = Scenario::load(&path, &[]).unwrap_or_else(|error| panic!("{error}"));
        assert_eq!(Some(scenario.name()), path.file_stem().and_then(|stem| stem.to_str()));
        assert!(scenario.source().is_some(), "{} does not say where its numbers come from", path.display());
        let listed = fs::read_to_string("models/README.md").unwrap();
        assert!(
            listed.contains(&format!("({}.toml)", scenario.name())),
            "models/README.md leaves out {}",
            scenario.name()
        );
    }
}

/// The index of models/ states R; the other claims of its stories follow from the same numbers.
#[test]
fn models_have_the_reproduction_numbers_that_their_index_states() {
    let index = fs::read_to_string("models/README.md").unwrap();
    for path in scenarios_in("models") {
        let scenario = Scenario::load(&path, &[]).unwrap();
        let row = index.lines().find(|line| line.contains(&format!("({}.toml)", scenario.name()))).unwrap();
        let stated = row.split('|').nth(3).unwrap().trim();
        assert_eq!(
            format!("{:.2}", reproduction_number(&Law::new(&scenario, 0)).unwrap()),
            stated,
            "{}",
            scenario.name()
        );
    }
}

/// The published shares of wrong labels that sector.toml was made to meet, without checks and with them.
#[test]
fn sector_has_its_published_label_errors() {
    let label_error = |overrides: &[String]| {
        let scenario = Scenario::load(Path::new("models/sector.toml"), overrides).unwrap();
        let accepted = Law::new(&scenario, 0).at(Composition::SOUND).accepted;
        accepted.wrong() / accepted.total()
    };
    let unchecked = ["vote.candidates=1".to_owned(), "filter=[]".to_owned()];
    assert_relative_eq!(label_error(&unchecked), 0.28, epsilon = 0.005);
    assert_relative_eq!(label_error(&[]), 0.007, epsilon = 0.0005);
}

const TEXT: &str = "name = \"case\"\n[vote]\ncandidates = 5\n[[filter]]\nkind = \"catch\"\nrandom = 0.5\n";

fn with(overrides: &[&str]) -> Result<Scenario, String> {
    let overrides: Vec<String> = overrides.iter().map(|&typed| typed.to_owned()).collect();
    Scenario::parse(TEXT, Origin::Text, &overrides).map_err(|error| error.to_string())
}

#[test]
fn overrides_change_any_key() {
    let scenario = with(&[
        "name=my-loop_2.1",
        "source=Zhang & Parkes, \"error avalanching\"",
        "examples=300",
        "horizon = 12",
        "task.steps=7",
        "task.steps_per_generation=1",
        "errors.step_error=1",
        "errors.amplification=20",
        "errors.wrong_answers=50",
        "learning.policy=accumulate",
        "learning.anchor=1e-3",
        "learning.imprint=.02",
        "vote.agree=4",
        "filter.0.random=0.9",
        "filter.0.false_reject=0",
        "start.wrong=0.25",
        "failure.error_rate=0.3",
    ])
    .unwrap();
    assert_eq!(scenario.name(), "my-loop_2.1");
    assert_eq!(scenario.source(), Some("Zhang & Parkes, \"error avalanching\""));
    assert_eq!((scenario.examples().get(), scenario.horizon().get()), (300, 12));
    assert_eq!((scenario.task().steps.get(), scenario.task().steps_per_generation), (7, 1));
    assert_eq!((scenario.errors().step_error.get(), scenario.errors().amplification.get()), (1.0, 20.0));
    assert_eq!(scenario.errors().wrong_answers.map(|count| count.get()), Some(50));
    assert_eq!(scenario.learning().imprint.get(), 0.02);
    assert_eq!((scenario.learning().policy, scenario.learning().anchor.get()), (Policy::Accumulate, 1e-3));
    assert_eq!((scenario.vote().candidates.get(), scenario.vote().agree.get()), (5, 4));
    assert!(matches!(scenario.filters()[..], [Filter::Catch { random, .. }] if random.get() == 0.9));
    assert_eq!((scenario.start().wrong.get(), scenario.failure().error_rate.get()), (0.25, 0.3));
}

#[test]
fn text_needs_no_quotes_and_may_look_like_a_number() {
    for (typed, name) in
        [("name=2024", "2024"), ("name=1.5", "1.5"), ("name=true", "true"), ("name=\"quoted\"", "quoted")]
    {
        assert_eq!(with(&[typed]).unwrap().name(), name);
    }
    assert_eq!(with(&["name=2024-01-01"]).unwrap().name(), "2024-01-01");
    assert_eq!(with(&["source=a = b"]).unwrap().source(), Some("a = b"));
}

#[test]
fn overrides_add_change_and_remove_filters() {
    let kinds = |overrides: &[&str]| {
        let scenario = with(overrides).unwrap_or_else(|message| panic!("{message}"));
        scenario.filters().iter().map(Filter::kind).collect::<Vec<_>>()
    };
    assert_eq!(kinds(&["filter.1.kind=cross-model", "filter.1.agreement_on_error=0.6"]), ["catch", "cross-model"]);
    assert_eq!(kinds(&["filter=[]"]), Vec::<&str>::new());
    assert_eq!(kinds(&["filter=[{kind='outcome', sensitivity=0.9}, {kind='steps'}]"]), ["outcome", "steps"]);
    assert_eq!(kinds(&["filter=[]", "filter.0.kind=transform"]), ["transform"]);
}

/// The override at fault, and the message.
const REFUSED: [(&[&str], &str); 22] = [
    (
        &["errors.step_error"],
        "--set errors.step_error: an override is written KEY=VALUE; for example --set errors.step_error=0.004",
    ),
    (&["=0.1"], "--set =0.1: an override is written KEY=VALUE; for example --set errors.step_error=0.004"),
    (
        &["errors.step_error="],
        "--set errors.step_error=: an override is written KEY=VALUE; for example --set errors.step_error=0.004",
    ),
    (
        &["errors..step_error=1"],
        "--set errors..step_error=1: an override is written KEY=VALUE; for example --set errors.step_error=0.004",
    ),
    (
        &["errors.step_eror=0.1"],
        "--set errors.step_eror=0.1: `errors.step_eror`: there is no such key; did you mean `step_error`?",
    ),
    (
        &["step_error=0.1"],
        "--set step_error=0.1: `step_error`: there is no such key; `step_error` belongs to `[errors]`",
    ),
    (&["eror.recovery=0.1"], "--set eror.recovery=0.1: `eror`: there is no such key; did you mean `errors`?"),
    (
        &["errors.step_error=1.5"],
        "--set errors.step_error=1.5: `errors.step_error`: a probability is a number in [0, 1], not 1.5",
    ),
    (
        &["errors.step_error=abc"],
        "--set errors.step_error=abc: `errors.step_error`: a probability is a number in [0, 1], not \"abc\"",
    ),
    (
        &["errors.step_error=nan"],
        "--set errors.step_error=nan: `errors.step_error`: a probability is a number in [0, 1], not nan",
    ),
    (
        &["examples=10.5"],
        "--set examples=10.5: `examples`: a count is a whole number from 1 to 1000000000000, not 10.5",
    ),
    (
        &["name=a/b"],
        "--set name=a/b: `name`: \"a/b\" cannot name a folder everywhere; use at most 100 letters, digits, `-`, `_` and `.`, beginning with a letter or digit and not ending in a dot",
    ),
    (
        &["examples.steps=1"],
        "--set examples.steps=1: `examples`: a count is a whole number from 1 to 1000000000000, not a table",
    ),
    (
        &["name.first=a"],
        "--set name.first=a: `name.first`: `name` is a single value and has no keys below it; write name=VALUE",
    ),
    (&["errors=0.1"], "--set errors=0.1: `errors`: this must be a table of keys, not 0.1; write it as `[errors]`"),
    (
        &["filter=catch"],
        "--set filter=catch: `filter`: this is a list of 1 table, not one value; name the table and its key, as in filter.0.random=0.9",
    ),
    (
        &["filter.random=0.9"],
        "--set filter.random=0.9: `filter.random`: the file has 1 filter, filter.0; filter.1.kind=… adds one",
    ),
    (
        &["filter.1.random=0.9"],
        "--set filter.1.random=0.9: `filter.1.random`: the file has 1 filter, filter.0; filter.1.kind=… adds one",
    ),
    (
        &["design.0.name=x"],
        "--set design.0.name=x: `design.0.name`: the file has no design; add a `[[design]]` table to the file",
    ),
    (
        &["filter.0.kind=outcome"],
        "--set filter.0.kind=outcome: `filter.0.random`: filters of kind `outcome` have no `random`; they take `sensitivity`, `false_reject`, `per_check`, `per_check_step`",
    ),
    // Rules between keys are blamed on the override that broke them, not on the others.
    (
        &["examples=10", "vote.agree=8", "vote.candidates=7", "horizon=5"],
        "--set vote.agree=8: `vote.agree`: 8 votes are more than the 7 that all candidates give; use a number from 1 (a plurality) to 7",
    ),
    (
        &["start.unsound=0.8", "examples=10", "start.wrong=0.5"],
        "--set start.wrong=0.5: `start.wrong`: the shares of unsound and wrong beliefs sum to 1.3, above 1; lower one of `start.unsound` and `start.wrong`",
    ),
];

#[test]
fn refused_overrides_are_blamed() {
    for (overrides, message) in REFUSED {
        assert_eq!(with(overrides).expect_err("it was taken"), message);
    }
}

#[test]
fn an_override_that_breaks_a_rule_with_the_file_is_blamed() {
    let text = "name = \"case\"\n[vote]\ncandidates = 5\nagree = 3\n";
    let overrides = ["examples=10".to_owned(), "vote.candidates=2".to_owned()];
    let error = Scenario::parse(text, Origin::Text, &overrides).unwrap_err().to_string();
    assert!(error.starts_with("--set vote.candidates=2: `vote.agree`: 3 votes"), "{error}");
}

#[test]
fn a_fault_of_the_file_is_not_blamed_on_an_override() {
    let text = "name = \"case\"\nexamples = 0\n";
    let error = Scenario::parse(text, Origin::Text, &["examples=10".to_owned()]).unwrap_err();
    assert!(error.to_string().starts_with("scenario:2:12: `examples`"), "{error}");
}

#[test]
fn files_that_cannot_be_read_say_so() {
    let missing = Scenario::load(Path::new("models/none.toml"), &[]).unwrap_err().to_string();
    assert!(missing.starts_with("models/none.toml: cannot read this file: "), "{missing}");
    let folder = Scenario::load(Path::new("models"), &[]).unwrap_err().to_string();
    assert_eq!(folder, "models: cannot read this file: it is a folder");
}

#[test]
fn json_that_is_no_scenario_is_refused() {
    let refused =
        |json: &str| Scenario::from_json(&serde_json::from_str(json).unwrap()).expect_err("it was taken").to_string();
    let rule = "scenario: a scenario in JSON is an object without nulls, its whole numbers below 2^63";
    for json in ["null", "[]", "3", r#"{"name": null}"#, r#"{"name": "a", "examples": 18446744073709551615}"#] {
        assert_eq!(refused(json), rule);
    }
    assert_eq!(
        refused(r#"{"name": "a", "errors": {"step_error": 2}}"#),
        "scenario: `errors.step_error`: a probability is a number in [0, 1], not 2; 2 % is written 0.02"
    );
}

#[test]
fn the_digest_depends_on_what_the_file_says_and_not_on_how() {
    let spellings = [
        "name = \"a\"\nexamples = 1000\n[errors]\namplification = 5\n",
        "errors.amplification = 5.0\nname = 'a'\n",
        "\u{feff}name = \"a\" # a comment\r\nerrors = { step_error = 2e-3, recovery = -0.0 }\r\n",
        "name = \"a\"\nhorizon = 0x3C\n[vote]\ncandidates = 1\nagree = 1\n",
    ];
    let digests = spellings.map(|text| digest(&Scenario::parse(text, Origin::Text, &[]).unwrap()));
    assert!(digests.iter().all(|one| *one == digests[0]), "{digests:?}");
    let other = Scenario::parse("name = \"a\"\nexamples = 999\n", Origin::Text, &[]).unwrap();
    assert_ne!(digest(&other), digests[0]);
}
