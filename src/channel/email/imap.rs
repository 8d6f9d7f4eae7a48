//! The server from which mails are read: how a session with it begins.

use std::fmt::Debug;
use std::sync::Arc;

use async_imap::error::Error;
use async_imap::{Client, Session};
use secrecy::ExposeSecret;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::TcpStream;
use tokio_rustls::TlsConnector;
use tokio_rustls::rustls::crypto::ring;
use tokio_rustls::rustls::pki_types::pem::PemObject;
use tokio_rustls::rustls::pki_types::{CertificateDer, ServerName};
use tokio_rustls::rustls::{ClientConfig, RootCertStore};

use crate::channel::ReceiveError;

use super::{Security, Server};

/// A connection, whether it is encrypted or not.
pub(super) trait Wire: AsyncRead + AsyncWrite + Unpin + Send + Sync + Debug {}
impl<T: AsyncRead + AsyncWrite + Unpin + Send + Sync + Debug> Wire for T {}

pub(super) type Mailbox = Session<Box<dyn Wire>>;

/// Connects and logs in.
///
/// # Errors
/// A login that is refused; a server that cannot be spoken to.
pub(super) async fn log_in(server: &Server) -> Result<Mailbox, ReceiveError> {
    let client = connect(server).await?;
    let (user, password) = match &server.login {
        Some((user, password)) => (user.as_str(), password.expose_secret()),
        None => ("", ""),
    };
    client.login(user, password).await.map_err(|(error, _)| match error {
        // It may say so because it is overloaded; then it says that, too (RFC 5530).
        Error::No(why) if !why.contains("UNAVAILABLE") => ReceiveError::Unauthorized,
        error => failed(&error),
    })
}

/// What a failure of the server's is for who receives.
pub(super) fn failed(error: &dyn std::fmt::Display) -> ReceiveError {
    ReceiveError::Failed(error.to_string())
}

async fn connect(server: &Server) -> Result<Client<Box<dyn Wire>>, ReceiveError> {
    let stream =
        TcpStream::connect((server.host.as_str(), server.port)).await.map_err(|error| failed(&error))?;
    // Without it, only slower.
    let _ = stream.set_nodelay(true);
    match server.security {
        Security::Plain => greeted(Box::new(stream)).await,
        Security::Tls => greeted(encrypted(Box::new(stream), server).await?).await,
        Security::Starttls => {
            let mut client = greeted(Box::new(stream)).await?;
            client.run_command_and_check_ok("STARTTLS", None).await.map_err(|error| failed(&error))?;
            // After this the server does not greet once more.
            Ok(Client::new(encrypted(client.into_inner(), server).await?))
        }
    }
}

async fn greeted(stream: Box<dyn Wire>) -> Result<Client<Box<dyn Wire>>, ReceiveError> {
    let mut client = Client::new(stream);
    match client.read_response().await {
        Ok(Some(_)) => Ok(client),
        Ok(None) => Err(ReceiveError::Failed("the mail server says nothing".to_owned())),
        Err(error) => Err(failed(&error)),
    }
}

async fn encrypted(stream: Box<dyn Wire>, server: &Server) -> Result<Box<dyn Wire>, ReceiveError> {
    let mut roots = RootCertStore { roots: webpki_roots::TLS_SERVER_ROOTS.to_vec() };
    for certificate in server.ca.iter().flat_map(|ca| CertificateDer::pem_slice_iter(ca)) {
        let certificate = certificate.map_err(|error| failed(&error))?;
        roots.add(certificate).map_err(|error| failed(&error))?;
    }
    let config = ClientConfig::builder_with_provider(Arc::new(ring::default_provider()))
        .with_safe_default_protocol_versions()
        .map_err(|error| failed(&error))?
        .with_root_certificates(roots)
        .with_no_client_auth();
    let name = ServerName::try_from(server.host.clone()).map_err(|error| failed(&error))?;
    let stream = TlsConnector::from(Arc::new(config)).connect(name, stream).await;
    Ok(Box::new(stream.map_err(|error| failed(&error))?))
}
