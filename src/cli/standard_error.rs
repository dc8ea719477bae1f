//! Standard error: notes, progress and errors, quiet where that was asked for, coloured where a terminal shows it.

use std::io::{self, Write};
use std::sync::atomic::{AtomicBool, Ordering};

use clap::{Args, ValueEnum};
use indicatif::ProgressDrawTarget;

/// Set once, before a command runs.
static QUIET: AtomicBool = AtomicBool::new(false);

/// Options of every command.
#[derive(Debug, Clone, Copy, Args)]
#[command(next_help_heading = "Global options")]
pub struct GlobalArgs {
    /// When to use colours; `auto` uses them on a terminal, unless NO_COLOR is set
    #[arg(long, global = true, value_enum, value_name = "WHEN", default_value_t = ColorArg::Auto)]
    pub color: ColorArg,
    /// No notes and no progress on standard error; errors are still printed
    #[arg(short, long, global = true)]
    pub quiet: bool,
}

/// When messages are coloured.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum ColorArg {
    Auto,
    Always,
    Never,
}

impl GlobalArgs {
    /// Makes standard error what was asked for.
    pub(super) fn apply(self) {
        QUIET.store(self.quiet, Ordering::Relaxed);
        self.color.apply();
    }
}

impl ColorArg {
    /// The choice as it stands on the command line, before that is parsed: `--help` and usage errors are coloured too. What is
    /// not understood is left for the parser to refuse.
    pub(super) fn typed(words: impl Iterator<Item = std::ffi::OsString>) -> Self {
        let words: Vec<String> = words.map(|word| word.to_string_lossy().into_owned()).collect();
        let words = words.split(|word| word == "--").next().unwrap_or_default();
        let separate = words.windows(2).filter(|pair| pair[0] == "--color").map(|pair| pair[1].as_str());
        let joined = words.iter().filter_map(|word| word.strip_prefix("--color="));
        separate.chain(joined).find_map(|value| Self::from_str(value, false).ok()).unwrap_or(Self::Auto)
    }

    /// The same for the parser.
    pub(super) const fn for_parser(self) -> clap::ColorChoice {
        match self {
            Self::Auto => clap::ColorChoice::Auto,
            Self::Always => clap::ColorChoice::Always,
            Self::Never => clap::ColorChoice::Never,
        }
    }

    /// Colours messages accordingly; `auto` is what they do by themselves.
    fn apply(self) {
        match self {
            Self::Auto => {}
            Self::Always => console::set_colors_enabled_stderr(true),
            Self::Never => console::set_colors_enabled_stderr(false),
        }
    }
}

/// Where notes go: standard error, or nowhere.
pub(super) fn notes() -> Box<dyn Write> {
    if QUIET.load(Ordering::Relaxed) { Box::new(io::sink()) } else { Box::new(io::stderr()) }
}

/// Where progress goes. On standard error it hides itself where that is no terminal.
pub(super) fn progress() -> ProgressDrawTarget {
    if QUIET.load(Ordering::Relaxed) { ProgressDrawTarget::hidden() } else { ProgressDrawTarget::stderr() }
}

/// Writes a note.
pub(super) fn note(text: &str) -> io::Result<()> {
    writeln!(notes(), "{} {text}", console::style("note:").for_stderr().cyan().bold())
}

/// Writes an error, however quiet. If even standard error is closed, the exit code has to say it all.
pub(super) fn error(error: &anyhow::Error) {
    let _ = writeln!(io::stderr(), "{} {error:#}", console::style("error:").for_stderr().red().bold());
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_choice_of_colours_is_known_before_the_rest_is_parsed() {
        let typed = |line: &str| ColorArg::typed(line.split(' ').map(std::ffi::OsString::from));
        assert_eq!(typed("runaway --color never solve x"), ColorArg::Never);
        assert_eq!(typed("runaway solve x --color=always"), ColorArg::Always);
        assert_eq!(typed("runaway solve x --color=pink"), ColorArg::Auto);
        assert_eq!(typed("runaway solve -- --color never"), ColorArg::Auto);
    }
}
