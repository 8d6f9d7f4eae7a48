//! Mails on their way out: one call is one mail to one person, over a connection that is kept for the next.

use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use lettre::transport::smtp::authentication::{Credentials, DEFAULT_MECHANISMS};
use lettre::transport::smtp::client::{AsyncSmtpConnection, Certificate, TlsParameters};
use lettre::transport::smtp::commands::{Data, Mail as From, Rcpt};
use lettre::transport::smtp::extension::ClientId;
use lettre::transport::smtp::response::Response;
use secrecy::ExposeSecret;

use crate::channel::SendError;

use super::classify::{Stage, answered};
use super::compose::Mail;
use super::{Security, Server};

/// How many connections wait for the next mail: more than the outbox sends at once.
const MOST_IDLE: usize = 8;

/// How many mails go over one connection. Exim only queues what comes over it after the tenth, until somebody looks at
/// the queue, often half an hour later (`smtp_accept_queue_per_connection`); others end it after more
/// (Postfix: none, Exchange: 20).
const MAILS_EACH: usize = 10;

type Failed = lettre::transport::smtp::Error;

/// A connection that lets us in.
struct Open {
    connection: AsyncSmtpConnection,
    /// How many mails it has carried.
    mails: usize,
}

/// The server that takes our mails.
pub(super) struct Smtp {
    server: Server,
    /// How we introduce ourselves.
    hello: ClientId,
    /// The longest time for one step.
    timeout: Duration,
    idle: Mutex<Vec<Open>>,
}

impl Smtp {
    pub(super) fn new(server: Server, domain: &str, timeout: Duration) -> Self {
        Self { server, hello: ClientId::Domain(domain.to_owned()), timeout, idle: Mutex::default() }
    }

    /// Hands a mail over.
    pub(super) async fn send(&self, mail: &Mail) -> Result<(), SendError> {
        let mut open = self.connection().await?;
        let handed = self.hand_over(&mut open.connection, mail).await;
        open.mails += 1;
        if handed.is_ok() && open.mails < MAILS_EACH {
            self.keep(open);
        } else {
            // Whatever state it is in, nobody uses it again; there is nothing to learn from the farewell.
            let _ = tokio::time::timeout(self.timeout, open.connection.abort()).await;
        }
        handed
    }

    /// Proves that the server is there and lets us in.
    pub(super) async fn try_out(&self) -> Result<(), SendError> {
        let open = self.connection().await?;
        self.keep(open);
        Ok(())
    }

    async fn hand_over(&self, connection: &mut AsyncSmtpConnection, mail: &Mail) -> Result<(), SendError> {
        let from = From::new(Some(mail.from.clone()), Vec::new());
        self.step(Stage::Before, connection.command(from)).await?;
        self.step(Stage::Recipient, connection.command(Rcpt::new(mail.to.clone(), Vec::new()))).await?;
        self.step(Stage::Before, connection.command(Data)).await?;
        // A mail of many megabytes takes its time, and so does who looks for harmful ones in it.
        self.step(Stage::Content, connection.message(&mail.bytes)).await?;
        Ok(())
    }

    async fn step(
        &self,
        stage: Stage,
        asked: impl Future<Output = Result<Response, Failed>>,
    ) -> Result<(), SendError> {
        let timeout = if stage == Stage::Content { self.timeout * 4 } else { self.timeout };
        match tokio::time::timeout(timeout, asked).await {
            Ok(Ok(_)) => Ok(()),
            Ok(Err(error)) => Err(answered(stage, error.status().map(u16::from), &error.to_string())),
            Err(_) => Err(answered(stage, None, "no answer in time")),
        }
    }

    /// A connection that lets us in: one that is there, if the other side still knows it.
    async fn connection(&self) -> Result<Open, SendError> {
        while let Some(mut open) = self.take() {
            let lives = tokio::time::timeout(self.timeout, open.connection.test_connected()).await;
            if lives == Ok(true) {
                return Ok(open);
            }
        }
        let opened = tokio::time::timeout(self.timeout * 2, self.open()).await;
        let opened =
            opened.unwrap_or_else(|_| Err(SendError::Retry("the mail server does not answer".to_owned())));
        Ok(Open { connection: opened?, mails: 0 })
    }

    async fn open(&self) -> Result<AsyncSmtpConnection, SendError> {
        let Server { host, port, security, .. } = &self.server;
        let at_once = if *security == Security::Tls { Some(self.tls()?) } else { None };
        let place = (host.as_str(), *port);
        let opened =
            AsyncSmtpConnection::connect_tokio1(place, Some(self.timeout), &self.hello, at_once, None).await;
        let mut connection = opened.map_err(before)?;
        if *security == Security::Starttls {
            connection.starttls(self.tls()?, &self.hello).await.map_err(before)?;
        }
        if let Some((user, password)) = &self.server.login {
            let login = Credentials::new(user.clone(), password.expose_secret().to_owned());
            connection.auth(DEFAULT_MECHANISMS, &login).await.map_err(before)?;
        }
        Ok(connection)
    }

    fn tls(&self) -> Result<TlsParameters, SendError> {
        let mut tls = TlsParameters::builder(self.server.host.clone());
        if let Some(ca) = &self.server.ca {
            tls = tls.add_root_certificate(Certificate::from_pem(ca).map_err(before)?);
        }
        tls.build_rustls().map_err(before)
    }

    fn take(&self) -> Option<Open> {
        self.idle.lock().unwrap_or_else(PoisonError::into_inner).pop()
    }

    fn keep(&self, open: Open) {
        let mut idle = self.idle.lock().unwrap_or_else(PoisonError::into_inner);
        if idle.len() < MOST_IDLE {
            idle.push(open);
        }
    }
}

/// What a failure means before anything of a mail was handed over.
fn before(error: Failed) -> SendError {
    answered(Stage::Before, error.status().map(u16::from), &error.to_string())
}
