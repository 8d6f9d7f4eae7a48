//! The hands of the people: what they write, send and choose, shown as they do it.

use anyhow::{Context, bail};

use super::choice::Choice;
use super::platforms::{Platforms, address};
use super::seen::Seen;
use super::stage::Stage;
use crate::domain::ChannelKind;
use crate::sandbox::MailFile;

impl Stage {
    /// Somebody writes to the bot in private.
    pub async fn says(&mut self, person: i64, text: &str) -> anyhow::Result<Seen> {
        self.tell(person, person, text);
        self.platforms.say(person, person, text);
        self.after(person).await
    }

    /// Somebody writes in a group on Zalo, where what mentions loa is meant for it.
    pub async fn mentions_bot(&mut self, person: i64, group: i64, text: &str) -> anyhow::Result<Seen> {
        let words = format!("{} {text}", self.platforms.mention(group));
        self.tell(person, group, &words);
        self.platforms.say(person, group, &words);
        self.after(group).await
    }

    /// Somebody answers the bot's newest message in a group; that of an account, where no message can be answered,
    /// by mentioning it.
    pub async fn replies(&mut self, person: i64, chat: i64, text: &str) -> anyhow::Result<Seen> {
        let channel = self.platforms.channel(chat);
        if channel == ChannelKind::ZaloOa {
            return self.mentions_bot(person, chat, text).await;
        }
        let all = self.platforms.chat(chat);
        let asked = all.iter().rev().find(|seen| seen.by_bot).context("không có tin để trả lời")?;
        self.tell(person, chat, &format!("↩ {text}"));
        if channel == ChannelKind::ZaloBot {
            let zalo = &self.platforms.zalo;
            zalo.reply_in_group(&person.to_string(), &chat.to_string(), &asked.id, text);
        } else {
            let asked = asked.id.parse().context("số của tin nhắn")?;
            self.platforms.telegram.say_reply(person, chat, asked, text);
        }
        self.after(chat).await
    }

    /// Somebody opens the bot for the first time: presses Start, or on Zalo, which has no such button, writes it, and
    /// follows the account first.
    pub async fn opens_bot(&mut self, person: i64) -> anyhow::Result<Seen> {
        self.tell(person, person, START);
        self.open_bot(person);
        self.after(person).await
    }

    fn open_bot(&self, person: i64) {
        match self.platforms.channel(person) {
            ChannelKind::Telegram => drop(self.platforms.telegram.open_link(person, "")),
            channel => {
                if channel == ChannelKind::ZaloOa {
                    self.platforms.oa.follow(&person.to_string());
                }
                self.platforms.say(person, person, START);
            }
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
        if self.platforms.channel(person) != ChannelKind::Telegram {
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
        self.platforms.send_photos(person, pictures, caption);
        self.after(person).await
    }

    /// Somebody sends a file. On Zalo bots are given none, only accounts.
    pub async fn sends_file(
        &mut self,
        person: i64,
        (name, mime, bytes): (&str, &str, &'static [u8]),
    ) -> anyhow::Result<Seen> {
        self.tell(person, person, &format!("📎 {name}"));
        let Platforms { telegram, zalo, oa, .. } = &self.platforms;
        match self.platforms.channel(person) {
            ChannelKind::ZaloBot => drop(zalo.send_unsupported(&person.to_string(), true)),
            ChannelKind::ZaloOa => drop(oa.send_file(&person.to_string(), name, bytes.to_vec())),
            ChannelKind::Email => {
                let file = MailFile { name: name.to_owned(), is_picture: false, bytes: bytes.into() };
                self.platforms.mail.write(address(person), "", "", vec![file]);
            }
            ChannelKind::Telegram => drop(telegram.send_document(person, person, name, mime, bytes, "")),
        }
        self.after(person).await
    }

    /// Somebody shares where they are.
    ///
    /// # Errors
    /// Where none can be sent, as to a bot on Zalo: there people say where it is.
    pub async fn shares_place(&mut self, person: i64, latitude: f64, longitude: f64) -> anyhow::Result<Seen> {
        self.tell(person, person, &format!("📍 {latitude:.5}, {longitude:.5}"));
        let Platforms { telegram, oa, .. } = &self.platforms;
        match self.platforms.channel(person) {
            ChannelKind::Telegram => drop(telegram.send_location(person, person, latitude, longitude)),
            ChannelKind::ZaloOa => drop(oa.send_location(&person.to_string(), latitude, longitude)),
            channel => bail!("{} không gửi được vị trí", channel.name()),
        }
        self.after(person).await
    }

    /// Somebody chooses the newest choice in their chat, or a group, whose label holds `label`. Gives the note that
    /// answered; where there is none, as on Zalo, the last message.
    pub async fn presses(&mut self, person: i64, chat: i64, label: &str) -> anyhow::Result<String> {
        let at = self.clock.now();
        let choice = self.choice(chat, label)?;
        let query = self.choose(person, chat, &choice).await?;
        self.settle().await?;
        let answer = query.and_then(|query| self.platforms.telegram.answer_to(&query));
        let note = answer.map(|answer| answer.text).unwrap_or_default();
        let (name, place) = self.person_and_place(person, chat);
        self.show.choice(at, &name, &place, &choice, &note);
        self.show_news();
        if self.platforms.channel(chat) != ChannelKind::Telegram {
            return Ok(self.platforms.chat(chat).pop().map(|seen| seen.text).unwrap_or_default());
        }
        Ok(note)
    }

    /// Several people choose what has this label, each in a chat, without waiting for one another. It is not
    /// shown.
    pub async fn all_press(&mut self, presses: &[(i64, i64)], label: &str) -> anyhow::Result<()> {
        for (person, chat) in presses {
            self.choose(*person, *chat, &self.choice(*chat, label)?).await?;
        }
        self.settle().await?;
        self.take_news();
        Ok(())
    }

    /// Somebody chooses several things in their own chat in one go.
    pub async fn press_all_at_once(&mut self, person: i64, choices: &[Choice]) -> anyhow::Result<()> {
        let at = self.clock.now();
        for choice in choices {
            self.choose(person, person, choice).await?;
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
