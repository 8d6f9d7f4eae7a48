//! Quick reports: from one message to a case, with only what is missing asked for.

use std::time::Duration;

use loa::domain::incident::Move;
use serde_json::json;

use crate::on_both;
use crate::town::{COMMUNE, DUTY, LAN, MAI, NGA, SINH, TUAN, Town, WARD, photo};
use crate::world::World;

const HERE: (f64, f64) = (22.6657, 106.2577);

/// The bytes behind a message, as whoever sees it would save them.
async fn file(world: &World, path: &str) -> Vec<u8> {
    let client = loa::http::http_client().expect("a client");
    let url = format!("{}/practice/file/{path}", world.sandbox.url());
    client.get(url).send().await.expect("an answer").bytes().await.expect("bytes").to_vec()
}

fn contains(bytes: &[u8], words: &[u8]) -> bool {
    bytes.windows(words.len()).any(|window| window == words)
}

/// The check sum of a PNG's chunk.
fn crc32(bytes: &[u8]) -> u32 {
    !bytes.iter().fold(u32::MAX, |sum, byte| {
        (0..8).fold(sum ^ u32::from(*byte), |sum, _| (sum >> 1) ^ (0xEDB8_8320 & (sum & 1).wrapping_neg()))
    })
}

/// A message as the platform hands it over, under a number of the test's own.
fn raw(message_id: i64, text: &str) -> serde_json::Value {
    json!({"message": {"message_id": message_id, "date": 1_795_395_900, "text": text,
        "chat": {"id": LAN, "type": "private", "first_name": "Chị Lan"},
        "from": {"id": LAN, "is_bot": false, "first_name": "Chị Lan"}}})
}

