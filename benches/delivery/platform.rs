//! The practice platform in a process of its own, so that its processor time and memory are not counted with those
//! of what is measured. It is this program again; orders go in and answers come out a line at a time.

use std::io::{BufRead, BufReader, Write};
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use loa::clock::Clock;
use loa::sandbox::{Fault, Limits, Options, Rule, Sandbox};
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use serde_json::json;

/// By this first argument the program is the platform.
pub const ROLE: &str = "--as-platform";

/// What the platform is asked for.
#[derive(Serialize, Deserialize)]
pub enum Order {
    /// People with these numbers, who have all pressed Start: 1 to so many.
    People(i64),
    /// So many calls a second, one to a chat.
    Limit(usize),
    /// How many calls it accepted.
    Accepted,
    /// Returns when it has accepted so many.
    Wait(usize),
    /// How many calls it accepted within so many seconds, and how long these really were.
    Span(f64),
    /// How many calls came too fast, and how many no correct bot makes.
    Wrong,
    /// People ask for help, each in their own chat, so many a second. Gives how long each waited, in seconds.
    Ask { from: i64, count: i64, per_second: f64 },
    /// People write for so many seconds, so many updates a second. Gives how many.
    Talk { people: i64, per_second: f64, seconds: f64 },
    /// This share of all calls goes wrong.
    Faults(f64),
    /// Every answer comes so many milliseconds later, as from far away.
    Distance(u64),
}

/// The other process, as this one holds it.
pub struct Platform {
    pub url: String,
    pub token: String,
    child: Child,
    pipes: Mutex<(ChildStdin, BufReader<ChildStdout>)>,
}

impl Platform {
    /// Starts the process, with people who have pressed Start and without limits.
    pub fn start(people: i64) -> Self {
        let program = std::env::current_exe().expect("this program");
        let mut command = Command::new(program);
        command.arg(ROLE).stdin(Stdio::piped()).stdout(Stdio::piped());
        let mut child = command.spawn().expect("a process");
        let orders = child.stdin.take().expect("a pipe");
        let mut answers = BufReader::new(child.stdout.take().expect("a pipe"));
        let (url, token) = read(&mut answers);
        let platform = Self { url, token, child, pipes: Mutex::new((orders, answers)) };
        platform.ask::<()>(&Order::People(people));
        platform
    }

    /// Gives an order and waits for the answer.
    pub fn ask<T: DeserializeOwned>(&self, order: &Order) -> T {
        let mut pipes = self.pipes.lock().expect("no panic before");
        let line = serde_json::to_string(order).expect("JSON");
        writeln!(pipes.0, "{line}").expect("the platform");
        read(&mut pipes.1)
    }

    /// The same, while the tasks of this process go on.
    pub fn meanwhile<T: DeserializeOwned>(&self, order: &Order) -> T {
        tokio::task::block_in_place(|| self.ask(order))
    }
}

