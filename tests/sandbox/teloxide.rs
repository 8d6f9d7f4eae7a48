//! The library by which the real bot speaks understands the stand-in, and the other way round.

use loa::sandbox::Sandbox;
use teloxide::payloads::{GetUpdatesSetters, SendMessageSetters, SendPhotoSetters};
use teloxide::requests::Requester;
use teloxide::types::{
    BotCommand, ChatId, InlineKeyboardButton, InlineKeyboardMarkup, InputFile, InputMedia,
    InputMediaDocument, InputMediaPhoto, ParseMode, ReplyParameters, UpdateKind, UserId,
};
use teloxide::{ApiError, Bot, RequestError};

use crate::kit::{Scene, picture};

fn bot(sandbox: &Sandbox) -> Bot {
    Bot::new(sandbox.token()).set_api_url(sandbox.url().parse().expect("an address"))
}

#[tokio::test]
async fn teloxide_is_at_home_here() {
    let scene = Scene::new().await;
    let bot = bot(&scene.sandbox);
    assert_eq!(bot.get_me().await.expect("me").username(), "loa_bot");
    let keys = InlineKeyboardMarkup::new([[InlineKeyboardButton::callback("Xác nhận", "yes")]]);
    let first = scene.sandbox.say(1, 1, "Chào");
    let sent = bot.send_message(ChatId(1), "<b>Họp</b> lúc 8 giờ").parse_mode(ParseMode::Html);
    let reply = ReplyParameters::new(teloxide::types::MessageId(i32::try_from(first).expect("small")));
    let sent = sent.reply_markup(keys).reply_parameters(reply).await.expect("sent");
    assert_eq!(sent.text(), Some("Họp lúc 8 giờ"));
    bot.edit_message_text(sent.chat.id, sent.id, "Họp lúc 9 giờ").await.expect("edited");

    let photo = InputFile::memory(picture(200, 100)).file_name("a.jpg");
    let photo = bot.send_photo(ChatId(1), photo).caption("Ảnh").await.expect("a photo");
    let sizes = photo.photo().expect("sizes");
    let known = InputFile::file_id(sizes[sizes.len() - 1].file.id.clone());
    let new = InputFile::memory(picture(20, 20));
    let album = [InputMediaPhoto::new(known), InputMediaPhoto::new(new)].map(InputMedia::Photo);
    assert_eq!(bot.send_media_group(ChatId(-50), album).await.expect("an album").len(), 2);
    let paper = |name: &'static str| InputMediaDocument::new(InputFile::memory(name).file_name(name));
    let papers = [paper("a.txt"), paper("b.txt")].map(InputMedia::Document);
    bot.send_media_group(ChatId(-50), papers).await.expect("papers");
    bot.send_document(ChatId(1), InputFile::memory("x").file_name("x.txt")).await.expect("a document");
    bot.send_venue(ChatId(1), 21.0, 105.8, "Trạm", "Xóm 3").await.expect("a venue");
    bot.set_my_commands([BotCommand::new("baocao", "Gửi báo cáo")]).await.expect("commands");
    bot.send_chat_action(ChatId(1), teloxide::types::ChatAction::Typing).await.expect("an action");
    let file = bot.get_file(sizes[0].file.id.clone()).await.expect("a file");
    assert!(file.path.starts_with("photos/"));

    assert!(bot.get_chat(ChatId(-50)).await.expect("a chat").is_group());
    bot.get_chat(ChatId(1)).await.expect("a chat");
    scene.sandbox.set_bot_admin(-50, 1, true);
    assert_eq!(bot.get_chat_administrators(ChatId(-50)).await.expect("admins").len(), 2);
    bot.get_chat_member(ChatId(-50), UserId(2)).await.expect("a member");
    assert_eq!(scene.sandbox.violations().len(), 0, "{:?}", scene.sandbox.violations());

    let error = bot.send_message(ChatId(99), "x").await.expect_err("no such chat");
    assert!(matches!(error, RequestError::Api(ApiError::ChatNotFound)));
}

#[tokio::test]
async fn teloxide_reads_every_update() {
    let scene = Scene::new().await;
    let sandbox = &scene.sandbox;
    sandbox.say(1, -50, "/baocao@loa_bot");
    sandbox.send_album(1, 1, vec![picture(9, 9), picture(9, 9)], "hai ảnh");
    sandbox.send_document(1, 1, "a.pdf", "application/pdf", b"x".to_vec(), "");
    sandbox.send_location(1, 1, 1.0, 2.0);
    sandbox.send_venue(1, 1, "Trạm", "Xóm 3", (1.0, 2.0));
    sandbox.block(2);
    sandbox.leave(3, -50);
    sandbox.set_bot_admin(-50, 1, true);
    sandbox.migrate_group(-50, -1_000_000_000_050);
    let sent = scene.send(1, "nút").await["message_id"].as_i64().expect("a number");
    sandbox.press_data(1, 1, sent, "x");
    let updates = bot(sandbox).get_updates().timeout(1).await.expect("updates");
    assert_eq!(updates.len(), 12);
    for update in &updates {
        let understood = match &update.kind {
            UpdateKind::Error(_) => false,
            UpdateKind::Message(message) => !matches!(message.kind, teloxide::types::MessageKind::Empty {}),
            _ => true,
        };
        assert!(understood, "{update:?}");
    }
}
