//! The hands of the people: what they write, send and choose, shown as they do it.

use anyhow::{Context, bail};

use super::choice::Choice;
use super::seen::Seen;
use super::stage::Stage;

impl Stage {
    /// Somebody writes to the bot in private.
    pub async fn says(&mut self, person: i64, text: &str) -> anyhow::Result<Seen> {
        self.tell(person, person, text);
        self.write(person, text);
        self.after(person).await
    }

    fn write(&self, person: i64, text: &str) {
        if self.platforms.on_zalo(person) {
            self.platforms.zalo.say(&person.to_string(), text);
        } else {
            self.platforms.telegram.say(person, person, text);
        }
    }

    /// Somebody writes in a group on Zalo, where the bot hears what mentions it.
    pub async fn mentions_bot(&mut self, person: i64, group: i64, text: &str) -> anyhow::Result<Seen> {
        let words = format!("@loa {text}");
        self.tell(person, group, &words);
        self.platforms.zalo.say_in_group(&person.to_string(), &group.to_string(), &words);
        self.after(group).await
    }

    /// Somebody answers the bot's newest message in a group.
    pub async fn replies(&mut self, person: i64, chat: i64, text: &str) -> anyhow::Result<Seen> {
        let all = self.platforms.chat(chat);
        let asked = all.iter().rev().find(|seen| seen.by_bot).context("không có tin để trả lời")?;
        self.tell(person, chat, &format!("↩ {text}"));
        if self.platforms.on_zalo(chat) {
            let zalo = &self.platforms.zalo;
            zalo.reply_in_group(&person.to_string(), &chat.to_string(), &asked.id, text);
        } else {
            let asked = asked.id.parse().context("số của tin nhắn")?;
            self.platforms.telegram.say_reply(person, chat, asked, text);
        }
        self.after(chat).await
    }

    /// Somebody opens the bot for the first time: presses Start, or on Zalo, which has no such button, writes it.
    pub async fn opens_bot(&mut self, person: i64) -> anyhow::Result<Seen> {
        self.tell(person, person, START);
        self.open_bot(person);
        self.after(person).await
    }

    fn open_bot(&self, person: i64) {
        if self.platforms.on_zalo(person) {
            self.write(person, START);
        } else {
            self.platforms.telegram.open_link(person, "");
        }
    }

    /// Many open the bot for the first time. It is not shown.
    pub async fn all_open_bot(&mut self, people: &[i64]) -> anyhow::Result<()> {
        for person in people {
            self.open_bot(*person);
        }
        self.settle().await?;
        self.take_news();
        Ok(())
    }

    /// Somebody opens an invite link. It would open Telegram: on Zalo it is sent to the bot as it is.
    pub async fn opens_link(&mut self, person: i64, token: &str) -> anyhow::Result<Seen> {
        if self.platforms.on_zalo(person) {
            return self.says(person, &format!("https://t.me/loa_bot?start={token}")).await;
        }
        self.tell(person, person, "🔗 mở liên kết mời");
        self.platforms.telegram.open_link(person, token);
        self.after(person).await
    }

    /// Somebody sends pictures: on Telegram as one album where there are several, on Zalo one after the other.
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
            many if self.platforms.on_zalo(person) => {
                let captions = std::iter::once(caption).chain(std::iter::repeat(""));
                for (picture, caption) in many.iter().zip(captions) {
                    self.platforms.zalo.send_photo(&person.to_string(), picture.to_vec(), caption);
                }
            }
            [one] => drop(self.platforms.telegram.send_photo(person, person, *one, caption)),
            many => drop(self.platforms.telegram.send_album(person, person, many.to_vec(), caption)),
        }
        self.after(person).await
    }

    /// Somebody sends a file. On Zalo bots are given none.
    pub async fn sends_file(
        &mut self,
        person: i64,
        (name, mime, bytes): (&str, &str, &'static [u8]),
    ) -> anyhow::Result<Seen> {
        self.tell(person, person, &format!("📎 {name}"));
        if self.platforms.on_zalo(person) {
            self.platforms.zalo.send_unsupported(&person.to_string(), true);
        } else {
            self.platforms.telegram.send_document(person, person, name, mime, bytes, "");
        }
        self.after(person).await
    }

    /// Somebody shares where they are.
    ///
    /// # Errors
    /// On Zalo, whose bots are given no places: there people say where it is.
    pub async fn shares_place(&mut self, person: i64, latitude: f64, longitude: f64) -> anyhow::Result<Seen> {
        if self.platforms.on_zalo(person) {
            bail!("bot trên Zalo không nhận được vị trí");
        }
        self.tell(person, person, &format!("📍 {latitude:.5}, {longitude:.5}"));
        self.platforms.telegram.send_location(person, person, latitude, longitude);
        self.after(person).await
    }

    /// Somebody chooses the newest choice in their chat, or a group, whose label holds `label`. Gives the note that
    /// answered; on Zalo, which has none, the last message.
    pub async fn presses(&mut self, person: i64, chat: i64, label: &str) -> anyhow::Result<String> {
        let at = self.clock.now();
        let choice = self.choice(chat, label)?;
        let query = self.choose(person, chat, &choice)?;
        self.settle().await?;
        let answer = query.and_then(|query| self.platforms.telegram.answer_to(&query));
        let note = answer.map(|answer| answer.text).unwrap_or_default();
        let (name, place) = self.person_and_place(person, chat);
        self.show.choice(at, &name, &place, &choice, &note);
        self.show_news();
        if self.platforms.on_zalo(chat) {
            return Ok(self.platforms.chat(chat).pop().map(|seen| seen.text).unwrap_or_default());
        }
        Ok(note)
    }

    /// Several people choose what has this label, each in a chat, without waiting for one another. It is not
    /// shown.
    pub async fn all_press(&mut self, presses: &[(i64, i64)], label: &str) -> anyhow::Result<()> {
        for (person, chat) in presses {
            self.choose(*person, *chat, &self.choice(*chat, label)?)?;
        }
        self.settle().await?;
        self.take_news();
        Ok(())
    }

    /// Somebody chooses several things in their own chat in one go.
    pub async fn press_all_at_once(&mut self, person: i64, choices: &[Choice]) -> anyhow::Result<()> {
        let at = self.clock.now();
        for choice in choices {
            self.choose(person, person, choice)?;
            let name = self.chat_name(person);
            self.show.choice(at, &name, "", choice, "");
        }
        self.news().await
    }

    /// Somebody looks at the newest message of the bot in their chat that holds these words.
    pub fn looks(&mut self, person: i64, words: &str) -> anyhow::Result<()> {
        let all = self.platforms.chat(person);
        let found = all.iter().rev().find(|seen| seen.by_bot && seen.text.contains(words));
        let seen = found.with_context(|| format!("không thấy “{words}”"))?;
        let (at, to) = (self.clock.now(), self.chat_name(person));
        self.show.bot(at, &to, seen, &seen.text, "");
        Ok(())
    }

    fn tell(&mut self, person: i64, chat: i64, what: &str) {
        let at = self.clock.now();
        let (name, place) = self.person_and_place(person, chat);
        self.show.person(at, &name, &place, what);
    }

    async fn after(&mut self, chat: i64) -> anyhow::Result<Seen> {
        self.news().await?;
        self.platforms.chat(chat).pop().context("cuộc trò chuyện trống")
    }
}

/// What Telegram sends for who presses Start.
const START: &str = "/start";
