//! An Official Account: what it says, in words, files and groups.

use loa::sandbox::ZaloOaGroups;
use serde_json::{Value, json};

use crate::kit::picture;
use crate::zalo_oa_kit::{CS, DAY, GROUP, Scene, text};

fn attached(attachment: Value) -> Value {
    json!({"recipient": {"user_id": "lan"}, "message": {"attachment": attachment}})
}

fn file(token: &Value) -> Value {
    attached(json!({"type": "file", "payload": {"token": token}}))
}

fn image(id: &Value) -> Value {
    let element = json!({"media_type": "image", "attachment_id": id});
    attached(json!({"type": "template", "payload": {"template_type": "media", "elements": [element]}}))
}

#[tokio::test]
async fn a_text_arrives_as_it_is() {
    let scene = Scene::new().await;
    let sent = scene.ok(CS, text("lan", "Chào Lan!\nBạn khỏe không?")).await;
    let last = scene.zalo.last("lan").expect("a message");
    assert_eq!((json!(last.id), json!("lan")), (sent["message_id"].clone(), sent["user_id"].clone()));
    let chat = "👤 Lan: Chào\n🏛 Phường Bình Minh: Chào Lan!\n    Bạn khỏe không?\n";
    assert_eq!(scene.zalo.render_chat("lan"), chat);
    scene.ok(CS, text("lan", &"ă".repeat(2000))).await;
    assert_eq!(scene.refused(CS, text("lan", &"ă".repeat(2001))).await, -210);
    for wrong in [
        text("lan", " "),
        json!({"recipient": {"user_id": "lan"}, "message": {"text": "a", "parse_mode": "html"}}),
        json!({"recipient": {"group_id": "lan"}, "message": {"text": "a"}}),
        json!({"recipient": {"user_id": "lan"}}),
        attached(json!({"type": "template", "payload": {"template_type": "list"}})),
    ] {
        assert_eq!(scene.refused(CS, wrong.clone()).await, -201, "{wrong}");
    }
    assert_eq!(scene.zalo.violations().len(), 6);
}

#[tokio::test]
async fn documents_and_pictures_are_handed_over_first() {
    let scene = Scene::with(|options| options.largest_image = 4096).await;
    let token = scene.upload("file", "Kế hoạch.PDF", b"%PDF-1.7".to_vec()).await["data"]["token"].take();
    scene.ok(CS, file(&token)).await;
    assert_eq!(scene.zalo.last("lan").and_then(|seen| seen.file).as_deref(), Some("Kế hoạch.PDF"));
    let id = scene.upload("image", "a.jpg", picture(8, 8)).await["data"]["attachment_id"].take();
    scene.ok(CS, image(&id)).await;
    assert_eq!(scene.zalo.last("lan").and_then(|seen| seen.photo), Some(picture(8, 8).into()));
    assert!(scene.zalo.render_chat("lan").ends_with("[📎 Kế hoạch.PDF]\n🏛 Phường Bình Minh: [📷 1]\n"));
    for (kind, name, bytes, code) in [
        ("file", "bang.xlsx", b"PK\x03\x04".to_vec(), -201),
        ("file", "gia.pdf", b"MZ".to_vec(), -201),
        ("image", "a.jpg", b"MZ".to_vec(), -201),
        ("image", "a.jpg", vec![0; 4097], -210),
    ] {
        assert_eq!(scene.upload(kind, name, bytes).await["error"], code, "{name}");
    }
    // One is no other, and after a week neither is known.
    assert_eq!(scene.refused(CS, file(&id)).await, -201);
    scene.zalo.say("lan", "Chào");
    scene.clock.forward(7 * DAY);
    let scene = Scene { access: scene.zalo.authorise().0, ..scene };
    assert_eq!(scene.refused(CS, image(&id)).await, -201);
    assert!(scene.zalo.violations().is_empty());
}

#[tokio::test]
async fn a_button_says_its_words() {
    let scene = Scene::new().await;
    let buttons = json!([{"title": "Đã nhận", "type": "oa.query.show", "payload": "1"},
        {"title": "Xem", "type": "oa.open.url", "payload": {"url": "https://vi-du.vn"}}]);
    let message = json!({"text": "Họp lúc 8 giờ", "attachment":
        {"type": "template", "payload": {"buttons": buttons}}});
    scene.ok(CS, json!({"recipient": {"user_id": "lan"}, "message": message})).await;
    scene.zalo.press("lan", "Đã nhận");
    assert_eq!(scene.zalo.last("lan").map(|seen| (seen.by_oa, seen.text)), Some((false, "1".into())));
}

#[tokio::test]
async fn it_writes_in_its_own_groups_while_its_plan_lets_it() {
    let scene = Scene::new().await;
    scene.zalo.add_group("to5", "Tổ 5", &["lan", "tu"]);
    scene.zalo.add_foreign_group("cho", "Chợ", &["lan"]);
    let say = |group: &str| json!({"recipient": {"group_id": group}, "message": {"text": "Họp"}});
    let list = async |query: &str| scene.get(&format!("/v3.0/oa/group/getgroupsofoa?{query}")).await;
    let groups = list("offset=0&count=50").await["data"].take();
    let own = json!({"group_id": "to5", "name": "Tổ 5", "status": "enabled", "total_member": 2});
    assert_eq!(groups, json!({"total": 1, "groups": [own]}));
    assert_eq!(list("offset=1&count=50").await["data"]["groups"], json!([]));
    assert_eq!(list("offset=0").await["error"], -201);
    scene.ok(GROUP, say("to5")).await;
    assert_eq!(scene.zalo.render_chat("to5"), "🏛 Phường Bình Minh: Họp\n");
    assert_eq!(scene.refused(GROUP, say("cho")).await, -403);
    for (plan, code) in [(ZaloOaGroups::TooLow, -224), (ZaloOaGroups::Ended, -237)] {
        scene.zalo.change(|options| options.groups = plan);
        assert_eq!(scene.refused(GROUP, say("to5")).await, code);
        assert_eq!(list("offset=0&count=1").await["error"], code);
    }
    assert_eq!(scene.zalo.accepted().len(), 1);
}
