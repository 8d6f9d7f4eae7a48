//! The part of `loa check` that looks whether somebody hears of cases that are late.

use std::collections::HashSet;

use crate::config::{Config, Reports};
use crate::domain::escalation::{Escalation, Escalations, Told};
use crate::store::{Store, StoreError};

use super::check::{Finding, State, unreadable};
use super::say;

/// Units that are named where several have nobody.
const MOST_NAMED: usize = 3;

/// Whether every step tells somebody, and whether there are cases of which nobody above would hear.
pub(super) async fn look(config: &Config, store: &Store) -> Vec<Finding> {
    let Reports { categories, default_escalate, .. } = &config.reports;
    let all = Escalations::new(default_escalate, categories);
    let mut findings = Vec::new();
    let mut looked_at = HashSet::new();
    for (code, escalation) in all.all() {
        let label = code.and_then(|code| categories.get(code)).map(|category| category.label.clone());
        let label = label.unwrap_or_else(|| say("cli-check-escalate-usual", &[]));
        if let Err(error) = follow(&label, escalation, store, &mut looked_at, &mut findings).await {
            findings.push(unreadable(&error));
            return findings;
        }
    }
    // Where every step is a level of the tree, the tree has to have heads.
    let by_levels = |steps: &Escalation| {
        !steps.steps().is_empty() && steps.steps().iter().all(|step| matches!(step, Told::Level(_)))
    };
    if all.all().any(|(_, steps)| by_levels(steps)) {
        match store.units_without_heads().await {
            Ok(units) => findings.extend(hole(&units)),
            Err(error) => findings.push(unreadable(&error)),
        }
    }
    if findings.is_empty() {
        let vars = [("count", &*all.all().count().to_string())];
        findings.push(Finding::new("escalations", State::Good, "cli-check-escalate", &vars));
    }
    findings
}

async fn follow(
    label: &str,
    escalation: &Escalation,
    store: &Store,
    looked_at: &mut HashSet<String>,
    findings: &mut Vec<Finding>,
) -> Result<(), StoreError> {
    if escalation.steps().is_empty() {
        let vars = [("category", label)];
        findings.push(Finding::new("escalations", State::Warning, "cli-check-escalate-nobody", &vars));
    }
    for step in escalation.steps() {
        let (name, key) = match step {
            Told::Level(_) => continue,
            Told::Duty if store.has_duty().await? => continue,
            Told::Duty => (String::new(), "cli-check-escalate-no-duty"),
            Told::HeadsOf(unit) if store.unit_by_path(unit).await?.is_none() => {
                (unit.to_string(), "cli-check-escalate-no-unit")
            }
            Told::HeadsOf(unit) if store.has_head(unit).await? => continue,
            Told::HeadsOf(unit) => (unit.to_string(), "cli-check-escalate-no-head"),
        };
        // Said once, however many categories name it.
        if looked_at.insert(name.clone()) {
            findings.push(Finding::new("escalations", State::Fault, key, &[("unit", &name)]));
        }
    }
    Ok(())
}

fn hole(units: &[String]) -> Option<Finding> {
    if units.is_empty() {
        return None;
    }
    let named = units.iter().take(MOST_NAMED).map(String::as_str).collect::<Vec<_>>().join("; ");
    let vars = [("count", &*units.len().to_string()), ("units", &*named)];
    Some(Finding::new("escalations", State::Warning, "cli-check-escalate-hole", &vars))
}
