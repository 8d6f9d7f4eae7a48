//! What `loa check --live` tries besides: calls that say nothing to anybody and change nothing.

use crate::channel::Channel;
use crate::channel::renewing::Renewing;
use crate::config::Config;
use crate::domain::ChannelKind;
use crate::http::http_client;
use crate::store::Store;

use super::channels;
use super::check::{Finding, State};

/// Asks the Official Account who it is, and opens every public address.
pub(super) async fn look(config: &Config, store: Option<&Store>) -> Vec<Finding> {
    let account = async { official_account(config, store?).await };
    let places = futures::future::join_all(public(config).into_iter().map(open));
    let (account, places) = tokio::join!(account, places);
    account.into_iter().chain(places).collect()
}

/// Whether the access token that is kept works. The refresh token is not touched: it is good once. What is wrong with the
/// configuration or keeps tokens from being renewed is told without this.
async fn official_account(config: &Config, store: &Store) -> Option<Finding> {
    let account = channels::zalo_oa(config).ok()??;
    account.use_token(store.tokens(ChannelKind::ZaloOa).await.ok()??.access?);
    let why = match tokio::time::timeout(channels::ASK_WITHIN, account.who_am_i()).await {
        Ok(Ok(name)) => return Some(Finding::new("token", State::Good, "cli-live-oa", &[("name", &name)])),
        Ok(Err(error)) => channels::unanswered(ChannelKind::ZaloOa, &error),
        Err(_) => super::say("cli-no-answer", &[]),
    };
    Some(Finding::new("token", State::Fault, "cli-live-oa-fails", &[("why", &why)]))
}

/// Every address at which the world finds this service.
fn public(config: &Config) -> Vec<String> {
    let pushed = [config.telegram_push(), config.zalo_bot_push(), config.zalo_oa_push().map(Some)];
    let mut urls: Vec<String> = pushed.into_iter().flatten().flatten().map(|push| push.url).collect();
    urls.extend(config.files.url.clone());
    urls.extend(config.email.public_url.clone());
    urls
}

/// Opens an address as anybody would. Without a secret or a signature there is nothing to be had, so that any answer of
/// loa's is a good one.
async fn open(url: String) -> Finding {
    let vars =
        |key, state, name, value: &str| Finding::new("public", state, key, &[("url", &url), (name, value)]);
    let why = match http_client() {
        Ok(client) => match client.get(&url).timeout(channels::ASK_WITHIN).send().await {
            Ok(answer) if !answer.status().is_server_error() => {
                return vars("cli-live-public", State::Good, "status", answer.status().as_str());
            }
            Ok(answer) => {
                return vars("cli-live-public-behind", State::Fault, "status", answer.status().as_str());
            }
            Err(error) if error.is_timeout() => super::say("cli-no-answer", &[]),
            Err(error) => innermost(&error),
        },
        Err(error) => error.to_string(),
    };
    vars("cli-live-public-fails", State::Fault, "why", &why)
}

/// What is at the bottom of a failure: the certificate, the name, the port.
fn innermost(error: &dyn std::error::Error) -> String {
    let mut error = error;
    while let Some(source) = error.source() {
        error = source;
    }
    error.to_string()
}
