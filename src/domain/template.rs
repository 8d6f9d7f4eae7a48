//! Texts with variables for what goes out again and again.

use chrono::Datelike;

use super::Timestamp;
use super::calendar::date_words;
use super::text::fold;
use super::time::VIETNAM;

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
    let local = at.in_zone(VIETNAM);
    let mut out = String::with_capacity(template.len());
    let mut rest = template;
    while let Some(open) = rest.find('{') {
        out.push_str(&rest[..open]);
        let body = &rest[open + 1..];
        let close = body.find('}').ok_or(TemplateError::Open)?;
        let name = &body[..close];
        out.push_str(&match fold(name).as_str() {
            "thang" | "month" => local.month().to_string(),
            "nam" | "year" => local.year().to_string(),
            "quy" | "quarter" => quarter(local.month()).to_owned(),
            "ngay" | "date" | "day" => date_words(at),
            "don vi" | "unit" => unit.to_owned(),
            _ => return Err(TemplateError::Unknown(name.chars().take(30).collect())),
        });
        rest = &body[close + 1..];
    }
    out.push_str(rest);
    Ok(out)
}

#[cfg(test)]
mod tests {
    use super::*;

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
