//! The stage: the practice platform, the app on it, and the hands of the people.

use std::collections::{BTreeMap, HashMap, HashSet};
use std::net::{Ipv4Addr, SocketAddr};
use std::sync::Arc;
use std::time::Duration;

use anyhow::{Context, anyhow, bail};
use tempfile::TempDir;
use tokio_util::sync::CancellationToken;

use crate::app::run::Running;
use crate::channel::telegram::Telegram;
use crate::clock::Clock;
use crate::conversation::{Rules, step};
use crate::domain::Timestamp;
use crate::domain::import::{self, ImportRow, Kind};
use crate::http::http_client;
use crate::jobs::pacing::Limits;
use crate::jobs::{Engine, Signals};
use crate::random::Random;
use crate::sandbox::{self, Options, Sandbox, Seen};
use crate::store::Store;
use crate::store::idle::Idle;

use super::show::Show;

/// Who there is at the beginning.
const PEOPLE: &str = include_str!("../../../config/demo/people.csv");
/// So long the app may take to come to rest; it takes milliseconds.
const REST_WITHIN: Duration = Duration::from_secs(30);
/// Messages that wait for their turn in a chat come within this; what comes later is a timer's.
const SOON: Duration = Duration::from_secs(3);
/// The same words in so many chats are shown once, with the number of the others.
const BROADCAST: usize = 4;
/// After so many looks without a call to the platform the clock is moved on by as much.
const HELD: usize = 1;
const NUDGE: Duration = Duration::from_millis(250);
/// Words of more lines than this are shown in full once only.
const REPEATED: usize = 4;

/// The whole app, and who plays with it.
pub struct Stage {
    pub sandbox: Sandbox,
    pub store: Store,
    pub clock: Clock,
    pub show: Show,
    engine: Engine,
    running: Option<Running>,
    names: BTreeMap<i64, String>,
    /// Who is in which group.
    pub groups: BTreeMap<i64, Vec<i64>>,
    /// What stood in a chat when it was shown last, by chat and message.
    shown: HashMap<(i64, i64), (String, Vec<String>)>,
    /// Long words that were shown in full.
    read: HashSet<String>,
    /// So many of the platform's accepted calls were looked at.
    looked: usize,
    _folder: TempDir,
}

impl Stage {
    /// Puts the platform, the database and the service up; the clock stands at `at`.
    pub async fn new(at: Timestamp, port: u16, show: Show) -> anyhow::Result<Self> {
        let clock = Clock::by_hand(at);
        let reads = clock.clone();
        let mut options = Options::new(Arc::new(move || reads.now().0));
        options.limits = Some(sandbox::Limits::default());
        let sandbox = listen(options, port).await?;
        let folder = tempfile::Builder::new().prefix("loa-demo-").tempdir().context("thư mục tạm")?;
        let url = format!("sqlite://{}", folder.path().join("loa.db").display());
        let store = Store::open(&url, clock.clone(), Random::seeded(7)).await?;
        let engine = engine(&sandbox, &store, &clock)?;
        let running = Some(Running::start(engine.clone()).await);
        Ok(Self {
            sandbox,
            store,
            clock,
            show,
            engine,
            running,
            names: BTreeMap::new(),
            groups: BTreeMap::new(),
            shown: HashMap::new(),
            read: HashSet::new(),
            looked: 0,
            _folder: folder,
        })
    }

    /// Ends the service politely, then the platform.
    pub async fn stop(&mut self) {
        if let Some(running) = self.running.take() {
            running.stop().await;
        }
        self.sandbox.shutdown().await;
    }

    /// Brings the organisation in: into the database as `loa import` does, and onto the platform.
    pub async fn populate(&mut self) -> anyhow::Result<crate::store::people::ImportReport> {
        let rows = import::parse(PEOPLE).map_err(|faults| anyhow!("config/demo/people.csv: {faults:?}"))?;
        let report = self.store.import(rows.clone(), false).await?;
        for row in rows.iter().filter(|row| row.kind == Kind::Person) {
            let id = row.chat_id.parse().context("mã trò chuyện")?;
            self.arrives(id, &row.name);
        }
        for row in rows.iter().filter(|row| row.kind == Kind::Group) {
            let group: i64 = row.chat_id.parse().context("mã trò chuyện")?;
            let members = members(&rows, row);
            let owner = *members.first().with_context(|| format!("nhóm {} không có ai", row.name))?;
            self.sandbox.add_group(group, &row.name, &members, &[owner]);
            self.names.insert(group, row.name.clone());
            self.sandbox.add_bot(group, owner);
            self.groups.insert(group, members);
        }
        self.settle().await?;
        Ok(report)
    }

