//! The parameters of a fit that may have a prior.

/// Where the median of a prior may lie.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum MedianRange {
    /// Between 0 and 1.
    Share,
    /// Above 0.
    Positive,
    /// Anywhere.
    Any,
}

impl MedianRange {
    pub(super) fn holds(self, median: f64) -> bool {
        match self {
            Self::Share => median > 0.0 && median < 1.0,
            Self::Positive => median > 0.0,
            Self::Any => true,
        }
    }

    pub(super) const fn rule(self) -> &'static str {
        match self {
            Self::Share => "the median of a share lies between 0 and 1",
            Self::Positive => "this median lies above 0",
            Self::Any => "this median is a finite number",
        }
    }
}

/// The parameters that have a prior, and where its median may lie.
pub const PRIORS: [(&str, MedianRange); 23] = [
    ("error", MedianRange::Share),
    ("inherited", MedianRange::Share),
    ("amplification", MedianRange::Positive),
    ("imprint", MedianRange::Share),
    ("persistence", MedianRange::Positive),
    ("examples", MedianRange::Positive),
    ("step_error_gain", MedianRange::Share),
    ("step_error_floor", MedianRange::Positive),
    ("pass_random", MedianRange::Share),
    ("pass_systematic", MedianRange::Share),
    ("pass_right", MedianRange::Share),
    ("agreeing", MedianRange::Positive),
    ("unanimity", MedianRange::Positive),
    ("displacement", MedianRange::Any),
    ("reversion", MedianRange::Share),
    ("hazard_gain", MedianRange::Positive),
    ("renewal", MedianRange::Share),
    ("dispersion", MedianRange::Positive),
    ("audit_dispersion", MedianRange::Positive),
    ("yield_dispersion", MedianRange::Positive),
    ("shared_noise", MedianRange::Share),
    ("level", MedianRange::Any),
    ("slip_recurrence", MedianRange::Positive),
];

/// The keys of `[fit.priors]`.
pub(super) const PRIOR_KEYS: [&str; PRIORS.len()] = {
    let mut keys = [""; PRIORS.len()];
    let mut index = 0;
    while index < keys.len() {
        keys[index] = PRIORS[index].0;
        index += 1;
    }
    keys
};
