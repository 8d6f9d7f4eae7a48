//! How fast notices go out, how soon people are answered and what it takes of the machine, each beside the limit or
//! the yardstick that was measured in the same run. `cargo bench --bench delivery -- limit30` runs one part;
//! docs/performance.md says what each of them does.

#![allow(clippy::disallowed_methods, reason = "a measurement asks a watch")]
#![allow(clippy::print_stdout, reason = "a measurement is printed")]

mod fanout;
mod floor;
mod intake;
mod large;
mod limit;
mod platform;
mod program;
mod replies;
mod soak;
mod stage;
mod unlimited;

/// All there is, in the order in which it is measured.
const PARTS: [(&str, fn()); 11] = [
    ("unlimited", unlimited::near),
    ("together", unlimited::together),
    ("distant", unlimited::distant),
    ("limit30", || wait_for(limit::thirty())),
    ("limit1000", || wait_for(limit::thousand())),
    ("replies", || wait_for(replies::measure())),
    ("intake", || wait_for(intake::measure())),
    ("webhooks", || wait_for(intake::zalo())),
    ("fanout", fanout::measure),
    ("large", large::measure),
    ("soak", || wait_for(soak::measure())),
];

fn main() {
    let args: Vec<String> = std::env::args().skip(1).collect();
    match args.first().map(String::as_str) {
        Some(platform::ROLE) => return wait_for(platform::run()),
        Some(unlimited::ROLE) => return wait_for(unlimited::run(&args[1..])),
        Some(fanout::ROLE) => return wait_for(fanout::run(&args[1..])),
        _ => {}
    }
    let wanted: Vec<String> = args.into_iter().filter(|arg| !arg.starts_with('-')).collect();
    for name in &wanted {
        assert!(PARTS.iter().any(|(part, _)| part == name), "there is no part {name:?}");
    }
    println!("{}\n", machine());
    for (name, measure) in PARTS {
        if wanted.is_empty() || wanted.iter().any(|part| part == name) {
            measure();
        }
    }
}

/// Runs something to its end, on as many threads as there are cores.
fn wait_for<T>(what: impl Future<Output = T>) -> T {
    tokio::runtime::Runtime::new().expect("a runtime").block_on(what)
}

fn machine() -> String {
    let cores = std::thread::available_parallelism().map_or(0, std::num::NonZero::get);
    let info = std::fs::read_to_string("/proc/cpuinfo").unwrap_or_default();
    let model = info.lines().find_map(|line| line.strip_prefix("model name")?.split(": ").nth(1));
    let load = std::fs::read_to_string("/proc/loadavg").unwrap_or_default();
    let load = load.split(' ').next().unwrap_or_default();
    format!("{cores} cores ({}), load {load} before the first part", model.unwrap_or("unknown"))
}
