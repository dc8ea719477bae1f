//! Who may use whom: the direction of imports, read from the sources.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

/// What each module may use of the crate besides itself; the first row that holds a module is its rule.
const MAY_USE: [(&str, &[&str]); 20] = [
    // Plays the loop from the scenario alone, so that its agreement with the law proves something.
    ("simulate::agents", &["quantity", "scenario", "simulate", "stats"]),
    ("simulate", &["cost", "law", "quantity", "scenario", "stats"]),
    ("quantity", &[]),
    ("stats", &["quantity"]),
    ("scenario", &["files", "quantity", "stats"]),
    ("law", &["quantity", "scenario", "stats"]),
    ("cost", &["law", "quantity", "scenario", "stats"]),
    ("evidence", &["analytic", "law", "quantity", "scenario", "stats"]),
    ("explain", &["analytic", "cost", "law", "quantity", "scenario", "stats"]),
    ("analytic", &["cost", "law", "quantity", "scenario", "stats"]),
    ("compare", &["analytic", "law", "quantity", "scenario", "simulate", "stats"]),
    ("fit", &["analytic", "compare", "files", "law", "quantity", "scenario", "simulate", "stats"]),
    ("measure", &["fit", "law", "scenario", "stats"]),
    ("plan", &["analytic", "compare", "cost", "explain", "fit", "law", "quantity", "scenario", "simulate", "stats"]),
    ("provenance", &["quantity", "scenario"]),
    ("files", &[]),
    (
        "report",
        &[
            "analytic",
            "compare",
            "cost",
            "evidence",
            "explain",
            "files",
            "fit",
            "measure",
            "plan",
            "provenance",
            "quantity",
            "scenario",
            "simulate",
            "stats",
        ],
    ),
    ("cli", &[""]),
    ("main", &[""]),
    // The crate's own front page declares the modules and may re-export from any.
    ("lib", &[""]),
];

/// What its row allows and a module must not use all the same.
const MAY_NOT_USE: [(&str, &str); 2] =
    [("simulate::agents", "simulate::counts"), ("simulate::agents", "simulate::rare")];

/// Finished results come from these; what computes them is spelled in lower case and stays out of reports.
const SOLVERS: [&str; 8] = ["analytic", "simulate", "compare", "cost", "explain", "fit", "measure", "plan"];

/// Only the command line may print, parse arguments or draw progress.
const COMMAND_LINE_ONLY: [&str; 8] =
    ["println!", "eprintln!", "print!", "eprint!", "dbg!", "clap", "anyhow", "indicatif"];

struct Source {
    path: PathBuf,
    /// Module path, as `simulate::agents`; `lib` and `main` for the roots.
    module: String,
    /// Lines before the file's tests, comments removed.
    code: String,
    lines_before_tests: usize,
}

fn sources() -> Vec<Source> {
    fn walk(folder: &Path, found: &mut Vec<PathBuf>) {
        for entry in fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                walk(&path, found);
            } else if path.extension().is_some_and(|extension| extension == "rs") {
                found.push(path);
            }
        }
    }
    let mut found = Vec::new();
    walk(Path::new("src"), &mut found);
    found.sort();
    found.into_iter().map(source).collect()
}

fn source(path: PathBuf) -> Source {
    let text = fs::read_to_string(&path).unwrap();
    let before: Vec<&str> = text.lines().take_while(|line| line.trim() != "#[cfg(test)]").collect();
    let code = before.iter().map(|line| without_comment(line)).collect::<Vec<_>>().join("\n");
    let inside = path.strip_prefix("src").unwrap().with_extension("");
    let mut parts: Vec<&str> = inside.iter().map(|part| part.to_str().unwrap()).collect();
    if parts.last() == Some(&"mod") {
        parts.pop();
    }
    Source { module: parts.join("::"), lines_before_tests: before.len(), code, path }
}

/// Cuts a line comment; a `//` inside a string (an address) cuts too much, which hides no import.
fn without_comment(line: &str) -> &str {
    line.split_once("//").map_or(line, |(code, _)| code)
}

/// Every path of the crate that the code names, absolute and without `crate`.
fn paths_used(source: &Source) -> BTreeSet<String> {
    let mut used = BTreeSet::new();
    for root in ["crate::", "runaway::", "super::"] {
        for (at, _) in source.code.match_indices(root) {
            let before = source.code[..at].chars().next_back();
            if before.is_some_and(|c| c.is_alphanumeric() || c == '_' || c == ':') {
                continue;
            }
            let (base, rest) = absolute(source, &source.code[at..]);
            expand(&base, rest, &mut used);
        }
    }
    used
}

