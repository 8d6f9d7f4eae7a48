//! `loa demo`: a sample province's first month with loa, played on the practice platforms.
//!
//! The app is the one of `loa run`: only the addresses, the clock and the data are the demo's. `stage` puts it
//! up on the `platforms`, `hands` are the people's, `story` is what happens, `news` tells what came of it,
//! `show` writes it down as it happens, `figures` counts in the end.

mod choice;
mod figures;
mod hands;
mod news;
mod platforms;
mod seen;
mod service;
mod show;
mod stage;
mod story;

use std::time::Duration;

use tokio_util::sync::CancellationToken;

use crate::clock::Clock;
use crate::domain::Timestamp;

use super::{CommandError, say, serve};
use show::Show;
use stage::Stage;

/// The steps in which the hand of the clock follows real time once the story is told.
const TICK: Duration = Duration::from_millis(100);

/// Plays the first month of a sample province: notices, confirmations, quick reports, cases, figures.
///
/// Everything is real except addresses, clock and data: the service of `loa run` over HTTP against practice
/// platforms (a bot and an Official Account on Zalo, Telegram, and a mail server) on this machine, with a database of its own that is thrown away in the end. Nothing leaves the
/// machine, nothing is left behind. The story is told as it happens; afterwards a page is open on which
/// everybody can be played by hand.
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Examples:
  loa demo                   tells the story, then opens the page to play on
  loa demo --once            tells the story and ends; exit code 1 if anything went wrong
  loa demo --once > thang-dau.txt")]
pub struct DemoCommand {
    /// Ends after the story.
    #[arg(long)]
    once: bool,
    /// The port of the page; any free one where it is taken.
    #[arg(long, default_value_t = 8765)]
    port: u16,
}

/// Runs `loa demo`.
///
/// # Errors
/// Where something in the story did not happen as it should.
pub async fn run(command: DemoCommand) -> Result<(), CommandError> {
    let stop = CancellationToken::new();
    serve::listen_for_signals(&stop)?;
    // Nobody looks at a page that is gone in a moment: the story alone takes any port.
    let port = if command.once { 0 } else { command.port };
    let mut stage = Stage::new(story::BEGINS, port, Show::standard()).await?;
    let told = tokio::select! {
        told = story::play(&mut stage) => Some(told),
        () = stop.cancelled() => None,
    };
    if let (Some(Ok(())), false) = (&told, command.once) {
        stay(&mut stage, port, &stop).await;
    }
    stage.stop().await;
    match told {
        Some(Err(error)) => Err(CommandError::Faults(say("demo-failed", &[("why", &format!("{error:#}"))]))),
        None if command.once => Err(CommandError::Faults(say("demo-interrupted", &[]))),
        Some(Ok(())) | None => Ok(()),
    }
}

/// Leaves the page to whoever looks at it, until they have seen enough.
async fn stay(stage: &mut Stage, port: u16, stop: &CancellationToken) {
    let url = stage.platforms.telegram.url().to_owned();
    let columns: Vec<String> = story::COLUMNS.iter().map(|chat| stage.platforms.column(*chat)).collect();
    stage.show.line("");
    if !url.ends_with(&format!(":{port}")) {
        stage.show.line(&say("demo-port-taken", &[("port", &port.to_string())]));
    }
    stage.show.line(&say("demo-page", &[]));
    stage.show.line(&format!("  {url}/#{}", columns.join(",")));
    stage.show.line(&say("demo-page-clock", &[("at", &stage.clock.now().short())]));
    tokio::select! {
        () = follow_real_time(&stage.clock) => {}
        () = stop.cancelled() => {}
    }
    stage.show.line(&say("demo-bye", &[]));
}

/// From now on the hand moves as real time does.
async fn follow_real_time(hand: &Clock) {
    let (real, begins) = (Clock::System, hand.now());
    let since: Timestamp = real.now();
    loop {
        real.sleep(TICK).await;
        hand.set(begins + real.now().since(since));
    }
}
