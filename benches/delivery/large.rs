//! The real program with 100,000 people: how long until it answers, and how much memory it takes.

use std::process::Stdio;
use std::time::Instant;

use crate::platform::{Order, Platform};
use crate::program::Program;
use crate::stage::megabytes;

pub fn measure() {
    let people = 100_000;
    let platform = Platform::start(1);
    let program = Program::new(&platform, "");
    let mut csv = String::from("unit,name,role,channel,chat_id,kind\n");
    for person in 1..=people {
        csv.push_str(&format!(
            "Tỉnh Mường Lam / Phường {},Cán bộ {person},staff,telegram,{person},person\n",
            person % 100
        ));
    }
    let list = program.path("people.csv");
    std::fs::write(&list, csv).expect("a list");
    let started = Instant::now();
    let imported = program.command().arg("import").arg(&list).stdout(Stdio::null()).status().expect("loa");
    assert!(imported.success());
    println!("large: {people} people, the real program");
    println!("  import: {:.2} s (wanted: less than 5 s)", started.elapsed().as_secs_f64());
    let started = Instant::now();
    let service = program.run();
    let _: Vec<f64> = platform.ask(&Order::Ask { from: 1, count: 1, per_second: 1.0 });
    println!("  first answer after the start: {:.2} s (wanted: within 2 s)", started.elapsed().as_secs_f64());
    println!("  resident: {:.0} MB (wanted: less than 100 MB)\n", megabytes(service.id(), "VmRSS"));
}
