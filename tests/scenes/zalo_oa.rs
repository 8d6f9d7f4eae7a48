//! The whole app over a Zalo Official Account: events that are pushed, tokens that run out.

use std::sync::Arc;
use std::time::Duration;

use loa::app::run::Running;
use loa::app::webhook::Webhook;
use loa::channel::zalo_oa::{Account, ZaloOa};
use loa::clock::Clock;
use loa::config::PushTo;
use loa::conversation::alarm::AlarmKind;
use loa::conversation::notice::{NewNotice, Windows};
use loa::conversation::step;
use loa::domain::ids::NoticeId;
use loa::domain::import::{ImportRow, Kind};
use loa::domain::{ChannelKind, Role, Timestamp};
use loa::jobs::pacing::Limits;
use loa::jobs::{Engine, Signals};
use loa::random::Random;
use loa::sandbox::{self, Fault, Rule, ZaloOaOptions, ZaloOaSeen};
use loa::store::Store;
use loa::store::idle::Idle;
use loa::store::people::NewInvite;
use secrecy::{ExposeSecret, SecretString};
use tokio::net::TcpListener;
use tokio_util::sync::CancellationToken;

use crate::engines::Database;
use crate::on_both;
use crate::town::photo;
use crate::world::rules;

const WARD: &str = "Tỉnh Mường Lam / Phường Bình Minh";
const LAN: &str = "1101";
const TUAN: &str = "1102";
const HOUR: Duration = Duration::from_secs(3600);

/// The account of a ward, and the service behind it.
struct Hall {
    zalo: sandbox::ZaloOa,
    store: Store,
    clock: Clock,
    engine: Engine,
    running: Option<Running>,
    database: Database,
    /// Where events are pushed.
    url: String,
}

impl Hall {
    /// At eight on a Monday morning: Lan follows the account, the service has the first token.
    async fn new(database: Database) -> Self {
        let clock = Clock::by_hand(Timestamp::vietnam(2026, 11, 23, 8, 0));
        let reads = clock.clone();
        let zalo = sandbox::ZaloOa::start(ZaloOaOptions::new(Arc::new(move || reads.now().0))).await;
        let zalo = zalo.expect("a practice platform");
        let store = Store::open(&database.url, clock.clone(), Random::seeded(7)).await.expect("a store");
        store.import(vec![group()], false).await.expect("an import");
        let engine = engine(&zalo, &store, &clock);
        let (_, refresh) = zalo.authorise();
        store.enter_refresh_token(ChannelKind::ZaloOa, refresh.into()).await.expect("entered");
        let mut hall = Self { zalo, store, clock, engine, running: None, database, url: String::new() };
        hall.start().await;
        hall.until("a token", async |hall| hall.zalo.pairs().len() == 2 && hall.has_token().await).await;
        hall.zalo.add_user(LAN, "Lan");
        hall.zalo.follow(LAN);
        hall.settled().await;
        hall
    }

    async fn start(&mut self) {
        self.engine.stop = CancellationToken::new();
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let address = listener.local_addr().expect("an address");
        self.url = format!("http://{address}/oa");
        let push = PushTo {
            url: self.url.clone(),
            path: "/oa".to_owned(),
            listen: address,
            secret: "practice-oa-secret".into(),
        };
        self.zalo.set_webhook(Some(&self.url));
        let webhook = Webhook::over(listener, &push);
        let engine = self.engine.clone();
        self.running = Some(Running::start_channels(engine, Some(webhook), Vec::new(), Arc::new([])).await);
    }

    async fn has_token(&self) -> bool {
        let tokens = self.store.tokens(ChannelKind::ZaloOa).await.expect("tokens");
        tokens.is_some_and(|tokens| tokens.access.is_some() && tokens.failure.is_none())
    }

    /// Lets time go by, second by second, until something is so.
    async fn until(&self, what: &str, so: impl AsyncFn(&Self) -> bool) {
        for _ in 0..600 {
            if so(self).await {
                return;
            }
            self.pass(Duration::from_secs(1)).await;
        }
        panic!("{what} does not come:\n{}", self.zalo.render_all());
    }

