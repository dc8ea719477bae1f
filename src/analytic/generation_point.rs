//! What is asked about the law of one generation.

/// The law of one generation, as far as it is asked for.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct GenerationPoint {
    /// P(T > g).
    pub survival: f64,
    /// P(T ≤ g), summed from positive terms.
    pub failed: f64,
    /// `E[err]`.
    pub mean_error: f64,
    /// Standard deviation of err.
    pub sd_error: f64,
    /// Distance from its mean that err exceeds with probability [`BEYOND_REACH`](super::BEYOND_REACH) at most.
    pub reach: f64,
    /// 5, 50 and 95 % quantiles of err.
    pub quantiles: [f64; 3],
    /// `E[x_W]`.
    pub mean_wrong: f64,
    /// `E[Y]`.
    pub mean_yield: f64,
}

/// The first place, of places with their weights, up to which more than `least` lies.
pub fn quantile_above<T>(law: impl IntoIterator<Item = (f64, T)>, least: f64) -> Option<T> {
    let mut sum = 0.0;
    let above = |(weight, place)| {
        sum += weight;
        (sum > least).then_some(place)
    };
    law.into_iter().find_map(above)
}
