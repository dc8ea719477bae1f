//! The law of the count in one generation, as panels and as quadrature, and its errors.

use super::density::DensityPanel;
use super::gram::ORDER;
use super::quadrature_source::QuadratureSource;

/// One of the two laws, as panels and as quadrature.
#[derive(Debug, Clone, Default)]
pub(super) struct DensityLaw {
    pub(super) panels: Vec<DensityPanel>,
    pub(super) sources: Vec<QuadratureSource>,
}

impl DensityLaw {
    pub(super) fn total(&self) -> f64 {
        self.sources.iter().map(|source| source.weight().iter().sum::<f64>()).sum()
    }
}

/// Error of a law's total from that of its panels.
pub(super) fn rough(law: &DensityLaw) -> f64 {
    law.sources.iter().map(|source| law.panels[source.panel].error() * source.weight().iter().sum::<f64>()).sum()
}

/// Distance between the next laws of a success probability and of the one it is known as: two normal laws apart by δ
/// differ by at most 0.4 δ/σ of their mass, two laws of few counts by δ.
pub(super) fn doubt(law: &DensityLaw, draws: f64) -> f64 {
    let part = |source: &QuadratureSource| {
        let weight = source.weight();
        (0..ORDER)
            .map(|i| {
                let sigma = (source.mean[i] * (1.0 - source.mean[i] / draws)).max(0.0).sqrt();
                weight[i] * source.doubt * if sigma > 1.0 { 0.4 / sigma } else { 1.0 }
            })
            .sum::<f64>()
    };
    law.sources.iter().map(part).sum()
}
