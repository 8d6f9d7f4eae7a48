//! What a person can choose in a chat: a button, or a line of a numbered list.

use anyhow::Context;

use super::stage::Stage;
use crate::domain::ChannelKind;
use crate::http::http_client;

/// Something that can be chosen.
pub enum Choice {
    /// The button with this label under a message.
    Button { message: String, label: String },
    /// The link of a mail, which opens a page of loa's on which a button makes the choice.
    Link { label: String, url: String },
    /// So it stands in the latest list, which is in this message.
    Number { message: String, number: usize, label: String },
    /// An earlier list has it: by number the latest would be meant, so it is chosen by its words.
    Words { message: String, words: String },
}

impl Stage {
    /// What can be chosen in a chat under a label that holds these words: the exact one first, the newest first.
    ///
    /// # Errors
    /// Where there is none, with what stands in the chat.
    pub fn choice(&self, chat: i64, label: &str) -> anyhow::Result<Choice> {
        let found = match self.platforms.channel(chat) {
            ChannelKind::Telegram => self.button(chat, label),
            ChannelKind::Email => self.link(chat, label),
            _ => self.listed(chat, label),
        };
        found.with_context(|| format!("không có lựa chọn “{label}” trong:\n{}", self.platforms.render(chat)))
    }

    fn button(&self, chat: i64, label: &str) -> Option<Choice> {
        self.platforms.chat(chat).iter().rev().find_map(|seen| {
            let labels = seen.labels();
            let at = position(&labels, label)?;
            Some(Choice::Button { message: seen.id.clone(), label: labels[at].to_owned() })
        })
    }

    fn link(&self, chat: i64, label: &str) -> Option<Choice> {
        self.platforms.chat(chat).iter().rev().find_map(|seen| {
            let labels: Vec<&str> = seen.links.iter().map(|(label, _)| label.as_str()).collect();
            let (label, url) = seen.links[position(&labels, label)?].clone();
            Some(Choice::Link { label, url })
        })
    }

    fn listed(&self, chat: i64, label: &str) -> Option<Choice> {
        let all = self.platforms.chat(chat);
        let mut lists = all.iter().rev().filter(|seen| seen.by_bot && !seen.listed().is_empty());
        let latest = lists.next()?;
        let list = latest.listed();
        if let Some(at) = position(&list, label) {
            let (message, label) = (latest.id.clone(), list[at].to_owned());
            let has_buttons = !latest.buttons.is_empty();
            return Some(match has_buttons {
                true => Choice::Button { message, label },
                false => Choice::Number { message, number: at + 1, label },
            });
        }
        lists.find_map(|seen| {
            let list = seen.listed();
            let words = bare(list[position(&list, label)?]).to_owned();
            Some(Choice::Words { message: seen.id.clone(), words })
        })
    }

    /// Somebody chooses in a chat. Gives what Telegram calls the press.
    pub(super) async fn choose(
        &self,
        person: i64,
        chat: i64,
        choice: &Choice,
    ) -> anyhow::Result<Option<String>> {
        let channel = self.platforms.channel(chat);
        let (message, words) = match choice {
            Choice::Button { message, label } if channel == ChannelKind::ZaloOa => {
                self.platforms.press_on_oa(person, chat, message, label);
                return Ok(None);
            }
            Choice::Button { message, label } => {
                let message = message.parse().context("số của tin nhắn")?;
                return Ok(Some(self.platforms.telegram.press(person, chat, message, label)));
            }
            Choice::Link { url, .. } => {
                follow(url).await?;
                return Ok(None);
            }
            Choice::Number { message, number, .. } => (message, number.to_string()),
            Choice::Words { message, words } => (message, words.clone()),
        };
        // With a bot in a group, only what answers it, or mentions it, is heard.
        match channel {
            ChannelKind::ZaloBot if person != chat => {
                let (person, chat) = (person.to_string(), chat.to_string());
                self.platforms.zalo.reply_in_group(&person, &chat, message, &words);
            }
            _ => self.platforms.say(person, chat, &words),
        }
        Ok(None)
    }
}

/// Opens the page behind a link, and presses its button.
async fn follow(url: &str) -> anyhow::Result<()> {
    let client = http_client()?;
    let page = client.get(url).send().await?.error_for_status()?.text().await?;
    let once = page.split_once("value=\"").and_then(|(_, rest)| rest.split_once('"')).map(|(once, _)| once);
    let form = [("once", once.context("trang xác nhận không có nút")?)];
    client.post(url).form(&form).send().await?.error_for_status()?;
    Ok(())
}

/// Where the label is, or else one that holds it.
fn position(labels: &[&str], label: &str) -> Option<usize> {
    let same = labels.iter().position(|exact| *exact == label);
    same.or_else(|| labels.iter().position(|exact| exact.contains(label)))
}

/// The words of a label, as people type them: without the picture before them.
fn bare(label: &str) -> &str {
    label.trim_start_matches(|c: char| !c.is_alphanumeric())
}
