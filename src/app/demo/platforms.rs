//! Both platforms, and who is on which. The story calls everybody by a number; on Zalo, whose ids are letters, the
//! number is the id.

use std::collections::{BTreeMap, BTreeSet};
use std::net::{Ipv4Addr, SocketAddr};
use std::sync::Arc;

use anyhow::Context;

use crate::clock::Clock;
use crate::domain::ChannelKind;
use crate::sandbox::{self, Options, Outcome, Sandbox, ZaloBot, ZaloBotOptions};

use super::seen::Seen;

/// The two stand-ins.
pub struct Platforms {
    pub telegram: Sandbox,
    pub zalo: ZaloBot,
    /// People and groups that are on Zalo; all others are on Telegram.
    on_zalo: BTreeSet<i64>,
}

/// A message that the bot sent: to whom, when, and what it says.
pub struct SentMessage {
    pub chat: i64,
    /// The handed clock, microseconds.
    pub at: i64,
    pub text: String,
    /// Whether it is a new message, and not a change of one.
    pub new: bool,
}

/// How much was read of what each platform wrote down.
#[derive(Clone, Copy, Default)]
pub struct Mark {
    telegram: usize,
    zalo: usize,
}

impl Platforms {
    /// Puts both up on this clock. The page listens on the port, or on any that is free.
    ///
    /// # Errors
    /// Where nothing can listen on this machine.
    pub async fn start(clock: &Clock, port: u16) -> anyhow::Result<Self> {
        let reads = clock.clone();
        let now: sandbox::Now = Arc::new(move || reads.now().0);
        let mut options = ZaloBotOptions::new(now.clone());
        options.can_join_groups = true;
        options.mention_in_text = false;
        let zalo = ZaloBot::start(options).await?;
        let mut options = Options::new(now);
        options.limits = Some(sandbox::Limits::default());
        options.beside = vec![(&zalo).into()];
        let telegram = listen(options, port).await?;
        Ok(Self { telegram, zalo, on_zalo: BTreeSet::new() })
    }

    /// Ends both.
    pub async fn stop(&self) {
        self.zalo.shutdown().await;
        self.telegram.shutdown().await;
    }

    /// What the page calls a chat.
    pub fn column(&self, chat: i64) -> String {
        if self.on_zalo(chat) { format!("zalo:{chat}") } else { chat.to_string() }
    }

    /// Whether somebody, or a group, is on Zalo.
    pub fn on_zalo(&self, chat: i64) -> bool {
        self.on_zalo.contains(&chat)
    }

    /// A person installs the app of a channel.
    pub fn add_person(&mut self, channel: ChannelKind, id: i64, name: &str) {
        if channel == ChannelKind::ZaloBot {
            self.on_zalo.insert(id);
            self.zalo.add_user(&id.to_string(), name);
        } else {
            self.telegram.add_user(id, name);
        }
    }

    /// A group with these people, to which the first of them adds the bot. On Zalo the bot hears nothing of it until
    /// somebody mentions it there.
    ///
    /// # Errors
    /// A group of nobody.
    pub fn add_group(
        &mut self,
        channel: ChannelKind,
        id: i64,
        title: &str,
        members: &[i64],
    ) -> anyhow::Result<()> {
        let owner = *members.first().with_context(|| format!("nhóm {title} không có ai"))?;
        if channel == ChannelKind::ZaloBot {
            self.on_zalo.insert(id);
            let members: Vec<String> = members.iter().map(i64::to_string).collect();
            let members: Vec<&str> = members.iter().map(String::as_str).collect();
            self.zalo.add_group(&id.to_string(), title, &members);
        } else {
            self.telegram.add_group(id, title, members, &[owner]);
            self.telegram.add_bot(id, owner);
        }
        Ok(())
    }

    /// The messages of a chat as people see them now.
    pub fn chat(&self, chat: i64) -> Vec<Seen> {
        if self.on_zalo(chat) {
            self.zalo.chat(&chat.to_string()).into_iter().map(Seen::from).collect()
        } else {
            self.telegram.chat(chat).into_iter().map(Seen::from).collect()
        }
    }

    /// A readable transcript of a chat.
    pub fn render(&self, chat: i64) -> String {
        if self.on_zalo(chat) {
            self.zalo.render_chat(&chat.to_string())
        } else {
            self.telegram.render_chat(chat)
        }
    }

    /// How many updates have not reached the app.
    pub fn pending(&self) -> usize {
        self.telegram.pending_updates() + self.zalo.pending_updates()
    }

    /// How many calls the app has made.
    pub fn attempts(&self) -> usize {
        self.telegram.attempt_count() + self.zalo.attempt_count()
    }

    /// What was written down until now.
    pub fn mark(&self) -> Mark {
        let telegram = self.telegram.accepted_count();
        Mark { telegram, zalo: self.zalo.with_accepted(<[_]>::len) }
    }

    /// What the platforms took since then, in the order of each.
    pub fn sent_since(&self, mark: Mark) -> Vec<SentMessage> {
        let mut sent = self.telegram.with_accepted(|all| {
            let new = all.get(mark.telegram..).unwrap_or_default().iter();
            let to_chats = new.filter_map(|call| Some((call.chat_id?, call)));
            let sent = to_chats.map(|(chat, call)| SentMessage {
                chat,
                at: call.at,
                text: call.text.to_string(),
                new: call.method.starts_with("send"),
            });
            sent.collect::<Vec<_>>()
        });
        self.zalo.with_accepted(|all| {
            let new = all.get(mark.zalo..).unwrap_or_default().iter();
            let to_chats = new.filter_map(|call| Some((call.chat.parse().ok()?, call)));
            let new = to_chats.map(|(chat, call)| SentMessage {
                chat,
                at: call.at,
                text: call.text.clone(),
                new: true,
            });
            sent.extend(new);
        });
        sent
    }

    /// When each chat was last touched since then.
    pub fn touched_since(&self, mark: Mark) -> BTreeMap<i64, i64> {
        self.sent_since(mark).into_iter().map(|sent| (sent.chat, sent.at)).collect()
    }

    /// What the bot did that a platform must refuse, or too fast. On Zalo also what was refused of what it sent: to
    /// somebody who has not written, or more than the plan permits.
    pub fn violations(&self) -> Vec<String> {
        let wrong = self.telegram.violations().into_iter().map(|one| format!("Telegram: {one:?}"));
        let fast = self.telegram.rate_violations().into_iter().map(|one| format!("Telegram: {one:?}"));
        let sends = |method: &str| method.starts_with("send");
        let refused = self.zalo.attempts().into_iter();
        let refused =
            refused.filter(|call| sends(&call.method) && matches!(call.outcome, Outcome::Refused(..)));
        let refused = refused.map(|one| format!("Zalo: {one:?}"));
        let others = self.zalo.violations().into_iter().filter(|one| !sends(&one.method));
        let others = others.map(|one| format!("Zalo: {one:?}"));
        wrong.chain(fast).chain(refused).chain(others).collect()
    }
}

/// Listens on the port, or on any that is free.
async fn listen(mut options: Options, port: u16) -> anyhow::Result<Sandbox> {
    options.bind = SocketAddr::from((Ipv4Addr::LOCALHOST, port));
    match Sandbox::start(options.clone()).await {
        Ok(sandbox) => Ok(sandbox),
        Err(error) if error.kind() == std::io::ErrorKind::AddrInUse => {
            options.bind.set_port(0);
            Ok(Sandbox::start(options).await?)
        }
        Err(error) => Err(error.into()),
    }
}
