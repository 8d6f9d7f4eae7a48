//! The practice platform over HTTP, for its page and for tests in another process.
//!
//! | route | does |
//! |---|---|
//! | `GET /practice/state?after=SEQ&session=S` | everything, or what changed since; waits for a change |
//! | `POST /practice/act` | an `Act` of a person |
//! | `GET`, `POST`, `DELETE /practice/faults` | lists, adds (one rule or an array), clears |
//! | `GET /practice/accepted?after=SEQ` | the calls accepted since |
//! | `GET /practice/log` | counts, attempts, violations |
//! | `GET /practice/file/PATH` | a picture or document |

use std::sync::Arc;

use axum::extract::{DefaultBodyLimit, Path, Query, State};
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use axum::{Json, Router};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use bytes::Bytes;
use serde::Deserialize;
use serde_json::{Value, json};

use super::chat::Standing;
use super::message::Place;
use super::people::{Impossible, Said};
use super::server::{self, Shared};
use super::world::{Person, World};
use crate::sandbox::acting;
use crate::sandbox::faults::Faults;
use crate::sandbox::orders;
use crate::sandbox::waiting::{self, Since};

/// Room for ten pictures of 10 MB in base64.
const LARGEST_ACT: usize = 140 << 20;

/// What somebody does; `content` and `photos` are base64.
#[derive(Deserialize)]
#[serde(tag = "act", rename_all = "snake_case", deny_unknown_fields)]
enum Act {
    Say {
        user: i64,
        chat: i64,
        text: String,
        reply_to: Option<i64>,
    },
    Edit {
        user: i64,
        chat: i64,
        message: i64,
        text: String,
    },
    Photos {
        user: i64,
        chat: i64,
        photos: Vec<String>,
        #[serde(default)]
        caption: String,
    },
    Document {
        user: i64,
        chat: i64,
        name: String,
        #[serde(default = "any_kind")]
        mime: String,
        content: String,
        #[serde(default)]
        caption: String,
    },
    Place {
        user: i64,
        chat: i64,
        latitude: f64,
        longitude: f64,
        title: Option<String>,
        address: Option<String>,
    },
    Press {
        user: i64,
        chat: i64,
        message: i64,
        button: String,
    },
    OpenLink {
        user: i64,
        #[serde(default)]
        parameter: String,
    },
    Block {
        user: i64,
    },
    Unblock {
        user: i64,
    },
    AddBot {
        user: i64,
        chat: i64,
    },
    RemoveBot {
        user: i64,
        chat: i64,
    },
    SetBotAdmin {
        user: i64,
        chat: i64,
        admin: bool,
    },
    Join {
        user: i64,
        chat: i64,
    },
    Leave {
        user: i64,
        chat: i64,
    },
    Migrate {
        old: i64,
        new: i64,
    },
    AddUser {
        person: Person,
    },
    AddGroup {
        chat: i64,
        title: String,
        members: Vec<i64>,
        admins: Vec<i64>,
    },
    Raw {
        update: Value,
    },
}

fn any_kind() -> String {
    "application/octet-stream".into()
}

fn decode(text: &str) -> Result<Bytes, Impossible> {
    STANDARD.decode(text).map(Bytes::from).map_err(|_| Impossible::BadFile)
}

impl World {
    fn perform(&mut self, act: Act) -> Result<Value, Impossible> {
        let nothing = |()| Value::Null;
        match act {
            Act::Say { user, chat, text, reply_to } => {
                self.says(user, chat, Said { reply_to, ..Said::text(&text) }).map(Value::from)
            }
            Act::Edit { user, chat, message, text } => {
                self.corrects(user, chat, message, &text, Vec::new()).map(nothing)
            }
            Act::Photos { user, chat, photos, caption } => {
                let photos = photos.iter().map(|photo| decode(photo)).collect::<Result<_, _>>()?;
                self.sends_album(user, chat, photos, &caption, Vec::new()).map(|ids| json!(ids))
            }
            Act::Document { user, chat, name, mime, content, caption } => {
                self.sends_document(user, chat, &name, &mime, decode(&content)?, &caption).map(Value::from)
            }
            Act::Place { user, chat, latitude, longitude, title, address } => {
                let place = Place { latitude, longitude, title, address };
                self.shares_place(user, chat, place).map(Value::from)
            }
            Act::Press { user, chat, message, button } => {
                self.presses(user, chat, message, &button).map(Value::from)
            }
            Act::OpenLink { user, parameter } => self.opens_link(user, &parameter).map(Value::from),
            Act::Block { user } => self.moves_bot(user, user, Standing::Kicked).map(nothing),
            Act::Unblock { user } => self.moves_bot(user, user, Standing::Member).map(nothing),
            Act::AddBot { user, chat } => self.moves_bot(user, chat, Standing::Member).map(nothing),
            Act::RemoveBot { user, chat } => self.moves_bot(user, chat, Standing::Kicked).map(nothing),
            Act::SetBotAdmin { user, chat, admin } => {
                let new = if admin { Standing::Admin } else { Standing::Member };
                self.moves_bot(user, chat, new).map(nothing)
            }
            Act::Join { user, chat } => self.moves(user, chat, Standing::Member).map(nothing),
            Act::Leave { user, chat } => self.moves(user, chat, Standing::Left).map(nothing),
            Act::Migrate { old, new } => self.migrates(old, new).map(nothing),
            Act::AddUser { person } => {
                self.add_person(person);
                Ok(Value::Null)
            }
            Act::AddGroup { chat, title, members, admins } => {
                self.add_group(chat, &title, &members, &admins);
                Ok(Value::Null)
            }
            Act::Raw { update } if update.is_object() => Ok(self.push_raw(update).into()),
            Act::Raw { .. } => Err(Impossible::Empty),
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

async fn accepted(State(shared): State<Arc<Shared>>, Query(since): Query<Since>) -> Json<Value> {
    Json(shared.look(|world| json!(since.rest(&world.log.accepted))))
}

async fn log(State(shared): State<Arc<Shared>>) -> Json<Value> {
    Json(shared.look(|world| {
        let log = &world.log;
        json!({"accepted": log.accepted.len(), "attempts": log.attempts, "violations": log.violations,
            "rate_violations": log.rate, "pending_updates": world.mail.len()})
    }))
}

async fn file(State(shared): State<Arc<Shared>>, Path(path): Path<String>) -> Response {
    let Some(mut response) = server::content(&shared, &path).await else {
        return StatusCode::NOT_FOUND.into_response();
    };
    // Only pictures are shown; a document is saved, so that none runs as a page of this address.
    let (kind, place) = if path.starts_with("photos/") {
        ("image/jpeg", "inline")
    } else {
        ("application/octet-stream", "attachment")
    };
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, header::HeaderValue::from_static(kind));
    headers.insert(header::CONTENT_DISPOSITION, header::HeaderValue::from_static(place));
    headers.insert(header::CACHE_CONTROL, header::HeaderValue::from_static("private, max-age=3600"));
    response
}

/// Routes below `/practice/`.
pub(super) fn routes(faults: Faults) -> Router<Arc<Shared>> {
    Router::new()
        .merge(orders::routes(faults))
        .route("/practice/state", get(state))
        .route("/practice/act", post(act).layer(DefaultBodyLimit::max(LARGEST_ACT)))
        .route("/practice/accepted", get(accepted))
        .route("/practice/log", get(log))
        .route("/practice/file/{*path}", get(file))
}
