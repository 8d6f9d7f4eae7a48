//! `loa demo --once`, as it is typed: the whole app, told as a story.

use std::path::Path;
use std::process::{Command, Output};

fn demo(folder: &Path) -> Output {
    Command::new(env!("CARGO_BIN_EXE_loa"))
        .args(["demo", "--once"])
        .current_dir(folder)
        .env("TMPDIR", folder)
        .env_remove("LOA_LOG")
        .output()
        .expect("the program")
}

/// Invites and codes are random, and so are the ports of this machine: they are no part of what is compared.
fn without_chance(text: &str) -> String {
    let mut out = String::new();
    for line in text.lines() {
        let cut = ["?start=", "/ghep ", "//127.0.0.1:"]
            .into_iter()
            .find_map(|mark| line.split_once(mark).map(|(before, after)| (before, mark, after)));
        match cut {
            Some((before, mark, after)) => {
                let rest = after.split_once('/').map_or(String::new(), |(_, rest)| format!("/{rest}"));
                out.push_str(&format!("{before}{mark}…{rest}"));
            }
            None => out.push_str(line),
        }
        out.push('\n');
    }
    out
}

#[test]
fn the_first_month_is_played_to_its_end_and_leaves_nothing_behind() {
    let folder = tempfile::tempdir().expect("a folder");
    let output = demo(folder.path());
    let text = String::from_utf8(output.stdout).expect("UTF-8");
    let errors = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{errors}\n{text}");
    assert_eq!(errors, "");
    assert!(!text.contains('\x1b'), "colours where nobody sees them");
    for line in [
        "Chị Lan, văn hóa phường · Zalo: /start",
        "còn 2.927 / 3.000 tin tháng này",
        "Anh Sàng, trưởng thôn · Zalo OA: 👆 [ ✅ Đã nhận ]",
        "Bác Định, cộng tác viên · e-mail: 🔗 ✅ Đã nhận",
        "Zalo OA còn cho biết 10 người của Xã Nậm Khoa đã xem.",
        "Bạn đã xác nhận lúc 08:30 01/12/2026 rồi.",
        "Mã vụ việc: ML-2026-0001",
        "ML-2026-0004 đã gộp vào ML-2026-0003",
        "📬 Đã tới 45 trên 45",
        "Vụ việc: 4, giải quyết dứt điểm: 3, gộp: 1, còn mở: 0",
        "Cuộc gọi mà nền tảng phải từ chối: 0",
    ] {
        assert!(text.contains(line), "{line:?} is missing in:\n{text}");
    }
    let wide = text.lines().filter(|line| line.chars().count() > 100);
    assert_eq!(wide.collect::<Vec<_>>(), Vec::<&str>::new());
    let left: Vec<_> = std::fs::read_dir(folder.path()).expect("a folder").collect();
    assert!(left.is_empty(), "{left:?}");
    insta::assert_snapshot!("first_month", without_chance(&text));
}
