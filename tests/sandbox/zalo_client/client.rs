//! A client that nobody here wrote, the crate zalo-bot, calls the stand-in and says what it understood.

use std::time::Duration;

use serde_json::{Value, json};
use zalo_bot::{Bot, ChatAction, Content, Error};

const WAIT: Duration = Duration::from_secs(5);

/// A message as the client understood it.
fn heard_as(content: Content<'_>) -> Value {
    match content {
        Content::Text(text) => json!(text),
        Content::Image { url, .. } => json!({"picture": !url.is_empty()}),
        other => json!(format!("{other:?}")),
    }
}

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let mut args = std::env::args().skip(1);
    let mut next = || args.next().ok_or("url, token and the address of a picture");
    let (url, token, photo) = (next()?, next()?, next()?);
    rustls::crypto::ring::default_provider().install_default().map_err(|_| "a provider is there already")?;
    let http = reqwest::Client::builder().no_proxy().build()?;
    let bot = Bot::with_client(token, http).with_base_url(url);
    let mut heard = Vec::new();
    let me = bot.get_me().await?;
    heard.push(json!([me.id, me.account_name]));
    for _ in 0..3 {
        for update in bot.get_updates(WAIT).await? {
            let from = &update.message.from;
            heard.push(json!([from.display_name, update.chat_id(), heard_as(update.content())]));
            if matches!(update.content(), Content::Text(_)) {
                bot.send_message(update.chat_id(), "Đã nhận").await?;
            }
        }
    }
    let sent = bot.send_message("lan", "Chào Lan").await?;
    heard.push(json!([sent.message_id, sent.date]));
    bot.send_photo("lan", &photo, Some("Sơ đồ".to_owned())).await?;
    bot.send_sticker("lan", "s1").await?;
    bot.send_chat_action("lan", ChatAction::Typing).await?;
    // It reads a refusal whatever the status of HTTP is.
    match bot.send_message("ai", "Chào").await {
        Err(Error::Api { code, .. }) => heard.push(json!(code)),
        other => return Err(format!("not refused: {other:?}").into()),
    }
    println!("{}", Value::Array(heard));
    Ok(())
}
