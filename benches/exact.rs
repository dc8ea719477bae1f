//! The exact solver: `cargo bench --bench exact`.

#![allow(clippy::unwrap_used, missing_docs)]

use std::hint::black_box;

use criterion::{BenchmarkId, Criterion, criterion_group, criterion_main};
use runaway::analytic::LawChain;

fn chain(draws: u64, growth: f64) -> LawChain<impl Fn(f64) -> f64> {
    let fresh = 0.001;
    let law = move |x: f64| {
        let shown = growth * x;
        fresh + (1.0 - fresh) * shown * 0.7 / (1.0 - 0.3 * (shown + fresh).min(1.0))
    };
    LawChain { draws, failing: draws.div_ceil(2), start: 0, law }
}

fn means(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("mean");
    group.sample_size(10);
    for (name, draws, growth) in
        [("ordinary", 1000, 1.6), ("metastable", 300, 1.2), ("metastable", 1000, 1.2), ("ordinary", 10_000, 1.6)]
    {
        let chain = chain(draws, growth);
        group.bench_function(BenchmarkId::new(name, draws), |bencher| {
            bencher.iter(|| black_box(&chain).eliminated_mean().unwrap());
        });
    }
    group.finish();
}

fn survival(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("survival to 1000");
    group.sample_size(10);
    for draws in [1000, 10_000, 1_000_000] {
        let chain = chain(draws, 1.6);
        group.bench_function(BenchmarkId::new("nodes", draws), |bencher| {
            bencher.iter(|| black_box(&chain).survival(1000).unwrap());
        });
    }
    for draws in [10_000, 1_000_000, 1_000_000_000] {
        let chain = chain(draws, 1.6);
        group.bench_function(BenchmarkId::new("quadrature", draws), |bencher| {
            bencher.iter(|| black_box(&chain).by_quadrature(1000).unwrap());
        });
    }
    group.finish();
}

criterion_group!(benches, means, survival);
criterion_main!(benches);
