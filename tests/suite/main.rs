//! The integration tests of `runaway`, in one binary.

// Helpers of tests may fail loudly too, which the lint allows inside #[test] functions only.
#![allow(clippy::unwrap_used, clippy::expect_used)]

/// A result with these fields, by its JSON form: results are non-exhaustive, so that only the library builds them directly.
macro_rules! made {
    ($name:ident { $($field:ident: $value:expr),* $(,)? }) => {{
        let mut fields = serde_json::Map::new();
        $(fields.insert(stringify!($field).to_owned(), serde_json::to_value($value).unwrap());)*
        serde_json::from_value::<$name>(fields.into()).unwrap()
    }};
}

mod accuracy;
mod advise;
mod agreement;
mod architecture;
mod cases;
mod checkpoint;
mod claims;
mod cli;
mod compare_designs;
mod compare_figures;
mod cost;
mod differential;
mod events;
mod exact;
mod extensions;
mod fit_answers;
mod fit_cases;
mod fit_commands;
mod fit_design;
mod fit_folders;
mod fit_forecast;
mod fit_formats;
mod fit_fuzz;
mod fit_harness;
mod fit_logs;
mod fit_metrics;
mod fit_problems;
mod fit_readings;
mod fit_report;
mod fit_saved;
mod fit_words;
mod flows;
mod folders;
mod formats;
mod gate;
mod help;
mod interop;
mod laws;
mod limits;
mod manners;
mod measure;
mod measuring;
mod models;
mod noise;
mod plan;
mod plan_inference;
mod plane;
mod played;
mod provenance;
mod questions;
mod rare;
mod readme;
mod reference;
mod report;
mod reports;
mod reproduction;
mod round_trips;
mod runway;
mod schemas;
mod sensitivity;
mod strategy;
mod sweep;
mod sweep_figures;
mod titles;
mod watch;
