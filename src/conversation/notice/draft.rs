//! A notice as it is written: what it holds, and what can be set.

use std::time::Duration;

use serde::{Deserialize, Serialize};

use crate::domain::call::{CallForInput, CallKind};
use crate::domain::content::FileKind;
use crate::domain::ids::{AudienceId, NoticeId, PersonId, ScheduleId, UnitId};
use crate::domain::meeting::Plan;
use crate::domain::text::clean_line;
use crate::domain::{ChannelKind, Rich, Timestamp};

use super::super::incoming::{FileRef, Message};

/// The longest title, in characters.
pub const MOST_TITLE: usize = 200;
/// The longest text, in characters: five messages.
pub const MOST_TEXT: usize = 20_000;
/// Files that go with one notice.
pub const MOST_FILES: usize = 10;
/// Telegram gives bots files of up to 20 MB (<https://core.telegram.org/bots/api#getfile>).
pub const MOST_BYTES: u64 = 20 * 1024 * 1024;

/// A notice that is to be written down.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct NewNotice {
    pub title: String,
    pub body: Rich,
    /// As people write it; see [`crate::domain::audience`].
    pub audience: String,
    pub urgent: bool,
    pub confirm: bool,
    pub remind_after: Option<Duration>,
    /// `None`: as soon as it is approved.
    pub send_at: Option<Timestamp>,
    /// `None`: the command line, or a schedule.
    pub author: Option<PersonId>,
    pub author_unit: Option<UnitId>,
    pub files: Vec<NewFile>,
    pub occurrence: Option<(ScheduleId, Timestamp)>,
    /// What the saved audiences in it hold, as a hash: looked up with what is written down.
    #[serde(skip)]
    pub lists: String,
    /// What it calls to, if it is a call to a meeting.
    pub meeting: Option<Plan>,
    /// What every unit is asked for. Whoever answers has received it: there is nothing else to confirm.
    #[serde(default)]
    pub asks: Option<CallForInput>,
}

impl NewNotice {
    /// The same for another time: not for a run of a schedule, nor at a moment that has passed.
    pub fn copied(&self, now: Timestamp) -> Self {
        Self {
            occurrence: None,
            send_at: self.send_at.filter(|at| *at > now),
            meeting: self.meeting.as_ref().map(|meeting| meeting.copied(now)),
            ..self.clone()
        }
    }
}

/// A file that goes with a notice.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct NewFile {
    pub name: String,
    pub mime: String,
    pub kind: FileKind,
    pub from: FileFrom,
}

impl NewFile {
    /// The `number`th of those that came in, still on the platform.
    pub(super) fn sent(file: &FileRef, kind: FileKind, number: usize, channel: ChannelKind) -> Self {
        let (usual_name, usual_mime) = match kind {
            FileKind::Photo => (format!("anh-{number}.jpg"), "image/jpeg"),
            FileKind::Document => (format!("tep-{number}"), "application/octet-stream"),
        };
        let name = file.name.as_deref().and_then(|name| clean_line(name, 120)).unwrap_or(usual_name);
        let mime = file.mime.as_deref().and_then(|mime| clean_line(mime, 100));
        let from = FileFrom::Platform { channel, file_id: file.id.clone() };
        Self { name, mime: mime.unwrap_or_else(|| usual_mime.to_owned()), kind, from }
    }
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum FileFrom {
    /// Its bytes are in the store under this SHA-256.
    Stored(String),
    /// It is still on the platform, and has to be fetched.
    Platform { channel: ChannelKind, file_id: String },
}

/// A notice that is being written in chat.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Draft {
    /// Tells the buttons of this notice from those of an older one: the instant it was begun.
    pub id: i64,
    pub notice: NewNotice,
    /// It is written down already, and changed.
    pub written: Option<NoticeId>,
    pub expects: Expects,
    /// Where the words came from, so that a correction changes them.
    #[serde(default)]
    pub parts: Parts,
    /// Tells the newest card of settings from those above it, which stay as they are.
    #[serde(default)]
    pub card: u32,
    /// The name under which its audience is to be kept, if it takes the place of another's.
    #[serde(default)]
    pub naming: Option<String>,
    /// It is to ask every unit for an answer.
    #[serde(default)]
    pub gathers: bool,
}