    async fn pass(&self, by: Duration) {
        self.clock.advance(by);
        let round = self.engine.signals.round_done();
        self.engine.signals.wake_all();
        round.await;
    }

    /// Waits until everything that was said is handled and everything that follows is sent.
    async fn settled(&self) {
        let mut quiet = 0;
        for _ in 0..2000 {
            self.pass(Duration::from_millis(20)).await;
            let idle = self.store.idle().await.expect("the queues");
            let soon = self.clock.now() + Duration::from_secs(3);
            let still = match idle {
                Idle::Busy => false,
                Idle::Until(due) => due.is_none_or(|due| due > soon) && self.zalo.pending_updates() == 0,
            };
            quiet = if still { quiet + 1 } else { 0 };
            if quiet > 2 {
                return;
            }
        }
        panic!("the app does not come to rest:\n{}", self.zalo.render_all());
    }

    /// Lan writes; gives the account's last words.
    async fn says(&self, text: &str) -> String {
        self.zalo.say(LAN, text);
        self.settled().await;
        self.last().text
    }

    fn last(&self) -> ZaloOaSeen {
        let all = self.zalo.chat(LAN);
        all.into_iter().rev().find(|seen| seen.by_oa).unwrap_or_else(|| panic!("the account said nothing"))
    }

    async fn enrols(&self) {
        let unit = self.store.find_units(WARD).await.expect("units")[0].0;
        let expires = self.clock.now() + HOUR;
        let new = NewInvite { unit, role: Role::Reporter, uses: 1, expires, by: None };
        let (_, token) = self.store.create_invite(new).await.expect("an invite");
        let offered = self.says(&format!("/start {}", token.expose_secret())).await;
        assert!(offered.contains("Bạn được mời") && offered.contains("1. Đồng ý"), "{offered}");
        // No event says what a person is called.
        self.says("1").await;
        let welcome = self.says("Chị Lan").await;
        assert!(welcome.contains("chào mừng Chị Lan"), "{welcome}");
    }

    /// A notice goes out that asks to be confirmed.
    async fn notice(&self, title: &str) -> NoticeId {
        let notice = NewNotice {
            title: title.to_owned(),
            body: "Đúng giờ.".into(),
            audience: "people".to_owned(),
            confirm: true,
            ..NewNotice::default()
        };
        let id = self.store.notice_new(notice).await.expect("the store").expect("written");
        self.store.notice_send(id).await.expect("the store").expect("sent");
        id
    }

    /// Who is reached at what price, as the preview of a notice says.
    async fn windows(&self, id: NoticeId) -> Windows {
        let reach = self.store.notice_preview(id).await.expect("the store").expect("a preview");
        reach.windows.expect("people on this channel")
    }

    fn heard(&self, words: &str) -> usize {
        self.zalo.accepted().iter().filter(|message| message.text.contains(words)).count()
    }

    async fn alarms(&self) -> Vec<AlarmKind> {
        self.store.see_to_alarms(HOUR).await.expect("looked at");
        let alarms = self.store.untold_alarms("scene").await.expect("alarms");
        alarms.into_iter().map(|alarm| alarm.kind).collect()
    }

    async fn ends_well(&self) {
        assert!(self.zalo.violations().is_empty(), "{:#?}", self.zalo.violations());
        let aside = self.store.updates_set_aside().await.expect("a list");
        assert!(aside.is_empty(), "{aside:?}");
    }
}

/// The duty group of the ward: there is a unit then.
fn group() -> ImportRow {
    ImportRow {
        line: 2,
        unit: WARD.parse().expect("a path"),
        name: "Trực ban phường".to_owned(),
        role: Some(Role::Duty),
        channel: ChannelKind::ZaloOa,
        chat_id: "group:to5".to_owned(),
        kind: Kind::Group,
    }
}

