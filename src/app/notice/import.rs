//! `loa notice import`: every Markdown or DOCX file of a folder becomes a draft, once.

use std::path::Path;

use serde::Serialize;
use sha2::{Digest, Sha256};

use crate::conversation::notice::{MOST_TITLE, NewNotice, title_and_body};
use crate::document::{Front, read_docx, read_markdown, split_front};
use crate::domain::Rich;
use crate::domain::screen::{Screening, screen};
use crate::domain::text::clean_line;
use crate::store::notice::Imported;

use super::files::{Format, attach, read_document, short, words};
use super::{CommandError, Desk, read_audience, read_remind, read_time, user};

/// What became of a file.
#[derive(Serialize)]
struct Line {
    file: String,
    /// `made`, `taken` or `wrong`.
    state: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    id: Option<i64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    why: Option<String>,
}

/// Takes a folder in. `to` is who gets what does not say so itself.
pub(super) async fn import(desk: &Desk, folder: &Path, to: Option<&str>) -> Result<(), CommandError> {
    let to = to.map(read_audience).transpose()?;
    let mut lines = Vec::new();
    for name in documents(folder)? {
        let line = match take(desk, folder, &name, to.as_deref()).await {
            Ok(Imported::Made(id)) => Line { file: name, state: "made", id: Some(id.0), why: None },
            Ok(Imported::Taken(id)) => Line { file: name, state: "taken", id: Some(id.0), why: None },
            Err(CommandError::User(why)) => Line { file: name, state: "wrong", id: None, why: Some(why) },
            Err(failed) => return Err(failed),
        };
        lines.push(line);
    }
    desk.show(&lines, |lines| said(lines))?;
    match lines.iter().filter(|line| line.state == "wrong").count() {
        0 => Ok(()),
        wrong => Err(CommandError::Faults(format!("Còn {wrong} tệp chưa lấy được."))),
    }
}

fn said(lines: &[Line]) -> String {
    if lines.is_empty() {
        return "Thư mục không có tệp .md hay .docx nào.".to_owned();
    }
    let line = |line: &Line| match (line.state, line.id, &line.why) {
        ("made", Some(id), _) => {
            format!("{}: đã ghi thông báo số {id}. Xem trước: loa notice preview {id}", line.file)
        }
        (_, Some(id), _) => format!("{}: đã lấy từ trước, là thông báo số {id}.", line.file),
        (.., why) => format!("{}: {}", line.file, why.as_deref().unwrap_or_default()),
    };
    lines.iter().map(line).collect::<Vec<_>>().join("\n")
}

/// The names of the documents in a folder, in order; those that a word processor has open are not ready.
fn documents(folder: &Path) -> Result<Vec<String>, CommandError> {
    let unreadable = |error| user(format!("Không đọc được thư mục {}: {error}.", folder.display()));
    let mut names = Vec::new();
    for entry in std::fs::read_dir(folder).map_err(unreadable)? {
        let entry = entry.map_err(unreadable)?;
        let name = entry.file_name().to_string_lossy().into_owned();
        let document = Format::of(Path::new(&name)) != Format::Plain && entry.path().is_file();
        if document && !name.starts_with(['.', '~']) {
            names.push(name);
        }
    }
    names.sort();
    Ok(names)
}

async fn take(desk: &Desk, folder: &Path, name: &str, to: Option<&str>) -> Result<Imported, CommandError> {
    let path = folder.join(name);
    let bytes = read_document(&path)?;
    let sha256 = hex::encode(Sha256::digest(&bytes));
    if let Some(id) = desk.store.notice_of_file(&sha256).await? {
        return Ok(Imported::Taken(id));
    }
    let (front, text) = read(&path, &bytes)?;
    if screen(&text.text) == Screening::Secret
        || front.title.as_deref().map(screen) == Some(Screening::Secret)
    {
        return Err(user("Tệp có dấu độ mật: không gửi qua đây được."));
    }
    let mut notice = written(desk, &front, &text, to)?;
    let files = front.files.iter().map(|file| beside(folder, file)).collect::<Result<Vec<_>, _>>()?;
    attach(desk, &mut notice, &files).await?;
    super::allowed(desk.store.notice_import(notice, name, &sha256).await?)
}

/// What a file says of the notice, and the text.
fn read(path: &Path, bytes: &[u8]) -> Result<(Front, Rich), CommandError> {
    let wrong = |wrong: crate::document::DocumentError| user(format!("{wrong}."));
    match Format::of(path) {
        Format::Docx => Ok((Front::default(), read_docx(bytes).map_err(wrong)?)),
        Format::Markdown | Format::Plain => {
            let (front, text) = split_front(words(path, bytes)?).map_err(wrong)?;
            Ok((front, read_markdown(text)))
        }
    }
}

