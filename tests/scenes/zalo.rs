//! What is different on a bot of Zalo's: no buttons, no files, a budget for the month, and updates that are given once.

use std::time::Duration;

use loa::conversation::notice::{FileFrom, NewFile, NewNotice};
use loa::domain::content::FileKind;
use loa::domain::{ChannelKind, Timestamp};
use loa::jobs::pacing::Limits;
use loa::sandbox::{Fault, Rule};
use loa::store::quota::Plan;

use crate::engines::Database;
use crate::hall::{Hall, WARD};
use crate::on_both;
use crate::town::photo;

const HOUR: Duration = Duration::from_secs(3600);

async fn hall(database: Database) -> Hall {
    Hall::new(ChannelKind::ZaloBot, database).await
}

/// Sends a notice to the ward as the administrator.
async fn sends(hall: &Hall, title: &str, urgent: bool, files: Vec<NewFile>) {
    let audience = format!("unit:{WARD}");
    let new =
        NewNotice { title: title.into(), audience, urgent, confirm: true, files, ..NewNotice::default() };
    let id = hall.store.notice_new(new).await.expect("the store").expect("a notice");
    hall.store.notice_send(id).await.expect("the store").expect("sent");
}

on_both! {
    async fn a_number_that_is_not_offered_is_not_taken_for_a_choice(database: Database) {
        let hall = hall(database).await;
        hall.says("lan", "Phá rừng ở phường Bình Minh").await;
        hall.says("lan", "9").await;
        hall.says("lan", "2").await;
        hall.says("lan", "nội dung").await;
        hall.says("lan", "Phá rừng ở phường Bình Minh, ba người").await;
        hall.says("lan", "GỬI!").await;
        // What was chosen once cannot be chosen again.
        hall.says("lan", "gửi").await;
        insta::assert_snapshot!("zalo_numbers", hall.story("lan"));
        assert_eq!(hall.store.list_incidents(false, None).await.expect("a list").len(), 1);
        hall.ends_well().await;
    }

    async fn what_bots_are_not_given_is_answered_or_passed_over(database: Database) {
        let hall = hall(database).await;
        let zalo = hall.platform.zalo_bot();
        zalo.send_unsupported("lan", true);
        zalo.send_unsupported("lan", false);
        zalo.send_voice("lan", b"OggS".to_vec());
        zalo.send_sticker("lan", "7f3a");
        zalo.inject_raw(serde_json::json!({"event_name": "message.new.kind", "message": null}));
        zalo.inject_raw(serde_json::json!({"event_name": 7, "message": {"chat": []}}));
        hall.settled().await;
        insta::assert_snapshot!("zalo_unsupported", hall.story("lan"));
        hall.ends_well().await;
    }

    async fn files_are_links_that_only_we_can_make(database: Database) {
        let hall = hall(database).await;
        let pdf = b"%PDF-1.7 ke hoach".to_vec();
        let mut files = Vec::new();
        for (name, mime, kind, bytes) in [
            ("Kế hoạch số 5.pdf", "application/pdf", FileKind::Document, pdf.clone()),
            ("bản đồ.jpg", "image/jpeg", FileKind::Photo, photo(1)),
        ] {
            let sha256 = hall.store.put_blob(bytes, mime).await.expect("kept");
            let from = FileFrom::Stored(sha256);
            files.push(NewFile { name: name.into(), mime: mime.into(), kind, from });
        }
        sends(&hall, "Diễn tập phòng chống lụt bão", false, files).await;
        hall.settled().await;
        let story = hall.story("nga");
        assert!(hall.platform.was_shown_a_picture("nga"), "{story}");
        let link = story.split_whitespace().find(|word| word.starts_with("http://")).expect("a link");
        let client = loa::http::http_client().expect("a client");
        let got = client.get(link).send().await.expect("an answer");
        assert_eq!(got.headers()["content-type"], "application/pdf");
        assert_eq!(got.headers()["content-disposition"], "inline; filename=\"ke-hoach-so-5.pdf\"");
        assert_eq!(got.bytes().await.expect("bytes"), pdf);
        for wrong in [link.replace(".pdf", ".doc"), link.replace("/tep/", "/"), format!("{link}x")] {
            assert_eq!(client.get(&wrong).send().await.expect("an answer").status(), 404, "{wrong}");
        }
        hall.clock.advance(32 * 24 * HOUR);
        let late = client.get(link).send().await.expect("an answer");
        assert_eq!(late.status(), 404, "it ran out");
        assert!(late.text().await.expect("a page").contains("nhờ người gửi thông báo gửi lại"));
        hall.ends_well().await;
    }

    async fn a_month_has_so_many_messages_and_some_are_kept(database: Database) {
        let mut hall = hall(database).await;
        let sent = || hall.platform.zalo_bot().sent_this_month();
        let before = u32::try_from(sent()).expect("few");
        assert_eq!(hall.store.used_this_month(ChannelKind::ZaloBot).await.expect("a count").messages, before);
        hall.stop().await;
        hall.engine.limits = Limits { per_month: before + 6, reserve: 5, ..Limits::NONE };
        let plan = Plan { messages: (before + 6).into(), reserve: 5 };
        hall.store.keep_plan(ChannelKind::ZaloBot, plan).await.expect("kept");
        hall.start().await;
        // Two people, and one message that is not kept for what is more important.
        sends(&hall, "Thường", false, Vec::new()).await;
        let heard = |title: &str| ["nga", "lan"].into_iter().filter(|who| hall.heard(who, title)).count();
        hall.until(|| heard("Thường") == 1).await;
        // The administrator hears of it, out of what is kept.
        hall.until(|| hall.heard("dung", "sắp hết")).await;
        sends(&hall, "Khẩn", true, Vec::new()).await;
        hall.until(|| heard("Khẩn") == 2).await;
        hall.platform.say("lan", "/toi");
        hall.until(|| hall.heard("lan", "Chị Lan")).await;
        assert_eq!(heard("Thường"), 1);
        // On the first of the month there are new ones.
        hall.clock.set(Timestamp::vietnam(2026, 12, 1, 0, 1));
        hall.until(|| heard("Thường") == 2).await;
        assert!(hall.platform.zalo_bot().attempts().iter().all(|one| one.outcome == loa::sandbox::Outcome::Ok));
        hall.ends_well().await;
    }

    async fn a_quota_of_the_platforms_that_is_used_up_is_waited_for(database: Database) {
        let hall = hall(database).await;
        let used = u32::try_from(hall.platform.zalo_bot().sent_this_month()).expect("few");
        hall.platform.zalo_bot().change(|options| options.monthly_quota = used as usize);
        sends(&hall, "Một", false, Vec::new()).await;
        let refused = || hall.platform.zalo_bot().attempts().iter().filter(|one| one.outcome != loa::sandbox::Outcome::Ok).count();
        hall.until(|| refused() == 2).await;
        // Zalo does not say for how long: nobody is asked again for ten minutes.
        for _ in 0..50 {
            hall.a_moment().await;
        }
        assert_eq!(refused(), 2);
        hall.platform.zalo_bot().change(|options| options.monthly_quota = 3000);
        hall.clock.advance(Duration::from_secs(601));
        hall.until(|| hall.heard("nga", "Một") && hall.heard("lan", "Một")).await;
        hall.ends_well().await;
    }

    async fn what_nobody_knows_of_is_tried_once_more_and_then_held(database: Database) {
        let hall = hall(database).await;
        let rule = |fault| Rule::new(fault).method("sendMessage").times(1);
        hall.platform.zalo_bot().faults().add(rule(Fault::ResetAfter));
        sends(&hall, "Một", false, Vec::new()).await;
        hall.later(HOUR).await;
        let heard = |title: &str| hall.platform.zalo_bot().accepted().iter().filter(|one| one.text.contains(title)).count();
        assert_eq!(heard("Một"), 3, "one of two arrived twice");
        hall.platform.zalo_bot().faults().add(Rule::new(Fault::ResetAfter).method("sendMessage").times(4));
        sends(&hall, "Hai", false, Vec::new()).await;
        hall.later(HOUR).await;
        hall.later(HOUR).await;
        assert_eq!(heard("Hai"), 4, "two of each, and no more");
        hall.ends_well().await;
    }

    async fn a_token_that_was_taken_back_loses_nothing(database: Database) {
        let hall = hall(database).await;
        hall.platform.zalo_bot().expire_token();
        sends(&hall, "Lịch họp", false, Vec::new()).await;
        let rests = async || !hall.store.status("worker").await.expect("a status").rests.is_empty();
        while !rests().await {
            hall.a_moment().await;
        }
        assert!(!hall.heard("nga", "Lịch họp"));
        hall.platform.zalo_bot().set_token(&hall.token());
        // The platform is asked again at the latest after so long.
        hall.clock.advance(Duration::from_secs(61));
        hall.until(|| hall.heard("nga", "Lịch họp") && hall.heard("lan", "Lịch họp")).await;
        hall.settled().await;
        assert_eq!(hall.platform.zalo_bot().accepted().iter().filter(|one| one.text.contains("Lịch họp")).count(), 2);
        hall.ends_well().await;
    }
}

