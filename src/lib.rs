//! How many generations a self-training loop has before its mistakes run away, and what would buy more.

pub mod analytic;
pub mod compare;
pub mod fit;
pub mod law;
pub mod provenance;
pub mod quantity;
pub mod scenario;
pub mod simulate;
pub mod stats;