on_both! {
    async fn words_and_a_photo_in_one_message(database: Database) {
        let town = Town::new(database).await;
        let words = "Sạt lở lấp nửa mặt đường ở phường Bình Minh, xe máy không qua được";
        town.sandbox.send_photo(LAN, LAN, photo(1), words);
        town.settled().await;
        let summary = town.story(LAN);
        town.presses(LAN, LAN, "Gửi").await;
        assert!(town.last(LAN).text.contains("ML-2026-0001"), "the code comes within the turn");
        insta::assert_snapshot!("one_message", format!("{summary}…\n{}", town.story(LAN)));
        insta::assert_snapshot!("one_message_duty", town.story(DUTY));
        let case = town.case("ML-2026-0001").await;
        assert_eq!((case.photos.len(), case.category.as_deref()), (1, Some("Thiên tai, sạt lở")));
        town.ends_well().await;
    }

    async fn a_picture_is_shown_without_what_the_camera_wrote(database: Database) {
        let town = Town::new(database).await;
        assert!(contains(&photo(1), b"GPS"));
        // As a file, so that the platform passes it on as it is.
        town.sandbox.send_document(LAN, LAN, "IMG_1.jpg", "image/jpeg", photo(1), "Sạt lở ở phường Bình Minh");
        town.settled().await;
        town.presses(LAN, LAN, "Gửi").await;
        let shown = town.sandbox.chat(DUTY).into_iter().find(|seen| seen.photos > 0);
        let shown = shown.unwrap_or_else(|| panic!("no picture:\n{}", town.story(DUTY)));
        let bytes = file(&town, shown.path.as_deref().expect("a file")).await;
        assert!(bytes.starts_with(&[0xFF, 0xD8]) && !contains(&bytes, b"GPS") && !contains(&bytes, b"Exif"));
        assert_eq!(image::load_from_memory(&bytes).expect("a picture").width(), 320);
        town.ends_well().await;
    }

    async fn an_album_is_one_report(database: Database) {
        let town = Town::new(database).await;
        let pictures = vec![photo(1), photo(2), photo(3)];
        town.sandbox.send_album(LAN, LAN, pictures, "Cháy nhà ở phường Bình Minh");
        town.later(Duration::from_secs(2)).await;
        town.presses(LAN, LAN, "Gửi").await;
        assert_eq!(town.case("ML-2026-0001").await.photos.len(), 3);
        let shown = town.sandbox.chat(DUTY).into_iter().filter(|seen| seen.photos > 0);
        let albums: Vec<Option<String>> = shown.map(|seen| seen.media_group_id).collect();
        assert_eq!(albums.len(), 3);
        assert!(albums[0].is_some() && albums.iter().all(|album| *album == albums[0]), "shown as one album");
        town.ends_well().await;
    }

    async fn words_first_and_photos_after(database: Database) {
        let town = Town::new(database).await;
        town.says(LAN, "Cháy rừng ở phường Bình Minh").await;
        town.sandbox.send_photo(LAN, LAN, photo(1), "");
        town.settled().await;
        town.presses(LAN, LAN, "Gửi").await;
        // What comes after the case is there belongs to it.
        town.sandbox.send_album(LAN, LAN, vec![photo(2), photo(3)], "");
        town.later(Duration::from_secs(2)).await;
        town.sandbox.send_location(LAN, LAN, HERE.0, HERE.1);
        town.settled().await;
        insta::assert_snapshot!("photos_after", town.stories(&[LAN, DUTY]));
        let case = town.case("ML-2026-0001").await;
        assert_eq!((case.photos.len(), case.latitude.is_some()), (3, true));
        assert_eq!(town.cases().await, 1);
        // Half an hour later a photo is about something else.
        town.later(Duration::from_secs(1800)).await;
        town.sandbox.send_photo(LAN, LAN, photo(4), "");
        town.settled().await;
        assert!(town.last(LAN).text.contains("Ảnh này là chuyện gì"), "{}", town.last(LAN).text);
        town.ends_well().await;
    }

    async fn a_place_alone_and_what_is_missing_is_asked_for(database: Database) {
        let town = Town::new(database).await;
        town.sandbox.send_location(LAN, LAN, HERE.0, HERE.1);
        town.settled().await;
        let mut story = town.story(LAN);
        town.says(LAN, "Có mấy xe tải đỗ từ đêm qua, chắn hết lối đi").await;
        story.push_str(&town.story(LAN)[story.len()..]);
        town.presses(LAN, LAN, "Không rõ").await;
        assert!(town.last(LAN).text.contains("Đã nhận vị trí"), "{}", town.last(LAN).text);
        town.presses(LAN, LAN, "Không rõ").await;
        town.presses(LAN, LAN, "Gửi").await;
        story.push_str("…\n");
        story.push_str(&town.story(LAN));
        insta::assert_snapshot!("what_is_missing", story);
        let case = town.case("ML-2026-0001").await;
        assert_eq!((case.category, case.latitude.is_some()), (None, true));
        assert!(town.card(DUTY, "ML-2026-0001").labels().iter().any(|label| label.contains("Bản đồ")));
        town.ends_well().await;
    }

    async fn a_venue_and_a_unit_by_its_name(database: Database) {
        let town = Town::new(database).await;
        town.sandbox.send_venue(SINH, SINH, "Chợ Nậm Pung", "Bản Lếch", HERE);
        town.settled().await;
        town.says(SINH, "không rõ").await;
        town.says(SINH, "Đường hỏng, nhiều ổ gà").await;
        assert!(town.says(SINH, "nậm pung").await.text.contains("Xã Nậm Pung"));
        town.presses(SINH, SINH, "Gửi").await;
        let case = town.case(&town.code(SINH)).await;
        assert_eq!((case.unit.as_str(), case.place.as_deref()), (COMMUNE, Some("Chợ Nậm Pung")));
        town.ends_well().await;
    }

    async fn a_photo_alone_may_stay_without_words(database: Database) {
        let town = Town::new(database).await;
        town.sandbox.send_photo(LAN, LAN, photo(1), "");
        town.settled().await;
        town.says(LAN, "Không rõ").await;
        town.presses(LAN, LAN, "Đường, cầu hư hỏng").await;
        town.presses(LAN, LAN, "Phường Bình Minh").await;
        town.presses(LAN, LAN, "Gửi").await;
        assert_eq!(town.case("ML-2026-0001").await.unit, WARD);
        town.ends_well().await;
    }

    async fn corrected_before_it_is_sent(database: Database) {
        let town = Town::new(database).await;
        town.says(LAN, "Phá rừng ở phường Bình Minh").await;
        for (label, words) in [("Nội dung", Some("Cháy rừng ở bản Lếch")), ("Loại việc", None), ("Nơi xảy ra", None)] {
            town.presses(LAN, LAN, "Sửa").await;
            town.presses(LAN, LAN, label).await;
            match (words, label) {
                (Some(words), _) => drop(town.says(LAN, words).await),
                (None, "Loại việc") => drop(town.presses(LAN, LAN, "Thiên tai").await),
                (None, _) => drop(town.presses(LAN, LAN, "Tỉnh Mường Lam").await),
            }
        }
        let summary = town.last(LAN).text;
        town.presses(LAN, LAN, "Gửi").await;
        insta::assert_snapshot!("corrected", format!("{summary}\n…\n{}", town.story(LAN)));
        let case = town.case("ML-2026-0001").await;
        assert_eq!(case.text, "Cháy rừng ở bản Lếch");
        assert_eq!(case.category.as_deref(), Some("Thiên tai, sạt lở"));
        town.ends_well().await;
    }

    async fn given_up_before_it_is_sent(database: Database) {
        let town = Town::new(database).await;
        town.says(LAN, "Phá rừng ở phường Bình Minh").await;
        town.presses(LAN, LAN, "Hủy").await;
        town.says(LAN, "Phá rừng ở phường Bình Minh").await;
        town.says(LAN, "/huy").await;
        town.says(LAN, "/huy").await;
        insta::assert_snapshot!("given_up", town.story(LAN));
        assert_eq!(town.cases().await, 0);
        town.ends_well().await;
    }

    async fn a_file_that_is_no_picture_is_refused_kindly(database: Database) {
        let town = Town::new(database).await;
        town.sandbox.send_document(LAN, LAN, "bao-cao.xlsx", "application/vnd.ms-excel", b"PK".to_vec(), "");
        town.settled().await;
        // One that only says that it is one is found out later.
        town.sandbox.send_document(LAN, LAN, "anh.jpg", "image/jpeg", b"khong phai anh".to_vec(), "Lũ ở phường Bình Minh");
        town.settled().await;
        town.presses(LAN, LAN, "Gửi").await;
        insta::assert_snapshot!("no_picture", town.story(LAN));
        assert!(town.case("ML-2026-0001").await.photos.is_empty());
        town.ends_well().await;
    }

    async fn pictures_are_known_by_their_bytes_and_bounded(database: Database) {
        let town = Town::new(database).await;
        // A WebP that calls itself a JPEG is a picture; a GIF that does is none, and a small file that claims to
        // be enormous is not even opened.
        let mut webp = std::io::Cursor::new(Vec::new());
        image::RgbImage::new(16, 16).write_to(&mut webp, image::ImageFormat::WebP).expect("a picture");
        let gif = b"GIF89a\x01\0\x01\0\x80\0\0\0\0\0\xff\xff\xff!\xf9\x04\x01\0\0\0\0,\0\0\0\0\x01\0\x01\0\0\x02\x02D\x01\0;";
        let mut bomb = std::io::Cursor::new(Vec::new());
        image::RgbImage::new(8, 8).write_to(&mut bomb, image::ImageFormat::Png).expect("a picture");
        let mut bomb = bomb.into_inner();
        for (at, byte) in [(17, 0), (18, 0xC3), (19, 0x50), (21, 0), (22, 0xC3), (23, 0x50)] {
            bomb[at] = byte;
        }
        let sum = crc32(&bomb[12..29]).to_be_bytes();
        bomb[29..33].copy_from_slice(&sum);
        town.says(LAN, "Lũ ở phường Bình Minh").await;
        for bytes in [webp.into_inner(), gif.to_vec(), bomb] {
            town.sandbox.send_document(LAN, LAN, "anh.jpg", "image/jpeg", bytes, "");
            town.settled().await;
        }
        town.presses(LAN, LAN, "Gửi").await;
        town.until_so("the picture", |sandbox| sandbox.chat(DUTY).iter().any(|seen| seen.photos > 0)).await;
        assert_eq!(town.case("ML-2026-0001").await.photos.len(), 1);
        let shown: Vec<_> = town.sandbox.chat(DUTY).into_iter().filter(|seen| seen.photos > 0).collect();
        let bytes = file(&town, shown[0].path.as_deref().expect("a file")).await;
        assert!(shown.len() == 1 && bytes.starts_with(&[0xFF, 0xD8]), "made anew as a JPEG");
        assert!(town.heard(LAN, "không phải ảnh") && town.heard(LAN, "lớn quá"), "{}", town.story(LAN));
        // Whoever may not see the case sees none of its pictures.
        assert!(town.says(SINH, "/vuviec ML-2026-0001").await.text.contains("không tìm thấy"));
        assert!(town.sandbox.chat(SINH).iter().all(|seen| seen.photos == 0));
        town.ends_well().await;
    }

    async fn a_report_sent_twice_is_one_case(database: Database) {
        let town = Town::new(database).await;
        let text = "Sạt lở ở phường Bình Minh";
        let mut update = raw(900, text);
        update["update_id"] = json!(5_000);
        town.sandbox.inject_raw_update(update.clone());
        town.sandbox.inject_raw_update(update.clone());
        town.settled().await;
        // The same message under a new number, before and after it is sent.
        town.sandbox.inject_raw_update(raw(900, text));
        town.settled().await;
        let summaries = town.sandbox.chat(LAN).iter().filter(|seen| seen.text.contains("Báo nhanh của bạn")).count();
        assert_eq!(summaries, 1, "{}", town.story(LAN));
        town.presses(LAN, LAN, "Gửi").await;
        assert_eq!(town.case("ML-2026-0001").await.text, text);
        town.sandbox.inject_raw_update(raw(900, text));
        town.settled().await;
        assert!(town.last(LAN).text.contains("ML-2026-0001"));
        assert_eq!(town.cases().await, 1);
        town.ends_well().await;
    }

    async fn two_taps_on_send_are_one_case(database: Database) {
        let town = Town::new(database).await;
        let summary = town.says(LAN, "Sạt lở ở phường Bình Minh").await.id;
        town.sandbox.press(LAN, LAN, summary, "✅ Gửi");
        town.sandbox.press(LAN, LAN, summary, "✅ Gửi");
        town.settled().await;
        assert_eq!(town.cases().await, 1);
        town.ends_well().await;
    }

    async fn an_edited_message_changes_the_report_and_is_added_to_the_case(database: Database) {
        let town = Town::new(database).await;
        town.sandbox.say(LAN, LAN, "Sạt lở ở phường Bình Mình");
        town.settled().await;
        let said = town.sandbox.chat(LAN).into_iter().rev().find(|seen| !seen.by_bot).expect("a message").id;
        town.sandbox.edit(LAN, LAN, said, "Sạt lở ở phường Bình Minh, hai nhà bị vùi");
        town.settled().await;
        town.presses(LAN, LAN, "Gửi").await;
        assert_eq!(town.case("ML-2026-0001").await.text, "Sạt lở ở phường Bình Minh, hai nhà bị vùi");
        town.sandbox.edit(LAN, LAN, said, "Sạt lở ở phường Bình Minh, ba nhà bị vùi");
        town.settled().await;
        assert!(town.last(LAN).text.contains("Đã ghi phần bạn vừa sửa"));
        let case = town.case("ML-2026-0001").await;
        let added = case.steps.iter().find(|step| step.movement == Move::Add.code()).expect("an addition");
        assert!(added.text.contains("ba nhà"));
        assert!(town.card(DUTY, "ML-2026-0001").text.contains("ba nhà"), "{}", town.story(DUTY));
        town.ends_well().await;
    }

    async fn a_greeting_is_no_report(database: Database) {
        let town = Town::new(database).await;
        for words in ["xin chào", "cảm ơn bạn nhé", "ok", "👍", "/baonhanh"] {
            town.says(LAN, words).await;
        }
        insta::assert_snapshot!("greeting", town.story(LAN));
        assert_eq!(town.cases().await, 0);
        town.ends_well().await;
    }

    async fn a_mark_of_secrecy_is_refused_and_kept_nowhere(database: Database) {
        let town = Town::new(database).await;
        let marked = "MẬT: KEHOACH7391 ở phường Bình Minh";
        town.says(LAN, marked).await;
        assert!(town.last(LAN).text.contains("dấu mật"));
        town.sandbox.send_album(LAN, LAN, vec![photo(1), photo(2)], marked);
        town.later(Duration::from_secs(2)).await;
        town.says(LAN, &format!("/baonhanh {marked}")).await;
        // In the middle of a report, as a correction, from a stranger, in an answer, in a group.
        town.says(LAN, "Sạt lở ở phường Bình Minh").await;
        let said = town.sandbox.chat(LAN).into_iter().rev().find(|seen| !seen.by_bot).expect("a message").id;
        town.says(LAN, marked).await;
        town.sandbox.edit(LAN, LAN, said, marked);
        town.settled().await;
        town.presses(LAN, LAN, "Gửi").await;
        town.presses(TUAN, DUTY, "Hỏi thêm").await;
        town.replies(TUAN, DUTY, marked).await;
        town.says(crate::town::HOA, marked).await;
        town.says_in(MAI, DUTY, &format!("@loa_bot {marked}")).await;
        town.says(NGA, &format!("/vuviec {marked}")).await;
        town.settled().await;
        insta::assert_snapshot!("secret", town.story(LAN));
        assert_eq!(town.cases().await, 1);
        let found = town.database.search("KEHOACH7391").await;
        assert!(found.is_empty(), "{found:?}");
        town.ends_well().await;
    }

    async fn a_complaint_is_for_the_duty_officers_only(database: Database) {
        let town = Town::new(database).await;
        town.says(LAN, "Tôi tố cáo ông trưởng thôn ở phường Bình Minh lấn chiếm đất").await;
        let summary = town.last(LAN).text;
        town.presses(LAN, LAN, "Gửi").await;
        let code = town.code(LAN);
        insta::assert_snapshot!("complaint", format!("{summary}\n\n{}", town.card(DUTY, &code).text));
        assert!(!town.card(DUTY, &code).labels().iter().any(|label| label.contains("Chuyển")));
        for who in [crate::town::VAN, crate::town::BINH, NGA, crate::town::DUNG] {
            assert!(town.says(who, &format!("/vuviec {code}")).await.text.contains("không tìm thấy"));
        }
        town.says(crate::town::VAN, "/vuviec").await;
        assert!(!town.last(crate::town::VAN).text.contains(&code));
        town.says(MAI, &format!("/vuviec {code}")).await;
        assert!(town.last(MAI).text.contains("chỉ trực ban xem"));
        town.ends_well().await;
    }

    async fn a_stop_in_the_middle_of_a_report_loses_nothing(database: Database) {
        let mut town = Town::new(database).await;
        town.sandbox.send_photo(LAN, LAN, photo(1), "");
        town.settled().await;
        town.kill();
        town.sandbox.say(LAN, LAN, "Sạt lở ở phường Bình Minh");
        town.start().await;
        town.settled().await;
        assert!(town.last(LAN).text.contains("📷 Ảnh: 1"), "{}", town.story(LAN));
        town.stop().await;
        town.start().await;
        town.presses(LAN, LAN, "Gửi").await;
        assert_eq!(town.case("ML-2026-0001").await.photos.len(), 1);
        town.ends_well().await;
    }
}
