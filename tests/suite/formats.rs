//! What commands print: the same tables in every format, with the numbers of the JSON, and on narrow terminals.

use std::process::Command;

use serde_json::Value;

fn printed(args: &[&str], columns: Option<usize>) -> String {
    let mut command = Command::new(assert_cmd::cargo::cargo_bin!("runaway"));
    command.args(args).env_remove("COLUMNS");
    if let Some(columns) = columns {
        command.env("COLUMNS", columns.to_string());
    }
    let output = command.output().unwrap();
    assert!(output.status.success(), "{args:?}: {}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).unwrap()
}

/// A table as it was read back: title, then heads and rows.
type ReadTable = (String, Vec<Vec<String>>);

/// Tables apart by blank lines, each under `# title`; a single one has no title.
fn read_csv(text: &str) -> Vec<ReadTable> {
    let table = |part: &str| {
        let (title, table) = match part.strip_prefix("# ") {
            Some(titled) => titled.split_once('\n').unwrap(),
            None => ("", part),
        };
        let mut reader = csv::ReaderBuilder::new().has_headers(false).from_reader(table.as_bytes());
        let rows = reader.records().map(|row| row.unwrap().iter().map(str::to_owned).collect());
        (title.to_owned(), rows.collect())
    };
    text.split("\n\n").map(table).collect()
}

/// Tables under `## title`.
fn read_markdown(text: &str) -> Vec<ReadTable> {
    let table = |part: &str| {
        let (title, rest) = part.split_once("\n\n").unwrap();
        let rows = rest.lines().take_while(|line| line.starts_with("| "));
        let cells = |line: &str| {
            let line = line.trim_start_matches("| ").trim_end_matches('|').trim_end_matches(' ');
            line.replace("\\|", "\u{1}").split('|').map(|cell| cell.trim().replace('\u{1}', "|")).collect::<Vec<_>>()
        };
        let rows = rows.map(cells).filter(|row| !row.iter().all(|cell| cell.starts_with("---")));
        (title.to_owned(), rows.collect())
    };
    text.split("## ").skip(1).map(table).collect()
}

/// The number that a cell begins with.
fn leading(cell: &str) -> f64 {
    let digits: String = cell.chars().take_while(|c| c.is_ascii_digit() || *c == '.').collect();
    digits.parse().unwrap_or_else(|_| panic!("no number: {cell}"))
}

/// Whether a cell for programs is what one for people shows: the same text, or the same number.
fn alike(cell: &str, shown: &str) -> bool {
    let plain = shown.replace(['\u{a0}', '\u{202f}'], "").replace('−', "-");
    let (number, scale) = plain.strip_suffix('%').map_or((plain.as_str(), 1.0), |share| (share, 0.01));
    let ascii =
        |sign: char| "⁰¹²³⁴⁵⁶⁷⁸⁹⁻".chars().position(|one| one == sign).map_or(sign, |at| b"0123456789-"[at] as char);
    let number = number.replace("×10", "e").chars().map(ascii).collect::<String>().parse::<f64>();
    match (cell.parse::<f64>(), number) {
        (Ok(read), Ok(number)) => (read - scale * number).abs() <= 1e-12 * read.abs(),
        _ => cell == shown || (cell.is_empty() && shown == "–"),
    }
}

/// A row by how it begins, a column by its head, and where the JSON has the number; percent of it where it is a share.
type CheckedCell<'a> = (&'a str, &'a str, &'a str, &'a str);

/// Every format of a command parses, and holds the same cells.
fn agree(args: &[&str], curve: bool, cells: &[CheckedCell<'_>]) {
    let with = |format: &str| {
        let curve = if curve && format != "json" { &["--curve"][..] } else { &[] };
        printed(&[args, &["--format", format], curve].concat(), None)
    };
    let json: Value = serde_json::from_str(&with("json")).unwrap();
    let (csv, markdown, table) = (read_csv(&with("csv")), read_markdown(&with("md")), with("table"));
    assert_eq!(csv.len(), markdown.len(), "{args:?}");
    for ((title, rows), (titled, same)) in csv.iter().zip(&markdown) {
        assert!(title == titled || title.is_empty() && csv.len() == 1, "{args:?}: {title} and {titled}");
        assert_eq!(rows[0], same[0], "{args:?}: {title}");
        assert!(rows.len() > 1 && rows.len() == same.len(), "{args:?}: {title}");
        for (cell, shown) in rows.iter().skip(1).flatten().zip(same.iter().skip(1).flatten()) {
            assert!(alike(cell, shown), "{args:?}: {title}: {cell} and {shown}");
        }
        assert!(table.contains(titled.as_str()), "{args:?}: {title}");
        assert!(same.iter().skip(1).flatten().all(|cell| table.contains(cell.as_str())), "{args:?}: {title}");
    }
    for (title, row, head, pointer) in cells {
        let place = csv.iter().position(|(found, _)| found == title).unwrap_or_else(|| panic!("{args:?}: {title}"));
        let (_, rows) = &markdown[place];
        let named = |found: &String| found == head || found.starts_with(&format!("{head} ("));
        let column = rows[0].iter().position(named).unwrap_or_else(|| panic!("{head}"));
        let row = rows.iter().skip(1).find(|found| found[0].starts_with(row)).unwrap_or_else(|| panic!("{row}"));
        let (pointer, scale) = pointer.strip_suffix(" %").map_or((*pointer, 1.0), |pointer| (pointer, 100.0));
        let exact = json.pointer(pointer).and_then(Value::as_f64).unwrap_or_else(|| panic!("{args:?}: {pointer}"));
        let shown = leading(&row[column]);
        assert!((shown - scale * exact).abs() <= 0.006 * scale * exact.abs(), "{pointer}: {shown} and {exact}");
    }
}

#[test]
fn every_format_of_a_loop_holds_the_same_numbers() {
    let play = ["--engine", "counts", "--replicates", "50"];
    let model = "models/unverified.toml";
    agree(
        &["solve", model],
        true,
        &[
            ("Key numbers", "expected runway", "Analytic", "/runway/mean"),
            ("Key numbers", "error rate at generation 0", "Analytic", "/start_error %"),
            ("Curves", "1", "error, mean field", "/mean_field_error/1 %"),
        ],
    );
    agree(
        &[&["simulate", model], &play[..]].concat(),
        true,
        &[
            ("Key numbers", "runs", "Simulated", "/replicates"),
            ("Key numbers", "mean runway restricted", "Simulated", "/runway/restricted_mean"),
            ("Curves", "2", "error, simulated", "/mean_error/2 %"),
        ],
    );
    agree(
        &[&["check", model], &play[..]].concat(),
        false,
        &[("", "", "Largest deviation", "/check/tests/0/deviation"), ("", "", "Critical", "/check/tests/0/critical")],
    );
    agree(
        &["compare", "models/designs.toml", "--replicates", "50"],
        false,
        &[("Runway", "", "R", "/designs/0/reproduction_number")],
    );
    agree(
        &["explain", "models/self-judge.toml"],
        false,
        &[("What one candidate answers", "a sound belief", "Share", "/situations/0/share %")],
    );
}

#[test]
fn every_format_of_a_log_holds_the_same_numbers() {
    let log = "tests/data/loops/digits-small-unverified.csv";
    agree(
        &["fit", log, "--alone", "--first", "6", "--sweeps", "160"],
        true,
        &[
            ("Key numbers", "reproduction number R", "Given the log", "/reproduction_number/posterior/q50"),
            ("Error rate", "0", "Median error", "/fan/0/error/q50 %"),
        ],
    );
    agree(
        &["measure", "tests/data/samples/two-generations.csv"],
        false,
        &[("What was measured", "", "Value", "/keys/0/value")],
    );
    agree(
        &["backtest", log, "--cut", "4", "--sweeps", "10"],
        false,
        &[("Error rate, by log", "all", "Cases", "/summary/cases")],
    );
}

/// Nothing by generation unless it is asked for, and nothing but tables in CSV.
#[test]
fn curves_are_printed_when_asked_for() {
    for format in ["table", "csv", "md"] {
        let args = ["solve", "models/unverified.toml", "--format", format];
        assert!(!printed(&args, None).contains("Curves"), "{format}");
        assert!(printed(&[&args[..], &["--curve"]].concat(), None).contains("Curves"), "{format}");
    }
    let refused = Command::new(assert_cmd::cargo::cargo_bin!("runaway"))
        .args(["solve", "models/unverified.toml", "--json", "--format", "csv"])
        .output()
        .unwrap();
    assert_eq!(refused.status.code(), Some(2));
}

/// The finding is the first that a command prints, in the words of `report`.
#[test]
fn the_finding_comes_first() {
    let play = ["--engine", "counts", "--replicates", "50"];
    let model = "models/unverified.toml";
    let first = |args: &[&str]| printed(args, None).lines().next().unwrap_or_default().to_owned();
    assert!(first(&["solve", model]).starts_with("Expected runway "));
    assert!(first(&[&["simulate", model], &play[..]].concat()).contains("simulated runs"));
    assert!(first(&[&["check", model], &play[..]].concat()).starts_with("Cross-check "));
    assert!(first(&["compare", "models/designs.toml", "--replicates", "50"]).contains("longest"));
}

/// Lines of tables, which a rule begins and ends.
fn lines_of_tables(text: &str) -> Vec<&str> {
    let is_rule = |line: &str| !line.is_empty() && line.chars().all(|c| c == '─');
    let mut inside = false;
    let of_table = |line: &&str| {
        inside ^= is_rule(line);
        inside
    };
    text.lines().filter(of_table).collect()
}

#[test]
fn tables_are_no_wider_than_the_terminal() {
    let commands: [&[&str]; 5] = [
        &["solve", "models/unverified.toml", "--curve"],
        &["solve", "models/sector.toml"],
        &["compare", "models/designs.toml", "--replicates", "50"],
        &["explain", "models/sector.toml"],
        &["measure", "tests/data/samples/two-generations.csv", "--format", "table"],
    ];
    for args in commands {
        let wide = printed(args, None);
        for columns in [60, 80, 120] {
            let text = printed(args, Some(columns));
            let lines = lines_of_tables(&text);
            assert!(lines.len() > 6, "{args:?}: {text}");
            for line in lines {
                assert!(line.chars().count() <= columns, "{args:?}, {columns}: {line}");
            }
        }
        assert!(!wide.contains("left out for want of room"), "{args:?}");
    }
    let narrow = printed(commands[2], Some(60));
    assert!(narrow.contains("note: columns left out for want of room: "), "{narrow}");
    // Numbers stay whole.
    let solved = printed(&["solve", "models/unverified.toml"], Some(60));
    let json: Value = serde_json::from_str(&printed(&["solve", "models/unverified.toml", "--json"], None)).unwrap();
    let line = solved.lines().find(|line| line.contains("expected runway, E[T]")).unwrap();
    let mean = json["runway"]["mean"].as_f64().unwrap();
    assert!((leading(line.split_whitespace().last().unwrap()) - mean).abs() < 0.006 * mean, "{line}");
}
