//! The mail server over HTTP, for the page.
//!
//! | route | does |
//! |---|---|
//! | `GET /practice/state?after=SEQ&session=S` | everything, or what came since; waits for a change |
//! | `GET /practice/file/ADDRESS/NUMBER/FILE` | a file of a mail |
//! | `POST /practice/act` | an `Act` of a person |

use std::sync::Arc;

use axum::extract::{DefaultBodyLimit, Path, Query, State};
use axum::response::Response;
use axum::routing::{get, post};
use axum::{Json, Router};
use serde::Deserialize;
use serde_json::Value;

use super::people::{Impossible, Written};
use super::server::Shared;
use super::view::MailFile;
use super::world::World;
use crate::sandbox::acting::{self, LARGEST_ACT};
use crate::sandbox::content;
use crate::sandbox::waiting::{self, Since};

/// What somebody does.
#[derive(Deserialize)]
#[serde(tag = "act", rename_all = "snake_case", deny_unknown_fields)]
enum Act {
    Write {
        user: String,
        #[serde(default)]
        subject: String,
        #[serde(default)]
        text: String,
        /// The mail that is answered.
        answers: Option<String>,
        #[serde(default)]
        files: Vec<File>,
    },
}

/// A file; its content is base64.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    name: String,
    content: String,
}

impl World {
    fn perform(&mut self, act: Act) -> Result<Value, Impossible> {
        let Act::Write { user, subject, text, answers, files } = act;
        let read = |file: File| {
            let bytes = content::from_base64(&file.content).ok_or(Impossible::NotAFile)?;
            Ok(MailFile { name: file.name, is_picture: image::guess_format(&bytes).is_ok(), bytes })
        };
        let files = files.into_iter().map(read).collect::<Result<_, Impossible>>()?;
        let written = Written { subject: &subject, text: &text, files, answers: answers.as_deref() };
        self.writes(&user, written).map(Value::from)
    }
}

async fn act(State(shared): State<Arc<Shared>>, Json(act): Json<Act>) -> Response {
    acting::answer(shared.act(|world| world.perform(act)))
}

async fn state(State(shared): State<Arc<Shared>>, Query(since): Query<Since>) -> Response {
    let news = |after| shared.look(|world| (world.seq > after || after == 0).then(|| world.news(after)));
    waiting::news_for_page(since, &shared.session, &shared.changed, &shared.stop, news).await
}

async fn file(
    State(shared): State<Arc<Shared>>,
    Path((address, number, file)): Path<(String, usize, usize)>,
) -> Response {
    let found = |world: &World| Some(world.talk(&address).get(number)?.files.get(file)?.bytes.clone());
    content::for_page(shared.look(found))
}

/// Routes below `/practice/` that a page needs.
pub(super) fn for_page() -> Router<Arc<Shared>> {
    Router::new()
        .route("/practice/state", get(state))
        .route("/practice/act", post(act).layer(DefaultBodyLimit::max(LARGEST_ACT)))
        .route("/practice/file/{address}/{number}/{file}", get(file))
}
