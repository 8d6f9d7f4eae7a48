//! The words of a mail that has only HTML.

use mail_parser::decoders::html::html_to_text;

/// What begins the mail that is answered, in the HTML of the common programs; in lower case.
const ORIGINALS: [&str; 11] = [
    "class=\"gmail_quote",
    "class=\"gmail_attr",
    "class=\"gmail_signature",
    "id=\"appendonsend\"",
    "id=\"divrplyfwdmsg\"",
    "id=\"mail-editor-reference-message-container\"",
    "class=\"moz-cite-prefix\"",
    "class=\"moz-signature\"",
    "class=\"yahoo_quoted",
    "class=\"protonmail_quote",
    "type=\"cite\"",
];

/// The words, without the mail that is answered where its program marks it.
pub(super) fn words(html: &str) -> String {
    let html = &html[..original(html).unwrap_or(html.len())];
    // Gmail and Outlook put every line into one.
    html_to_text(&html.replace("<div", "<br><div").replace("<DIV", "<br><DIV"))
}

/// Where the mail that is answered begins; `None` where nothing would be left.
fn original(html: &str) -> Option<usize> {
    // Only ASCII changes, so that places stay the same.
    let lower = html.to_ascii_lowercase();
    let marks = ORIGINALS.iter().filter_map(|mark| lower.find(mark));
    let tags = marks.filter_map(|at| lower[..at].rfind('<'));
    let forwarded = lower.contains("forwarded message") || lower.contains("thư đã chuyển tiếp");
    let first = tags.min().filter(|_| !forwarded)?;
    (!html_to_text(&html[..first]).trim().is_empty()).then_some(first)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_answer_is_kept_and_the_original_is_not() {
        let gmail = "<div dir=\"ltr\">Đã nhận.<div>Sáng mai tôi báo.</div></div><br><div class=\"gmail_quote\">\
                     <div dir=\"ltr\" class=\"gmail_attr\">Vào Th 3, 3 thg 3, 2026 … đã viết:</div>Thông báo</div>";
        assert_eq!(words(gmail).trim(), "Đã nhận.\nSáng mai tôi báo.");
        let outlook = "<p>Đồng ý &amp; cảm ơn</p><div id=\"appendonsend\"></div><hr><b>From:</b> loa";
        assert_eq!(words(outlook).trim(), "Đồng ý & cảm ơn");
        let forwarded =
            "<div>Chuyển anh</div><div class=\"gmail_quote\">---------- Forwarded message<br>Sạt lở</div>";
        assert!(words(forwarded).contains("Sạt lở"));
    }
}
