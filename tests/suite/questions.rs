//! The transcripts of docs/questions.md: every command is run, and says what is shown of its answer.

#![cfg(unix)]

use std::os::unix::fs::symlink;
use std::process::Command;

/// A command and the lines that are shown of what it prints.
struct Transcript {
    command: String,
    shown: Vec<String>,
}

fn transcripts(text: &str) -> Vec<Transcript> {
    let mut found: Vec<Transcript> = Vec::new();
    let mut inside = false;
    for line in text.lines() {
        if line.starts_with("```") {
            inside = line == "```console";
        } else if let (true, Some(command)) = (inside, line.strip_prefix("$ ")) {
            found.push(Transcript { command: command.to_owned(), shown: Vec::new() });
        } else if let (true, Some(last)) = (inside, found.last_mut()) {
            last.shown.push(line.to_owned());
        }
    }
    found
}

/// Spaces of every kind as they are typed, and no blanks at the ends of lines.
fn plain(text: &str) -> String {
    let lines = text.lines().map(|line| line.replace(['\u{a0}', '\u{202f}'], " ").trim_end().to_owned());
    lines.collect::<Vec<_>>().join("\n")
}

/// Whether the parts of the shown lines between `…` follow each other in the text.
fn follows(shown: &[String], said: &str) -> Result<(), String> {
    let said = plain(said);
    let mut rest = said.as_str();
    for part in plain(&shown.join("\n")).split('…').map(str::trim).filter(|part| !part.is_empty()) {
        let at = rest.find(part).ok_or_else(|| format!("{part:?} is not in, or not in this order: {said}"))?;
        rest = &rest[at + part.len()..];
    }
    Ok(())
}

#[test]
fn every_question_is_answered_as_shown() {
    let place = tempfile::tempdir().unwrap();
    let root = std::env::current_dir().unwrap();
    for folder in ["models", "tests"] {
        symlink(root.join(folder), place.path().join(folder)).unwrap();
    }
    let program = assert_cmd::cargo::cargo_bin!("runaway");
    let path = format!("{}:{}", program.parent().unwrap().display(), std::env::var("PATH").unwrap());
    let text = std::fs::read_to_string("docs/questions.md").unwrap();
    let found = transcripts(&text);
    assert_eq!(found.len(), 7, "one command for each question");
    for Transcript { command, shown } in found {
        let mut shell = Command::new("bash");
        shell.args(["-c", &command]).current_dir(&place).env("PATH", &path).env("COLUMNS", "100").env("NO_COLOR", "1");
        let output = shell.output().unwrap();
        let code = output.status.code();
        let (said, errors) = (String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
        // A gate that says stop answers by its exit code.
        assert!(matches!(code, Some(0 | 10)), "{command}: {code:?} {errors}");
        assert!(shown.iter().any(|line| line.len() > 20), "{command}: nothing is shown");
        follows(&shown, &said).unwrap_or_else(|missing| panic!("{command}: {missing}"));
    }
}
