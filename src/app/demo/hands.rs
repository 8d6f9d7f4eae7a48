//! The hands of the people: what they write, send and press, shown as they do it.

use anyhow::Context;

use super::stage::Stage;
use crate::sandbox::Seen;

impl Stage {
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
        self.settle().await?;
        self.take_news();
        Ok(())
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

    /// Somebody looks at the newest message of the bot in their chat that holds these words.
    pub fn looks(&mut self, person: i64, words: &str) -> anyhow::Result<()> {
        let all = self.sandbox.chat(person);
        let found = all.iter().rev().find(|seen| seen.by_bot && seen.text.contains(words));
        let seen = found.with_context(|| format!("không thấy “{words}”"))?;
        let (at, to) = (self.clock.now(), self.name(person));
        self.show.bot(at, &to, seen, &seen.text, "");
        Ok(())
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
}
