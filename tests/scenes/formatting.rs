//! What an editor writes in bold, as a link or as a quote arrives so, as far as each channel can show it.

use loa::conversation::notice::NewNotice;
use loa::domain::rich::Link;
use loa::domain::{ChannelKind, Rich};
use loa::sandbox::Entity;

use crate::hall::{Hall, WARD};
use crate::platforms::id;
use crate::town::photo;
use crate::{on_both, on_every_channel};

/// A marked stretch: the first place at which these words stand.
fn marked(text: &str, words: &str, kind: &str, url: Option<&str>) -> Entity {
    let units = |text: &str| text.encode_utf16().count();
    let at = text.find(words).expect("the words");
    Entity {
        kind: kind.into(),
        offset: units(&text[..at]),
        length: units(words),
        url: url.map(str::to_owned),
        ..Entity::default()
    }
}

const TEXT: &str =
    "Lịch họp 📢\nĐến đúng giờ, mang sổ tay.\nXem lịch tuần nhé.\nTheo ông Chủ tịch:\nAi cũng phải có mặt.";

fn marks(text: &str) -> Vec<Entity> {
    vec![
        marked(text, "Lịch", "bold", None),
        marked(text, "đúng giờ", "bold", None),
        marked(text, "sổ tay", "underline", None),
        marked(text, "lịch tuần", "text_link", Some("https://xa.gov.vn/lich")),
        marked(text, "Ai cũng phải có mặt.", "blockquote", None),
    ]
}

/// The editor's notice is looked at, handed in, and approved.
async fn goes_out(hall: &Hall) {
    hall.chooses("hanh", "Xem trước").await;
    hall.chooses("hanh", "Gửi duyệt").await;
    hall.chooses("quang", "Duyệt").await;
    hall.settled().await;
}

/// Chị Lan is reached over the other channel.
async fn lan_is_beside(hall: &Hall) {
    hall.says("lan", "/ghep").await;
    let shown = hall.last("lan");
    let code = shown.lines().find_map(|line| line.strip_prefix("/ghep ")).expect("a code");
    let done = hall.says_beside("lan", &format!("/ghep {code}")).await;
    assert!(done.contains("Xong rồi"), "{done}");
    let kind = hall.second.as_ref().expect("a second channel").1.channel.kind();
    let unit = hall.store.find_units(WARD).await.expect("units")[0].0;
    hall.store.set_channels(unit, vec![kind, ChannelKind::Telegram]).await.expect("set");
}

/// Written on Telegram, read on Telegram and beside it. Gives how it is set there.
async fn is_written_and_read(
    kind: ChannelKind,
    database: crate::engines::Database,
) -> Option<(Hall, Vec<String>)> {
    let hall = Hall::with_beside(kind, database).await?;
    lan_is_beside(&hall).await;
    hall.says("hanh", "/thongbao").await;
    hall.platform.telegram().say_marked(id("hanh"), id("hanh"), TEXT, marks(TEXT));
    hall.settled().await;
    hall.chooses("hanh", "Xem trước").await;
    // What is shown of the other channel is what is read there.
    let looked = hall.chooses("hanh", &format!("Trên {}", kind.name())).await;
    hall.chooses("hanh", "Gửi duyệt").await;
    hall.chooses("quang", "Duyệt").await;
    hall.settled().await;
    let read = hall.beside().chat("lan").into_iter().find(|said| said.text.contains("đúng giờ"));
    let read = read.expect("the notice").text;
    // A mail says in its plain words where a link leads.
    let read = if kind == ChannelKind::Email { read.replace(" (https://xa.gov.vn/lich)", "") } else { read };
    let lines = |text: &str| text.lines().map(|line| line.trim_end().to_owned()).collect::<Vec<_>>();
    assert_eq!(lines(&looked)[..5], lines(&read)[..5], "{looked}\n{read}");
    let expected = [
        "bold: Lịch họp 📢",
        "bold: đúng giờ",
        "underline: sổ tay",
        "text_link https://xa.gov.vn/lich: lịch tuần",
        "blockquote: Ai cũng phải có mặt.",
    ];
    for who in ["hanh", "nga"] {
        assert_eq!(hall.platform.markup(who, "đúng giờ"), expected, "{}", hall.story(who));
    }
    let beside = hall.beside().markup("lan", "đúng giờ");
    hall.ends_well().await;
    let wrong = hall.beside().violations();
    assert!(wrong.is_empty(), "{wrong:#?}");
    Some((hall, beside))
}

