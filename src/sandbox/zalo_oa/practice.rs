//! The stand-in over HTTP, for the page.
//!
//! | route | does |
//! |---|---|
//! | `GET /practice/state?after=SEQ&session=S` | everything, or what came since; waits for a change |
//! | `GET /practice/photo/CHAT/NUMBER` | the picture of a message |
//! | `GET /practice/file/CHAT/NUMBER` | the document of a message |
//! | `POST /practice/act` | an `Act` of a person |

use std::sync::Arc;

use axum::extract::{DefaultBodyLimit, Path, Query, State};
use axum::response::Response;
use axum::routing::{get, post};
use axum::{Json, Router};
use serde::Deserialize;
use serde_json::Value;

use super::people::{Impossible, Said};
use super::server::Shared;
use super::world::World;
use crate::sandbox::acting::{self, LARGEST_ACT};
use crate::sandbox::content;
use crate::sandbox::waiting::{self, Since};

/// What somebody does, in a group or alone; `photo` and `content` are base64.
#[derive(Deserialize)]
#[serde(tag = "act", rename_all = "snake_case", deny_unknown_fields)]
enum Act {
    Follow {
        user: String,
    },
    Unfollow {
        user: String,
    },
    Say {
        user: String,
        group: Option<String>,
        text: String,
    },
    Photo {
        user: String,
        group: Option<String>,
        photo: String,
        #[serde(default)]
        caption: String,
    },
    File {
        user: String,
        group: Option<String>,
        name: String,
        content: String,
    },
    Place {
        user: String,
        group: Option<String>,
        latitude: f64,
        longitude: f64,
    },
    Press {
        user: String,
        group: Option<String>,
        message: String,
        button: String,
    },
    See {
        user: String,
    },
}

impl World {
    fn perform(&mut self, act: Act) -> Result<Value, Impossible> {
        let (user, group, said) = match act {
            Act::Follow { user } => return self.follows(&user, true).map(Value::from),
            Act::Unfollow { user } => return self.follows(&user, false).map(Value::from),
            Act::See { user } => {
                self.sees(&user);
                return Ok(Value::Null);
            }
            Act::Press { user, group, message, button } => {
                let chat = group.unwrap_or_else(|| user.clone());
                return self.presses_under(&user, &chat, &message, &button).map(Value::from);
            }
            Act::Say { user, group, text } => (user, group, Said::Text(text)),
            Act::Photo { user, group, photo, caption } => {
                let bytes = content::from_base64(&photo).ok_or(Impossible::NotAPicture)?;
                (user, group, Said::Photo { bytes, caption })
            }
            Act::File { user, group, name, content } => {
                let bytes = content::from_base64(&content).ok_or(Impossible::NotAFile)?;
                (user, group, Said::File { name, bytes })
            }
            Act::Place { user, group, latitude, longitude } => {
                (user, group, Said::Place { latitude, longitude })
            }
        };
        self.speaks(&user, group.as_deref(), said).map(Value::from)
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

async fn file(State(shared): State<Arc<Shared>>, Path((chat, number)): Path<(String, usize)>) -> Response {
    content::for_page(shared.look(|world| world.seen(&chat).get(number)?.document.clone()))
}

/// Routes below `/practice/` that a page needs.
pub(super) fn for_page() -> Router<Arc<Shared>> {
    Router::new()
        .route("/practice/state", get(state))
        .route("/practice/act", post(act).layer(DefaultBodyLimit::max(LARGEST_ACT)))
        .route("/practice/photo/{chat}/{number}", get(photo))
        .route("/practice/file/{chat}/{number}", get(file))
}
