//! A small organisation, brought in by a list, whose people have pressed Start.

use std::collections::BTreeMap;
use std::io::Cursor;
use std::ops::{Deref, DerefMut};
use std::time::Duration;

use loa::conversation::{Rules, step};
use loa::domain::import::{ImportRow, Kind};
use loa::domain::{ChannelKind, Role, Timestamp};
use loa::store::people::{NewInvite, PersonLine};
use secrecy::ExposeSecret;

use crate::engines::Database;
use crate::world::{World, rules};

pub const PROVINCE: &str = "Tỉnh Mường Lam";
pub const WARD: &str = "Tỉnh Mường Lam / Phường Bình Minh";
pub const COMMUNE: &str = "Tỉnh Mường Lam / Xã Nậm Pung";

/// Administrator of the province.
pub const DUNG: i64 = 1;
/// Head of the province's board.
pub const VAN: i64 = 2;
pub const EDITOR: i64 = 3;
pub const APPROVER: i64 = 4;
/// Duty officers of the province.
pub const TUAN: i64 = 5;
pub const MAI: i64 = 6;
/// Head and staff of the ward.
pub const BINH: i64 = 7;
pub const NGA: i64 = 8;
/// Head and staff of the commune.
pub const HAI: i64 = 9;
pub const PAO: i64 = 10;
/// Reporters: of the ward, and of the commune.
pub const LAN: i64 = 11;
pub const SINH: i64 = 12;
/// On the platform, and on no list.
pub const HOA: i64 = 21;
pub const THAO: i64 = 22;

pub const DUTY: i64 = -100;
pub const WARD_GROUP: i64 = -200;
pub const COMMUNE_GROUP: i64 = -300;

