//! `loa.toml`.

use std::path::Path;

use loa::config::{Config, Environment};
use loa::conversation::Rules;
use loa::domain::calendar::Calendar;

use crate::run::{Target, kind};
use crate::targets::{monday, text};

/// Stands in the corpus wherever a secret would.
const SECRET: &str = "7000000001:SECRETSECRETSECRET";

/// Whether the secret stands nowhere but as the value of the token.
fn only_a_token(text: &str) -> bool {
    let lines = text.lines().filter(|line| line.contains("SECRET"));
    let is_token = |line: &str| {
        line.trim_start().strip_prefix("token").is_some_and(|rest| rest.trim_start().starts_with('='))
    };
    lines.clone().count() > 0 && lines.clone().all(is_token)
}

#[test]
fn a_configuration_is_read_or_its_fault_is_named_without_its_values() {
    let words = &[
        "[database]",
        "[telegram]",
        "[telegram.limits]",
        "[calendar]",
        "[reports]",
        "[[reports.category]]",
        "[notices]",
        "[log]",
        "url = ",
        "token = ",
        "token_file = ",
        "\"sqlite:loa.db\"",
        "per_second = 30",
        "concurrency = 0",
        "hours = [",
        "\"07:30-11:30\"",
        "workdays = [",
        "\"T2\"",
        "holidays = [",
        "\"2026-04-30\"",
        "level = \"debug\"",
        "case_prefix = \"ML\"",
        "remind_after_hours = 24",
        "'''",
        "\"\"\"",
        "= ",
        "\n",
        "1979-05-27T07:32:00Z",
        "inf",
    ];
    let environment = Environment::from_pairs([]);
    Target { name: "config", words, longest: 8192, memory_kib: 4096 }.run(|input| {
        let text = text(input);
        match Config::parse(Path::new("loa.toml"), &text, &environment) {
            Ok(config) => {
                // What was read can be worked with: there is working time, and a deadline comes.
                let calendar = Calendar::from(&config.calendar);
                let rules = Rules { calendar, categories: config.reports.categories, ..Rules::default() };
                let work = std::time::Duration::from_secs(16 * 3600);
                assert!(rules.calendar.add_working(monday(), work) > monday());
                kind((
                    rules.calendar.hours.len(),
                    rules.calendar.workdays.len(),
                    config.telegram.limits.concurrency,
                ))
            }
            Err(error) => {
                let said = error.to_string();
                assert!(said.chars().count() < 1000, "a sentence that nobody reads: {said}");
                let repeated = only_a_token(&text) && said.contains("SECRET");
                assert!(!repeated, "{said:?} repeats what stands in {SECRET:?}'s place");
                kind(said.chars().filter(|c| !c.is_ascii_digit()).take(80).collect::<String>())
            }
        }
    });
}