fn engine(zalo: &sandbox::ZaloOa, store: &Store, clock: &Clock) -> Engine {
    let account = Account {
        app_id: "4318657068771012646".to_owned(),
        app_secret: "practice-app-secret".into(),
        api_url: zalo.url().to_owned(),
        oauth_url: zalo.url().to_owned(),
        buttons: false,
    };
    let client = loa::http::http_client().expect("a client");
    let channel = ZaloOa::new(client, account, Duration::from_secs(5)).expect("a channel");
    zalo.add_group("to5", "Trực ban phường", &[]);
    Engine {
        store: store.clone(),
        clock: clock.clone(),
        random: Random::seeded(8),
        rules: Arc::new(rules()),
        channel: Arc::new(channel),
        links: None,
        limits: Limits { per_minute: 90, ..Limits::NONE },
        concurrency: 4,
        step,
        holder: "scene".to_owned(),
        signals: Signals::default(),
        stop: CancellationToken::new(),
    }
}

on_both! {
    async fn who_follows_is_enrolled_reports_and_confirms(database: Database) {
        let hall = Hall::new(database).await;
        assert_eq!(hall.zalo.render_chat(LAN), "", "nobody is written to who has not written");
        hall.enrols().await;
        hall.zalo.send_photo(LAN, photo(1), "Sạt lở lấp nửa mặt đường ở phường Bình Minh");
        hall.settled().await;
        let summary = hall.last().text;
        assert!(summary.contains("1. ✅ Gửi"), "{summary}");
        let sent = hall.says("Gửi").await;
        assert!(sent.contains("ML-2026-0001"), "{sent}");
        let case = hall.store.show_incident("ML-2026-0001").await.expect("a look").expect("a case");
        assert_eq!(case.photos.len(), 1);
        // The duty group has its card, and the picture was fetched and handed over.
        hall.until("the picture", async |hall| hall.zalo.chat("to5").iter().any(|seen| seen.photo.is_some())).await;
        assert!(hall.zalo.chat("to5")[0].text.contains("ML-2026-0001"), "{}", hall.zalo.render_chat("to5"));

        let notice_id = hall.notice("Họp lúc 8 giờ").await;
        hall.settled().await;
        let notice = hall.last().text;
        assert!(notice.contains("Họp lúc 8 giờ") && notice.contains("1. "), "{notice}");
        let seen = async || {
            let all = hall.store.notice_recipients(notice_id).await.expect("recipients");
            all.iter().filter(|one| one.seen_at.is_some()).count()
        };
        assert_eq!(seen().await, 0);
        hall.zalo.see(LAN);
        hall.settled().await;
        assert_eq!(seen().await, 1);
        hall.says("1").await;
        assert_eq!(hall.database.count("confirmations").await, 1);
        hall.ends_well().await;
    }

    async fn in_an_accounts_own_group_a_bare_number_chooses(database: Database) {
        let hall = Hall::new(database).await;
        hall.enrols().await;
        let duty = ImportRow { role: Some(Role::Duty), chat_id: TUAN.to_owned(), kind: Kind::Person, name: "Tuấn".to_owned(), ..group() };
        hall.store.import(vec![duty], false).await.expect("an import");
        hall.zalo.add_user(TUAN, "Tuấn");
        hall.zalo.add_group("to5", "Trực ban phường", &[TUAN]);
        hall.says("Sạt lở lấp nửa mặt đường ở phường Bình Minh").await;
        hall.says("Gửi").await;
        for said in ["Tối nay ai trực?", "99", "1"] {
            hall.zalo.say_in_group(TUAN, "to5", said);
            hall.settled().await;
        }
        let seen = hall.zalo.chat("to5");
        let talk: Vec<&str> = seen.iter().filter(|seen| seen.by_oa).map(|seen| seen.text.as_str()).collect();
        assert!(talk.iter().any(|said| said.contains("Tuấn nhận xử lý")), "{talk:#?}");
        let case = hall.store.show_incident("ML-2026-0001").await.expect("a look").expect("a case");
        assert_eq!(case.state.code(), "taken", "{talk:#?}");
        // What its platform does not tell is not taken for a name.
        assert_eq!(hall.database.count("chats WHERE title = 'Trực ban phường'").await, 1);
        hall.ends_well().await;
    }

    async fn a_token_that_is_refused_is_renewed_and_nothing_is_lost(database: Database) {
        let hall = Hall::new(database).await;
        hall.enrols().await;
        hall.clock.advance(HOUR);
        let before = hall.zalo.pairs().len();
        hall.zalo.revoke_access();
        hall.notice("Họp lúc 9 giờ").await;
        hall.until("the notice", async |hall| hall.heard("Họp lúc 9 giờ") == 1).await;
        assert_eq!(hall.zalo.pairs().len(), before + 1, "renewed once");
        assert!(hall.alarms().await.is_empty(), "nobody has to do anything");
        // Long before it runs out there is another: nothing is refused.
        let refused = hall.zalo.attempts().len();
        hall.clock.advance(HOUR * 20);
        hall.until("a token ahead of time", async |hall| hall.zalo.pairs().len() == before + 2).await;
        hall.says("/trogiup").await;
        let later = &hall.zalo.attempts()[refused..];
        assert!(later.iter().all(|call| call.outcome == sandbox::ZaloOaOutcome::Ok), "{later:#?}");
        hall.ends_well().await;
    }

    async fn an_answer_that_is_lost_is_for_a_person_to_put_right(database: Database) {
        let hall = Hall::new(database).await;
        hall.enrols().await;
        hall.zalo.faults().add(Rule::new(Fault::ResetAfter).method("access_token").times(1));
        hall.clock.advance(HOUR * 20);
        hall.until("an alarm", async |hall| hall.alarms().await == [AlarmKind::NoToken]).await;
        // While the old access token is good, the work goes on.
        assert!(hall.says("/trogiup").await.contains("/"));
        let asked = |hall: &Hall| hall.zalo.attempts().iter().filter(|call| call.method == "access_token").count();
        let before = asked(&hall);
        hall.pass(HOUR).await;
        hall.pass(HOUR).await;
        assert_eq!(asked(&hall), before, "what is spent is not tried again");
        let (_, refresh) = hall.zalo.authorise();
        let entered = SecretString::from(refresh);
        hall.store.enter_refresh_token(ChannelKind::ZaloOa, entered).await.expect("entered");
        hall.until("a token", async |hall| hall.has_token().await).await;
        assert!(hall.alarms().await.is_empty());
        hall.ends_well().await;
    }

    async fn what_is_not_signed_changes_nothing(database: Database) {
        let hall = Hall::new(database).await;
        let before = hall.database.count("inbox").await;
        let client = loa::http::http_client().expect("a client");
        let body = r#"{"event_name":"user_send_text","sender":{"id":"9"},"message":{"msg_id":"1","text":"a"}}"#;
        for signature in ["", "mac=", "mac=00", &format!("mac={}", "ab".repeat(32))] {
            let request = client.post(&hall.url).header("X-ZEvent-Signature", signature).body(body);
            assert_eq!(request.send().await.expect("an answer").status(), 404, "{signature}");
        }
        assert_eq!(hall.database.count("inbox").await, before);
        hall.zalo.say(LAN, "xin chào");
        hall.settled().await;
        assert!(hall.database.count("inbox").await > before);
        hall.ends_well().await;
    }

    async fn it_is_known_who_can_be_written_to(database: Database) {
        let hall = Hall::new(database).await;
        hall.enrols().await;
        let id = hall.notice("Việc đầu").await;
        hall.until("the notice", async |hall| hall.heard("Việc đầu") == 1).await;
        let reach = async || hall.windows(id).await;
        assert_eq!(reach().await, Windows { free: 1, paid: 0, not_at_all: 0 });
        for number in 0..8 {
            hall.notice(&format!("Việc {number}")).await;
            hall.until("the notice", async |hall| hall.heard(&format!("Việc {number}")) == 1).await;
        }
        hall.settled().await;
        assert_eq!(reach().await, Windows { free: 0, paid: 1, not_at_all: 0 });
        assert!(hall.zalo.accepted().iter().any(|message| message.paid));
        hall.says("Chào").await;
        assert_eq!(reach().await.free, 1);
        hall.clock.advance(HOUR * 49);
        assert_eq!(reach().await.paid, 1);
        hall.clock.advance(HOUR * 24 * 6);
        assert_eq!(reach().await.not_at_all, 1);
    }
}

impl Drop for Hall {
    fn drop(&mut self) {
        if let Some(running) = self.running.take() {
            running.abandon();
        }
    }
}