impl Drop for Platform {
    fn drop(&mut self) {
        // It may have ended by itself, because its orders did.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn read<T: DeserializeOwned>(answers: &mut impl BufRead) -> T {
    let mut line = String::new();
    answers.read_line(&mut line).expect("the platform");
    serde_json::from_str(&line).expect("an answer of the platform")
}

/// A platform in this process, with people who have pressed Start.
pub async fn here(people: i64) -> Sandbox {
    let sandbox = begin().await;
    enrol(&sandbox, people).await;
    sandbox
}

async fn begin() -> Sandbox {
    let clock = Clock::System;
    let mut options = Options::new(Arc::new(move || clock.now().0));
    options.keep_last = Some(4);
    options.wait_bound = Duration::from_secs(3600);
    Sandbox::start(options).await.expect("a practice platform")
}

/// The platform itself, until its orders end.
pub async fn run() {
    let sandbox = begin().await;
    println!("{}", json!([sandbox.url(), sandbox.token()]));
    loop {
        let mut line = String::new();
        let read = tokio::task::block_in_place(|| std::io::stdin().lock().read_line(&mut line));
        if read.expect("an order") == 0 {
            return;
        }
        let order = serde_json::from_str(&line).expect("an order");
        println!("{}", obey(&sandbox, order).await);
    }
}

async fn obey(sandbox: &Sandbox, order: Order) -> serde_json::Value {
    match order {
        Order::People(people) => json!(enrol(sandbox, people).await),
        Order::Limit(per_second) => {
            sandbox.set_limits(Some(Limits { per_second, ..Limits::default() }));
            json!(())
        }
        Order::Accepted => json!(sandbox.accepted_count()),
        Order::Wait(count) => {
            json!(sandbox.wait_for(|sandbox| (sandbox.accepted_count() >= count).then_some(())).await)
        }
        Order::Span(seconds) => {
            let (started, before) = (Instant::now(), sandbox.accepted_count());
            tokio::time::sleep(Duration::from_secs_f64(seconds)).await;
            json!((sandbox.accepted_count() - before, started.elapsed().as_secs_f64()))
        }
        Order::Wrong => json!((sandbox.rate_violations().len(), sandbox.violations().len())),
        Order::Ask { from, count, per_second } => json!(ask(sandbox, from, count, per_second).await),
        Order::Talk { people, per_second, seconds } => {
            json!(talk(sandbox, people, per_second, seconds).await)
        }
        Order::Faults(share) => {
            go_wrong(sandbox, share);
            json!(())
        }
        Order::Distance(milliseconds) => {
            let later = Fault::Stall(Duration::from_millis(milliseconds));
            json!(sandbox.faults().add(Rule::new(later).method("sendMessage")))
        }
    }
}

async fn enrol(sandbox: &Sandbox, people: i64) {
    for person in 1..=people {
        sandbox.add_user(person, "Lan");
        sandbox.say(person, person, "/start");
    }
    // Taken away, so that the bot need not answer every greeting first.
    let client = loa::http::http_client().expect("a client");
    let url = format!("{}/bot{}/getUpdates", sandbox.url(), sandbox.token());
    let mut offset = 0;
    loop {
        let body = json!({ "offset": offset, "limit": 100, "timeout": 0 });
        let answer = client.post(&url).json(&body).send().await.expect("an answer");
        let answer: serde_json::Value = answer.json().await.expect("JSON");
        let Some(last) = answer["result"].as_array().expect("updates").last() else { return };
        offset = last["update_id"].as_i64().expect("a number") + 1;
    }
}

async fn ask(sandbox: &Sandbox, from: i64, count: i64, per_second: f64) -> Vec<f64> {
    let mut waiting = tokio::task::JoinSet::new();
    let mut pause = tokio::time::interval(Duration::from_secs_f64(1.0 / per_second));
    for person in from..from + count {
        pause.tick().await;
        let sandbox = sandbox.clone();
        waiting.spawn(async move {
            let asked = Instant::now();
            let question = sandbox.say(person, person, "/trogiup");
            let answered = |seen: loa::sandbox::Seen| seen.by_bot && seen.id > question;
            sandbox.wait_for(|sandbox| sandbox.last(person).filter(|seen| answered(seen.clone()))).await;
            asked.elapsed().as_secs_f64()
        });
    }
    waiting.join_all().await
}

/// A command, a word, and now and then the beginning of a report.
const WORDS: [&str; 4] = ["/trogiup", "xin chào", "/start", "Có cháy ở chợ xã, lửa lớn"];

async fn talk(sandbox: &Sandbox, people: i64, per_second: f64, seconds: f64) -> usize {
    let started = Instant::now();
    let mut pause = tokio::time::interval(Duration::from_secs_f64(1.0 / per_second));
    let mut said = 0;
    while started.elapsed().as_secs_f64() < seconds {
        pause.tick().await;
        let person = 1 + i64::try_from(said).expect("small") % people;
        sandbox.say(person, person, WORDS[said % WORDS.len()]);
        said += 1;
    }
    said
}

/// Every kind of fault that passes, equally often; not one that a person causes.
fn go_wrong(sandbox: &Sandbox, share: f64) {
    let kinds = [
        Fault::TooMany { retry_after: 1, whole_bot: false },
        Fault::Status(500),
        Fault::Status(502),
        Fault::ResetBefore,
        Fault::ResetAfter,
        Fault::Garbage,
    ];
    // Each rule is asked only about what those before it let pass.
    let each = share / kinds.len() as f64;
    for (place, kind) in kinds.into_iter().enumerate() {
        sandbox.faults().add(Rule::new(kind).chance(each / (1.0 - each * place as f64)));
    }
}
