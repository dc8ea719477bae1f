//! Who may use whom: the direction of imports, read from the sources.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

/// What each module may use of the crate besides itself; the first row that holds a module is its rule.
const MAY_USE: &[(&str, &[&str])] = &[
    // Plays the loop from the scenario alone, so that its agreement with the law proves something.
    ("simulate::agents", &["quantity", "scenario", "simulate"]),
    ("simulate", &["cost", "law", "scenario", "stats"]),
    ("quantity", &[]),
    ("stats", &[]),
    ("scenario", &["files", "quantity"]),
    ("law", &["quantity", "scenario", "stats"]),
    ("cost", &["law", "scenario"]),
    ("claims", &["analytic", "law", "scenario"]),
    ("explain", &["analytic", "cost", "law", "quantity", "scenario"]),
    // Absorbing chains of any meaning: it knows no loops.
    ("analytic::elimination", &["analytic::tolerances"]),
    (
        "analytic::mean_field",
        &[
            "analytic::error",
            "analytic::result",
            "analytic::settled",
            "analytic::tolerances",
            "law",
            "quantity",
            "scenario",
        ],
    ),
    // The two chains know nothing of each other.
    (
        "analytic::chain1d",
        &[
            "analytic::adjoint_stage",
            "analytic::cost_sum",
            "analytic::elimination",
            "analytic::error",
            "analytic::ever_fails",
            "analytic::generation_point",
            "analytic::level_times",
            "analytic::loop_states",
            "analytic::result",
            "analytic::rounding",
            "analytic::runway_sum",
            "analytic::settled",
            "analytic::tolerances",
            "cost",
            "law",
            "scenario",
            "stats",
        ],
    ),
    (
        "analytic::chain2d",
        &[
            "analytic::adjoint_stage",
            "analytic::cost_sum",
            "analytic::elimination",
            "analytic::error",
            "analytic::ever_fails",
            "analytic::generation_point",
            "analytic::loop_states",
            "analytic::priced_run",
            "analytic::result",
            "analytic::rounding",
            "analytic::runway_sum",
            "analytic::settled",
            "analytic::tolerances",
            "cost",
            "law",
            "scenario",
            "stats",
        ],
    ),
    ("analytic", &["cost", "law", "quantity", "scenario"]),
    ("compare", &["analytic", "scenario", "simulate", "stats"]),
    ("fit", &["files", "scenario", "stats"]),
    ("gate", &["fit", "stats"]),
    ("interop", &["analytic::absorbing", "files"]),
    ("measure", &["fit", "law", "scenario", "stats"]),
    ("plan", &["analytic", "explain", "fit", "law", "quantity", "scenario", "simulate", "stats"]),
    ("sensitivity", &["analytic", "scenario", "stats"]),
    ("sweep", &["analytic", "provenance", "scenario"]),
    ("provenance", &["scenario"]),
    ("files", &[]),
    ("table", &[]),
    (
        "report",
        &[
            "analytic",
            "compare",
            "claims",
            "explain",
            "fit",
            "gate",
            "measure",
            "plan",
            "provenance",
            "scenario",
            "sensitivity",
            "simulate",
            "stats",
            "sweep",
            "table",
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
const SOLVERS: [&str; 11] =
    ["analytic", "simulate", "compare", "cost", "explain", "fit", "gate", "measure", "plan", "sensitivity", "sweep"];

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

/// The first row that holds a module is its rule: an edge that it allows and no file of its own uses is stale.
#[test]
fn every_allowed_edge_is_in_use() {
    let mut used = BTreeSet::new();
    for source in sources() {
        let Some((own, _)) = MAY_USE.iter().find(|(name, _)| holds(name, &source.module)) else { continue };
        used.extend(paths_used(&source).into_iter().map(|path| (*own, path)));
    }
    let idle = |(own, whom): &(&str, &str)| {
        !whom.is_empty() && !used.iter().any(|(module, path)| module == own && holds(whom, path))
    };
    let allowed = MAY_USE.iter().flat_map(|(own, allowed)| allowed.iter().map(move |whom| (*own, *whom)));
    let idle: Vec<String> = allowed.filter(idle).map(|(own, whom)| format!("`{own}` does not use `{whom}`")).collect();
    assert!(idle.is_empty(), "{}", idle.join("\n"));
}

/// What the sources define and import, to follow a path to the file that holds its item.
struct Crate {
    sources: Vec<Source>,
    place: BTreeMap<String, usize>,
    /// Names that each file defines itself.
    defined: Vec<BTreeSet<String>>,
    /// Names that each file imports, with their absolute paths.
    imported: Vec<BTreeMap<String, String>>,
}

impl Crate {
    fn new(mut sources: Vec<Source>) -> Self {
        sources.retain(|source| source.module != "main");
        sources.iter_mut().filter(|source| source.module == "lib").for_each(|source| source.module.clear());
        let place = sources.iter().enumerate().map(|(at, source)| (source.module.clone(), at)).collect();
        let defined = sources.iter().map(|source| defined(&source.code)).collect();
        let mut this = Self { sources, place, defined, imported: Vec::new() };
        this.imported = this.sources.iter().map(|source| this.imports(source)).collect();
        this
    }

    /// A path as it is written, made absolute: from the crate, from parents, or from a child module.
    fn absolute(&self, source: &Source, path: &str) -> Option<String> {
        let known = ["crate::", "super::"].iter().any(|root| path.starts_with(root));
        if known {
            let (base, rest) = absolute(source, path);
            return Some(if base.is_empty() { rest.to_owned() } else { format!("{base}::{rest}") });
        }
        let child = joined(&source.module, path.split("::").next().unwrap());
        self.place.contains_key(&child).then(|| joined(&source.module, path))
    }

    fn imports(&self, source: &Source) -> BTreeMap<String, String> {
        let mut imports = BTreeMap::new();
        for (_, path) in use_items(&source.code) {
            let (path, name) = match path.split_once(" as ") {
                Some((path, name)) => (path.to_owned(), name.to_owned()),
                None => (path.clone(), path.rsplit("::").next().unwrap().to_owned()),
            };
            if let Some(path) = self.absolute(source, &path) {
                imports.insert(name, path);
            }
        }
        imports
    }

    /// The file that holds the item at an absolute path, through re-exports.
    fn file_of(&self, path: &str, depth: usize) -> Option<usize> {
        let parts: Vec<&str> = path.split("::").filter(|part| !part.is_empty()).collect();
        let length = (0..=parts.len()).rev().find(|&length| self.place.contains_key(&parts[..length].join("::")))?;
        let at = self.place[&parts[..length].join("::")];
        let Some(name) = parts.get(length) else { return Some(at) };
        match self.imported[at].get(*name) {
            Some(further) if depth > 0 && !self.defined[at].contains(*name) => {
                self.file_of(&[&[further.as_str()], &parts[length + 1..]].concat().join("::"), depth - 1)
            }
            _ => Some(at),
        }
    }

    /// The files that a file uses. A parent that only re-exports what its children hold does not use them.
    fn edges(&self, at: usize) -> BTreeSet<usize> {
        let source = &self.sources[at];
        let mut edges = BTreeSet::new();
        let mut add = |path: &str| {
            let path = path.split(" as ").next().unwrap();
            let target = self.absolute(source, path).and_then(|path| self.file_of(&path, 9));
            edges.extend(target.filter(|target| *target != at));
        };
        for (public, path) in use_items(&source.code) {
            if !public || path.starts_with("crate::") || path.starts_with("super::") {
                add(&path);
            }
        }
        for path in paths_in_bodies(&source.code) {
            add(&path);
        }
        edges
    }

    /// The circles of files: each with more than one member, by module.
    fn circles(&self) -> Vec<Vec<&str>> {
        let edges: Vec<BTreeSet<usize>> = (0..self.sources.len()).map(|at| self.edges(at)).collect();
        let reached = |from: usize| {
            let (mut seen, mut open) = (BTreeSet::new(), vec![from]);
            while let Some(at) = open.pop() {
                open.extend(edges[at].iter().copied().filter(|next| seen.insert(*next)));
            }
            seen
        };
        let reached: Vec<BTreeSet<usize>> = (0..edges.len()).map(reached).collect();
        let reached = &reached;
        let circle = |at: usize| reached[at].iter().copied().filter(move |&other| reached[other].contains(&at));
        let circles: BTreeSet<Vec<usize>> =
            (0..edges.len()).map(|at| circle(at).collect()).filter(|found: &Vec<usize>| found.len() > 1).collect();
        let module = |at: &usize| self.sources[*at].module.as_str();
        circles.iter().map(|circle| circle.iter().map(module).collect()).collect()
    }
}

fn joined(base: &str, path: &str) -> String {
    if base.is_empty() { path.to_owned() } else { format!("{base}::{path}") }
}

/// Names of functions, types, constants and macros that the code defines.
fn defined(code: &str) -> BTreeSet<String> {
    let kinds = ["fn", "struct", "enum", "trait", "type", "const", "static", "macro_rules!"];
    let mut names = BTreeSet::new();
    for line in code.lines().filter(|line| !line.starts_with(' ')) {
        let words: Vec<&str> = line.split(|c: char| !(c.is_alphanumeric() || c == '_' || c == '!')).collect();
        let named = words.windows(2).filter(|pair| kinds.contains(&pair[0]) && !pair[1].is_empty());
        names.extend(named.map(|pair| pair[1].to_owned()));
        if line.starts_with("macro_rules!") {
            names.extend(words.get(2).map(|name| (*name).to_owned()));
        }
    }
    names
}

/// Every `use`, its groups taken apart, and whether it re-exports.
fn use_items(code: &str) -> Vec<(bool, String)> {
    let mut items = Vec::new();
    for (public, text) in use_statements(code) {
        let mut found = BTreeSet::new();
        take_apart("", text, &mut found);
        items.extend(found.into_iter().map(|path| (public, path)));
    }
    items
}

/// The text of each `use` up to its semicolon, and whether it re-exports.
fn use_statements(code: &str) -> Vec<(bool, &str)> {
    let starts = code.match_indices("use ").filter(|(at, _)| {
        let before = code[..*at].rsplit('\n').next().unwrap().trim_start();
        before.is_empty() || before.starts_with("pub")
    });
    let mut statements = Vec::new();
    for (at, word) in starts {
        let public = code[..at].rsplit('\n').next().unwrap().contains("pub");
        statements.push((public, code[at + word.len()..].split(';').next().unwrap()));
    }
    statements
}

fn take_apart(base: &str, text: &str, found: &mut BTreeSet<String>) {
    let text = text.trim();
    match text.split_once('{') {
        Some((head, group)) => {
            members(group).into_iter().for_each(|member| take_apart(&format!("{base}{head}"), member, found));
        }
        None if text == "self" => drop(found.insert(base.trim_end_matches("::").to_owned())),
        None => drop(found.insert(format!("{base}{text}").trim_end_matches("::*").to_owned())),
    }
}

/// Paths of two parts and more that the code names outside of its `use` lines.
fn paths_in_bodies(code: &str) -> BTreeSet<String> {
    let mut rest = code.to_owned();
    for (_, text) in use_statements(code) {
        rest = rest.replacen(text, "", 1);
    }
    let in_path = |c: char| c.is_alphanumeric() || c == '_' || c == ':';
    let words = rest.split(|c: char| !in_path(c)).filter(|word| word.contains("::") && !word.starts_with(':'));
    words.map(|word| word.trim_end_matches(':').to_owned()).collect()
}

#[test]
fn files_import_in_one_direction() {
    let circles: Vec<String> = Crate::new(sources()).circles().iter().map(|circle| circle.join(", ")).collect();
    assert!(circles.is_empty(), "files that import each other in a circle:\n{}", circles.join("\n"));
}

#[test]
fn circles_are_seen_through_re_exports() {
    let source = |module: &str, code: &str| Source {
        path: PathBuf::new(),
        module: module.to_owned(),
        code: code.to_owned(),
        lines_before_tests: 0,
    };
    let circles = |one: &str, other: &str| {
        let parent = source("a", "mod one;\nmod other;\npub use one::One;\npub(crate) use other::{Other, make};\n");
        let files = vec![source("lib", "mod a;\n"), parent, source("a::one", one), source("a::other", other)];
        Crate::new(files).circles().iter().map(|circle| circle.join(" ")).collect::<Vec<_>>()
    };
    let other = "use super::One;\nstruct Other(One);\nfn make() {}\n";
    assert_eq!(circles("struct One;\n", other), Vec::<String>::new());
    assert_eq!(circles("use crate::a::{Other as O};\nstruct One;\n", other), ["a::one a::other"]);
    assert_eq!(circles("struct One;\nfn f() { super::make() }\n", other), ["a::one a::other"]);
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

/// Paths in backquotes that begin with a folder of the project.
fn paths_named(text: &str) -> Vec<&str> {
    let quoted = text.split('`').skip(1).step_by(2);
    quoted.filter(|word| ["src/", "tests/", "docs/"].iter().any(|root| word.starts_with(root))).collect()
}

#[test]
fn the_architecture_page_names_what_exists() {
    let text = fs::read_to_string("docs/architecture.md").unwrap();
    let named = paths_named(&text);
    let gone: Vec<&&str> = named.iter().filter(|path| !Path::new(path).exists()).collect();
    assert!(gone.is_empty(), "docs/architecture.md names what is not there: {gone:?}");
    // Every room has its row.
    for entry in fs::read_dir("src").unwrap() {
        let path = entry.unwrap().path();
        let name = path.to_str().unwrap().replace('\\', "/");
        let row = named.iter().any(|named| named.trim_end_matches('/') == name);
        assert!(row || name == "src/main.rs", "docs/architecture.md has no row for {name}");
    }
}
