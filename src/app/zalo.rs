//! `loa zalo`: what an operator has to enter for a Zalo Official Account.

use std::io::Read;

use clap::Subcommand;
use secrecy::SecretString;

use crate::config::Config;
use crate::domain::ChannelKind;
use crate::store::Store;

use super::check::{Finding, State};
use super::{CommandError, Desk, channels, say};

/// No token is longer; somebody has given the wrong file.
const MOST_BYTES: u64 = 4096;
/// Fewer letters are no token.
const FEWEST: usize = 20;

#[derive(Subcommand, Debug)]
#[command(after_help = "\
Examples:
  loa zalo token < refresh-token.txt
  loa zalo token          then paste the refresh token, Enter, Ctrl-D")]
pub enum ZaloCommand {
    /// Take the account's refresh token from standard input; the service renews it from then on
    #[command(after_help = "Example:\n  loa zalo token < refresh-token.txt")]
    Token,
}

/// Does what was typed.
///
/// # Errors
/// What is no token; the database's.
pub async fn run(command: ZaloCommand, desk: &Desk) -> Result<(), CommandError> {
    match command {
        ZaloCommand::Token => {
            desk.say(say("cli-zalo-token-ask", &[]));
            let mut text = String::new();
            let read = std::io::stdin().take(MOST_BYTES).read_to_string(&mut text);
            read.map_err(anyhow::Error::from)?;
            enter(&text, desk).await
        }
    }
}

/// How the account stands, for `loa check`; `None` where there is none.
pub(super) async fn look(config: &Config, store: &Store) -> Option<Finding> {
    let fault = |says: String| Some(Finding { what: "token", state: State::Fault, says });
    match config.zalo_oa_app().and_then(|app| app.map(|_| config.zalo_oa_push()).transpose()) {
        Ok(None) => return None,
        Ok(Some(_)) => {}
        Err(error) => return fault(error.to_string()),
    }
    if let Err(error) = channels::zalo_oa(config) {
        return fault(error.to_string());
    }
    match store.tokens(ChannelKind::ZaloOa).await {
        Ok(Some(tokens)) if tokens.failure.is_none() && tokens.access.is_none() => {
            Some(Finding::new("token", State::Warning, "cli-check-oa-token-new", &[]))
        }
        Ok(Some(tokens)) if tokens.failure.is_none() => {
            let until = tokens.refresh_until.short();
            Some(Finding::new("token", State::Good, "cli-check-oa-token", &[("until", &until)]))
        }
        // What is wrong is an alarm, which is shown with the others.
        Ok(Some(_)) => None,
        Ok(None) => fault(say("cli-check-oa-no-token", &[])),
        Err(error) => fault(error.to_string()),
    }
}

/// Keeps the token, which is never said again.
async fn enter(text: &str, desk: &Desk) -> Result<(), CommandError> {
    let token = text.trim();
    let letters = token.bytes().all(|byte| byte.is_ascii_graphic());
    if token.len() < FEWEST || !letters {
        return Err(CommandError::User(say("cli-zalo-token-wrong", &[])));
    }
    desk.store.enter_refresh_token(ChannelKind::ZaloOa, SecretString::from(token)).await?;
    desk.show(&serde_json::json!({ "entered": true }), |_| say("cli-zalo-token-entered", &[]))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::app::testing::Office;
    use crate::config::Environment;

    #[tokio::test]
    async fn a_check_says_how_the_account_stands() {
        let office = Office::new(false).await;
        let read = |text: &str| {
            Config::parse(std::path::Path::new("loa.toml"), text, &Environment::default())
                .expect("a configuration")
        };
        let look = async |text: &str| {
            look(&read(text), &office.desk.store).await.map(|found| (found.state, found.says))
        };
        assert_eq!(look("").await, None);
        let account = "[zalo_oa]\napp_id = \"1\"\napp_secret = \"s\"\n";
        assert!(
            matches!(look(account).await, Some((State::Fault, says)) if says.contains("zalo_oa.webhook.url"))
        );
        let whole = format!(
            "{account}[zalo_oa.webhook]\nurl = \"https://bot.vi-du.vn/oa\"\nsecret = \"sixteen-letters_\"\n"
        );
        assert!(matches!(look(&whole).await, Some((State::Fault, says)) if says.contains("loa zalo token")));
        enter("a-refresh-token-of-some-length", &office.desk).await.expect("kept");
        assert!(matches!(look(&whole).await, Some((State::Warning, says)) if says.contains("loa run")));
        let wrong = whole.replace("app_id = \"1\"", "app_id = \"một\"");
        assert!(matches!(look(&wrong).await, Some((State::Fault, says)) if says.contains("app_id")));
    }

    #[tokio::test]
    async fn a_token_is_kept_and_not_repeated() {
        let office = Office::new(false).await;
        let refused =
            enter("not a token at all, surely", &office.desk).await.expect_err("no token").to_string();
        assert!(refused.contains("API Explorer"), "{refused}");
        enter("  a-refresh-token-of-some-length\n", &office.desk).await.expect("kept");
        let said = office.said();
        assert!(said.contains("loa check") && !said.contains("a-refresh-token"), "{said}");
        let kept = office.desk.store.tokens(ChannelKind::ZaloOa).await.expect("tokens").expect("a row");
        assert!(kept.access.is_none() && kept.failure.is_none());
    }
}
