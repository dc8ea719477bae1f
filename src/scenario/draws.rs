//! `[fit.draws]`: what a log leaves open of a loop, as draws from the posterior of its fit.

use toml::de::DeValue;

use super::diagnostic::Diagnostic;
use super::error::RuleBreach;
use super::ranges::KeyRange;
use super::schema::DRAWN;
use super::toml_table::{TomlTable, TomlValue, number};

/// The most draws of a file.
const MOST_DRAWS: usize = 100_000;

/// One list of numbers for each key, all of one length.
#[derive(Debug, Clone, PartialEq, Default)]
pub(super) struct FitDraws(Vec<(&'static str, Vec<f64>)>);

struct Numbers(Vec<f64>);

impl TomlValue for Numbers {
    const RULE: &'static str = "draws are a list of finite numbers";

    fn read(value: &DeValue<'_>) -> Option<Self> {
        let finite = |value: &DeValue<'_>| number(value).filter(|number| number.is_finite());
        value.as_array()?.iter().map(|item| finite(item.get_ref())).collect::<Option<_>>().map(Self)
    }
}

/// Reads the table `fit.draws`.
pub(super) fn read(keys: &TomlTable<'_>) -> Result<FitDraws, Diagnostic> {
    keys.table_as("draws", "fit.draws", |draws| {
        let mut columns: Vec<(&'static str, Vec<f64>)> = Vec::new();
        for key in DRAWN {
            columns.extend(draws.take::<Numbers>(key)?.map(|numbers| (key, numbers.0)));
        }
        let whole = columns.first().map_or(0, |(_, first)| first.len());
        let breach = |key: &str, rule: String| Err(RuleBreach::new(format!("fit.draws.{key}"), rule, "").into());
        match columns.iter().find(|(_, numbers)| numbers.len() != whole) {
            Some((key, numbers)) => breach(key, format!("these are {} draws where others are {whole}", numbers.len())),
            None if whole > MOST_DRAWS => breach("", format!("{whole} draws are more than the {MOST_DRAWS} of a file")),
            None => Ok(FitDraws(columns)),
        }
    })
}

impl FitDraws {
    pub fn len(&self) -> usize {
        self.0.first().map_or(0, |(_, numbers)| numbers.len())
    }

    /// The middle 90 % of the draws of every key that they leave open.
    pub fn ranges(&self) -> Vec<KeyRange> {
        let range = |(key, numbers): &(&'static str, Vec<f64>)| {
            let mut sorted = numbers.clone();
            sorted.sort_by(f64::total_cmp);
            let at = |level: f64| sorted.get((level * (sorted.len() as f64 - 1.0)).round() as usize).copied();
            let (low, high) = (at(0.05)?, at(0.95)?);
            (low < high).then(|| KeyRange { key: (*key).to_owned(), low, high })
        };
        self.0.iter().filter_map(range).collect()
    }

    pub fn row(&self, draw: PosteriorDraw) -> Vec<(&'static str, f64)> {
        self.0.iter().map(|(key, numbers)| (*key, draw.of(numbers))).collect()
    }
}

/// Which of the draws.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PosteriorDraw {
    /// The median of every key: plugged in where one number has to do.
    Medians,
    /// The draw with this number, from 0.
    Number(usize),
}

impl PosteriorDraw {
    /// This draw of one key.
    #[must_use]
    pub fn of(self, numbers: &[f64]) -> f64 {
        match self {
            Self::Number(index) => numbers.get(index).copied().unwrap_or(f64::NAN),
            Self::Medians => {
                let mut sorted = numbers.to_vec();
                sorted.sort_by(f64::total_cmp);
                let half = sorted.len() / 2;
                let upper = sorted.get(half).copied().unwrap_or(f64::NAN);
                if sorted.len() % 2 == 1 {
                    upper
                } else {
                    0.5 * (upper + sorted.get(half.wrapping_sub(1)).copied().unwrap_or(upper))
                }
            }
        }
    }
}
