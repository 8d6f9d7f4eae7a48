//! The part of `loa check` that follows the table of who answers for what.

use crate::config::{Config, Reports};
use crate::domain::route::Route;
use crate::store::{Store, StoreError};

use super::check::{Finding, State, unreadable};

/// Whether every line of the table of who answers for what leads somewhere, and what no line is about.
pub(super) async fn look(config: &Config, store: &Store) -> Vec<Finding> {
    let Reports { routes, categories, .. } = &config.reports;
    if routes.0.is_empty() {
        return Vec::new();
    }
    let mut findings = Vec::new();
    for route in &routes.0 {
        if let Err(error) = follow(route, store, &mut findings).await {
            findings.push(unreadable(&error));
            return findings;
        }
    }
    let left = routes.left_to_duty(categories);
    if !left.is_empty() {
        let vars = [("categories", &*left.join(", "))];
        findings.push(Finding::new("routes", State::Warning, "cli-check-routes-left", &vars));
    }
    if findings.is_empty() {
        let vars = [("count", &*routes.0.len().to_string())];
        findings.push(Finding::new("routes", State::Good, "cli-check-routes", &vars));
    }
    findings
}

async fn follow(route: &Route, store: &Store, findings: &mut Vec<Finding>) -> Result<(), StoreError> {
    for unit in route.area.iter().chain([&route.unit]) {
        if store.unit_by_path(unit).await?.is_none() {
            let vars = [("unit", &*unit.to_string())];
            findings.push(Finding::new("routes", State::Fault, "cli-check-route-no-unit", &vars));
            return Ok(());
        }
    }
    if !store.takes_cases(&route.unit).await? {
        let vars = [("unit", &*route.unit.to_string())];
        findings.push(Finding::new("routes", State::Fault, "cli-check-route-no-group", &vars));
    }
    Ok(())
}
