//! Updates that the platform pushes: stored before they are answered, once, and nothing from anybody else. That the
//! program itself is configured so: `intake.rs`.

use std::time::Duration;

use loa::app::run::Running;
use loa::config::PushTo;
use loa::conversation::{Context, Need, Reply, Turn};
use loa::domain::ChannelKind;
use loa::http::http_client;
use loa::jobs::WORKER_LEASE;
use reqwest::{Method, StatusCode};
use serde_json::{Value, json};
use sqlx::{Connection, PgConnection, SqliteConnection};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio_util::sync::CancellationToken;

use crate::engines::Database;
use crate::on_both;
use crate::world::{World, rules};

const LAN: i64 = 11;
const PAO: i64 = 12;
const SECRET: &str = "a-secret-of-letters";
const HEADER: &str = "X-Telegram-Bot-Api-Secret-Token";

fn echo(ctx: &Context<'_>) -> Result<Turn, Need> {
    match ctx.incoming.text() {
        "" => Ok(Turn::nothing()),
        text => Ok(Turn::default().and(Reply::here(format!("nghe: {text}")))),
    }
}

/// A world that is asked for updates, with two people.
async fn polled(database: Database) -> World {
    let world = World::with(database, echo, rules()).await;
    world.sandbox.add_user(LAN, "Lan");
    world.sandbox.add_user(PAO, "Pao");
    world
}

/// The same, with updates pushed.
async fn pushed(database: Database) -> World {
    let mut world = polled(database).await;
    world.stop().await;
    begin_to_push(&mut world);
    world.start().await;
    until_hooked(&world, true).await;
    world
}

fn begin_to_push(world: &mut World) {
    let listen = ([127, 0, 0, 1], 0).into();
    let path = "/telegram".to_owned();
    world.push = Some(PushTo { url: String::new(), path, listen, secret: SECRET.into() });
}

/// Waits until the platform pushes to us, or no more.
async fn until_hooked(world: &World, hooked: bool) {
    let asked = async {
        loop {
            let state = world.engine.channel.push_state().await.expect("a state");
            let url = world.push.as_ref().map(|push| push.url.as_str());
            if hooked == url.is_some_and(|url| state.is_to(url)) && hooked == state.url.is_some() {
                return;
            }
            tokio::task::yield_now().await;
        }
    };
    tokio::time::timeout(Duration::from_secs(20), asked).await.expect("the platform is told");
}

/// A message as Telegram pushes it.
fn words(number: i64, person: i64, text: &str) -> Value {
    json!({"update_id": number, "message": {"message_id": number, "date": 1, "text": text,
        "chat": {"id": person, "type": "private", "first_name": "Ai"},
        "from": {"id": person, "is_bot": false, "first_name": "Ai"}}})
}

/// Asks as anybody may who finds the address; gives the status.
async fn knock(world: &World, method: Method, path: &str, secret: Option<&str>, body: String) -> StatusCode {
    let url = world.push.as_ref().expect("a webhook").url.replace("/telegram", path);
    let mut request = http_client().expect("a client").request(method, url).body(body);
    if let Some(secret) = secret {
        request = request.header(HEADER, secret);
    }
    request.send().await.expect("an answer").status()
}

async fn push(world: &World, body: String) -> StatusCode {
    knock(world, Method::POST, "/telegram", Some(SECRET), body).await
}

/// Has the database refuse, or no more, what a chat writes.
async fn refuse(database: &Database, chat: i64, refused: bool) {
    let name = format!("refuse_{chat}");
    let sql = match (database.url.starts_with("sqlite:"), refused) {
        (true, true) => format!(
            "CREATE TRIGGER {name} BEFORE INSERT ON inbox WHEN NEW.chat_key = 'telegram:{chat}'
             BEGIN SELECT RAISE(ABORT, 'as asked'); END"
        ),
        (true, false) => format!("DROP TRIGGER {name}"),
        (false, true) => format!(
            "CREATE FUNCTION {name}() RETURNS trigger LANGUAGE plpgsql AS
             $$ BEGIN RAISE EXCEPTION 'as asked'; END $$;
             CREATE TRIGGER {name} BEFORE INSERT ON inbox FOR EACH ROW
             WHEN (NEW.chat_key = 'telegram:{chat}') EXECUTE FUNCTION {name}()"
        ),
        (false, false) => format!("DROP TRIGGER {name} ON inbox; DROP FUNCTION {name}()"),
    };
    let sql = sqlx::raw_sql(sqlx::AssertSqlSafe(sql));
    if database.url.starts_with("sqlite:") {
        let mut connection = SqliteConnection::connect(&database.url).await.expect("a connection");
        sql.execute(&mut connection).await.expect("done");
    } else {
        let mut connection = PgConnection::connect(&database.url).await.expect("a connection");
        sql.execute(&mut connection).await.expect("done");
    }
}

/// What the bot has said in a chat.
fn heard(world: &World, chat: i64) -> Vec<String> {
    world.sandbox.chat(chat).into_iter().filter(|seen| seen.by_bot).map(|seen| seen.text).collect()
}

