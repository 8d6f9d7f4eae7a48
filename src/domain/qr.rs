//! QR codes: a picture for a chat, lines of text for a terminal.

use std::io::Cursor;

use image::{DynamicImage, ImageFormat, Luma};
use qrcode::{Color, QrCode};

/// The width of one module in the picture, in pixels.
const MODULE: u32 = 8;
/// The empty border, in modules, that readers ask for (ISO/IEC 18004).
const QUIET: u32 = 4;

/// Why there is no QR code: the text is too long for one.
#[derive(Debug, thiserror::Error)]
#[error("the text does not fit into a QR code")]
pub struct QrError;

/// The text as a QR code: a PNG in black and white.
///
/// # Errors
/// Where the text is too long (some 2,900 bytes).
pub fn qr_png(text: &str) -> Result<Vec<u8>, QrError> {
    let code = QrCode::new(text).map_err(|_| QrError)?;
    let (width, dark) = modules(&code);
    let side = (width + 2 * QUIET) * MODULE;
    let picture = image::GrayImage::from_fn(side, side, |x, y| {
        Luma([if dark(x / MODULE, y / MODULE) { 0 } else { 255 }])
    });
    let mut bytes = Cursor::new(Vec::new());
    DynamicImage::from(picture).write_to(&mut bytes, ImageFormat::Png).map_err(|_| QrError)?;
    Ok(bytes.into_inner())
}

/// The text as a QR code for a terminal, two rows of modules to a line, light on whatever is behind it.
///
/// # Errors
/// Where the text is too long (some 2,900 bytes).
pub fn qr_text(text: &str) -> Result<String, QrError> {
    let code = QrCode::new(text).map_err(|_| QrError)?;
    let (width, dark) = modules(&code);
    let side = width + 2 * QUIET;
    let mut lines = Vec::new();
    for y in (0..side).step_by(2) {
        let line = (0..side).map(|x| match (dark(x, y), dark(x, y + 1)) {
            (false, false) => '█',
            (false, true) => '▀',
            (true, false) => '▄',
            (true, true) => ' ',
        });
        lines.push(line.collect::<String>());
    }
    Ok(lines.join("\n"))
}

/// The width of a code, and what says whether the module at a place of the bordered code is dark.
fn modules(code: &QrCode) -> (u32, impl Fn(u32, u32) -> bool + '_) {
    let colors = code.to_colors();
    let width = code.width();
    let at = move |x: u32, y: u32| {
        let (Some(x), Some(y)) = (x.checked_sub(QUIET), y.checked_sub(QUIET)) else { return false };
        let (x, y) = (x as usize, y as usize);
        x < width && y < width && colors[y * width + x] == Color::Dark
    };
    // The widest code there is has 177 modules.
    (u32::try_from(width).unwrap_or(0), at)
}

#[cfg(test)]
mod tests {
    use super::*;

    const LINK: &str = "https://t.me/loa_bot?start=0123456789012345678901";

    #[test]
    fn the_picture_is_a_square_with_a_white_border() {
        let picture = image::load_from_memory(&qr_png(LINK).expect("a picture")).expect("a PNG").to_luma8();
        assert_eq!(picture.width(), picture.height());
        assert_eq!(picture.get_pixel(0, 0), &Luma([255]));
        assert_eq!(picture.get_pixel(QUIET * MODULE, QUIET * MODULE), &Luma([0]), "the corner mark");
    }

    #[test]
    fn a_terminal_shows_it_in_lines_of_one_width() {
        let text = qr_text(LINK).expect("a code");
        let widths: Vec<usize> = text.lines().map(|line| line.chars().count()).collect();
        assert!(widths.len() > 10 && widths.iter().all(|width| *width == widths[0]));
        assert!(qr_text(&"x".repeat(5000)).is_err());
    }
}
