//! The parameters of a fit that may have a prior.

/// Where the median of a prior may lie.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Range {
    /// Between 0 and 1.
    Share,
    /// Above 0.
    Positive,
    /// Anywhere.
    Any,
}

impl Range {
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
pub const PRIORS: [(&str, Range); 23] = [
    ("error", Range::Share),
    ("inherited", Range::Share),
    ("amplification", Range::Positive),
    ("imprint", Range::Share),
    ("persistence", Range::Positive),
    ("examples", Range::Positive),
    ("step_error_gain", Range::Share),
    ("step_error_floor", Range::Positive),
    ("pass_random", Range::Share),
    ("pass_systematic", Range::Share),
    ("pass_right", Range::Share),
    ("agreeing", Range::Positive),
    ("unanimity", Range::Positive),
    ("displacement", Range::Any),
    ("reversion", Range::Share),
    ("hazard_gain", Range::Positive),
    ("renewal", Range::Share),
    ("dispersion", Range::Positive),
    ("audit_dispersion", Range::Positive),
    ("yield_dispersion", Range::Positive),
    ("shared_noise", Range::Share),
    ("level", Range::Any),
    ("slip_recurrence", Range::Positive),
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