on_both! {
    async fn what_is_pushed_is_handled_in_order(database: Database) {
        let world = pushed(database).await;
        for text in ["một", "hai", "ba"] {
            world.sandbox.say(LAN, LAN, text);
            world.sandbox.say(PAO, PAO, text);
        }
        world.settled().await;
        for chat in [LAN, PAO] {
            assert_eq!(heard(&world, chat), ["nghe: một", "nghe: hai", "nghe: ba"]);
        }
        assert_eq!(world.database.count("inbox").await, 6);
        world.assert_clean();
    }

    async fn while_it_waits_for_the_lease_a_process_stores_what_is_pushed(database: Database) {
        let mut world = polled(database).await;
        world.sandbox.say(LAN, LAN, "trước");
        world.settled().await;
        begin_to_push(&mut world);
        let webhook = world.webhook().await;
        let mut second = world.engine.clone();
        second.holder = "the second".to_owned();
        second.stop = CancellationToken::new();
        let mut waits = tokio::spawn(Running::start_taking(second, world.outlets.clone(), webhook));
        world.kill();
        // Nobody works now, and still it is stored when the answer comes.
        assert_eq!(push(&world, words(900, LAN, "gấp").to_string()).await, StatusCode::OK);
        let waiting = world.store.waiting_updates(ChannelKind::Telegram, 9).await.expect("updates");
        assert_eq!(waiting.len(), 1);
        assert!(!waits.is_finished(), "the lease is another's");
        world.store.release_lease(WORKER_LEASE, &world.engine.holder).await.expect("released");
        let time_goes_by = async {
            loop {
                world.clock.advance(Duration::from_millis(100));
                tokio::task::yield_now().await;
            }
        };
        let second = tokio::select! {
            second = &mut waits => second.expect("it takes over"),
            () = time_goes_by => unreachable!("time does not end"),
        };
        world.settled().await;
        assert_eq!(heard(&world, LAN), ["nghe: trước", "nghe: gấp"]);
        second.stop().await;
    }

    async fn an_update_that_is_pushed_twice_is_one(database: Database) {
        let world = pushed(database).await;
        let update = words(900, LAN, "một lần").to_string();
        world.sandbox.say(LAN, LAN, "chào");
        world.settled().await;
        let (one, two) = tokio::join!(push(&world, update.clone()), push(&world, update.clone()));
        assert_eq!((one, two), (StatusCode::OK, StatusCode::OK));
        world.settled().await;
        assert_eq!(push(&world, update).await, StatusCode::OK, "also after it was handled");
        world.settled().await;
        assert_eq!(world.database.count("inbox").await, 2);
        assert_eq!(heard(&world, LAN), ["nghe: chào", "nghe: một lần"]);
    }

    async fn whoever_does_not_show_the_secret_finds_nothing(database: Database) {
        let world = pushed(database).await;
        let update = words(900, LAN, "giả").to_string();
        let almost = &SECRET[..SECRET.len() - 1];
        for secret in [None, Some(""), Some("a-secret-of-lettersx"), Some(almost), Some("A-SECRET-OF-LETTERS")] {
            let status = knock(&world, Method::POST, "/telegram", secret, update.clone()).await;
            assert_eq!(status, StatusCode::NOT_FOUND, "{secret:?}");
        }
        for path in ["/", "/telegram/", "/telegram/x", "/Telegram", "/x/../telegramm"] {
            let status = knock(&world, Method::POST, path, Some(SECRET), update.clone()).await;
            assert_eq!(status, StatusCode::NOT_FOUND, "{path}");
        }
        for method in [Method::GET, Method::PUT, Method::DELETE, Method::OPTIONS] {
            let status = knock(&world, method.clone(), "/telegram", Some(SECRET), update.clone()).await;
            assert_eq!(status, StatusCode::NOT_FOUND, "{method}");
        }
        assert_eq!(world.database.count("inbox").await, 0);
    }

    async fn what_is_no_update_is_not_taken(database: Database) {
        let world = pushed(database).await;
        for body in ["", "{", "null", "[]", "{}", "{\"update_id\": \"x\"}", "{\"message\": {}}", "\u{0}"] {
            assert_eq!(push(&world, body.to_owned()).await, StatusCode::BAD_REQUEST, "{body}");
        }
        assert_eq!(world.database.count("inbox").await, 0);
        // What nobody knows is an update all the same.
        assert_eq!(push(&world, r#"{"update_id": 7, "moon": {}}"#.to_owned()).await, StatusCode::OK);
        world.settled().await;
        assert_eq!(world.database.count("inbox").await, 1);
    }

    async fn a_body_without_end_is_not_read(database: Database) {
        let world = pushed(database).await;
        let url = world.push.as_ref().expect("a webhook").url.clone();
        let host = url.trim_start_matches("http://").trim_end_matches("/telegram");
        let most = loa::app::webhook::MOST_BYTES;
        let told = format!("content-length: {}\r\n\r\n", most + 1).into_bytes();
        let untold = format!("transfer-encoding: chunked\r\n\r\n{:x}\r\n", most + 1).into_bytes();
        let untold = [untold, vec![b' '; most + 1]].concat();
        for rest in [told, untold] {
            let mut stream = TcpStream::connect(host).await.expect("a connection");
            let head = format!("POST /telegram HTTP/1.1\r\nhost: {host}\r\n{HEADER}: {SECRET}\r\n");
            stream.write_all(&[head.into_bytes(), rest].concat()).await.expect("written");
            let mut answer = [0; 12];
            stream.read_exact(&mut answer).await.expect("an answer");
            assert_eq!(String::from_utf8_lossy(&answer), "HTTP/1.1 413");
        }
        assert_eq!(world.database.count("inbox").await, 0);
        let longest = format!("{}{}", words(900, LAN, "dài"), " ".repeat(most - 300));
        assert_eq!(push(&world, longest).await, StatusCode::OK);
    }

    async fn what_cannot_be_stored_is_pushed_again(database: Database) {
        let world = pushed(database).await;
        refuse(&world.database, LAN, true).await;
        assert_eq!(push(&world, words(5, LAN, "x").to_string()).await, StatusCode::SERVICE_UNAVAILABLE);
        world.sandbox.say(LAN, LAN, "đừng mất");
        let refused = async {
            while world.engine.channel.push_state().await.expect("a state").last_error.is_none() {
                tokio::task::yield_now().await;
            }
        };
        tokio::time::timeout(Duration::from_secs(20), refused).await.expect("a refusal");
        assert_eq!((world.database.count("inbox").await, world.sandbox.pending_updates()), (0, 1));
        refuse(&world.database, LAN, false).await;
        world.settled().await;
        assert_eq!(heard(&world, LAN), ["nghe: đừng mất"]);
        let state = world.engine.channel.push_state().await.expect("a state");
        assert!(state.last_error.is_some_and(|(_, why)| why.contains("503")));
    }

    async fn from_one_way_in_to_the_other_nothing_is_lost_or_doubled(database: Database) {
        let mut world = polled(database).await;
        let mut expected = Vec::new();
        for round in 0..2 {
            for way in ["hỏi", "đẩy"] {
                let text = format!("{way} {round}");
                world.stop().await;
                // Said while nobody is there.
                world.sandbox.say(LAN, LAN, &format!("{text} vắng"));
                if way == "đẩy" { begin_to_push(&mut world) } else { world.push = None }
                world.start().await;
                until_hooked(&world, way == "đẩy").await;
                world.sandbox.say(LAN, LAN, &text);
                world.settled().await;
                expected.extend([format!("nghe: {text} vắng"), format!("nghe: {text}")]);
            }
        }
        assert_eq!(heard(&world, LAN), expected);
        assert_eq!(world.database.count("inbox").await, 8);
        world.assert_clean();
    }

    async fn to_ask_again_passes_over_nothing_that_was_refused(database: Database) {
        let mut world = pushed(database).await;
        refuse(&world.database, PAO, true).await;
        // The smaller number is refused, the larger is stored.
        world.sandbox.say(PAO, PAO, "nhỏ");
        world.sandbox.say(LAN, LAN, "lớn");
        world.until_so("an answer", |sandbox| sandbox.chat(LAN).iter().any(|seen| seen.text == "nghe: lớn")).await;
        assert_eq!(world.sandbox.pending_updates(), 1);
        world.stop().await;
        refuse(&world.database, PAO, false).await;
        world.push = None;
        world.start().await;
        world.settled().await;
        assert_eq!((heard(&world, PAO), heard(&world, LAN)), (vec!["nghe: nhỏ".to_owned()], vec!["nghe: lớn".to_owned()]));
    }

    async fn after_a_week_without_updates_numbers_may_begin_anew(database: Database) {
        let mut world = polled(database).await;
        world.sandbox.say(LAN, LAN, "chào");
        world.sandbox.inject_raw_update(words(9_000, LAN, "hỏi"));
        world.settled().await;
        world.stop().await;
        begin_to_push(&mut world);
        world.start().await;
        until_hooked(&world, true).await;
        assert_eq!(push(&world, words(9_001, LAN, "đẩy").to_string()).await, StatusCode::OK);
        world.later(Duration::from_secs(8 * 24 * 3600)).await;
        assert_eq!(push(&world, words(70, LAN, "số mới").to_string()).await, StatusCode::OK);
        world.settled().await;
        world.stop().await;
        world.push = None;
        world.sandbox.inject_raw_update(words(71, LAN, "hỏi lại"));
        world.start().await;
        world.settled().await;
        assert_eq!(heard(&world, LAN), ["nghe: chào", "nghe: hỏi", "nghe: đẩy", "nghe: số mới", "nghe: hỏi lại"]);
    }

    async fn many_at_once_are_all_answered(database: Database) {
        let world = pushed(database).await;
        let people: Vec<i64> = (100..160).collect();
        for person in &people {
            world.sandbox.add_user(*person, "Người");
        }
        for text in ["một", "hai"] {
            for person in &people {
                world.sandbox.say(*person, *person, text);
            }
        }
        world.settled().await;
        for person in people {
            assert_eq!(heard(&world, person), ["nghe: một", "nghe: hai"], "{person}");
        }
        assert_eq!(world.database.count("inbox").await, 120);
        world.assert_clean();
    }
}