const PEOPLE: [(i64, &str, Role, &str); 12] = [
    (DUNG, "Anh Dũng", Role::Admin, PROVINCE),
    (VAN, "Chị Vân", Role::Head, PROVINCE),
    (EDITOR, "Chị Hạnh", Role::Editor, PROVINCE),
    (APPROVER, "Anh Quang", Role::Approver, PROVINCE),
    (TUAN, "Anh Tuấn", Role::Duty, PROVINCE),
    (MAI, "Chị Mai", Role::Duty, PROVINCE),
    (BINH, "Anh Bình", Role::Head, WARD),
    (NGA, "Chị Nga", Role::Staff, WARD),
    (HAI, "Anh Hải", Role::Head, COMMUNE),
    (PAO, "Anh Pao", Role::Staff, COMMUNE),
    (LAN, "Chị Lan", Role::Reporter, WARD),
    (SINH, "Anh Sinh", Role::Reporter, COMMUNE),
];
/// Number, title, whether it is the duty group, unit, members (the first owns it).
type Group = (i64, &'static str, Option<Role>, &'static str, &'static [i64]);

const GROUPS: [Group; 3] = [
    (DUTY, "Nhóm trực ban tỉnh", Some(Role::Duty), PROVINCE, &[DUNG, VAN, TUAN, MAI, EDITOR]),
    (WARD_GROUP, "Cán bộ phường Bình Minh", None, WARD, &[BINH, NGA, LAN]),
    (COMMUNE_GROUP, "Cán bộ xã Nậm Pung", None, COMMUNE, &[HAI, PAO, SINH]),
];

/// The organisation at five past eight, and what was said in its chats before.
pub struct Town {
    world: World,
    before: BTreeMap<i64, String>,
}

impl Deref for Town {
    type Target = World;

    fn deref(&self) -> &World {
        &self.world
    }
}

impl DerefMut for Town {
    fn deref_mut(&mut self) -> &mut World {
        &mut self.world
    }
}

fn row(unit: &str, name: &str, role: Option<Role>, chat: i64) -> ImportRow {
    ImportRow {
        line: 2,
        unit: unit.parse().expect("a path"),
        name: name.to_owned(),
        role,
        channel: ChannelKind::Telegram,
        chat_id: chat.to_string(),
        kind: if chat < 0 { Kind::Group } else { Kind::Person },
    }
}

impl Town {
    pub async fn new(database: Database) -> Self {
        Self::with(database, step, rules()).await
    }

    /// The same with a conversation and rules of the test's own.
    pub async fn with(database: Database, step: loa::store::turn::Step, rules: Rules) -> Self {
        let world = World::with(database, step, rules).await;
        for (id, name, ..) in PEOPLE {
            world.sandbox.add_user(id, name);
        }
        for (id, name) in [(HOA, "Chị Hoa"), (THAO, "Anh Thảo")] {
            world.sandbox.add_user(id, name);
        }
        let mut list: Vec<ImportRow> =
            PEOPLE.iter().map(|(id, name, role, unit)| row(unit, name, Some(*role), *id)).collect();
        list.extend(GROUPS.iter().map(|(id, title, role, unit, _)| row(unit, title, *role, *id)));
        let report = world.store.import(list, false).await.expect("an import");
        assert!(report.conflicts.is_empty(), "{:?}", report.conflicts);
        for (id, title, _, _, members) in GROUPS {
            world.sandbox.add_group(id, title, members, &members[..1]);
            world.sandbox.add_bot(id, members[0]);
        }
        for (id, ..) in PEOPLE {
            world.sandbox.say(id, id, "/start");
        }
        world.settled().await;
        world.clock.set(Timestamp::vietnam(2026, 11, 23, 8, 5));
        world.settled().await;
        let chats = PEOPLE.iter().map(|(id, ..)| *id).chain(GROUPS.iter().map(|(id, ..)| *id));
        let before = chats.map(|chat| (chat, world.transcript(chat))).collect();
        Self { world, before }
    }

    /// What was said in a chat since the organisation was set up.
    pub fn story(&self, chat: i64) -> String {
        let all = self.transcript(chat);
        let before = self.before.get(&chat).map_or("", String::as_str);
        all.strip_prefix(before)
            .unwrap_or_else(|| panic!("what was said before was changed:\n{all}"))
            .to_owned()
    }

    /// The stories of several chats, one below the other.
    pub fn stories(&self, chats: &[i64]) -> String {
        let names = PEOPLE.iter().map(|(id, name, ..)| (*id, *name));
        let titles: BTreeMap<i64, &str> =
            names.chain(GROUPS.iter().map(|(id, title, ..)| (*id, *title))).collect();
        let mut out = String::new();
        for chat in chats {
            let title = titles.get(chat).copied().unwrap_or("");
            out.push_str(&format!("── {title} ──\n{}\n", self.story(*chat)));
        }
        out
    }

    /// Makes an invite, as the command line does.
    pub async fn invite(&self, unit: &str, role: Role, uses: u32, lasts: Duration) -> String {
        let unit = self.store.find_units(unit).await.expect("units")[0].0;
        let new = NewInvite { unit, role, uses, expires: self.clock.now() + lasts, by: None };
        let (_, token) = self.store.create_invite(new).await.expect("an invite");
        token.expose_secret().to_owned()
    }

    /// A person opens an invite link.
    pub async fn opens(&self, person: i64, token: &str) -> String {
        self.sandbox.open_link(person, token);
        self.settled().await;
        self.last(person).text
    }

    pub async fn person(&self, name: &str) -> Option<PersonLine> {
        let people = self.store.people(None).await.expect("people");
        people.into_iter().find(|person| person.name == name)
    }

    /// A person answers the bot's newest message in a chat.
    pub async fn replies(&self, person: i64, chat: i64, text: &str) -> String {
        let newest = self.sandbox.chat(chat).into_iter().rev().find(|seen| seen.by_bot);
        let newest = newest.expect("a message of the bot's").id;
        self.sandbox.say_reply(person, chat, newest, text);
        self.settled().await;
        self.last(chat).text
    }

    /// A person sends a report in words and says where, if they are asked; gives the code.
    pub async fn reports(&self, person: i64, words: &str) -> String {
        self.says(person, words).await;
        self.presses(person, person, "Gửi").await;
        self.code(person)
    }

    /// The newest case code in a chat.
    pub fn code(&self, chat: i64) -> String {
        let all = self.transcript(chat);
        let at = all.rfind("ML-2026-").unwrap_or_else(|| panic!("no case code in:\n{all}"));
        all[at..at + "ML-2026-0001".len()].to_owned()
    }

    /// The state of a case.
    pub async fn state(&self, code: &str) -> String {
        self.case(code).await.state.code().to_owned()
    }

    pub async fn case(&self, code: &str) -> loa::store::incident::Shown {
        self.store.show_incident(code).await.expect("a look").unwrap_or_else(|| panic!("no case {code}"))
    }

    pub async fn cases(&self) -> usize {
        self.store.list_incidents(false, None).await.expect("a list").len()
    }

    /// The card of a case in a chat: the newest message that begins with its code and has buttons.
    pub fn card(&self, chat: i64, code: &str) -> loa::sandbox::Seen {
        let all = self.sandbox.chat(chat);
        let card =
            all.into_iter().rev().find(|seen| seen.by_bot && seen.text.starts_with(&format!("{code} · ")));
        card.unwrap_or_else(|| panic!("no card of {code} in:\n{}", self.transcript(chat)))
    }

    /// How often these words stand in what was said in a chat since the organisation was set up.
    pub fn times(&self, chat: i64, words: &str) -> usize {
        self.story(chat).matches(words).count()
    }

    /// How many messages with these words the bot sent to a chat.
    pub fn sent(&self, chat: i64, words: &str) -> usize {
        self.sandbox.chat(chat).iter().filter(|seen| seen.by_bot && seen.text.contains(words)).count()
    }

    /// Whether anything in a chat says this.
    pub fn heard(&self, chat: i64, words: &str) -> bool {
        self.sandbox.chat(chat).iter().any(|seen| seen.text.contains(words))
    }

    /// Moves the clock to a moment of November 2026.
    pub async fn until(&self, day: u32, hour: u32, minute: u32) {
        let then = Timestamp::vietnam(2026, 11, day, hour, minute);
        assert!(then > self.clock.now());
        self.clock.set(then);
        self.settled().await;
    }

    /// What every scene ends with: nothing refused, nothing set aside.
    pub async fn ends_well(&self) {
        self.assert_clean();
        let aside = self.store.updates_set_aside().await.expect("a list");
        assert!(aside.is_empty(), "{aside:?}");
    }
}

/// A picture as a telephone makes it, with the place where it was taken written inside.
pub fn photo(shade: u8) -> Vec<u8> {
    let mut bytes = Cursor::new(Vec::new());
    // Of many colours, so that it is no smaller than a photo is.
    let byte = |number: u32| number.to_le_bytes()[0];
    let picture = image::RgbImage::from_fn(320, 240, |x, y| {
        image::Rgb([byte((x * 7) ^ (y * 13)), byte(x * 31 + y), shade])
    });
    picture.write_to(&mut bytes, image::ImageFormat::Jpeg).expect("a picture");
    let plain = bytes.into_inner();
    let exif = b"Exif\0\0II*\0\x08\0\0\0\0\0GPS 22.6657,106.2577";
    let mut with = plain[..2].to_vec();
    with.extend([0xFF, 0xE1]);
    with.extend(u16::try_from(exif.len() + 2).expect("short").to_be_bytes());
    with.extend(exif);
    with.extend(&plain[2..]);
    with
}
