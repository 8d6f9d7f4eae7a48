//! Texts with variables for what goes out again and again.

use chrono::Datelike;

use super::calendar::date_words;
use super::rich::Edit;
use super::text::fold;
use super::time::VIETNAM;
use super::{Rich, Timestamp};

/// A variable that there is not.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum TemplateError {
    #[error("không có biến {{{0}}}; hãy dùng {{ngày}} {{tháng}} {{quý}} {{năm}} {{đơn vị}}")]
    Unknown(String),
    #[error("thiếu dấu đóng }} của một biến")]
    Open,
}

/// Quarters are written in Roman numbers: "quý IV năm 2026".
fn quarter(month: u32) -> &'static str {
    match month {
        1..=3 => "I",
        4..=6 => "II",
        7..=9 => "III",
        _ => "IV",
    }
}

/// Fills in a template: `{ngày}` `{tháng}` `{quý}` `{năm}` `{đơn vị}`, also without diacritics and in
/// English, for the moment `at` in Vietnam.
///
/// # Errors
/// The variable that there is not.
pub fn render_template(template: &str, at: Timestamp, unit: &str) -> Result<String, TemplateError> {
    Ok(render_rich(&template.into(), at, unit)?.text)
}

/// The same for a text with emphasis: a variable's words are set as the variable is.
///
/// # Errors
/// The variable that there is not.
pub fn render_rich(template: &Rich, at: Timestamp, unit: &str) -> Result<Rich, TemplateError> {
    let local = at.in_zone(VIETNAM);
    let text = template.text.as_str();
    let mut edits = Vec::new();
    let mut done = 0;
    while let Some(open) = text[done..].find('{') {
        let open = done + open;
        let body = &text[open + 1..];
        let close = body.find('}').ok_or(TemplateError::Open)?;
        let name = &body[..close];
        let with = match fold(name).as_str() {
            "thang" | "month" => local.month().to_string(),
            "nam" | "year" => local.year().to_string(),
            "quy" | "quarter" => quarter(local.month()).to_owned(),
            "ngay" | "date" | "day" => date_words(at),
            "don vi" | "unit" => unit.to_owned(),
            _ => return Err(TemplateError::Unknown(name.chars().take(30).collect())),
        };
        done = open + 1 + close + 1;
        edits.push(Edit { at: open..done, with });
    }
    Ok(template.edited(&edits))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn emphasis_moves_with_the_words() {
        let template = Rich::new()
            .push("Tháng {tháng}: ")
            .bold("{đơn vị}")
            .push(" họp ")
            .italic("ngày {ngày}")
            .push(".");
        let text = render_rich(&template, Timestamp::vietnam(2026, 12, 7, 8, 0), "Xã A").expect("filled in");
        let date = date_words(Timestamp::vietnam(2026, 12, 7, 8, 0));
        let expected = Rich::new()
            .push("Tháng 12: ")
            .bold("Xã A")
            .push(" họp ")
            .italic(format!("ngày {date}"))
            .push(".");
        assert_eq!(text, expected);
    }

    #[test]
    fn a_template_is_filled_in() {
        let text = render_template(
            "Định hướng tháng {tháng}/{năm}, quý {quý}, {đơn vị}",
            Timestamp::vietnam(2026, 12, 7, 8, 0),
            "Xã A",
        );
        assert_eq!(text.as_deref(), Ok("Định hướng tháng 12/2026, quý IV, Xã A"));
        assert_eq!(
            render_template("{x}", Timestamp::vietnam(2026, 12, 7, 8, 0), ""),
            Err(TemplateError::Unknown("x".into()))
        );
        assert_eq!(
            render_template("{x", Timestamp::vietnam(2026, 12, 7, 8, 0), ""),
            Err(TemplateError::Open)
        );
    }
}