/// The platform's ids of the messages that a notice is made of.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Parts {
    /// The title, and the text below it if it came in the same message.
    pub words: Option<String>,
    /// The text, if it came by itself.
    pub body: Option<String>,
    /// Captions that came with files after the text, and the text without them.
    #[serde(default)]
    pub captions: Vec<(String, Rich)>,
    #[serde(default)]
    pub text: Rich,
    /// What was heard last.
    pub last: Option<String>,
}

/// What the next words are taken for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Expects {
    /// Title and text; of one line, the title.
    Words,
    /// The text below a title.
    Body,
    Audience,
    /// A name under which the audience is kept.
    ListName,
    When,
    Remind,
    /// When the meeting is to which the notice calls, and where.
    MeetingTimes,
    MeetingPlace,
    /// What every unit is asked for.
    Kind,
    /// Until when it is asked for.
    Due(CallKind),
    /// Everything is there; buttons change it.
    Settings,
}

/// What is set with a button.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum DraftAct {
    ToAll,
    ToMine,
    ToGroups,
    TypeAudience,
    /// Shows the saved audiences.
    Lists,
    UseList(AudienceId),
    SaveList,
    /// Keeps the audience in the place of the one that has the name.
    ReplaceList,
    Urgent,
    Confirm,
    Remind,
    When,
    Now,
    EditWords,
    MeetingTimes,
    MeetingPlace,
    Kind(CallKind),
    AskKind,
    Due,
    DropFiles,
    Preview,
    /// Back to the settings.
    Back,
    Cancel,
}

/// The first line as the title, which is plain, and the rest with its emphasis; `None` without words.
pub fn title_and_body(words: &Rich) -> Option<(String, Rich)> {
    let words = words.cleaned(MOST_TITLE + MOST_TEXT);
    let (first, rest) = match words.text.split_once('\n') {
        Some((first, rest)) => (first, words.text.len() - rest.len()),
        None => (words.text.as_str(), words.text.len()),
    };
    let title = clean_line(first, MOST_TITLE)?;
    // A first line that is too long for a title, or leads somewhere, is no title alone: nothing of it is lost.
    let links = words.slice(0..first.len());
    let body = if first.chars().count() > MOST_TITLE || !links.links().is_empty() {
        words.cleaned(MOST_TEXT)
    } else {
        words.slice(rest..words.text.len()).cleaned(MOST_TEXT)
    };
    Some((title, body))
}

/// How taking words and files went.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct LeftOut {
    pub too_many: usize,
    pub too_large: usize,
}

impl Draft {
    pub fn new(now: Timestamp, author: PersonId, unit: UnitId, audience: String) -> Self {
        let notice = NewNotice {
            audience,
            confirm: true,
            author: Some(author),
            author_unit: Some(unit),
            ..NewNotice::default()
        };
        let (expects, parts) = (Expects::Words, Parts::default());
        Self { id: now.0, notice, written: None, expects, parts, card: 0, naming: None, gathers: false }
    }

    /// Whether there is nothing yet that could be lost.
    pub fn is_empty(&self) -> bool {
        let notice = &self.notice;
        notice.title.is_empty() && notice.body.is_empty() && notice.files.is_empty()
    }

    /// Whether it asks every unit for an answer.
    pub fn gathers(&self) -> bool {
        self.gathers || self.notice.asks.is_some()
    }

    /// Whether a message is part of this notice, or was the last that was said while it is written.
    pub fn has(&self, message: &str) -> bool {
        self.parts.last.as_deref() == Some(message) || self.is_made_of(message)
    }

    /// Takes title and text from words: the first line is the title.
    pub fn take_words(&mut self, words: &Rich) {
        if let Some((title, body)) = title_and_body(words) {
            (self.notice.title, self.notice.body) = (title, body);
        }
    }

    /// Takes words that came with files, below those that there are.
    pub fn add_words(&mut self, message: &str, words: &Rich) {
        let words = words.cleaned(MOST_TEXT);
        // There are no more captions than files.
        if words.is_empty() || self.parts.captions.len() >= MOST_FILES {
            return;
        }
        let text = self.text();
        self.parts.captions.push((message.to_owned(), words));
        self.set_text(text);
    }

    /// The text without the captions below it.
    fn text(&self) -> Rich {
        if self.parts.captions.is_empty() { self.notice.body.clone() } else { self.parts.text.clone() }
    }

