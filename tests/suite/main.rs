//! Integration tests, in one binary.

mod report;
