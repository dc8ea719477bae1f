//! The law of the state, generation by generation: of the loops that have lasted, and of those that failed and are
//! imagined to run on.

use crate::analytic::rounding::RoundingDrift;
use crate::analytic::settled::settled;
use crate::law::Composition;
use crate::scenario::Scenario;
use crate::stats::binomial;

use super::draw_errors::DrawErrors;
use super::grid::{BinomialDraw, CountGrid, LawField};
use super::step;

/// The law of the state at one generation.
pub(super) struct GridPropagation<'a> {
    pub scenario: &'a Scenario,
    pub grid: CountGrid,
    /// g.
    pub generation: u64,
    /// The law by which generation g produces its successor.
    pub field: LawField,
    /// Law of the state given T > g; kept at sum 1, so that no depth of failure makes it underflow.
    pub surviving: Vec<f64>,
    /// Joint law of the state and T ≤ g.
    pub failed_law: Vec<f64>,
    /// S(g) = P(T > g).
    pub survival: f64,
    /// P(T ≤ g), a sum of positive terms.
    pub failed: f64,
    /// P(T = g | T ≥ g).
    pub hazard: f64,
    /// Total variation between the laws given survival of this generation and the one before.
    pub change: f64,
    /// Total variation between the laws of the state, failed loops included, of this generation and the one before.
    pub drift: f64,
    /// Nothing is left of the loops that have lasted, not only no measurable S(g).
    pub extinct: bool,
    /// Bound on the absolute error of S(g) from truncated mass.
    pub truncated: f64,
    /// What rounding has done to S(g) and P(T ≤ g).
    pub rounding: RoundingDrift,
    /// Multiplications done so far.
    pub work: u64,
}

impl<'a> GridPropagation<'a> {
    pub fn new(scenario: &'a Scenario, grid: CountGrid) -> Self {
        let field = LawField::new(scenario, 0, grid);
        let mut propagation = Self {
            scenario,
            grid,
            generation: 0,
            field,
            surviving: vec![0.0; grid.len()],
            failed_law: vec![0.0; grid.len()],
            survival: 1.0,
            failed: 0.0,
            hazard: 0.0,
            change: 1.0,
            drift: 1.0,
            extinct: false,
            truncated: 0.0,
            rounding: RoundingDrift::default(),
            work: 0,
        };
        let start = propagation.first();
        propagation.sort(start, 0.0);
        if scenario.start.draw {
            let shares = Composition::start(scenario).rounded();
            let errors = DrawErrors::new(grid, BinomialDraw::new(shares.value()), BinomialDraw::doubt(shares));
            propagation.round(errors.at_most(), propagation.survival * errors.on_average());
        }
        propagation
    }

    /// Law of the state of generation 0.
    fn first(&self) -> Vec<f64> {
        let mut first = vec![0.0; self.grid.len()];
        if !self.scenario.start.draw {
            first[self.start()] = 1.0;
            return first;
        }
        let (unsound, wrong) = (self.scenario.start.unsound.get(), self.scenario.start.wrong.get());
        let conditional = if wrong < 1.0 { (unsound / (1.0 - wrong)).min(1.0) } else { 0.0 };
        for n_wrong in 0..=self.grid.examples {
            let left = self.grid.examples - n_wrong;
            let mass = binomial::pmf(n_wrong as u64, self.grid.examples as u64, wrong);
            for n_unsound in 0..=left {
                first[self.grid.index(n_unsound, n_wrong)] =
                    mass * binomial::pmf(n_unsound as u64, left as u64, conditional);
            }
        }
        first
    }

    /// Number of the state of generation 0; of the one nearest to the mean of a drawn start.
    pub fn start(&self) -> usize {
        let (unsound, wrong) = self.scenario.start_counts();
        // Both counts sum to at most N, which fits the grid.
        self.grid.index(unsound as usize, wrong as usize)
    }

    /// Whether the law of one generation stays what it is from here on.
    pub fn settled(&self) -> bool {
        settled(self.scenario, self.generation)
    }

