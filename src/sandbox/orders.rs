//! Faults ordered over HTTP, for a page and for tests in another process: `GET` lists, `POST` adds one rule or an
//! array, `DELETE` clears.

use axum::extract::State;
use axum::routing::get;
use axum::{Json, Router};
use serde::Deserialize;
use serde_json::{Value, json};

use super::faults::{Faults, Rule};

#[derive(Deserialize)]
#[serde(untagged)]
enum Rules {
    Many(Vec<Rule>),
    One(Rule),
}

async fn list(State(faults): State<Faults>) -> Json<Value> {
    let rules = faults.rules().into_iter();
    Json(rules.map(|(rule, hits)| json!({"rule": rule, "hits": hits})).collect())
}

async fn add(State(faults): State<Faults>, Json(rules): Json<Rules>) -> Json<Value> {
    let rules = match rules {
        Rules::Many(rules) => rules,
        Rules::One(rule) => vec![rule],
    };
    let numbers: Vec<usize> = rules.into_iter().map(|rule| faults.add(rule)).collect();
    Json(json!({"ok": true, "result": numbers}))
}

async fn clear(State(faults): State<Faults>) -> Json<Value> {
    faults.clear();
    Json(json!({"ok": true}))
}

/// The route `/practice/faults`.
pub(crate) fn routes<S>(faults: Faults) -> Router<S> {
    Router::new().route("/practice/faults", get(list).post(add).delete(clear)).with_state(faults)
}