fn written(desk: &Desk, front: &Front, text: &Rich, to: Option<&str>) -> Result<NewNotice, CommandError> {
    let text = short(text.clone())?;
    let first = title_and_body(&text);
    let given = front.title.as_deref().and_then(|title| clean_line(title, MOST_TITLE));
    let (title, body) = match (given, first) {
        // A heading that only says the title once more is not said twice.
        (Some(title), Some((first, body))) if first == title => (title, body),
        (Some(title), _) => (title, text),
        (None, Some(both)) => both,
        (None, None) => return Err(user("Tệp không có chữ nào.")),
    };
    let audience = match (&front.to, to) {
        (Some(own), _) => read_audience(own)?,
        (None, Some(to)) => to.to_owned(),
        (None, None) => {
            return Err(user("Chưa nói gửi cho ai: thêm dòng “to:” ở đầu tệp, hoặc dùng --to."));
        }
    };
    Ok(NewNotice {
        title,
        body,
        audience,
        urgent: front.urgent,
        confirm: front.confirm,
        remind_after: read_remind(desk, front.confirm, None)?,
        send_at: front.at.as_deref().map(|at| read_time(at, desk.clock.now())).transpose()?,
        ..NewNotice::default()
    })
}

/// A file in the same folder, and nowhere else.
fn beside(folder: &Path, name: &str) -> Result<std::path::PathBuf, CommandError> {
    let plain = Path::new(name).file_name().is_some_and(|own| own == name);
    if !plain || name.contains(['/', '\\']) {
        return Err(user(format!("Tệp kèm “{name}” phải nằm cùng thư mục, chỉ ghi tên.")));
    }
    Ok(folder.join(name))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::app::testing::Office;
    use crate::domain::UnitPath;
    use crate::domain::ids::NoticeId;
    use crate::domain::rich::Style;

    async fn office() -> Office {
        let office = Office::new(true).await;
        let path: UnitPath = "Tỉnh Mẫu / Xã A".parse().expect("a path");
        office.desk.store.find_or_create_unit(path).await.expect("a unit");
        office
    }

    #[tokio::test]
    async fn every_file_of_a_folder_becomes_a_draft_once() {
        let office = office().await;
        office.file("anh.txt", "ảnh");
        office.file("~$mo.docx", "Word has it open");
        let first = "---\nto: unit:Xã A\nkhẩn: có\nconfirm: có\nat: 08:00 01/12/2026\nfiles: anh.txt\n---\n# Lịch họp\n\nĐến **đúng giờ**.";
        let folder = office.file("a.md", first).parent().expect("a folder").to_owned();
        office.file("b.md", "Không có ai nhận");
        office.file("c.md", "---\nto: unit:Xã B\n---\nLạc đường");
        office.file("d.docx", "không phải");
        office.file("e.md", "---\nto: all\nfiles: ../bi-mat.txt\n---\nTệp ở ngoài");
        office.file("g.md", "---\nto: all\n---\nTỐI MẬT\nviệc này");
        let done = import(&office.desk, &folder, None).await;
        let lines: serde_json::Value = serde_json::from_str(&office.said()).expect("JSON");
        assert!(matches!(done, Err(CommandError::Faults(text)) if text.contains("5 tệp")), "{lines:#}");
        assert_eq!(lines[0], serde_json::json!({"file": "a.md", "state": "made", "id": 1}));
        for (at, part) in ["gửi cho ai", "Xã B", "DOCX", "cùng thư mục", "độ mật"].iter().enumerate()
        {
            let why = lines[at + 1]["why"].as_str().expect("a reason");
            assert!(why.contains(part), "{why}");
        }
        let notice = office.desk.store.notice_show(NoticeId(1)).await.expect("the store").expect("a notice");
        assert_eq!((notice.title.as_str(), notice.text.as_str()), ("Lịch họp", "Đến đúng giờ."));
        assert_eq!(notice.spans[0].style, Style::Bold);
        assert_eq!((notice.urgent, notice.confirm, notice.files), (true, true, vec!["anh.txt".to_owned()]));
        assert!(notice.send_at.is_some());
        // Once more: what was taken is known, also under another name; what was wrong gets its audience.
        std::fs::rename(folder.join("a.md"), folder.join("a2.md")).expect("renamed");
        let _ = import(&office.desk, &folder, Some("all")).await;
        let lines: serde_json::Value = serde_json::from_str(&office.said()).expect("JSON");
        assert_eq!(lines[0], serde_json::json!({"file": "a2.md", "state": "taken", "id": 1}));
        assert_eq!(lines[1], serde_json::json!({"file": "b.md", "state": "made", "id": 2}));
    }
}
