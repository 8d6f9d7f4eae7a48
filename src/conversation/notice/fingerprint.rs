//! What of a notice somebody approves, so that nothing else is approved.

use sha2::{Digest, Sha256};

use super::NewNotice;

/// Letters of it: enough that no other content is taken for it, and few enough to be typed.
const LETTERS: usize = 16;

impl NewNotice {
    /// A few letters that stand for all that whoever approves it is shown: title, text with its emphasis, files,
    /// audience, settings. They are compared while a decision is awaited; they mean nothing to another version of loa,
    /// which then shows the notice anew.
    pub fn fingerprint(&self) -> String {
        let words = (&self.title, &self.body.text, &self.body.spans, &self.audience);
        let settings = (self.urgent, self.confirm, self.remind_after, self.send_at, &self.files);
        let more = (&self.meeting, self.asks, &self.lists);
        let mut digest = hex::encode(Sha256::digest(format!("{words:?} {settings:?} {more:?}")));
        digest.truncate(LETTERS);
        digest
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::super::{FileFrom, NewFile};
    use super::*;
    use crate::domain::call::{CallForInput, CallKind};
    use crate::domain::content::FileKind;
    use crate::domain::ids::PersonId;
    use crate::domain::meeting::Plan;
    use crate::domain::{Rich, Timestamp};

    #[test]
    fn whatever_is_changed_is_noticed() {
        let notice = NewNotice {
            title: "Lịch họp".into(),
            body: "Phòng 2".into(),
            audience: "all".into(),
            ..NewNotice::default()
        };
        let same = NewNotice { author: Some(PersonId(7)), ..notice.clone() };
        assert_eq!(notice.fingerprint(), same.fingerprint(), "who wrote it is no part of it");
        assert_eq!(notice.fingerprint().len(), LETTERS);
        let file = |sha256: &str| NewFile {
            name: "a.pdf".into(),
            mime: "application/pdf".into(),
            kind: FileKind::Document,
            from: FileFrom::Stored(sha256.into()),
        };
        let with = |files: Vec<NewFile>| NewNotice { files, ..notice.clone() };
        let others = [
            notice.clone(),
            NewNotice { title: "Lịch họp 2".into(), ..notice.clone() },
            NewNotice { body: "Phòng 3".into(), ..notice.clone() },
            NewNotice { body: Rich::new().bold("Phòng 2"), ..notice.clone() },
            NewNotice { audience: "groups".into(), ..notice.clone() },
            NewNotice { urgent: true, ..notice.clone() },
            NewNotice { confirm: true, ..notice.clone() },
            NewNotice { remind_after: Some(Duration::from_secs(60)), ..notice.clone() },
            NewNotice { send_at: Some(Timestamp(1)), ..notice.clone() },
            NewNotice { meeting: Some(Plan::default()), ..notice.clone() },
            NewNotice {
                asks: Some(CallForInput { kind: CallKind::File, due: Timestamp(1) }),
                ..notice.clone()
            },
            NewNotice {
                asks: Some(CallForInput { kind: CallKind::File, due: Timestamp(2) }),
                ..notice.clone()
            },
            NewNotice {
                meeting: Some(Plan { place: Some("Phòng 2".into()), ..Plan::default() }),
                ..notice.clone()
            },
            with(vec![file("a")]),
            with(vec![file("b")]),
            with(vec![file("a"), file("b")]),
            with(vec![file("b"), file("a")]),
        ];
        let mut all: Vec<String> = others.iter().map(NewNotice::fingerprint).collect();
        all.sort();
        all.dedup();
        assert_eq!(all.len(), others.len());
    }
}
