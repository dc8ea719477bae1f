//! R against 1: how far a log moved what the prior thought, and what may be said of it.

use serde::de::Error;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// Factor by which a log must move the odds of R > 1 before anything is said in words: √10, below which evidence is
/// "barely worth mentioning" (Jeffreys, Theory of Probability, appendix B).
const SPEAKS: f64 = 3.162_277_660_168_379_5;

/// What may be said of P(R > 1).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FitOutlook {
    /// The log moved the odds too little for words: what is thought is the prior.
    Unmoved,
    /// The log moved the odds, and the prior still outweighs it.
    Against,
    /// P(R > 1) is near one half.
    Open,
    /// R is below 1, but the floor lies above the present error.
    SettleWorse,
    /// The same, less sure.
    LikelySettleWorse,
    /// R is below 1.
    Heal,
    /// R is likely below 1.
    LikelyHeal,
    /// R is likely above 1.
    LikelyGrow,
    /// R is above 1.
    Grow,
}

impl FitOutlook {
    const ALL: [Self; 9] = [
        Self::Unmoved,
        Self::Against,
        Self::Open,
        Self::SettleWorse,
        Self::LikelySettleWorse,
        Self::Heal,
        Self::LikelyHeal,
        Self::LikelyGrow,
        Self::Grow,
    ];

    /// In words, without numbers.
    #[must_use]
    pub const fn words(self) -> &'static str {
        match self {
            Self::Unmoved => "the log barely shows on which side of 1",
            Self::Against => "the log speaks against the prior, which still outweighs it",
            Self::Open => "healing or growing: the data cannot tell",
            Self::SettleWorse => "the error settles, worse than now",
            Self::LikelySettleWorse => "the error likely settles, worse than now",
            Self::Heal => "mistakes heal",
            Self::LikelyHeal => "mistakes likely heal",
            Self::LikelyGrow => "mistakes likely grow",
            Self::Grow => "mistakes grow",
        }
    }

    /// From P(R > 1), the odds' shift, and whether the loop settles worse than now where it heals. P(R > 1) is cut where
    /// epidemiologists cut it.
    pub(super) fn of(above_one: f64, odds_shift: f64, settles_worse: bool) -> Self {
        let (up, down) = (odds_shift >= SPEAKS, odds_shift <= 1.0 / SPEAKS);
        match above_one {
            _ if !up && !down => Self::Unmoved,
            p if (0.4..=0.6).contains(&p) => Self::Open,
            p if (p < 0.4) == up => Self::Against,
            p if p < 0.05 && settles_worse => Self::SettleWorse,
            p if p < 0.4 && settles_worse => Self::LikelySettleWorse,
            p if p < 0.05 => Self::Heal,
            p if p < 0.4 => Self::LikelyHeal,
            p if p <= 0.95 => Self::LikelyGrow,
            _ => Self::Grow,
        }
    }
}

impl Serialize for FitOutlook {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.words())
    }
}

#[cfg(feature = "schema")]
impl schemars::JsonSchema for FitOutlook {
    fn schema_name() -> std::borrow::Cow<'static, str> {
        "FitOutlook".into()
    }

    fn json_schema(_: &mut schemars::SchemaGenerator) -> schemars::Schema {
        schemars::json_schema!({ "type": "string", "enum": Self::ALL.map(Self::words) })
    }
}

impl<'de> Deserialize<'de> for FitOutlook {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let words = String::deserialize(deserializer)?;
        Self::ALL
            .into_iter()
            .find(|one| one.words() == words)
            .ok_or_else(|| D::Error::custom(format!("no outlook: {words}")))
    }
}

/// Odds of R > 1 given the log over those before it: the Bayes factor for R > 1. Each side is (above, draws); half a draw is
/// added on both sides of 1, so that the factor is finite where no draw, or every one, is above.
pub(super) fn odds_shift(posterior: (usize, usize), prior: (usize, usize)) -> f64 {
    let odds = |(above, all): (usize, usize)| (above as f64 + 0.5) / ((all - above.min(all)) as f64 + 0.5);
    odds(posterior) / odds(prior)
}

#[cfg(test)]
mod tests {
    use super::*;
    use approx::assert_relative_eq;
    use proptest::prelude::*;

    #[test]
    fn words_need_a_log_that_moved_the_prior() {
        let of = |above: f64, prior: f64, worse| {
            let count = |share: f64| ((share * 1000.0).round() as usize, 1000);
            FitOutlook::of(above, odds_shift(count(above), count(prior)), worse)
        };
        assert_eq!(of(0.61, 0.56, false), FitOutlook::Unmoved);
        assert_eq!(of(0.99, 0.98, false), FitOutlook::Unmoved);
        assert_eq!(of(0.02, 0.03, true), FitOutlook::Unmoved);
        assert_eq!(of(0.8, 0.5, false), FitOutlook::LikelyGrow);
        assert_eq!(of(0.97, 0.5, true), FitOutlook::Grow);
        assert_eq!(of(0.2, 0.5, false), FitOutlook::LikelyHeal);
        assert_eq!(of(0.2, 0.5, true), FitOutlook::LikelySettleWorse);
        assert_eq!(of(0.01, 0.5, false), FitOutlook::Heal);
        assert_eq!(of(0.01, 0.5, true), FitOutlook::SettleWorse);
        assert_eq!(of(0.5, 0.2, false), FitOutlook::Open);
        assert_eq!(of(0.3, 0.1, false), FitOutlook::Against);
        assert_eq!(of(0.7, 0.9, false), FitOutlook::Against);
    }

    proptest! {
        /// The words never say more than the number, nor the contrary of what the log did.
        #[test]
        fn words_follow_the_number_and_the_log(
            above in 0_usize..=2000, prior in 0_usize..=4000, worse in proptest::bool::ANY,
        ) {
            let shift = odds_shift((above, 2000), (prior, 4000));
            prop_assert!(shift.is_finite() && shift > 0.0);
            let p = above as f64 / 2000.0;
            match FitOutlook::of(p, shift, worse) {
                FitOutlook::Unmoved => prop_assert!(shift < SPEAKS && shift > 1.0 / SPEAKS),
                FitOutlook::Open => prop_assert!((0.4..=0.6).contains(&p)),
                FitOutlook::Against => prop_assert!((p > 0.6 && shift < 1.0) || (p < 0.4 && shift > 1.0)),
                FitOutlook::Grow => prop_assert!(p > 0.95 && shift >= SPEAKS),
                FitOutlook::LikelyGrow => prop_assert!(p > 0.6 && p <= 0.95 && shift >= SPEAKS),
                FitOutlook::Heal => prop_assert!(p < 0.05 && shift <= 1.0 / SPEAKS && !worse),
                FitOutlook::LikelyHeal => prop_assert!(p < 0.4 && shift <= 1.0 / SPEAKS && !worse),
                FitOutlook::SettleWorse => prop_assert!(p < 0.05 && shift <= 1.0 / SPEAKS && worse),
                FitOutlook::LikelySettleWorse => prop_assert!(p < 0.4 && shift <= 1.0 / SPEAKS && worse),
            }
        }
    }

    #[test]
    fn odds_shift_is_the_bayes_factor() {
        assert_relative_eq!(odds_shift((610, 1000), (560, 1000)), (0.61 / 0.39) / (0.56 / 0.44), max_relative = 1e-3);
        assert_relative_eq!(odds_shift((7, 20), (7, 20)), 1.0);
        assert_relative_eq!(odds_shift((10, 10), (5, 10)), 21.0);
    }
}