    /// A person installs the platform's app.
    pub fn arrives(&mut self, id: i64, name: &str) {
        self.sandbox.add_user(id, name);
        self.names.insert(id, name.to_owned());
    }

    /// What a chat or person is called.
    pub fn name(&self, id: i64) -> String {
        self.names.get(&id).cloned().unwrap_or_else(|| id.to_string())
    }

    fn place(&self, person: i64, chat: i64) -> String {
        if person == chat { String::new() } else { self.name(chat) }
    }

    /// Begins a scene at a time.
    pub async fn scene(&mut self, at: Timestamp, title: &str) -> anyhow::Result<()> {
        self.until(at).await?;
        self.show.heading(self.clock.now(), title);
        Ok(())
    }

    /// Moves the clock on to a time; what becomes due on the way comes about when it is due, and is shown.
    pub async fn until(&mut self, at: Timestamp) -> anyhow::Result<()> {
        while self.clock.now() < at {
            let now = self.clock.now();
            let next = self.next_due().await?.filter(|due| *due > now);
            self.clock.set(next.map_or(at, |due| due.min(at)));
            self.news().await?;
        }
        Ok(())
    }

    /// When the calendar asks for something next, or a message is tried again. The app is at rest: nothing is
    /// due now.
    async fn next_due(&self) -> anyhow::Result<Option<Timestamp>> {
        let cases = self.store.see_to_deadlines().await?;
        let notices = self.store.notices_tick().await?;
        let queues = match self.store.idle().await? {
            Idle::Until(due) => due,
            Idle::Busy => None,
        };
        Ok([cases, notices, queues].into_iter().flatten().min())
    }

    /// Lets some minutes pass, to a full one: how many seconds an act took is nobody's business.
    pub async fn minutes(&mut self, minutes: u64) -> anyhow::Result<()> {
        let minute = 60 * 1_000_000;
        let begun = Timestamp(self.clock.now().0 / minute * minute);
        self.until(begun + Duration::from_secs(60 * minutes)).await
    }

    /// Somebody writes to the bot in private.
    pub async fn says(&mut self, person: i64, text: &str) -> anyhow::Result<Seen> {
        self.says_in(person, person, text).await
    }

    /// Somebody writes in a chat.
    pub async fn says_in(&mut self, person: i64, chat: i64, text: &str) -> anyhow::Result<Seen> {
        self.tell(person, chat, text);
        self.sandbox.say(person, chat, text);
        self.after(chat).await
    }

    /// Somebody answers the bot's newest message in a group.
    pub async fn replies(&mut self, person: i64, chat: i64, text: &str) -> anyhow::Result<Seen> {
        let all = self.sandbox.chat(chat);
        let asked = all.iter().rev().find(|seen| seen.by_bot).context("không có tin để trả lời")?;
        self.tell(person, chat, &format!("↩ {text}"));
        self.sandbox.say_reply(person, chat, asked.id, text);
        self.after(chat).await
    }

    /// Everybody who is there.
    pub fn people(&self) -> Vec<i64> {
        self.names.keys().copied().filter(|id| *id > 0).collect()
    }

    /// Somebody opens the bot for the first time.
    pub async fn opens_bot(&mut self, person: i64) -> anyhow::Result<Seen> {
        self.tell(person, person, "/start");
        self.sandbox.open_link(person, "");
        self.after(person).await
    }

    /// Many open the bot for the first time. It is not shown.
    pub async fn all_open_bot(&mut self, people: &[i64]) -> anyhow::Result<()> {
        for person in people {
            self.sandbox.open_link(*person, "");
        }
        self.settle().await?;
        self.take_news();
        Ok(())
    }

    /// Somebody opens an invite link.
    pub async fn opens_link(&mut self, person: i64, token: &str) -> anyhow::Result<Seen> {
        self.tell(person, person, "🔗 mở liên kết mời");
        self.sandbox.open_link(person, token);
        self.after(person).await
    }

