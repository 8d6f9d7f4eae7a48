//! What people wrote, taken from mails as the common programs send them.

use proptest::prelude::*;

use crate::channel::email::quote::own_words;

/// A mail's text, and what its author wrote.
const SAMPLES: [(&str, &str); 36] = [
    // Nothing was added.
    ("Sạt lở tại km 12.\nĐường tắc cả hai chiều.", "Sạt lở tại km 12.\nĐường tắc cả hai chiều."),
    ("  1  \r\n", "  1"),
    ("Kính gửi Ban,\r\n\r\n\r\n\r\nXin báo cáo.\r\n", "Kính gửi Ban,\n\nXin báo cáo."),
    // Gmail on the web, in Vietnamese and English.
    (
        "Đã nhận.\n\nVào Th 3, 3 thg 3, 2026 vào lúc 08:15 Ban Tuyên giáo <bao@loa.vn>\nđã viết:\n\n> Lịch họp\n> 1. Đã nhận\n",
        "Đã nhận.",
    ),
    ("Đã rõ\n\nVào 08:15, Th 3, 3 thg 3, 2026 loa <bao@loa.vn> đã viết:\n\n> Thông báo\n", "Đã rõ"),
    ("Ok\n\nOn Tue, Mar 3, 2026 at 8:15 AM loa <bao@loa.vn> wrote:\n\n> Meeting\n>\n> 1. Received\n", "Ok"),
    (
        "Ok\n\nOn Tue, Mar 3, 2026 at 8:15 AM Ban Tuyên giáo và Dân vận tỉnh Mường Lam <\nbao.nhanh@loa.muonglam.gov.vn> wrote:\n\n> Họp\n",
        "Ok",
    ),
    // Gmail on a phone.
    ("1\n\nVào Th 3, 3 thg 3, 2026, 08:15 loa <bao@loa.vn> đã viết:\n\n> Thông báo", "1"),
    // Apple Mail.
    (
        "Đồng ý.\n\nĐã gửi từ iPhone của tôi\n\n> Vào ngày 3 thg 3, 2026, lúc 08:15, loa <bao@loa.vn> đã viết:\n>\n> Họp",
        "Đồng ý.",
    ),
    (
        "Thanks\n\nSent from my iPhone\n\n> On 3 Mar 2026, at 08:15, loa <bao@loa.vn> wrote:\n> \n> Họp",
        "Thanks",
    ),
    ("Nhất trí\n\n> On 3 Mar 2026, at 08:15, loa <bao@loa.vn> wrote:\n> \n> Họp", "Nhất trí"),
    ("Nhất trí\n\nVào 3 thg 3, 2026, lúc 08:15, loa <bao@loa.vn> đã viết:\n\nHọp lúc 8 giờ", "Nhất trí"),
    // Outlook on the desktop, the web and phones.
    (
        "Đã nhận, cảm ơn.\n\n________________________________\nFrom: loa <bao@loa.vn>\nSent: Tuesday, March 3, 2026 8:15 AM\nTo: Lan\nSubject: Lịch họp\n\nHọp",
        "Đã nhận, cảm ơn.",
    ),
    (
        "Đã nhận\n\nTừ: loa <bao@loa.vn>\nĐã gửi: Thứ Ba, 3 Tháng Ba 2026 8:15\nTới: Lan\nChủ đề: Lịch họp\n\nHọp",
        "Đã nhận",
    ),
    ("Rõ\n\n*From:* loa <bao@loa.vn>\n*Sent:* Tuesday\n*To:* Lan\n*Subject:* Họp\n\nHọp", "Rõ"),
    ("Rõ\n\n-----Original Message-----\nFrom: loa\nSent: Tuesday\nTo: Lan\n\nHọp", "Rõ"),
    ("Rõ\n\n-----Thư gốc-----\nTừ: loa\n\nHọp", "Rõ"),
    ("Rõ\n\nGet Outlook for iOS<https://aka.ms/o0ukef>\n________________________________\nFrom: loa", "Rõ"),
    ("Rõ\n\nTải Outlook cho Android\n", "Rõ"),
    ("Rõ\n\nNgười gửi: loa <bao@loa.vn>\nNgày gửi: 03/03/2026\nNgười nhận: Lan\nTiêu đề: Họp\nHọp", "Rõ"),
    // Thunderbird, Zimbra (the mail of many state bodies), Yahoo.
    ("Rõ\n\nOn 03/03/2026 08:15, loa wrote:\n> Họp\n> 1. Đã nhận", "Rõ"),
    (
        "Vào lúc 08:15 ngày 03/03/2026, loa đã viết:\n> Họp lúc mấy giờ?\n\nTám giờ, tại hội trường.",
        "Tám giờ, tại hội trường.",
    ),
    ("> Ai dự?\n\nToàn thể chi bộ.\n\n> Ở đâu?\n\nTại nhà văn hóa.", "Toàn thể chi bộ.\n\nTại nhà văn hóa."),
    ("Rõ\n\n----- Original Message -----\nFrom: \"loa\" <bao@loa.vn>\nTo: \"Lan\"", "Rõ"),
    ("Rõ\n\n----- Thư gốc -----\nTừ: \"loa\" <bao@loa.vn>\nTới: \"Lan\"", "Rõ"),
    (
        "Rõ\n\nTừ: \"loa\" <bao@loa.vn>\nTới: \"Lan\" <lan@xa.vn>\nĐã gửi: Thứ Ba, 3 Tháng 3, 2026 8:15:00 SA\nChủ đề: Họp",
        "Rõ",
    ),
    (
        "Rõ\n\nSent from Yahoo Mail on Android \n \n  On Tue, Mar 3, 2026 at 8:15, loa<bao@loa.vn> wrote:   Họp",
        "Rõ",
    ),
    ("Rõ\n\nGửi từ Yahoo Mail trên Android\n\nVào 8:15, 3 thg 3, 2026, loa đã viết: Họp", "Rõ"),
    ("loa <bao@loa.vn> đã viết:\n> Họp\n\nĐồng ý", "Đồng ý"),
    // Signatures.
    ("Đường hỏng ở bản Nà Lặc\n-- \nLan, văn hóa xã\nĐT 0912 000 000", "Đường hỏng ở bản Nà Lặc"),
    ("Đường hỏng\n\nĐược gửi từ điện thoại Samsung của tôi", "Đường hỏng"),
    ("Đường hỏng\n\nSent from my Galaxy", "Đường hỏng"),
    // What only looks like it.
    ("Gửi từ xã Bình Minh: mưa to.", "Gửi từ xã Bình Minh: mưa to."),
    (
        "Vào hồi 6 giờ sáng nay nước lên.\nDân đã viết: xin cứu trợ\nHết.",
        "Vào hồi 6 giờ sáng nay nước lên.\nDân đã viết: xin cứu trợ\nHết.",
    ),
    ("Từ: bản Nà Lặc\nđến trung tâm xã đường tắc.", "Từ: bản Nà Lặc\nđến trung tâm xã đường tắc."),
    // What is passed on is what the mail is about.
    (
        "Chuyển để xử lý\n\n---------- Forwarded message ---------\nSạt lở tại km 12",
        "Chuyển để xử lý\n\n---------- Forwarded message ---------\nSạt lở tại km 12",
    ),
];

