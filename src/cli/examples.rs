//! Worked examples for `--help`. They run as they stand in a clone of the repository.

use std::fmt::Write;

/// Two or more commands of each kind, in the order of `runaway --help`.
const EXAMPLES: &[(&str, &[&str])] = &[
    (
        "solve",
        &[
            "runaway solve models/unverified.toml --curve",
            "runaway solve models/sector.toml --set learning.anchor=0.1 --json",
        ],
    ),
    (
        "simulate",
        &[
            "runaway simulate models/unverified.toml --engine counts --seed 7",
            "runaway simulate models/cross-model.toml --rare --engine counts",
        ],
    ),
    (
        "check",
        &[
            "runaway check models/unverified.toml --engine events",
            "runaway check models/self-judge.toml --engine counts --level 0.001",
        ],
    ),
    (
        "report",
        &[
            "runaway report models/unverified.toml -o out/unverified",
            "runaway report models/ground-truth.toml --engine counts --horizon 20 -o out/ground-truth",
        ],
    ),
    (
        "compare",
        &[
            "runaway compare models/designs.toml -o out/designs",
            "runaway compare models/designs.toml --format csv > designs.csv",
            "runaway compare models/unverified.toml models/self-judge.toml models/step-checks.toml",
        ],
    ),
    (
        "plan",
        &[
            "runaway plan models/designs.toml --generations 30 --only --vary vote.candidates=1,3",
            "runaway plan models/self-consistency.toml --budget 1e6 -o out/plan",
            "runaway plan models/self-judge.toml --per-problem 16",
        ],
    ),
    (
        "explain",
        &["runaway explain models/self-judge.toml", "runaway explain models/sector.toml --generation 10 --wrong 0.2"],
    ),
    (
        "sensitivity",
        &[
            "runaway sensitivity models/self-consistency.toml",
            "runaway sensitivity models/unverified.toml --global --width 0.2 -o out/sensitivity",
        ],
    ),
    (
        "sweep",
        &[
            "runaway sweep models/unverified.toml --over errors.step_error=0.0005:0.01:9:log",
            "runaway sweep models/ttrl.toml --over task.steps=5:40:8 --over examples=50,500 --report map",
            "runaway sweep models/unverified.toml --over vote.candidates=1:9:5 --quantiles -o votes.csv",
            "runaway sweep models/unverified.toml --over learning.anchor=0:0.5:20 --shard 1/2 -o part-1.csv",
            "runaway sweep models/unverified.toml --over learning.anchor=0:0.5:20 --shard 2/2 -o part-2.csv",
        ],
    ),
    (
        "merge",
        &[
            "runaway merge part-1.csv part-2.csv -o whole.csv",
            "runaway merge part-1.csv part-2.csv --report out/merged",
        ],
    ),
    (
        "fit",
        &[
            "runaway fit tests/data/loops/digits-logit-vote2of2.csv --first 8 --alone",
            "runaway fit tests/data/loops/digits-small-unverified.csv --alone --first 4 -o out/fit",
        ],
    ),
    (
        "gate",
        &[
            "runaway gate tests/data/loops/addition-growing.csv --alone --fail-if 'P(fail within 5)>0.2'",
            "runaway gate tests/data/loops/digits-logit-vote2of2.csv --alone --fail-if 'R(5%)>2'",
        ],
    ),
    (
        "watch",
        &[
            "runaway watch tests/data/loops/addition-growing.csv --alone --first 6 --once",
            "runaway watch tests/data/loops/addition-growing.csv --first 6 --idle 1 --fail-if 'P(R>1)>0.99'",
        ],
    ),
    (
        "advise",
        &[
            "runaway advise tests/data/loops/addition-growing.csv --alone --first 6 --budget 200 --by 7",
            "runaway advise tests/data/loops/addition-growing.csv --alone --budget 100 --level 0.8",
        ],
    ),
    (
        "backtest",
        &[
            "runaway backtest tests/data/loops/digits-logit-vote2of2.csv --cut 4,8",
            "runaway backtest tests/data/loops/digits-small-unverified.csv --cut 4 -o out/backtest",
        ],
    ),
    (
        "ingest",
        &[
            "runaway ingest tests/data/harness/results_*.json --filter strict-match > log.csv",
            "runaway ingest tests/data/samples/two-generations.csv",
        ],
    ),
    (
        "measure",
        &[
            "runaway measure tests/data/samples/two-generations.csv > measured.toml",
            "runaway measure tests/data/samples/two-generations.csv --steps 8 -o out/measured",
        ],
    ),
    (
        "export",
        &[
            "runaway export models/unverified.toml --set examples=50 -o out/chain.drn",
            "runaway export models/unverified.toml --set examples=20 --to csv --exact > chain.csv",
        ],
    ),
    (
        "import",
        &[
            "runaway import tests/data/chains/gambler.csv",
            "runaway import tests/data/chains/gambler.tra --end ruined --curve --json",
        ],
    ),
    ("schema", &["runaway schema solve", "runaway schema > runaway.schema.json"]),
    ("init", &["runaway init", "runaway init my-loop.toml"]),
    ("completions", &["runaway completions bash > runaway.bash", "runaway completions zsh > _runaway"]),
    ("man", &["runaway man > runaway.1", "runaway man -o out/man"]),
];

/// The examples of one command, as its help ends with them.
pub(super) fn of(command: &str) -> String {
    let lines = EXAMPLES.iter().find(|(name, _)| *name == command).map_or(&[][..], |(_, lines)| *lines);
    lines.iter().fold("Examples:".to_owned(), |mut text, line| {
        // Writing to a string cannot fail.
        let _ = write!(text, "\n  $ {line}");
        text
    })
}

#[cfg(test)]
mod tests {
    use clap::{CommandFactory, Parser};

    use super::super::args::Cli;

    /// The examples in the help of every command, without what a shell does with their output.
    fn shown() -> Vec<(String, Vec<String>)> {
        let mut program = Cli::command();
        program.build();
        let commands = program.get_subcommands().filter(|command| command.get_name() != "help").cloned();
        let examples = commands.map(|mut command| {
            let help = command.render_long_help().to_string();
            let start = format!("  $ runaway {}", command.get_name());
            let lines = help.lines().filter(|line| line.starts_with(&start));
            let lines = lines.map(|line| line["  $ ".len()..].split(" > ").next().unwrap_or_default().to_owned());
            (command.get_name().to_owned(), lines.collect())
        });
        examples.collect()
    }

    /// The words of a line; what stands in quotes is one.
    fn words(line: &str) -> Vec<String> {
        let parts = line.split('\'').enumerate();
        let words = |(at, part): (usize, &str)| -> Vec<String> {
            if at % 2 == 1 { vec![part.to_owned()] } else { part.split_whitespace().map(str::to_owned).collect() }
        };
        parts.flat_map(words).collect()
    }

    #[test]
    fn every_command_has_two_examples_that_parse() {
        let shown = shown();
        assert!(shown.len() >= 14);
        for (command, lines) in shown {
            assert!(lines.len() >= 2, "{command}: {lines:?}");
            for line in lines {
                let parsed = Cli::try_parse_from(words(&line));
                assert!(parsed.is_ok(), "{line}: {}", parsed.map(|_| ()).unwrap_err());
            }
        }
    }
}