/// The module that the leading `crate`, `runaway` or `super`s stand for, and what follows.
fn absolute<'a>(source: &Source, path: &'a str) -> (String, &'a str) {
    if let Some(rest) = path.strip_prefix("crate::").or_else(|| path.strip_prefix("runaway::")) {
        return (String::new(), rest);
    }
    let mut parts: Vec<&str> = source.module.split("::").collect();
    let mut rest = path;
    while let Some(next) = rest.strip_prefix("super::") {
        parts.pop();
        rest = next;
    }
    (parts.join("::"), rest)
}

/// Follows a path, through braces, to the names at its ends.
fn expand(base: &str, rest: &str, used: &mut BTreeSet<String>) {
    let join = |name: &str| match (base, name) {
        ("", name) => name.to_owned(),
        (base, "" | "self" | "*") => base.to_owned(),
        (base, name) => format!("{base}::{name}"),
    };
    if let Some(group) = rest.strip_prefix('{') {
        return members(group).iter().for_each(|member| expand(base, member, used));
    }
    let end = rest.find(|c: char| !c.is_alphanumeric() && c != '_').unwrap_or(rest.len());
    let (name, after) = rest.split_at(end);
    match after.strip_prefix("::") {
        Some(next) if next.starts_with(|c: char| c.is_alphabetic() || c == '{' || c == '_') => {
            expand(&join(name), next, used);
        }
        _ => drop(used.insert(join(name))),
    }
}

/// The members of a brace group, up to its closing brace.
fn members(group: &str) -> Vec<&str> {
    let (mut depth, mut begin, mut found) = (0, 0, Vec::new());
    for (at, c) in group.char_indices() {
        match c {
            '{' => depth += 1,
            '}' if depth > 0 => depth -= 1,
            ',' | '}' if depth == 0 => {
                found.push(group[begin..at].trim());
                begin = at + 1;
                if c == '}' {
                    break;
                }
            }
            _ => {}
        }
    }
    found.retain(|member| !member.is_empty());
    found
}

fn holds(module: &str, path: &str) -> bool {
    module.is_empty() || path == module || path.strip_prefix(module).is_some_and(|rest| rest.starts_with("::"))
}

fn is_type_or_constant(path: &str) -> bool {
    path.split("::").any(|part| part.starts_with(|c: char| c.is_uppercase()))
}

/// Whether `word` stands in the code, and not within a longer name.
fn names(code: &str, word: &str) -> bool {
    let in_name = |c: char| c.is_alphanumeric() || c == '_';
    code.match_indices(word).any(|(at, _)| {
        let after = &code[at + word.len()..];
        !code[..at].ends_with(in_name) && (!word.ends_with(in_name) || !after.starts_with(in_name))
    })
}

#[test]
fn imports_point_one_way() {
    let mut faults = Vec::new();
    for source in sources() {
        let module = source.module.as_str();
        let Some((own, allowed)) = MAY_USE.iter().find(|(name, _)| holds(name, module)) else {
            faults.push(format!("{}: the architecture test knows no module `{module}`", source.path.display()));
            continue;
        };
        for path in paths_used(&source) {
            let allowed = holds(own, &path) || allowed.iter().any(|name| holds(name, &path));
            let forbidden = MAY_NOT_USE.iter().any(|(who, whom)| holds(who, module) && holds(whom, &path));
            if !allowed || forbidden {
                faults.push(format!("{}: `{module}` may not use `{path}`", source.path.display()));
            }
            if holds("report", module) && SOLVERS.iter().any(|name| holds(name, &path)) && !is_type_or_constant(&path) {
                faults.push(format!("{}: a report receives results and calls no `{path}`", source.path.display()));
            }
        }
    }
    assert!(faults.is_empty(), "\n{}", faults.join("\n"));
}

#[test]
fn only_the_command_line_prints_and_parses_arguments() {
    for source in sources() {
        if holds("cli", &source.module) || source.module == "main" {
            continue;
        }
        for word in COMMAND_LINE_ONLY {
            assert!(!names(&source.code, word), "{}: `{word}` belongs to src/cli", source.path.display());
        }
    }
}

#[test]
fn files_stay_short() {
    for source in sources() {
        let lines = source.lines_before_tests;
        assert!(lines <= 400, "{}: {lines} lines before its tests", source.path.display());
    }
}

#[test]
fn the_reader_of_imports_sees_them_all() {
    let text = "use crate::{law::{Law, vote as v}, stats::*};\nuse super::super::scenario::Scenario; // crate::cli\n\
                fn f() { crate::plan::run::<u8>(xcrate::no); let a = super::counts::play(); }\n";
    let source = Source {
        path: PathBuf::new(),
        module: "simulate::agents".to_owned(),
        code: text.lines().map(without_comment).collect::<Vec<_>>().join("\n"),
        lines_before_tests: 0,
    };
    let used: Vec<String> = paths_used(&source).into_iter().collect();
    assert_eq!(used, ["law::Law", "law::vote", "plan::run", "scenario::Scenario", "simulate::counts::play", "stats"]);
}
