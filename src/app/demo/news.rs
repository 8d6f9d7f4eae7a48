//! What is new in the chats, told so that nobody reads the same thing forty times.

use std::collections::HashMap;

use super::seen::{Seen, split_list};
use super::stage::Stage;
use crate::app::say;
use crate::domain::{ChannelKind, Timestamp};

/// The same words in so many chats are shown once, with the number of the others.
const BROADCAST: usize = 4;
/// Words of more lines than this are shown in full once only.
const REPEATED: usize = 4;

impl Stage {
    pub(super) fn show_news(&mut self) {
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
            let (at, to) = (piece.at, self.chat_name(piece.chat));
            let known = piece.body.lines().count() > REPEATED && !self.read.insert(piece.body.clone());
            let body = if known { beginning(piece) } else { piece.body.clone() };
            self.show.bot(at, &to, &piece.seen, &body, &also);
        }
    }

    /// What is new in the chats since the last look, in the order of the chats: people, then groups.
    pub(super) fn take_news(&mut self) -> Vec<Piece> {
        // What comes in meanwhile is looked at twice rather than not at all.
        let now = self.platforms.mark();
        let touched = self.platforms.touched_since(std::mem::replace(&mut self.looked, now));
        let mut news = Vec::new();
        // The counts of a notice change all the time: they are shown when somebody looks.
        let counts = ["notice-state-running", "notice-state-done"].map(|key| say(key, &[]));
        let mut touched: Vec<(i64, i64)> = touched.into_iter().collect();
        touched.sort_by_key(|(chat, _)| (*chat < 0, chat.abs()));
        for (chat, at) in touched {
            let edits = self.platforms.channel(chat) == ChannelKind::Telegram;
            let mut latest = HashMap::new();
            for mut seen in albums(self.platforms.chat(chat)) {
                let buttons: Vec<String> = seen.labels().into_iter().map(str::to_owned).collect();
                let state = (seen.text.clone(), buttons);
                let before = self.shown.insert((chat, seen.id.clone()), state.clone());
                if !seen.by_bot || before.as_ref() == Some(&state) {
                    if seen.by_bot {
                        latest.insert(first_line(&seen), seen.text);
                    }
                    continue;
                }
                // What is changed in place elsewhere comes anew here, under the same first line.
                let sent_before = latest.insert(first_line(&seen), seen.text.clone()).filter(|_| !edits);
                let long = seen.text.lines().count() > REPEATED;
                let body = match sent_before.filter(|_| long && before.is_none()) {
                    Some(old) => anew(&seen, &old),
                    None => body(&seen, before.as_ref()),
                };
                if before.as_ref().is_some_and(|(_, buttons)| *buttons == state.1) {
                    seen.buttons.clear();
                }
                let edited = before.is_some();
                seen.edited = edited;
                let nothing = body.is_empty() && seen.buttons.is_empty();
                if edited && (nothing || counts.iter().any(|count| seen.text.starts_with(count))) {
                    continue;
                }
                let at = if edited { Timestamp(at) } else { seen.at };
                let channel = self.platforms.channel(chat);
                news.push(Piece { chat, channel, at, seen, body });
            }
        }
        news
    }
}

/// Something new in a chat.
pub(super) struct Piece {
    chat: i64,
    channel: ChannelKind,
    /// When it was sent, or changed.
    at: Timestamp,
    seen: Seen,
    body: String,
}

impl Piece {
    /// The same words and files, to somebody else. What can be chosen, or is attached, looks another way on another
    /// channel; of groups one is enough.
    fn is_like(&self, other: &Self) -> bool {
        let what = |piece: &Self| (piece.seen.photos, piece.seen.edited);
        let plain =
            self.seen.files.is_empty() && self.seen.labels().is_empty() && self.seen.listed().is_empty();
        let alike = plain || self.chat < 0 || self.channel == other.channel;
        alike && self.body == other.body && what(self) == what(other) && self.seen.files == other.seen.files
    }
}

/// The first lines of what was shown in full before, and what can be chosen.
fn beginning(piece: &Piece) -> String {
    let (words, list) = if piece.seen.lists { split_list(&piece.body) } else { (&*piece.body, "") };
    let first: Vec<&str> = words.lines().take(REPEATED - 1).collect();
    format!("{} …\n{list}", first.join("\n"))
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

fn first_line(seen: &Seen) -> String {
    seen.text.lines().next().unwrap_or_default().to_owned()
}

/// Of a message that was sent before and is another one now: its first line, what is new, and what can be chosen.
fn anew(seen: &Seen, old: &str) -> String {
    let (words, list) = if seen.lists { split_list(&seen.text) } else { (&*seen.text, "") };
    let old: Vec<&str> = old.lines().collect();
    let mut lines = words.lines();
    let first = lines.next().unwrap_or_default();
    let new: Vec<&str> = lines.filter(|line| !line.is_empty() && !old.contains(line)).collect();
    [&[&*format!("{first} …")], &new[..], &[list]].concat().join("\n").trim_end().to_owned()
}

/// Messages with those of one album put together.
fn albums(all: Vec<Seen>) -> Vec<Seen> {
    let mut out: Vec<Seen> = Vec::new();
    for seen in all {
        match out.last_mut() {
            Some(last) if seen.album.is_some() && last.album == seen.album => {
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
