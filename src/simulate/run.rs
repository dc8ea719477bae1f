//! One run: what an engine notes down at each generation.

/// The generations of one run, 0..=horizon. Reused from run to run.
#[derive(Debug, Default, Clone)]
pub(super) struct PlayedRun {
    /// Error rate.
    pub error: Vec<f64>,
    /// Share of unsound beliefs.
    pub unsound: Vec<f64>,
    /// Share of wrong beliefs.
    pub wrong: Vec<f64>,
    /// Accepted examples per generated problem; one entry less, since the last generation trains nobody.
    pub accepted: Vec<f64>,
    /// T, first generation that failed, within the horizon.
    pub failed_at: Option<u64>,
    /// Whether nothing could be accepted any more.
    pub starved: bool,
}

impl PlayedRun {
    /// Forgets the last run.
    pub fn clear(&mut self) {
        self.error.clear();
        self.unsound.clear();
        self.wrong.clear();
        self.accepted.clear();
        self.failed_at = None;
        self.starved = false;
    }

    /// Notes the next generation: its error rate, and its unsound and wrong beliefs among `beliefs`.
    pub fn note(&mut self, error: f64, unsound: u64, wrong: u64, beliefs: u64) {
        self.error.push(error);
        self.unsound.push(unsound as f64 / beliefs as f64);
        self.wrong.push(wrong as f64 / beliefs as f64);
    }

    /// Notes that `generation` has failed, unless an earlier one has.
    pub fn fail(&mut self, generation: u64) {
        self.failed_at.get_or_insert(generation);
    }
}
