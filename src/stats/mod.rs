//! Statistics without a subject: distributions, intervals, bands, tests of fit.

pub mod binomial;