    /// Puts the captions below a text.
    fn set_text(&mut self, text: Rich) {
        let below = |above: Rich, caption: &Rich| {
            let gap = if above.is_empty() { "" } else { "\n\n" };
            above.push(gap).append(caption.clone())
        };
        let captions = self.parts.captions.iter().map(|(_, caption)| caption);
        self.notice.body = captions.fold(text.clone(), below).cleaned(MOST_TEXT);
        self.parts.text = text;
    }

    /// Whether the words came in this message.
    pub fn is_made_of(&self, message: &str) -> bool {
        let captions = self.parts.captions.iter().map(|(id, _)| id);
        [&self.parts.words, &self.parts.body]
            .into_iter()
            .flatten()
            .chain(captions)
            .any(|part| part == message)
    }

    /// Takes words anew that came in this message; of a message that is not part of it, nothing.
    pub fn correct(&mut self, message: &str, words: &Rich) {
        let text = self.text();
        if let Some((_, caption)) = self.parts.captions.iter_mut().find(|(id, _)| id == message) {
            *caption = words.cleaned(MOST_TEXT);
            self.set_text(text);
        } else if self.parts.body.as_deref() == Some(message) {
            self.set_text(words.cleaned(MOST_TEXT));
        } else if self.parts.words.as_deref() == Some(message) {
            self.notice.body = Rich::new();
            self.take_words(words);
            let own = std::mem::take(&mut self.notice.body);
            self.set_text(if self.parts.body.is_some() && own.is_empty() { text } else { own });
        }
    }

    /// Adds the files of a message, up to the most that one notice takes.
    pub fn add_files(&mut self, message: &Message, channel: ChannelKind) -> LeftOut {
        let photos = message.photos.iter().map(|file| (file, FileKind::Photo));
        let documents = message.documents.iter().map(|file| (file, FileKind::Document));
        let mut left_out = LeftOut::default();
        for (file, kind) in photos.chain(documents) {
            let number = self.notice.files.len() + 1;
            if number > MOST_FILES {
                left_out.too_many += 1;
                continue;
            }
            if file.size.is_some_and(|size| size > MOST_BYTES) {
                left_out.too_large += 1;
                continue;
            }
            self.notice.files.push(NewFile::sent(file, kind, number, channel));
        }
        left_out
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::rich::{Link, Span, Style};

    fn draft() -> Draft {
        Draft::new(Timestamp(1), PersonId(1), UnitId(1), "all".to_owned())
    }

    #[test]
    fn the_title_is_plain_and_the_body_keeps_its_emphasis() {
        let to = Link::read("https://xa.gov.vn").expect("an address");
        let words = Rich::new().bold("Lịch họp").push("\n\n Xem ").link("lịch", to.clone()).push(" nhé ");
        let (title, body) = title_and_body(&words).expect("words");
        assert_eq!((title.as_str(), body.text.as_str()), ("Lịch họp", "Xem lịch nhé"));
        assert_eq!(body.spans, [Span::new(4..8, Style::Link(to.clone()))]);
        // A title that leads somewhere would lose where.
        let (title, body) = title_and_body(&Rich::new().link("Lịch", to)).expect("words");
        assert_eq!((title.as_str(), body.links().len()), ("Lịch", 1));
        assert_eq!(title_and_body(&"  \n".into()), None);
    }

    #[test]
    fn a_caption_that_comes_later_is_added_and_a_correction_replaces() {
        let mut draft = draft();
        draft.take_words(&"Lịch họp".into());
        draft.parts.words = Some("1".to_owned());
        draft.add_words("2", &Rich::new().bold("Sơ đồ"));
        draft.add_words("3", &Rich::new().italic("Phòng 2"));
        assert_eq!(draft.notice.body, Rich::new().bold("Sơ đồ").push("\n\n").italic("Phòng 2"));
        draft.correct("2", &Rich::new().italic("Sơ đồ mới"));
        assert_eq!(draft.notice.body, Rich::new().italic("Sơ đồ mới").push("\n\n").italic("Phòng 2"));
        assert!(draft.has("3") && draft.is_made_of("2") && !draft.has("4"));
        draft.correct("1", &Rich::new().bold("Lịch họp sửa"));
        assert_eq!((draft.notice.title.as_str(), draft.notice.body.spans.len()), ("Lịch họp sửa", 2));
        draft.correct("1", &"Lịch họp\nTám giờ".into());
        assert_eq!(draft.notice.body.text, "Tám giờ\n\nSơ đồ mới\n\nPhòng 2");
    }
}
