//! Statistics without a subject: distributions, intervals, bands, tests of fit.

pub mod band;
pub mod binomial;
pub mod fit;
pub mod interval;
pub mod mean;
pub mod moments;
pub mod multiple;
