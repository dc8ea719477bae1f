//! Sweeps: `cargo bench --bench sweep`.

#![allow(clippy::unwrap_used, missing_docs)]

use std::hint::black_box;

use criterion::{Criterion, criterion_group, criterion_main};
use runaway::analytic::{Sweeper, SweptNumbers};
use runaway::scenario::{Origin, Scenario};
use runaway::sweep::{SweepAxis, SweepGrid, SweepPlan};

/// A loop of 1,000 examples without checks, with changes.
fn scenario(changes: &[&str]) -> Scenario {
    let changes: Vec<String> = changes.iter().map(|change| (*change).to_owned()).collect();
    Scenario::parse("name = \"swept\"\nexamples = 1000\n[errors]\namplification = 20", Origin::Text, &changes).unwrap()
}

/// R, E[T] and S(60) of one scenario, in the room that the last one had.
fn points(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("point");
    for (name, changes) in [
        ("fails in 6 generations", &[][..]),
        ("fails in 17 generations", &["errors.amplification=3"]),
        ("near R = 1", &["learning.anchor=0.29"]),
        ("lasts 10^38 generations", &["learning.anchor=0.4"]),
        ("300 examples", &["examples=300"]),
        ("10,000 examples", &["examples=10000"]),
    ] {
        let (scenario, mut sweeper) = (scenario(changes), Sweeper::default());
        let asked = SweptNumbers { generation: 60, quantiles: false };
        group.bench_function(name, |bencher| bencher.iter(|| sweeper.point(black_box(&scenario), asked)));
    }
    group.finish();
}

/// A phase diagram through all regimes, cells read and solved on all cores.
fn diagram(criterion: &mut Criterion) {
    let scenario = scenario(&[]);
    let axes = ["errors.step_error=0.0005:0.01:40:log", "learning.anchor=0:0.5:40"];
    let axes = axes.map(|typed| SweepAxis::parse(typed, &scenario).unwrap());
    let plan = SweepPlan { scenario, grid: SweepGrid::new(axes.to_vec()).unwrap(), quantiles: false };
    let mut group = criterion.benchmark_group("diagram");
    group.sample_size(10);
    group.bench_function("40 x 40", |bencher| bencher.iter(|| plan.solve(0..plan.grid.cells()).unwrap()));
    group.finish();
}

criterion_group!(benches, points, diagram);
criterion_main!(benches);
