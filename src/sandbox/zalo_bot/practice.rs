//! The stand-in over HTTP, for the page and for tests in another process.
//!
//! | route | does |
//! |---|---|
//! | `GET /practice/state?after=SEQ&session=S` | everything, or what came since; waits for a change |
//! | `GET /practice/photo/CHAT/NUMBER` | the picture of a message |
//! | `POST /practice/act` | an `Act` of a person |
//! | `GET /practice/chats` | all chats by id, with their messages |
//! | `GET`, `POST`, `DELETE /practice/faults` | lists, adds (one rule or an array), clears |
//! | `GET /practice/accepted?after=SEQ` | the messages accepted since |
//! | `GET /practice/log` | attempts, violations, counts |

use std::collections::BTreeMap;
use std::sync::Arc;

use axum::extract::{DefaultBodyLimit, Path, Query, State};
use axum::response::Response;
use axum::routing::{get, post};
use axum::{Json, Router};
use serde::Deserialize;
use serde_json::{Value, json};

use super::people::{Impossible, Said};
use super::server::Shared;
use super::world::World;
use crate::sandbox::acting::{self, LARGEST_ACT};
use crate::sandbox::faults::Faults;
use crate::sandbox::waiting::{self, Since};
use crate::sandbox::{content, orders};

/// What somebody does; `photo` is base64.
#[derive(Deserialize)]
#[serde(tag = "act", rename_all = "snake_case", deny_unknown_fields)]
enum Act {
    AddUser {
        user: String,
        name: String,
    },
    Say {
        user: String,
        text: String,
    },
    SayInGroup {
        user: String,
        group: String,
        text: String,
        reply_to: Option<String>,
    },
    Photo {
        user: String,
        photo: String,
        #[serde(default)]
        caption: String,
    },
    Unsupported {
        user: String,
        with_message: bool,
    },
    Raw {
        update: Value,
    },
}

impl World {
    fn perform(&mut self, act: Act) -> Result<Value, Impossible> {
        match act {
            Act::AddUser { user, name } => {
                self.add_user(&user, &name);
                Ok(Value::Null)
            }
            Act::Say { user, text } => self.says(&user, Said::Text(text)).map(Value::from),
            Act::SayInGroup { user, group, text, reply_to } => {
                self.says_in_group(&user, &group, &text, reply_to.as_deref()).map(Value::from)
            }
            Act::Photo { user, photo, caption } => {
                let bytes = content::from_base64(&photo).ok_or(Impossible::NotAPicture)?;
                self.says(&user, Said::Photo { bytes, caption }).map(Value::from)
            }
            Act::Unsupported { user, with_message } => {
                self.says(&user, Said::Unsupported { with_message }).map(Value::from)
            }
            Act::Raw { update } => {
                self.push("", &update);
                Ok(Value::Null)
            }
        }
    }
}

async fn act(State(shared): State<Arc<Shared>>, Json(act): Json<Act>) -> Response {
    acting::answer(shared.act(|world| world.perform(act)))
}

async fn state(State(shared): State<Arc<Shared>>, Query(since): Query<Since>) -> Response {
    let news = |after| shared.look(|world| (world.seq > after || after == 0).then(|| world.news(after)));
    waiting::news_for_page(since, &shared.session, &shared.changed, &shared.stop, news).await
}

async fn photo(State(shared): State<Arc<Shared>>, Path((chat, number)): Path<(String, usize)>) -> Response {
    content::for_page(shared.look(|world| world.seen(&chat).get(number)?.photo.clone()))
}

async fn chats(State(shared): State<Arc<Shared>>) -> Json<Value> {
    Json(shared.look(|world| {
        let chats: BTreeMap<_, _> = world.chats.iter().map(|(id, chat)| (id, &chat.messages)).collect();
        json!(chats)
    }))
}

async fn accepted(State(shared): State<Arc<Shared>>, Query(since): Query<Since>) -> Json<Value> {
    Json(shared.look(|world| json!(since.rest(&world.log.accepted))))
}

async fn log(State(shared): State<Arc<Shared>>) -> Json<Value> {
    Json(shared.act(|world| {
        let log = &world.log;
        json!({"accepted": log.accepted.len(), "attempts": log.attempts, "violations": log.violations,
            "sent_this_month": world.quota.sent(world.now), "pending_updates": world.mail.waiting.len()})
    }))
}

/// Routes below `/practice/` that a page needs.
pub(super) fn for_page() -> Router<Arc<Shared>> {
    Router::new()
        .route("/practice/state", get(state))
        .route("/practice/act", post(act).layer(DefaultBodyLimit::max(LARGEST_ACT)))
        .route("/practice/photo/{chat}/{number}", get(photo))
}

/// All routes below `/practice/`.
pub(super) fn routes(faults: Faults) -> Router<Arc<Shared>> {
    for_page()
        .route("/practice/chats", get(chats))
        .route("/practice/accepted", get(accepted))
        .route("/practice/log", get(log))
        .merge(orders::routes(faults))
}
