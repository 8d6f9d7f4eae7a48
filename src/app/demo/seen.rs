//! A message as people see it, on whichever platform, and what can be chosen under it.

use crate::domain::Timestamp;
use crate::sandbox::{self, MailSeen, Place, ZaloOaSeen, ZaloSeen};

/// A message as people see it now.
#[derive(Clone, Debug)]
pub struct Seen {
    /// The platform's own name for it.
    pub id: String,
    pub at: Timestamp,
    pub by_bot: bool,
    pub text: String,
    /// Rows of buttons.
    pub buttons: Vec<Vec<String>>,
    /// Whether what can be chosen is a list at the end of the text, also where there are buttons besides.
    pub lists: bool,
    pub photos: usize,
    pub files: Vec<String>,
    pub place: Option<Place>,
    pub edited: bool,
    /// The album it belongs to.
    pub album: Option<String>,
    /// What is behind the choices of a mail: labels and addresses.
    pub links: Vec<(String, String)>,
}

impl From<sandbox::Seen> for Seen {
    fn from(seen: sandbox::Seen) -> Self {
        let row = |row: Vec<sandbox::Button>| row.into_iter().map(|button| button.label).collect();
        Self {
            id: seen.id.to_string(),
            at: Timestamp(seen.date * 1_000_000),
            by_bot: seen.by_bot,
            text: seen.text,
            buttons: seen.buttons.into_iter().map(row).collect(),
            lists: false,
            photos: seen.photos,
            files: seen.files,
            place: seen.place,
            edited: seen.edited,
            album: seen.media_group_id,
            links: Vec::new(),
        }
    }
}

impl From<ZaloSeen> for Seen {
    fn from(seen: ZaloSeen) -> Self {
        Self {
            id: seen.id,
            at: Timestamp(seen.date * 1_000),
            by_bot: seen.by_bot,
            text: seen.text,
            buttons: Vec::new(),
            lists: true,
            photos: usize::from(seen.photo.is_some()),
            files: Vec::new(),
            place: None,
            edited: false,
            album: None,
            links: Vec::new(),
        }
    }
}

impl From<ZaloOaSeen> for Seen {
    fn from(seen: ZaloOaSeen) -> Self {
        let place = |(latitude, longitude)| Place { latitude, longitude, title: None, address: None };
        let row: Vec<String> = seen.buttons.into_iter().map(|(label, _)| label).collect();
        Self {
            id: seen.id,
            at: Timestamp(seen.date * 1_000),
            by_bot: seen.by_oa,
            text: seen.text,
            buttons: Some(row).filter(|row| !row.is_empty()).into_iter().collect(),
            lists: true,
            photos: usize::from(seen.photo.is_some()),
            files: seen.file.into_iter().collect(),
            place: seen.place.map(place),
            edited: false,
            album: None,
            links: Vec::new(),
        }
    }
}

impl From<MailSeen> for Seen {
    fn from(mail: MailSeen) -> Self {
        let (photos, files): (Vec<_>, Vec<_>) = mail.files.into_iter().partition(|file| file.is_picture);
        Self {
            id: mail.id,
            at: Timestamp(mail.date),
            by_bot: mail.by_loa,
            text: mail.text,
            buttons: Vec::new(),
            lists: true,
            photos: photos.len(),
            files: files.into_iter().map(|file| file.name).collect(),
            place: None,
            edited: false,
            album: None,
            links: mail.links,
        }
    }
}

impl Seen {
    /// Labels of all buttons, row after row.
    pub fn labels(&self) -> Vec<&str> {
        self.buttons.iter().flatten().map(String::as_str).collect()
    }

    /// What can be chosen from the list in the text.
    pub fn listed(&self) -> Vec<&str> {
        let mut list: Vec<&str> = Vec::new();
        for line in split_list(&self.text).1.lines().filter(|_| self.lists) {
            if let Some(label) = line.strip_prefix(&format!("{}. ", list.len() + 1)) {
                list.push(label);
            }
        }
        list
    }
}

/// The words, and the last numbered list below them with all that follows: `1. Gửi`, `2. Sửa`, and how to answer.
pub fn split_list(text: &str) -> (&str, &str) {
    let begins = text.rmatch_indices("1. ").map(|(at, _)| at);
    let mut of_line = begins.filter(|at| text[..*at].chars().next_back().is_none_or(|before| before == '\n'));
    text.split_at(of_line.next().unwrap_or(text.len()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_last_list_of_a_message_is_what_can_be_chosen() {
        let notice = "Định hướng\n1. Thiên tai\n11. Đất đai\n\n1. ✅ Đã nhận\n👉 Trả lời 1.";
        assert_eq!(split_list(notice).1, "1. ✅ Đã nhận\n👉 Trả lời 1.");
        assert_eq!(
            split_list("Chào bạn.\n2. không phải danh sách"),
            ("Chào bạn.\n2. không phải danh sách", "")
        );
        assert_eq!(split_list("1. Gửi"), ("", "1. Gửi"));
    }
}