on_both! {
    async fn a_formatted_notice_from_telegram_arrives_on_a_zalo_bot(database: Database) {
        let (hall, beside) = is_written_and_read(ChannelKind::ZaloBot, database).await.expect("a stand-in");
        assert!(hall.heard_beside("lan", "Xem lịch tuần (https://xa.gov.vn/lich) nhé.\nTheo ông Chủ tịch:\n> Ai cũng phải có mặt."), "{}", hall.story_beside("lan"));
        assert_eq!(beside, ["b: Lịch họp 📢", "b: đúng giờ", "u: sổ tay"]);
    }

    async fn a_formatted_notice_from_telegram_arrives_on_an_official_account(database: Database) {
        let (hall, _) = is_written_and_read(ChannelKind::ZaloOa, database).await.expect("a stand-in");
        assert!(hall.heard_beside("lan", "Đến đúng giờ, mang sổ tay.\nXem lịch tuần (https://xa.gov.vn/lich) nhé.\nTheo ông Chủ tịch:\n> Ai cũng phải có mặt."), "{}", hall.story_beside("lan"));
    }

    async fn a_formatted_notice_from_telegram_arrives_by_mail(database: Database) {
        let Some((hall, beside)) = is_written_and_read(ChannelKind::Email, database).await else { return };
        assert!(hall.heard_beside("lan", "Xem lịch tuần (https://xa.gov.vn/lich) nhé."), "{}", hall.story_beside("lan"));
        let html = &beside[0];
        for part in ["<b>đúng giờ</b>", "<u>sổ tay</u>", "<a href=\"https://xa.gov.vn/lich\">lịch tuần</a>", ">Ai cũng phải có mặt.</blockquote>"] {
            assert!(html.contains(part), "{part} is not in {html}");
        }
    }

    async fn a_correction_takes_its_formatting_along(database: Database) {
        let hall = Hall::new(ChannelKind::Telegram, database).await;
        let telegram = hall.platform.telegram();
        hall.says("hanh", "/thongbao").await;
        hall.says("hanh", "Lịch họp").await;
        let said = telegram.say_marked(id("hanh"), id("hanh"), "Đến lúc 8 giờ", vec![marked("Đến lúc 8 giờ", "8 giờ", "bold", None)]);
        hall.settled().await;
        let text = "Đến lúc 9 giờ, xem lịch";
        let marks = vec![marked(text, "9 giờ", "italic", None), marked(text, "lịch", "text_link", Some("https://xa.gov.vn/"))];
        telegram.edit_marked(id("hanh"), id("hanh"), said, text, marks);
        hall.settled().await;
        goes_out(&hall).await;
        let expected = ["bold: Lịch họp", "italic: 9 giờ", "text_link https://xa.gov.vn/: lịch"];
        assert_eq!(hall.platform.markup("nga", "9 giờ"), expected, "{}", hall.story("nga"));
        hall.ends_well().await;
    }

    async fn an_album_with_a_marked_caption_becomes_the_draft(database: Database) {
        let hall = Hall::new(ChannelKind::Telegram, database).await;
        hall.says("hanh", "/thongbao").await;
        let caption = "Ảnh diễn tập\nĐội 1 về nhất";
        let marks = vec![marked(caption, "về nhất", "bold", None)];
        hall.platform.telegram().send_album_marked(id("hanh"), id("hanh"), vec![photo(1), photo(2)], caption, marks);
        hall.settled().await;
        hall.later(std::time::Duration::from_secs(5)).await;
        assert!(hall.heard("hanh", "📎"), "{}", hall.story("hanh"));
        goes_out(&hall).await;
        assert!(hall.platform.was_shown_a_picture("nga"), "{}", hall.story("nga"));
        assert_eq!(hall.platform.markup("nga", "về nhất"), ["bold: Ảnh diễn tập", "bold: về nhất"]);
        hall.ends_well().await;
    }
}

on_every_channel! {
    async fn a_long_formatted_notice_keeps_its_links_whole(mut hall: Hall) {
        let to = |at: usize| Link::read(&format!("https://xa.gov.vn/van-ban/{at}/toan-van")).expect("an address");
        let body = (0..60).fold(Rich::new(), |text, at| {
            text.push("Các đơn vị đọc kỹ ").link(format!("văn bản số {at}"), to(at)).push(" rồi ").bold("báo cáo ngay").push(". ")
        });
        let new = NewNotice {
            title: "Văn bản mới".into(),
            body,
            audience: format!("unit:{WARD}"),
            confirm: true,
            ..NewNotice::default()
        };
        let id = hall.store.notice_new(new).await.expect("the store").expect("a notice");
        hall.store.notice_send(id).await.expect("the store").expect("sent");
        hall.settled().await;
        let said: Vec<String> = hall.platform.chat("nga").into_iter().filter(|said| said.by_bot).map(|said| said.text).collect();
        for at in 0..60 {
            let words = match hall.engine.channel.kind() {
                ChannelKind::Telegram => format!("văn bản số {at} rồi"),
                _ => format!("văn bản số {at} ({})", to(at)),
            };
            assert!(said.iter().any(|text| text.contains(&words)), "{words} is not whole:\n{}", hall.story("nga"));
        }
        let set = hall.platform.markup("nga", "văn bản số 59");
        match hall.engine.channel.kind() {
            ChannelKind::Telegram => assert!(set.contains(&format!("text_link {}: văn bản số 59", to(59))), "{set:?}"),
            ChannelKind::ZaloBot => assert!(set.iter().all(|one| one == "b: báo cáo ngay"), "{set:?}"),
            ChannelKind::ZaloOa => assert!(set.is_empty()),
            ChannelKind::Email => assert!(set[0].contains(&format!("<a href=\"{}\">văn bản số 59</a>", to(59)))),
        }
        hall.ends_well().await;
    }
}
