//! The widest vectors that the machine has, chosen as the program runs.

use pulp::{Arch, Simd, WithSimd};

/// A loop to be compiled for several generations of processors: everything it calls must be inlined into `run`.
///
/// Only the width of the vectors differs. No operation is fused or reordered, so that every machine gives the same bits.
pub trait SimdTask {
    /// What it answers.
    type Output;
    /// Runs it.
    fn run(self) -> Self::Output;
}

struct InlinedTask<H>(H);

impl<H: SimdTask> WithSimd for InlinedTask<H> {
    type Output = H::Output;

    #[inline(always)]
    fn with_simd<S: Simd>(self, _: S) -> H::Output {
        self.0.run()
    }
}

/// Runs `work` on this machine's vectors.
pub fn run_simd<H: SimdTask>(work: H) -> H::Output {
    Arch::new().dispatch(InlinedTask(work))
}
