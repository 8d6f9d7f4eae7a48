//! A folder of documents becomes notices: what a clerk wrote with a word processor arrives as it was set.

use std::io::{Cursor, Write};
use std::path::Path;

use loa::domain::ChannelKind;
use loa::domain::ids::NoticeId;
use zip::write::SimpleFileOptions;

use crate::cli::loa;
use crate::hall::{Hall, WARD};
use crate::on_both;
use crate::town::photo;

/// A DOCX as Word packs it, with this between the tags of its body.
fn docx(body: &str) -> Vec<u8> {
    let mut zip = zip::ZipWriter::new(Cursor::new(Vec::new()));
    let document = format!("<w:document xmlns:w=\"w\" xmlns:r=\"r\"><w:body>{body}</w:body></w:document>");
    let links = "<Relationships><Relationship Id=\"rId1\" TargetMode=\"External\" Target=\"https://xa.gov.vn/ke-hoach\"/></Relationships>";
    for (name, text) in [("word/document.xml", document.as_str()), ("word/_rels/document.xml.rels", links)] {
        zip.start_file(name, SimpleFileOptions::default()).expect("a part");
        zip.write_all(text.as_bytes()).expect("written");
    }
    zip.finish().expect("a zip").into_inner()
}

fn write(folder: &Path, name: &str, bytes: impl AsRef<[u8]>) {
    std::fs::write(folder.join(name), bytes).expect("written");
}

on_both! {
    async fn a_folder_becomes_drafts_that_arrive_formatted(database: Database) {
        let hall = Hall::new(ChannelKind::Telegram, database).await;
        let dir = tempfile::tempdir().expect("a directory");
        write(dir.path(), "loa.toml", format!("[database]\nurl = \"{}\"\n", hall.database.url));
        let folder = dir.path().join("cong-van");
        std::fs::create_dir(&folder).expect("a folder");
        write(&folder, "so-do.jpg", photo(1));
        write(&folder, "lich.md", format!(
            "---\nto: unit:{WARD}\nxác nhận: có\nfiles: so-do.jpg\n---\n# Lịch họp\n\nĐến **đúng giờ**, xem [lịch](https://xa.gov.vn/lich):\n\n1. Chào cờ\n2. Giao ban\n"
        ));
        write(&folder, "ke-hoach.docx", docx(
            "<w:p><w:pPr><w:pStyle w:val=\"Heading1\"/></w:pPr><w:r><w:t>Kế hoạch tháng</w:t></w:r></w:p>\
             <w:p><w:r><w:t xml:space=\"preserve\">Các tổ </w:t></w:r><w:r><w:rPr><w:i/></w:rPr><w:t>tự kiểm tra</w:t></w:r>\
             <w:r><w:t xml:space=\"preserve\">, xem </w:t></w:r><w:hyperlink r:id=\"rId1\"><w:r><w:t>toàn văn</w:t></w:r></w:hyperlink></w:p>"
        ));
        let first = loa(dir.path(), &[], &["notice", "import", "cong-van"]).await;
        assert_eq!(first.code, Some(1), "{}{}", first.out, first.err);
        assert_eq!(first.out, "ke-hoach.docx: Chưa nói gửi cho ai: thêm dòng “to:” ở đầu tệp, hoặc dùng --to.\n\
            lich.md: đã ghi thông báo số 1. Xem trước: loa notice preview 1\n");
        let to = format!("unit:{WARD}");
        let second = loa(dir.path(), &[], &["notice", "import", "cong-van", "--to", &to, "--json"]).await;
        assert_eq!(second.code, Some(0), "{}{}", second.out, second.err);
        let states: Vec<String> = second.json().as_array().expect("a list").iter().map(|line| line["state"].to_string()).collect();
        assert_eq!(states, ["\"made\"", "\"taken\""]);
        let shown = loa(dir.path(), &[], &["notice", "show", "1"]).await;
        assert!(shown.out.contains("Đến đúng giờ, xem lịch (https://xa.gov.vn/lich):\n\n1. Chào cờ"), "{}", shown.out);
        for id in [1, 2] {
            hall.store.notice_send(NoticeId(id)).await.expect("the store").expect("sent");
        }
        hall.settled().await;
        assert_eq!(hall.platform.markup("nga", "đúng giờ"), ["bold: Lịch họp", "bold: đúng giờ", "text_link https://xa.gov.vn/lich: lịch"]);
        assert!(hall.platform.was_shown_a_picture("nga"), "{}", hall.story("nga"));
        let expected = ["bold: Kế hoạch tháng", "italic: tự kiểm tra", "text_link https://xa.gov.vn/ke-hoach: toàn văn"];
        assert_eq!(hall.platform.markup("nga", "tự kiểm tra"), expected);
        hall.ends_well().await;
    }
}
