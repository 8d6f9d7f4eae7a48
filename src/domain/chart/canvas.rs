//! Drawing: blocks with round corners, and words, on a picture of which nothing is drawn outside.

use ab_glyph::{Font, FontRef, GlyphId, PxScale, ScaleFont, point};
use image::{Rgb, RgbImage};
use unicode_normalization::UnicodeNormalization;
use unicode_segmentation::UnicodeSegmentation;

use super::ChartError;

pub type Ink = Rgb<u8>;

/// See `assets/fonts/LICENSE-DejaVu.txt`.
const REGULAR: &[u8] = include_bytes!("../../../assets/fonts/DejaVuSansCondensed.subset.ttf");
const BOLD: &[u8] = include_bytes!("../../../assets/fonts/DejaVuSansCondensed-Bold.subset.ttf");
/// Letters of a text that are looked at: more than go across a picture.
const MOST_LETTERS: usize = 400;

/// A face of the letters, in one size.
pub struct Face {
    font: FontRef<'static>,
    size: f32,
}

impl Face {
    pub fn regular(size: f32) -> Result<Self, ChartError> {
        Self::of(REGULAR, size)
    }

    pub fn bold(size: f32) -> Result<Self, ChartError> {
        Self::of(BOLD, size)
    }

    fn of(bytes: &'static [u8], size: f32) -> Result<Self, ChartError> {
        Ok(Self { font: FontRef::try_from_slice(bytes).map_err(|_| ChartError::Font)?, size })
    }

    /// The letters of a text of which there is a picture, and how far each takes the pen. What there is none of (☎️) is
    /// left out.
    fn letters<'a>(&'a self, text: &'a str) -> impl Iterator<Item = (GlyphId, f32)> + 'a {
        let scaled = self.font.as_scaled(PxScale::from(self.size));
        let seen = text.nfc().take(MOST_LETTERS).map(|c| if c.is_whitespace() { ' ' } else { c });
        seen.map(|c| self.font.glyph_id(c)).filter(|id| id.0 != 0).map(move |id| (id, scaled.h_advance(id)))
    }

    pub fn width(&self, text: &str) -> f32 {
        self.letters(text).map(|(_, advance)| advance).sum()
    }

    /// The text, or as much of it as goes across, with `…` behind it.
    pub fn fitted(&self, text: &str, across: f32) -> String {
        if self.width(text) <= across {
            return text.to_owned();
        }
        let mut kept = String::new();
        let room = across - self.width("…");
        let mut wide = 0.0;
        for grapheme in text.graphemes(true) {
            wide += self.width(grapheme);
            if wide > room {
                break;
            }
            kept.push_str(grapheme);
        }
        kept.truncate(kept.trim_end().len());
        kept.push('…');
        kept
    }

    /// The text in lines, broken between words; the last of `most` takes what is left, as far as it goes across.
    pub fn lines(&self, text: &str, across: f32, most: usize) -> Vec<String> {
        let mut lines: Vec<String> = Vec::new();
        let mut words = text.split_whitespace().peekable();
        while words.peek().is_some() && lines.len() < most {
            let mut line = String::new();
            let last = lines.len() + 1 == most;
            while let Some(word) = words.peek() {
                let longer = if line.is_empty() { (*word).to_owned() } else { format!("{line} {word}") };
                if !line.is_empty() && !last && self.width(&longer) > across {
                    break;
                }
                line = longer;
                words.next();
                // What is wider than the picture needs no more words.
                if self.width(&line) > across {
                    break;
                }
            }
            if last && words.peek().is_some() {
                line.push_str(" …");
            }
            lines.push(self.fitted(&line, across));
        }
        lines
    }
}

/// A picture that is being drawn.
pub struct Canvas {
    picture: RgbImage,
}

/// Where a block is, in pixels from the upper left corner.
#[derive(Clone, Copy, Debug)]
pub struct Area {
    pub x: i32,
    pub y: i32,
    pub width: i32,
    pub height: i32,
}

impl Canvas {
    pub fn new(width: u32, height: u32, ink: Ink) -> Self {
        Self { picture: RgbImage::from_pixel(width, height, ink) }
    }

    pub fn finish(self) -> RgbImage {
        self.picture
    }

    /// Covers a pixel, as far as that goes; one that is outside is not there.
    fn cover(&mut self, x: i32, y: i32, ink: Ink, how_far: f32) {
        let (Ok(x), Ok(y)) = (u32::try_from(x), u32::try_from(y)) else { return };
        let Some(pixel) = self.picture.get_pixel_mut_checked(x, y) else { return };
        for (below, above) in pixel.0.iter_mut().zip(ink.0) {
            *below = mixed(*below, above, how_far);
        }
    }

    /// A block with round corners.
    pub fn block(&mut self, at: Area, radius: f32, ink: Ink) {
        let radius = radius.min(at.width as f32 / 2.0).min(at.height as f32 / 2.0).max(0.0);
        for y in 0..at.height {
            for x in 0..at.width {
                // How far the middle of the pixel is outside the inner edges of the corners.
                let beyond = |at: i32, side: i32| {
                    let (at, side) = (at as f32 + 0.5, side as f32);
                    (radius - at).max(at - (side - radius)).max(0.0)
                };
                let away = beyond(x, at.width).hypot(beyond(y, at.height));
                self.cover(at.x + x, at.y + y, ink, (radius - away + 0.5).clamp(0.0, 1.0));
            }
        }
    }

    /// Writes from `x` on; `y` is the line on which letters stand.
    pub fn write(&mut self, face: &Face, (x, y): (f32, f32), ink: Ink, text: &str) {
        let mut pen = x;
        for (id, advance) in face.letters(text) {
            let glyph = id.with_scale_and_position(PxScale::from(face.size), point(pen, y));
            if let Some(outline) = face.font.outline_glyph(glyph) {
                let bounds = outline.px_bounds();
                let (left, top) = (whole(bounds.min.x), whole(bounds.min.y));
                outline.draw(|dx, dy, how_far| {
                    let place =
                        |from: i32, by: u32| i32::try_from(by).map_or(i32::MAX, |by| from.saturating_add(by));
                    self.cover(place(left, dx), place(top, dy), ink, how_far);
                });
            }
            pen += advance;
        }
    }

    /// Writes so that the text ends at `x`.
    pub fn write_to(&mut self, face: &Face, (x, y): (f32, f32), ink: Ink, text: &str) {
        self.write(face, (x - face.width(text), y), ink, text);
    }
}

#[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "between 0 and 255")]
fn mixed(below: u8, above: u8, how_far: f32) -> u8 {
    let (below, above) = (f32::from(below), f32::from(above));
    (below + (above - below) * how_far.clamp(0.0, 1.0)).round().clamp(0.0, 255.0) as u8
}

#[allow(clippy::cast_possible_truncation, reason = "far outside is outside")]
pub fn whole(at: f32) -> i32 {
    at.clamp(-1e6, 1e6) as i32
}
