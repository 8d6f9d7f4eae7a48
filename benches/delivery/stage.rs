//! The bot of this process and its people, and what processes take of the machine.

use std::sync::Arc;
use std::time::Duration;

use loa::app::run::Running;
use loa::channel::telegram::Telegram;
use loa::clock::Clock;
use loa::conversation::notice::NewNotice;
use loa::conversation::{Rules, step};
use loa::domain::ids::NoticeId;
use loa::domain::import::{ImportRow, Kind};
use loa::domain::{ChannelKind, Role};
use loa::jobs::pacing::Limits;
use loa::jobs::{Engine, Signals};
use loa::random::Random;
use loa::store::Store;
use loa::store::notice::Counts;
use tokio_util::sync::CancellationToken;

/// Calls that are under way at once, of whatever is measured.
pub const CONCURRENCY: usize = 32;
pub const TITLE: &str = "Định hướng tuyên truyền tháng 12";
pub const BODY: &str = "Các đơn vị tập trung tuyên truyền phòng chống rét cho người và gia súc.";

/// The bot, running.
pub struct App {
    pub store: Store,
    pub running: Running,
    signals: Signals,
    _dir: tempfile::TempDir,
}

/// A store on disk, in a directory that goes away with what is given.
pub async fn store() -> (Store, tempfile::TempDir) {
    let dir = tempfile::tempdir().expect("a directory");
    let url = format!("sqlite:{}", dir.path().join("loa.db").display());
    (Store::open(&url, Clock::System, Random::system()).await.expect("a store"), dir)
}

/// The bot with these people enrolled.
pub async fn app(url: &str, token: &str, people: i64, limits: Limits) -> App {
    let (store, dir) = store().await;
    enrol(&store, people).await;
    let engine = engine(&store, url, token, limits);
    let signals = engine.signals.clone();
    App { store, running: Running::start(engine).await, signals, _dir: dir }
}

impl App {
    /// Writes a notice to everybody and sends it, as if an approver had pressed the button.
    pub async fn send(&self) -> NoticeId {
        let notice = send(&self.store).await;
        self.signals.wake_all();
        notice
    }
}

pub fn engine(store: &Store, url: &str, token: &str, limits: Limits) -> Engine {
    let client = loa::http::http_client().expect("a client");
    let token = token.to_owned().into();
    let telegram = Telegram::new(client, url, token, Duration::from_secs(20)).expect("a bot");
    Engine {
        store: store.clone(),
        clock: Clock::System,
        random: Random::system(),
        rules: Arc::new(Rules { bot_username: "loa_bot".to_owned(), ..Rules::default() }),
        channel: Arc::new(telegram),
        links: None,
        limits,
        concurrency: CONCURRENCY,
        step,
        holder: "bench".to_owned(),
        signals: Signals::default(),
        stop: CancellationToken::new(),
    }
}

/// Brings people in, a list of 50,000 at a time.
pub async fn enrol(store: &Store, people: i64) {
    enrol_on(store, ChannelKind::Telegram, people).await;
}

/// The same on any channel.
pub async fn enrol_on(store: &Store, channel: ChannelKind, people: i64) {
    let all: Vec<i64> = (1..=people).collect();
    for some in all.chunks(50_000) {
        let list = some.iter().map(|person| ImportRow {
            line: 2,
            unit: format!("Tỉnh Mường Lam / Phường {}", person % 100).parse().expect("a path"),
            name: format!("Cán bộ {person}"),
            role: Some(Role::Staff),
            channel,
            chat_id: person.to_string(),
            kind: Kind::Person,
        });
        let report = store.import(list.collect(), false).await.expect("an import");
        assert!(report.conflicts.is_empty(), "{:?}", report.conflicts);
    }
}

/// Writes a notice to everybody and sends it.
pub async fn send(store: &Store) -> NoticeId {
    let notice = NewNotice {
        title: TITLE.to_owned(),
        body: BODY.into(),
        audience: "all".to_owned(),
        confirm: true,
        ..NewNotice::default()
    };
    let id = store.notice_new(notice).await.expect("the store").expect("a notice");
    store.notice_send(id).await.expect("the store").expect("sent");
    id
}

/// How far a notice has come, as the store knows.
pub async fn counts(store: &Store, notice: NoticeId) -> Counts {
    let detail = store.notice_show(notice).await.expect("the store").expect("a notice");
    detail.edition.map_or_else(Counts::default, |edition| edition.counts)
}

/// Processor time of a process so far, in seconds (Linux counts it in hundredths).
pub fn cpu_seconds(process: u32) -> f64 {
    let stat = std::fs::read_to_string(format!("/proc/{process}/stat")).unwrap_or_default();
    let fields: Vec<&str> = stat.rsplit(')').next().unwrap_or_default().split_whitespace().collect();
    let ticks = |place: usize| fields.get(place).and_then(|field| field.parse::<f64>().ok()).unwrap_or(0.0);
    (ticks(11) + ticks(12)) / 100.0
}

/// What `/proc/…/status` says in kilobytes, in megabytes: `VmRSS` is what is resident now, `VmHWM` the most.
pub fn megabytes(process: u32, what: &str) -> f64 {
    let status = std::fs::read_to_string(format!("/proc/{process}/status")).unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix(what)?.strip_prefix(':'));
    let kilobytes = line.and_then(|rest| rest.trim().trim_end_matches(" kB").parse::<f64>().ok());
    kilobytes.unwrap_or(f64::NAN) / 1024.0
}

/// A number from the environment.
pub fn number(name: &str, otherwise: i64) -> i64 {
    std::env::var(name).ok().and_then(|text| text.parse().ok()).unwrap_or(otherwise)
}

/// The middle one of several.
pub fn median(mut all: Vec<f64>) -> f64 {
    all.sort_by(f64::total_cmp);
    all[all.len() / 2]
}

/// So much of all is not larger than what is given.
pub fn percentile(all: &[f64], share: f64) -> f64 {
    let mut all = all.to_vec();
    all.sort_by(f64::total_cmp);
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a place in a list")]
    let place = (all.len() as f64 * share).ceil() as usize;
    all[place.clamp(1, all.len()) - 1]
}