#[test]
fn what_the_author_wrote_is_kept_and_nothing_else() {
    for (text, own) in SAMPLES {
        assert_eq!(own_words(text), own, "of {text:?}");
    }
}

fn line() -> impl Strategy<Value = String> {
    let known: Vec<String> = SAMPLES.iter().flat_map(|(text, _)| text.lines()).map(str::to_owned).collect();
    prop_oneof![3 => proptest::sample::select(known), 1 => ".{0,40}"]
}

proptest! {
    #[test]
    fn nothing_is_made_up_and_no_quotation_stays(lines in proptest::collection::vec(line(), 0..12)) {
        let text = lines.join("\n");
        let own = own_words(&text);
        let plain = text.replace(['\u{a0}', '\u{202f}'], " ");
        for kept in own.lines() {
            let unseen = text.contains(['\u{200b}', '\u{feff}', '\r']);
            prop_assert!(unseen || plain.contains(kept));
            prop_assert!(!kept.trim_start().starts_with('>'));
        }
    }

    #[test]
    fn plain_words_stay_as_they_are(words in "[a-zđăâêôơư ]{1,60}(\n[a-zđăâêôơư ]{1,60}){0,5}") {
        let as_is: Vec<&str> = words.lines().map(str::trim_end).filter(|line| !line.trim().is_empty()).collect();
        let own = own_words(&words);
        let own: Vec<&str> = own.lines().filter(|line| !line.is_empty()).collect();
        prop_assert_eq!(own, as_is);
    }
}
