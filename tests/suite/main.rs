//! The integration tests of `runaway`, in one binary.

// Helpers of tests may fail loudly too, which the lint allows inside #[test] functions only.
#![allow(clippy::unwrap_used, clippy::expect_used)]

mod accuracy;
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
mod fit_cases;
mod fit_commands;
mod fit_forecast;
mod fit_formats;
mod fit_fuzz;
mod fit_harness;
mod fit_logs;
mod fit_report;
mod fit_words;
mod flows;
mod folders;
mod laws;
mod limits;
mod measure;
mod measuring;
mod models;
mod noise;
mod plane;
mod played;
mod provenance;
mod rare;
mod readme;
mod reference;
mod report;
mod reports;
mod reproduction;
mod runway;
mod strategy;
mod titles;