/// How many messages somebody has had: what is said to them begins a line, and is not their own.
fn heard(hall: &Hall, who: &str) -> usize {
    let mine = |line: &&str| !line.starts_with(['👤', ' ']) && !line.is_empty();
    hall.story(who).lines().filter(mine).count()
}

/// Each picture is a message of its own there; on both kinds of account.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn pictures_that_come_together_are_answered_once() {
    for kind in [ChannelKind::ZaloBot, ChannelKind::ZaloOa] {
        let hall = Hall::new(kind, Database::sqlite()).await;
        for shade in [1, 2, 3] {
            hall.platform.photo("lan", photo(shade), "");
        }
        hall.settled().await;
        assert_eq!(heard(&hall, "lan"), 1, "{}", hall.story("lan"));
        hall.says("lan", "Cháy nhà ở phường Bình Minh").await;
        hall.chooses("lan", "Gửi").await;
        // What comes after it was sent is added to the case, also together.
        let before = heard(&hall, "lan");
        for shade in [4, 5] {
            hall.platform.photo("lan", photo(shade), "");
        }
        hall.settled().await;
        assert_eq!(heard(&hall, "lan"), before + 1, "{}", hall.story("lan"));
        hall.later(HOUR).await;
        assert_eq!(hall.case(&hall.code("lan")).await.photos.len(), 5);
        hall.ends_well().await;
    }
}