    /// Somebody sends pictures, as one album where there are several.
    pub async fn sends_photos(
        &mut self,
        person: i64,
        pictures: &[&'static [u8]],
        caption: &str,
    ) -> anyhow::Result<Seen> {
        let count = pictures.len();
        let what = if caption.is_empty() {
            format!("🖼  {count} ảnh")
        } else {
            format!("🖼  {count} ảnh\n{caption}")
        };
        self.tell(person, person, &what);
        match pictures {
            [one] => drop(self.sandbox.send_photo(person, person, *one, caption)),
            many => drop(self.sandbox.send_album(person, person, many.to_vec(), caption)),
        }
        self.after(person).await
    }

    /// Somebody sends a file.
    pub async fn sends_file(
        &mut self,
        person: i64,
        (name, mime, bytes): (&str, &str, &'static [u8]),
    ) -> anyhow::Result<Seen> {
        self.tell(person, person, &format!("📎 {name}"));
        self.sandbox.send_document(person, person, name, mime, bytes, "");
        self.after(person).await
    }

    /// Somebody shares where they are.
    pub async fn shares_place(&mut self, person: i64, latitude: f64, longitude: f64) -> anyhow::Result<Seen> {
        self.tell(person, person, &format!("📍 {latitude:.5}, {longitude:.5}"));
        self.sandbox.send_location(person, person, latitude, longitude);
        self.after(person).await
    }

    /// Somebody presses the newest button in their chat, or a group, whose label holds `label`. Gives the
    /// note that answered.
    pub async fn presses(&mut self, person: i64, chat: i64, label: &str) -> anyhow::Result<String> {
        let (at, place) = (self.clock.now(), self.place(person, chat));
        let (message, button) = self.button(chat, label)?;
        let query = self.sandbox.press(person, chat, message, &button);
        self.settle().await?;
        let note = self.sandbox.answer_to(&query).map(|answer| answer.text).unwrap_or_default();
        let name = self.name(person);
        self.show.press(at, &name, &place, &button, &note);
        self.show_news();
        Ok(note)
    }

    /// Several people press the button with this label, each in a chat, without waiting for one another.
    /// It is not shown.
    pub async fn all_press(&mut self, presses: &[(i64, i64)], label: &str) -> anyhow::Result<()> {
        for (person, chat) in presses {
            let (message, button) = self.button(*chat, label)?;
            self.sandbox.press(*person, *chat, message, &button);
        }
        self.show.mute(true);
        // Counts of a notice are shown anew once a minute.
        let counted = self.until(self.clock.now() + Duration::from_secs(61)).await;
        self.show.mute(false);
        counted
    }

    /// Somebody presses several buttons of their own chat in one go.
    pub async fn press_all_at_once(&mut self, person: i64, buttons: &[(i64, String)]) -> anyhow::Result<()> {
        let (at, name) = (self.clock.now(), self.name(person));
        for (message, button) in buttons {
            self.sandbox.press(person, person, *message, button);
            self.show.press(at, &name, "", button, "");
        }
        self.news().await
    }

    /// The newest button with this label in a chat, with its message.
    ///
    /// # Errors
    /// Where there is none, with what stands in the chat.
    pub fn button(&self, chat: i64, label: &str) -> anyhow::Result<(i64, String)> {
        let all = self.sandbox.chat(chat);
        let found = all.iter().rev().find_map(|seen| {
            let labels = seen.labels();
            let same = labels.iter().find(|exact| **exact == label);
            let exact = same.or_else(|| labels.iter().find(|exact| exact.contains(label)))?;
            Some((seen.id, (*exact).to_owned()))
        });
        found.with_context(|| format!("không có nút “{label}” trong:\n{}", self.sandbox.render_chat(chat)))
    }

    fn tell(&mut self, person: i64, chat: i64, what: &str) {
        let (at, name, place) = (self.clock.now(), self.name(person), self.place(person, chat));
        self.show.person(at, &name, &place, what);
    }

    async fn after(&mut self, chat: i64) -> anyhow::Result<Seen> {
        self.news().await?;
        self.sandbox.last(chat).context("cuộc trò chuyện trống")
    }

    /// Waits for the app and shows what came of it.
    pub async fn news(&mut self) -> anyhow::Result<()> {
        self.settle().await?;
        self.show_news();
        Ok(())
    }

    /// Waits until everything that was said is handled, and everything that follows is sent. Where a message
    /// waits for its turn (a second in a chat), the clock is moved on to it.
    async fn settle(&self) -> anyhow::Result<()> {
        let rest = async {
            let mut quiet = 0;
            let (mut held, mut attempts) = (0, 0);
            while quiet < 2 {
                let round = self.engine.signals.round_done();
                self.engine.signals.wake_all();
                round.await;
                let soon = self.clock.now() + SOON;
                quiet = match self.store.idle().await? {
                    _ if self.sandbox.pending_updates() > 0 => 0,
                    Idle::Busy => {
                        // Where nothing moves, the limit over all chats holds messages back: time has to pass.
                        let now = self.sandbox.attempt_count();
                        let still = now == attempts && self.store.under_way().await? == 0;
                        held = if still { held + 1 } else { 0 };
                        attempts = now;
                        if held > HELD {
                            self.clock.advance(NUDGE);
                            held = 0;
                        }
                        0
                    }
                    Idle::Until(Some(due)) if due <= soon => {
                        self.clock.set(due);
                        0
                    }
                    Idle::Until(_) => quiet + 1,
                };
            }
            anyhow::Ok(())
        };
        match tokio::time::timeout(REST_WITHIN, rest).await {
            Ok(result) => result,
            Err(_) => bail!("ứng dụng không dừng lại được sau {} giây", REST_WITHIN.as_secs()),
        }
    }

    fn show_news(&mut self) {
        let news = self.take_news();
        for (number, piece) in news.iter().enumerate() {
            let alike = || news.iter().filter(|other| other.is_like(piece));
            let same_kind = alike().filter(|other| (other.chat < 0) == (piece.chat < 0)).count();
            let many = alike().count() >= BROADCAST;
            let said = news[..number].iter().any(|b| b.is_like(piece) && (b.chat < 0) == (piece.chat < 0));
            // Of what goes to many: one person and one group.
            if many && said {
                continue;
            }
            let also = if many { also(piece.chat < 0, same_kind - 1) } else { String::new() };
            let (at, to) = (piece.at, self.name(piece.chat));
            let known = piece.body.lines().count() > REPEATED && !self.read.insert(piece.body.clone());
            let beginning = || piece.body.lines().take(REPEATED - 1).collect::<Vec<_>>().join("\n") + " …";
            let body = if known { beginning() } else { piece.body.clone() };
            self.show.bot(at, &to, &piece.seen, &body, &also);
        }
    }

    /// What is new in the chats since the last look, in the order of the chats: people, then groups.
    fn take_news(&mut self) -> Vec<Piece> {
        let looked = self.looked;
        let (now, touched) = self.sandbox.with_accepted(|all| {
            let new = all.get(looked..).unwrap_or_default();
            let chats = new.iter().filter_map(|call| Some((call.chat_id?, call.at)));
            (all.len(), chats.collect::<BTreeMap<i64, i64>>())
        });
        self.looked = now;
        let mut news = Vec::new();
        let mut touched: Vec<(i64, i64)> = touched.into_iter().collect();
        touched.sort_by_key(|(chat, _)| (*chat < 0, chat.abs()));
        for (chat, at) in touched {
            for mut seen in albums(self.sandbox.chat(chat)) {
                let buttons: Vec<String> = seen.labels().into_iter().map(str::to_owned).collect();
                let state = (seen.text.clone(), buttons);
                let before = self.shown.insert((chat, seen.id), state.clone());
                if !seen.by_bot || before.as_ref() == Some(&state) {
                    continue;
                }
                let body = body(&seen, before.as_ref());
                if before.as_ref().is_some_and(|(_, buttons)| *buttons == state.1) {
                    seen.buttons.clear();
                }
                let edited = before.is_some();
                seen.edited = edited;
                if edited && body.is_empty() && seen.buttons.is_empty() {
                    continue;
                }
                let at = if edited { Timestamp(at) } else { Timestamp(seen.date * 1_000_000) };
                news.push(Piece { chat, at, seen, body });
            }
        }
        news
    }

    /// Fails where the story did not go as it should.
    pub fn expect(&self, holds: bool, what: &str) -> anyhow::Result<()> {
        if holds {
            return Ok(());
        }
        bail!("câu chuyện không diễn ra như mong đợi: {what}")
    }

    /// Fails where the bot did what a platform must refuse.
    pub fn expect_clean(&self) -> anyhow::Result<()> {
        let (wrong, fast) = (self.sandbox.violations(), self.sandbox.rate_violations());
        self.expect(wrong.is_empty(), &format!("nền tảng phải từ chối: {wrong:?}"))?;
        self.expect(fast.is_empty(), &format!("gửi quá nhanh: {fast:?}"))
    }
}

/// Something new in a chat.
struct Piece {
    chat: i64,
    /// When it was sent, or changed.
    at: Timestamp,
    seen: Seen,
    body: String,
}

impl Piece {
    /// The same words and files, to somebody else.
    fn is_like(&self, other: &Self) -> bool {
        let what = |piece: &Self| (piece.seen.photos, piece.seen.edited);
        self.body == other.body && what(self) == what(other) && self.seen.files == other.seen.files
    }
}

/// ` · và 13 nhóm khác`
fn also(group: bool, others: usize) -> String {
    match (group, others) {
        (_, 0) => String::new(),
        (true, others) => format!(" · và {others} nhóm khác"),
        (false, others) => format!(" · và {others} người khác"),
    }
}

/// The words of a message; of one that was changed, the lines that were not there before.
fn body(seen: &Seen, before: Option<&(String, Vec<String>)>) -> String {
    let place = seen.place.as_ref().map(|place| format!("📍 {:.5}, {:.5}", place.latitude, place.longitude));
    let text = [place.unwrap_or_default(), seen.text.clone()].join("\n").trim().to_owned();
    let Some((old, _)) = before else { return text };
    let old: Vec<&str> = old.lines().collect();
    let first = text.lines().next().unwrap_or_default().to_owned();
    let new: Vec<&str> = text.lines().filter(|line| !line.is_empty() && !old.contains(line)).collect();
    match new.first() {
        None => String::new(),
        Some(line) if *line == first => new.join("\n"),
        Some(_) => format!("{first}\n{}", new.join("\n")),
    }
}

/// Messages with those of one album put together.
fn albums(all: Vec<Seen>) -> Vec<Seen> {
    let mut out: Vec<Seen> = Vec::new();
    for seen in all {
        match out.last_mut() {
            Some(last) if seen.media_group_id.is_some() && last.media_group_id == seen.media_group_id => {
                last.photos += seen.photos;
                last.files.extend(seen.files);
                if last.text.is_empty() {
                    last.text = seen.text;
                }
            }
            _ => out.push(seen),
        }
    }
    out
}

/// Who is in a group: the people of its unit and below; of the duty group those of the unit itself.
fn members(rows: &[ImportRow], group: &ImportRow) -> Vec<i64> {
    let (own, below) = (group.unit.to_string(), format!("{} /", group.unit));
    let people = rows.iter().filter(|row| row.kind == Kind::Person);
    let inside = people.filter(|row| {
        let unit = row.unit.to_string();
        unit == own || (group.role.is_none() && unit.starts_with(&below))
    });
    let mut members: Vec<i64> = inside.filter_map(|row| row.chat_id.parse().ok()).collect();
    members.dedup();
    members
}

/// Listens on the port, or on any that is free.
async fn listen(mut options: Options, port: u16) -> anyhow::Result<Sandbox> {
    options.bind = SocketAddr::from((Ipv4Addr::LOCALHOST, port));
    match Sandbox::start(options.clone()).await {
        Ok(sandbox) => Ok(sandbox),
        Err(error) if error.kind() == std::io::ErrorKind::AddrInUse => {
            options.bind.set_port(0);
            Ok(Sandbox::start(options).await?)
        }
        Err(error) => Err(error.into()),
    }
}

/// The service of `loa run`; only the address, the clock and the data are the practice platform's.
fn engine(sandbox: &Sandbox, store: &Store, clock: &Clock) -> anyhow::Result<Engine> {
    let token = sandbox.token().to_owned().into();
    let telegram = Telegram::new(http_client()?, sandbox.url(), token, Duration::from_secs(5))?;
    let rules =
        Rules { bot_username: "loa_bot".to_owned(), case_prefix: "ML".to_owned(), ..Rules::default() };
    let limits = Limits { per_second: 30, per_chat_per_second: 1, per_group_per_minute: 20 };
    Ok(Engine {
        store: store.clone(),
        clock: clock.clone(),
        random: Random::seeded(8),
        rules: Arc::new(rules),
        channel: Arc::new(telegram),
        limits,
        concurrency: 16,
        step,
        holder: "demo".to_owned(),
        signals: Signals::default(),
        stop: CancellationToken::new(),
    })
}
