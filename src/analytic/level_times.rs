//! Expected generations at each error level, summed generation by generation.

use super::result::ErrorVisits;

/// Classes of error rate that are told apart.
const CLASSES: usize = 256;

/// Time spent by error rate. Levels are merged into classes of equal width, each at its weighted mean.
#[derive(Debug, Clone)]
pub struct LevelTimes {
    /// The error rate that no loop which lasts reaches.
    top: f64,
    /// Σ weight and Σ weight · error of each class.
    classes: Vec<(f64, f64)>,
}

impl LevelTimes {
    /// Nothing yet, of a loop that fails at the error rate `top`.
    pub fn new(top: f64) -> Self {
        Self { top, classes: vec![(0.0, 0.0); CLASSES] }
    }

    /// `time` more at an error rate.
    pub fn add(&mut self, error: f64, time: f64) {
        let class = if self.top > 0.0 { (error / self.top * CLASSES as f64) as usize } else { 0 };
        let (sum, moment) = &mut self.classes[class.min(CLASSES - 1)];
        *sum += time;
        *moment += time * error;
    }

    /// The classes with any time in them.
    pub fn visits(&self) -> ErrorVisits {
        let spent = self.classes.iter().filter(|(time, _)| *time > 0.0);
        let (error, generations) = spent.map(|(time, moment)| (moment / time, *time)).unzip();
        ErrorVisits { error, generations }
    }
}
