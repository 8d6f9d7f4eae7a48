//! The order of what the program does: a sync before every acknowledgement and before every message, seen at the
//! system calls.

use std::collections::BTreeSet;

use loa::random::Random;

use crate::checker::Facts;
use crate::disk::{Disk, Event, Record, Survives};
use crate::people::Play;
use crate::stage::{Stage, seed};

/// What a request asks the platform for.
#[derive(Debug, PartialEq)]
enum Asks {
    /// For updates from this number on: what is before it is acknowledged.
    From(i64),
    /// To send something.
    Send,
}

fn read(record: &Record) -> Option<Asks> {
    if record.event != Event::Said {
        return None;
    }
    let words = record.words();
    let method = words.split_once("HTTP/1.1")?.0.rsplit('/').next()?.trim().to_lowercase();
    match method.as_str() {
        "getupdates" => {
            let number = words.split_once("\"offset\":").map_or("0", |(_, rest)| rest);
            let end = number.find(|c: char| !c.is_ascii_digit()).unwrap_or(number.len());
            Some(Asks::From(number[..end].parse().unwrap_or(0)))
        }
        method
            if method.starts_with("send") || method.starts_with("edit") || method.starts_with("answer") =>
        {
            Some(Asks::Send)
        }
        _ => None,
    }
}

/// A run in which people report and notices go out; gives what happened, and the disk before it.
async fn run(stage: &mut Stage) -> (Disk, Vec<Record>) {
    let mut play = Play::new(seed());
    stage.start();
    for round in 1..=4 {
        play.turn(stage);
        stage.sandbox.say(101, 101, &format!("Sạt lở ở phường Bình Minh, điểm số {round}"));
        stage.wait_for("an answer", |stage| stage.sandbox.pending_updates() == 0).await;
    }
    stage.drain().await;
    stage.kill();
    (stage.base(), stage.disk().1)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_sync_comes_before_every_acknowledgement_and_every_message() {
    let Some(mut stage) = Stage::new(seed(), 1).await else { return };
    let (_, records) = run(&mut stage).await;
    let (mut acknowledged, mut synced, mut messages, mut acknowledgements) = (0, false, 0, 0);
    // Messages since the last sync: what one commit claimed may go out side by side, and no more than that.
    let mut since = 0;
    for (number, record) in records.iter().enumerate() {
        if record.is_sync_of_log() {
            (synced, since) = (true, 0);
        }
        match read(record) {
            Some(Asks::From(from)) if from > acknowledged => {
                assert!(
                    synced,
                    "record {number}: {from} is acknowledged, and nothing was synced since {acknowledged}"
                );
                (acknowledged, synced) = (from, false);
                acknowledgements += 1;
            }
            Some(Asks::Send) => {
                since += 1;
                messages += 1;
                assert!(since <= 64, "record {number}: {since} messages after one sync");
            }
            _ => {}
        }
    }
    println!("order: {} records, {acknowledgements} acknowledgements, {messages} messages", records.len());
    assert!(
        acknowledgements >= 3 && messages >= 20,
        "{acknowledgements} and {messages}: too little happened"
    );
}

/// The strictest look: at every word to the platform, the power fails, and nothing survives that was not synced.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_power_may_fail_at_every_word_to_the_platform() {
    let Some(mut stage) = Stage::new(seed(), 1).await else { return };
    let (mut disk, records) = run(&mut stage).await;
    let dice = Random::seeded(1);
    let mut looks = 0;
    let mut known: Option<Facts> = None;
    let mut sends = 0;
    for (number, record) in records.iter().enumerate() {
        disk.take(record);
        if matches!(record.event, Event::Synced | Event::NamesSynced | Event::Created | Event::Unlinked) {
            known = None;
        }
        let Some(asks) = read(record) else { continue };
        if known.is_none() {
            known = Some(stage.look_into(&disk.after_loss(Survives::Nothing, &dice)).await);
            looks += 1;
        }
        let Some(facts) = &known else { continue };
        assert!(facts.damage.is_empty(), "record {number}: {:?}", facts.damage);
        match asks {
            Asks::From(from) => all_before(facts, from, &stage.acknowledged(), number),
            Asks::Send => {
                sends += 1;
                let attempts: i64 = facts.messages.iter().map(|message| message.attempt).sum();
                assert!(
                    attempts >= sends,
                    "record {number}: {sends} messages, {attempts} attempts on the disk"
                );
            }
        }
    }
    println!("every word: {} records, {sends} messages, {looks} losses of power looked into", records.len());
    assert!(sends >= 20, "too little happened");
}

/// What is acknowledged by asking for updates from this number on is on the disk.
fn all_before(facts: &Facts, from: i64, acknowledged: &[i64], number: usize) {
    let stored: BTreeSet<&str> = facts.updates.iter().map(|update| update.external_id.as_str()).collect();
    for id in acknowledged.iter().filter(|id| **id < from) {
        assert!(
            stored.contains(id.to_string().as_str()),
            "record {number}: {id} is acknowledged, and not on the disk"
        );
    }
}
