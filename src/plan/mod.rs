//! Designs side by side.