    /// The states from which failure cannot be reached any more; `None` as long as the law of one generation keeps changing
    /// and no state is known to be one.
    pub fn safe(&self) -> Option<Vec<bool>> {
        if self.settled() {
            return Some(self.field.safe(self.grid));
        }
        // Sound models without slips stay sound, whatever else changes.
        let sound = self.grid.index(0, 0);
        let stays = self.scenario.never_slips_from(self.generation) && !self.field.failing[sound];
        stays.then(|| (0..self.grid.len()).map(|state| state == sound).collect())
    }

    /// Whether the law of one generation never stops changing.
    pub fn grows(&self) -> bool {
        self.scenario.settles_at().is_none()
    }

    /// One generation on. Failed loops are followed only `with_unconditional`.
    pub fn advance(&mut self, with_unconditional: bool) {
        let before = with_unconditional.then(|| self.law());
        let step = step::step(self.grid, &self.field, &self.surviving);
        self.work += step.work;
        if with_unconditional {
            let failed_law = step::step(self.grid, &self.field, &self.failed_law);
            self.work += failed_law.work;
            self.failed_law = failed_law.next;
        }
        let (most, mean) = self.errors();
        let settled = self.settled();
        self.generation += 1;
        if !settled {
            self.field = LawField::new(self.scenario, self.generation, self.grid);
        }
        if !self.extinct {
            self.sort(step.next, step.truncated);
        }
        self.round(most, mean);
        if let Some(before) = before {
            self.drift = distance(&before, &self.law());
        }
    }

    /// Counts the largest error of a step and the mean one.
    fn round(&mut self, most: f64, mean: f64) {
        // Both forms of a row's factors, and the sum over them and its normalisation, twice each.
        self.rounding.add(2.0 * most, 2.0 * mean, 8 * self.grid.examples + self.grid.len(), self.survival);
    }

    /// Largest error of a transition that the loops which have lasted may take, and the mean one.
    fn errors(&self) -> (f64, f64) {
        let states = self.surviving.iter().zip(&self.field.next).zip(&self.field.doubt);
        let (most, mean) = states
            .filter_map(|((&mass, draw), &doubt)| Some((mass, DrawErrors::new(self.grid, (*draw)?, doubt))))
            .filter(|(mass, _)| *mass > 0.0)
            .fold((0.0_f64, 0.0), |(most, mean), (mass, errors)| {
                (most.max(errors.at_most()), mean + mass * errors.on_average())
            });
        (most, self.survival * mean)
    }

    /// Law of the state, failed loops included.
    pub fn law(&self) -> Vec<f64> {
        self.surviving
            .iter()
            .zip(&self.failed_law)
            .map(|(surviving, failed_law)| self.survival * surviving + failed_law)
            .collect()
    }

    /// Splits the law of those that had survived a generation ago into failures and survivors.
    fn sort(&mut self, mut next: Vec<f64>, truncated: f64) {
        let (mut lasting, mut failing) = (0.0, 0.0);
        for (mass, fails) in next.iter().zip(&self.field.failing) {
            *(if *fails { &mut failing } else { &mut lasting }) += mass;
        }
        // The sum differs from 1 by rounding and by what was truncated.
        let total = lasting + failing;
        for ((mass, fails), failed_law) in next.iter_mut().zip(&self.field.failing).zip(&mut self.failed_law) {
            if *fails {
                *failed_law += self.survival * *mass / total;
                *mass = 0.0;
            } else if lasting > 0.0 {
                *mass /= lasting;
            }
        }
        self.extinct = lasting == 0.0;
        self.hazard = failing / total;
        let lost = self.survival * self.hazard;
        self.failed += lost;
        self.truncated += 2.0 * self.survival * truncated;
        // The smaller of the two shares has all its digits; and 1 − h would be rounded the same way every time.
        self.survival = if self.hazard < 0.5 { self.survival - lost } else { self.survival * (lasting / total) };
        self.change = distance(&self.surviving, &next);
        self.surviving = next;
    }
}

/// Total variation between two laws.
fn distance(old: &[f64], new: &[f64]) -> f64 {
    0.5 * new.iter().zip(old).map(|(new, old)| (new - old).abs()).sum::<f64>()
}
