//! The stand-in of a mail server: it takes what the service hands over (SMTP), keeps the service's mailbox (IMAP), and
//! plays the mail programs of the people on the other side.
//!
//! There is as much of both protocols here as the service uses, and that is strict: what is out of order, too long or
//! not known is refused and written down. Nothing is encrypted, so that it is for loopback only. The tests of the
//! channel itself use real servers.

mod handle;
mod imap;
mod letter;
mod lines;
mod log;
mod news;
mod options;
mod people;
mod practice;
mod server;
mod sets;
mod smtp;
mod view;
mod world;

pub use handle::Mail;
pub use log::{MailAccepted, MailViolation};
pub use options::MailOptions;
pub use view::{MailFile, MailSeen};
