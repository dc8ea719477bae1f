//! docs/measuring.md: the table of what a wrong number costs is what the program computes.

use runaway::analytic::solve;
use runaway::scenario::{Origin, Scenario};

/// Three significant digits, as the table prints them.
fn printed(value: f64) -> String {
    if value >= 1e3 {
        format!("{value:.2e}")
    } else {
        format!(
            "{:.*}",
            if value < 10.0 {
                2
            } else if value < 100.0 {
                1
            } else {
                0
            },
            value
        )
    }
}

fn runway(text: &str, key: &str, value: &str) -> String {
    let scenario = Scenario::parse(text, Origin::Text, &[format!("{key}={value}")]).unwrap();
    printed(solve(&scenario).runway.mean.unwrap())
}

#[test]
fn the_table_of_what_a_wrong_number_costs_is_computed() {
    let page = std::fs::read_to_string("docs/measuring.md").unwrap();
    let toml = page.split("```toml\n").nth(1).unwrap().split("```").next().unwrap();
    let rows = page.lines().filter(|line| line.starts_with("| `"));
    let mut checked = 0;
    for row in rows {
        let cells: Vec<&str> = row.trim_matches('|').split('|').map(str::trim).collect();
        let [key, _, lower, below, higher, above] = cells.as_slice() else { panic!("{row}") };
        let key = key.trim_matches('`');
        assert_eq!(&runway(toml, key, lower), below, "{row}");
        assert_eq!(&runway(toml, key, higher), above, "{row}");
        checked += 1;
    }
    assert!(checked >= 18, "{checked} rows");
}
