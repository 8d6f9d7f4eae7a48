//! What became of a notice, and sending it again to those alone whom it did not reach.

use std::time::Duration;

use loa::domain::Failure;
use loa::domain::ids::NoticeId;
use loa::domain::import::{ImportRow, Kind};
use loa::domain::{ChannelKind, Role};
use loa::sandbox::{Fault, Rule};

use crate::cli::loa;
use crate::on_both;
use crate::town::{APPROVER, BINH, COMMUNE_GROUP, EDITOR, HAI, LAN, NGA, PAO, THAO, Town, WARD};

const MINUTE: Duration = Duration::from_secs(60);

/// Thảo is on the list and has never opened the bot.
async fn enlists_thao(town: &Town) {
    let row = ImportRow {
        line: 2,
        unit: WARD.parse().expect("a path"),
        name: "Anh Thảo".to_owned(),
        role: Some(Role::Staff),
        channel: ChannelKind::Telegram,
        chat_id: THAO.to_string(),
        kind: Kind::Person,
    };
    town.store.import(vec![row], false).await.expect("an import");
}

on_both! {
    async fn who_was_not_reached_gets_it_again_and_nobody_twice(database: Database) {
        let town = Town::new(database).await;
        enlists_thao(&town).await;
        // Lan has blocked the bot, and the platform does not take what is for Bình.
        town.sandbox.faults().add(Rule::new(Fault::Forbidden).method("sendMessage").chat(LAN));
        town.sandbox.faults().add(Rule::new(Fault::NotFound).method("sendMessage").chat(THAO));
        town.sandbox.faults().add(Rule::new(Fault::Status(400)).method("sendMessage").chat(BINH));
        town.says(EDITOR, "/thongbao Đăng ký dự hội nghị\nGửi danh sách trước thứ Sáu.").await;
        town.presses(EDITOR, EDITOR, "Xem trước").await;
        town.presses(EDITOR, EDITOR, "Gửi duyệt").await;
        town.in_time(town.presses(APPROVER, APPROVER, "Duyệt và gửi")).await;
        town.in_time(town.later(10 * MINUTE)).await;
        for (who, after) in [(NGA, 5), (HAI, 20), (PAO, 60)] {
            town.presses(who, who, "Đã nhận").await;
            town.in_time(town.later(after * MINUTE)).await;
        }
        town.presses(EDITOR, EDITOR, "Kết quả").await;
        let report = town.store.notice_report(NoticeId(1)).await.expect("the store").expect("a report");
        assert_eq!(report.failed, [(Failure::Permanent, 2), (Failure::Technical, 1)], "{report:?}");
        assert_eq!((report.all.failed, report.all.confirmed, report.again), (3, 3, 1), "only Bình's chat is open");
        // Lan comes back, Thảo presses Start, and the platform takes again what is for Bình.
        town.sandbox.faults().clear();
        town.says(LAN, "/toi").await;
        town.sandbox.say(THAO, THAO, "/start");
        town.settled().await;
        town.presses(EDITOR, EDITOR, "Kết quả").await;
        town.in_time(town.presses(EDITOR, EDITOR, "Gửi lại cho 3 nơi")).await;
        town.in_time(town.later(MINUTE)).await;
        for chat in [LAN, THAO, BINH, NGA, HAI, PAO, COMMUNE_GROUP] {
            assert_eq!(town.times(chat, "Gửi danh sách trước thứ Sáu"), 1, "{}", town.story(chat));
        }
        town.presses(LAN, LAN, "Đã nhận").await;
        let report = town.store.notice_report(NoticeId(1)).await.expect("the store").expect("a report");
        assert_eq!((report.all.failed, report.all.confirmed, report.again), (0, 4, 0), "{report:?}");
        assert_eq!(report.all.arrived, report.all.total);
        // Asked once more, it goes to nobody.
        assert_eq!(town.store.notice_resend(NoticeId(1)).await.expect("the store").expect("done"), 0);
        town.presses(EDITOR, EDITOR, "Danh sách").await;
        let file = town.last(EDITOR);
        assert_eq!(file.files, ["ket-qua-thong-bao-1.csv"], "{file:?}");
        insta::assert_snapshot!("not_reached", town.story(EDITOR));
        town.ends_well().await;
    }

    async fn what_became_of_it_comes_as_a_picture(database: Database) {
        let town = Town::new(database).await;
        town.says(EDITOR, "/thongbao Đăng ký dự hội nghị\nGửi danh sách trước thứ Sáu.").await;
        town.presses(EDITOR, EDITOR, "Xem trước").await;
        town.presses(EDITOR, EDITOR, "Gửi duyệt").await;
        town.in_time(town.presses(APPROVER, APPROVER, "Duyệt và gửi")).await;
        town.in_time(town.later(10 * MINUTE)).await;
        town.presses(NGA, NGA, "Đã nhận").await;
        town.presses(EDITOR, EDITOR, "Kết quả").await;
        town.presses(EDITOR, EDITOR, "Hình").await;
        let seen = town.last(EDITOR);
        assert_eq!((seen.photos, seen.text.as_str()), (1, "🖼 Kết quả “Đăng ký dự hội nghị”."), "{seen:?}");
        // The same by command line, for who prints it.
        let dir = tempfile::tempdir().expect("a directory");
        let config = format!("[database]\nurl = \"{}\"\n", town.database.url);
        std::fs::write(dir.path().join("loa.toml"), config).expect("written");
        let drawn = loa(dir.path(), &[], &["notice", "report", "1", "--picture", "ra.png"]).await;
        assert_eq!(drawn.code, Some(0), "{}{}", drawn.out, drawn.err);
        let picture = image::open(dir.path().join("ra.png")).expect("a picture");
        assert_eq!(picture.width(), 1080);
        town.ends_well().await;
    }

    async fn who_never_had_a_chat_gets_it_when_they_have_one(database: Database) {
        let town = Town::new(database).await;
        enlists_thao(&town).await;
        town.sandbox.faults().add(Rule::new(Fault::NotFound).method("sendMessage").chat(THAO));
        let send = async |title: &str| {
            let new = loa::conversation::notice::NewNotice {
                title: title.into(), audience: "person:Anh Thảo".into(), ..Default::default()
            };
            let id = town.store.notice_new(new).await.expect("the store").expect("a notice");
            town.store.notice_send(id).await.expect("the store").expect("sent");
            town.in_time(town.later(MINUTE)).await;
            id
        };
        send("Trước").await;
        let id = send("Sau").await;
        let counts = async || town.store.notice_report(id).await.expect("the store").expect("a report");
        let before = counts().await;
        assert_eq!((before.unreached, before.all.total, before.again), (1, 0, 0), "{before:?}");
        town.sandbox.faults().clear();
        town.sandbox.say(THAO, THAO, "/start");
        town.settled().await;
        assert_eq!(counts().await.again, 1);
        assert_eq!(town.store.notice_resend(id).await.expect("the store").expect("done"), 1);
        town.in_time(town.later(MINUTE)).await;
        let after = counts().await;
        assert_eq!((after.unreached, after.all.total, after.all.arrived), (0, 1, 1), "{after:?}");
        assert_eq!(town.times(THAO, "Sau"), 1);
        town.ends_well().await;
    }
}
