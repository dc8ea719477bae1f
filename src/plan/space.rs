//! The designs that levers make of loops: every combination of their options, each once, with the keys that it sets.

use std::collections::BTreeMap;

use rayon::prelude::*;

use crate::scenario::{Design, Filter, Scenario, ScenarioError};

use super::lever::{LeverOption, PlanLever};

/// The most combinations of options.
pub const MOST_COMBINATIONS: usize = 200_000;

/// One combination of options on one loop.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct PlannedVariant {
    /// Which of the loops.
    pub base: usize,
    /// Keys with their values.
    pub sets: Vec<String>,
    /// The filters that are left out.
    pub without: Vec<usize>,
    pub scenario: Scenario,
}

impl PlannedVariant {
    /// A design in a few words: the loop it is a variant of, its vote, its filters, and what else it sets.
    pub fn name(&self, base: Option<&str>) -> String {
        let vote = &self.scenario.vote;
        let voted = match (vote.candidates.get(), vote.agree.get()) {
            (1, _) => "no vote".to_owned(),
            (candidates, 1) => format!("most of {candidates}"),
            (candidates, agree) => format!("{agree} of {candidates}"),
        };
        let mut parts: Vec<String> = base.into_iter().map(str::to_owned).chain([voted]).collect();
        let kinds: Vec<&str> = self.scenario.filters.iter().map(Filter::kind).collect();
        match kinds[..] {
            // The name of a design of the file says what it filters.
            _ if self.without.is_empty() && (base.is_some() || kinds.is_empty()) => {}
            [] => parts.push("no filter".to_owned()),
            _ => parts.push(kinds.join(" + ")),
        }
        let shown = |set: &&String| {
            let left_out = self.without.iter().any(|index| set.starts_with(&format!("filter.{index}.")));
            !set.starts_with("vote.") && !left_out
        };
        parts.extend(self.sets.iter().filter(shown).map(|set| {
            let (key, value) = set.split_once('=').unwrap_or((set, ""));
            format!("{} {value}", key.rsplit('.').next().unwrap_or(key))
        }));
        parts.join(", ")
    }
}

/// Every design of a search.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct DesignSpace {
    pub variants: Vec<PlannedVariant>,
    /// Combinations of options.
    pub combinations: usize,
    /// Combinations that break a rule between keys.
    pub illegal: usize,
    /// Combinations that make a loop that another one makes too.
    pub doubled: usize,
}

/// Combinations of the options of `levers` on this number of `bases`, if they can be counted.
pub(super) fn combinations(bases: usize, levers: &[PlanLever]) -> Option<usize> {
    levers.iter().try_fold(bases, |product, lever| product.checked_mul(lever.options.len()))
}

impl DesignSpace {
    /// Every combination of the options of each base's own levers.
    ///
    /// # Errors
    /// The rule that an option breaks in every combination.
    pub fn of(bases: &[(Design, Vec<PlanLever>)]) -> Result<Self, ScenarioError> {
        let mut space = Self { variants: Vec::new(), combinations: 0, illegal: 0, doubled: 0 };
        for (index, (base, levers)) in bases.iter().enumerate() {
            space.add(index, &base.scenario, levers)?;
        }
        Ok(space)
    }

    fn add(&mut self, base: usize, scenario: &Scenario, levers: &[PlanLever]) -> Result<(), ScenarioError> {
        let all = combinations(1, levers).unwrap_or(0);
        let made: Vec<(Vec<usize>, Result<PlannedVariant, ScenarioError>)> =
            (0..all).into_par_iter().map(|number| made(base, scenario, levers, number)).collect();
        refuse_useless(levers, &made)?;
        self.combinations += all;
        let mut seen = BTreeMap::new();
        for (_, variant) in made {
            let Ok(variant) = variant else {
                self.illegal += 1;
                continue;
            };
            match seen.entry(variant.scenario.to_toml()) {
                std::collections::btree_map::Entry::Occupied(_) => self.doubled += 1,
                std::collections::btree_map::Entry::Vacant(place) => {
                    place.insert(());
                    self.variants.push(variant);
                }
            }
        }
        Ok(())
    }
}

/// The combination with this number, and which options it takes.
fn made(
    base: usize,
    scenario: &Scenario,
    levers: &[PlanLever],
    number: usize,
) -> (Vec<usize>, Result<PlannedVariant, ScenarioError>) {
    let mut left = number;
    let mut taken = Vec::with_capacity(levers.len());
    for lever in levers {
        taken.push(left % lever.options.len());
        left /= lever.options.len();
    }
    let options: Vec<&LeverOption> = levers.iter().zip(&taken).map(|(lever, &at)| &lever.options[at]).collect();
    let sets: Vec<String> = options.iter().flat_map(|option| option.sets.iter().cloned()).collect();
    let without: Vec<usize> = options.iter().filter_map(|option| option.without).collect();
    let variant = scenario.varied(&sets, &without);
    (taken, variant.map(|scenario| PlannedVariant { base, sets, without, scenario }))
}

/// An option that no combination can take is a mistake of whoever asked for it.
fn refuse_useless(
    levers: &[PlanLever],
    made: &[(Vec<usize>, Result<PlannedVariant, ScenarioError>)],
) -> Result<(), ScenarioError> {
    for (at, lever) in levers.iter().enumerate().filter(|(_, lever)| !lever.default) {
        for option in 0..lever.options.len() {
            let mut with = made.iter().filter(|(taken, _)| taken[at] == option).map(|(_, variant)| variant);
            let first = with.next();
            if let Some(Err(error)) = first
                && with.all(Result::is_err)
            {
                return Err(error.clone());
            }
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::scenario::Origin;

    fn space(text: &str, levers: &[&str]) -> Result<DesignSpace, String> {
        let scenario = Scenario::parse(&format!("name = \"t\"\n{text}"), Origin::Text, &[]).unwrap();
        let levers = levers.iter().map(|typed| PlanLever::typed(typed).unwrap()).collect();
        DesignSpace::of(&[(Design::alone(scenario), levers)]).map_err(|error| error.to_string())
    }

    #[test]
    fn every_combination_once_and_none_that_breaks_a_rule() {
        let found = space("", &["vote.candidates=1:3", "vote.agree=1:3"]).unwrap();
        assert_eq!((found.combinations, found.illegal, found.variants.len()), (9, 3, 6));
        // Without the filter its coverage does not matter.
        let filter = "[[filter]]\nkind = \"ground-truth\"\n[[filter]]\nkind = \"outcome\"";
        let found = space(filter, &["filter.0=on,off", "filter.0.coverage=0.1,0.2,0.3"]).unwrap();
        assert_eq!((found.combinations, found.doubled, found.variants.len()), (6, 2, 4));
        let kinds = |variant: &PlannedVariant| {
            variant.scenario.filters.iter().map(crate::scenario::Filter::kind).collect::<Vec<_>>()
        };
        assert!(found.variants.iter().any(|variant| kinds(variant) == ["outcome"]));
    }

    #[test]
    fn what_no_design_can_have_is_refused() {
        for (levers, said) in [
            (["vote.candidates=3,5", "vote.agree=2,9"], "`vote.agree`: 9 votes"),
            (["learning.anchor=0,1.5", "examples=10,20"], "`learning.anchor`"),
            (["learning.ancor=0,1", "examples=10,20"], "did you mean"),
            (["examples=1.5,2", "horizon=3,4"], "`examples`"),
        ] {
            let error = space("", &levers).unwrap_err();
            assert!(error.contains(said), "{error}");
        }
    }
}
