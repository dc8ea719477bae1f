//! Readers: from the files that training loops leave behind to a checked [`Log`](super::Log).
//!
//! A format is one file that recognises, reads and says what it left aside; it stands in `formats` and nowhere else. A
//! format turns files into `record::Record`s: evaluations, each with its place, its step and its scores. What is the
//! same for all of them happens once: `metric` chooses the score, `problems` finds how many answers stand behind it,
//! `assemble` puts the records in order and makes rows of them. Nothing is guessed in silence: what was taken, ignored
//! or rounded is said in the log, and a refusal names what was found and the option that helps.

mod answer_checks;
mod answer_fields;
mod answer_group;
mod answer_sets;
mod answers;
mod assemble;
mod axis;
mod by_model;
mod cell_values;
mod cells;
mod column_names;
mod columns;
mod decimals;
mod eval_archive;
mod event_records;
mod file;
mod foreign;
mod format;
mod formats;
mod found;
mod gather;
mod growing;
mod header;
mod items;
mod json;
mod lines;
mod meaning;
mod metric;
mod names;
mod nested;
mod options;
mod pairs;
mod parquet_rows;
mod paths;
mod problems;
mod python;
mod read_error;
mod record;
mod repeats;
mod right_counts;
mod rounds;
mod sample_keys;
mod samples;
mod table_columns;
mod verdicts;
mod wording;

mod inspect;
mod lighteval;
mod lm_eval;
mod lm_eval_samples;
mod nemo_skills;
mod printed;
mod table;
mod tensorboard;
mod trainer_state;
mod training_log;
mod verl;
mod wandb;

use format::LogFormat;
use formats::FORMATS;
use wording::{fault, listed, shortened, some};

pub use answer_group::{AnswerGroup, AnswerSet, GenerationAnswers};
pub use file::LogFile;
pub use options::ReadOptions;
