//! Designs: variants of one loop in one file, each a name and the keys that it sets differently.

use super::Scenario;

/// One `[[design]]` of a file: its name, and the loop that it makes of the file's own.
#[derive(Debug, Clone, PartialEq)]
pub struct Design {
    /// Name, as the file gives it: "vote 4 of 5".
    pub name: String,
    /// The complete loop; its own name is the file's with that of the design, as a folder can be called.
    pub scenario: Scenario,
}

impl Design {
    /// A loop as the one design of a file that has no others.
    #[must_use]
    pub fn alone(scenario: Scenario) -> Self {
        Self { name: scenario.name.clone(), scenario }
    }
}
