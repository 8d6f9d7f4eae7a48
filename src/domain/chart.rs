//! Figures and bars as a picture that is read on a telephone.

mod canvas;

use std::io::Cursor;

use image::codecs::png::{CompressionType, FilterType, PngEncoder};
use image::{ExtendedColorType, ImageEncoder, Rgb};

use canvas::{Area, Canvas, Face, Ink};

/// The width of the picture, in pixels: chats show no more.
const WIDTH: u16 = 1080;
/// What is left free at every side.
const PAD: i32 = 56;
/// Bars in one picture; who has more says so below them.
pub const MOST_BARS: usize = 12;
/// Lines of a title, and lines at the foot.
const MOST_TITLE: usize = 2;
const MOST_FOOT: usize = 4;

const PAPER: Ink = Rgb([255, 255, 255]);
const TEXT: Ink = Rgb([27, 39, 51]);
const QUIET: Ink = Rgb([91, 107, 123]);
const TINT: Ink = Rgb([243, 246, 249]);
/// Blue and orange are told apart by whoever sees no red or no green, and one is darker than the other
/// (Okabe and Ito, <https://jfly.uni-koeln.de/color/>).
const DONE: Ink = Rgb([0, 114, 178]);
const OPEN: Ink = Rgb([230, 159, 0]);
const NOTHING: Ink = Rgb([221, 227, 233]);

/// Why there is no picture.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ChartError {
    #[error("the letters cannot be read")]
    Font,
    #[error("the picture cannot be packed")]
    Pack,
}

/// What a colour stands for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Tone {
    Plain,
    Done,
    Open,
    Nothing,
}

impl Tone {
    fn ink(self) -> Ink {
        match self {
            Self::Plain => TEXT,
            Self::Done => DONE,
            Self::Open => OPEN,
            Self::Nothing => NOTHING,
        }
    }
}

/// A large number, what it is, and of how many.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Figure {
    pub number: String,
    pub label: String,
    pub share: String,
    pub tone: Tone,
}

/// A line of the list: so much of it is done, so much open, of all.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Bar {
    pub name: String,
    pub value: String,
    pub done: i64,
    pub open: i64,
    pub of: i64,
}

/// What is drawn. Words come in the reader's language, and from outside: they are cut to fit.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Chart {
    pub title: String,
    pub note: String,
    /// Three fit side by side.
    pub figures: Vec<Figure>,
    /// What stands above the bars, and what their colours mean.
    pub heading: String,
    pub legend: Vec<(Tone, String)>,
    pub bars: Vec<Bar>,
    /// Below the bars: how many there are besides.
    pub more: Option<String>,
    pub foot: Vec<String>,
}

/// The letters in their sizes.
struct Faces {
    title: Face,
    number: Face,
    heading: Face,
    text: Face,
    small: Face,
}

impl Faces {
    fn new() -> Result<Self, ChartError> {
        Ok(Self {
            title: Face::bold(50.0)?,
            number: Face::bold(84.0)?,
            heading: Face::bold(34.0)?,
            text: Face::regular(34.0)?,
            small: Face::regular(29.0)?,
        })
    }
}

/// How high the parts are, one below the other.
mod high {
    pub const TITLE: i32 = 60;
    pub const NOTE: i32 = 58;
    pub const FIGURES: i32 = 226;
    pub const HEADING: i32 = 54;
    pub const LEGEND: i32 = 54;
    pub const BAR: i32 = 58;
    pub const LINE: i32 = 48;
}

impl Chart {
    /// The picture, as a PNG.
    ///
    /// # Errors
    /// Nothing that is in the chart.
    pub fn png(&self) -> Result<Vec<u8>, ChartError> {
        let faces = Faces::new()?;
        let across = i32::from(WIDTH) - 2 * PAD;
        let title = faces.title.lines(&self.title, across as f32, MOST_TITLE);
        let (bars, foot) =
            (&self.bars[..self.bars.len().min(MOST_BARS)], &self.foot[..self.foot.len().min(MOST_FOOT)]);
        let count = |count: usize| i32::try_from(count).unwrap_or(0);
        let mut height = 2 * PAD + high::TITLE * count(title.len()) + high::NOTE + high::FIGURES;
        if !bars.is_empty() {
            height += high::HEADING + high::LEGEND + high::BAR * count(bars.len());
        }
        height += high::LINE * (i32::from(self.more.is_some()) + count(foot.len()));
        let mut canvas = Canvas::new(u32::from(WIDTH), u32::try_from(height).unwrap_or(1), PAPER);
        let mut y = PAD;
        for line in &title {
            canvas.write(&faces.title, (PAD as f32, (y + 40) as f32), TEXT, line);
            y += high::TITLE;
        }
        let note = faces.small.fitted(&self.note, across as f32);
        canvas.write(&faces.small, (PAD as f32, (y + 26) as f32), QUIET, &note);
        y += high::NOTE;
        self.draw_figures(&mut canvas, &faces, y);
        y += high::FIGURES;
        if !bars.is_empty() {
            let heading = faces.heading.fitted(&self.heading, across as f32);
            canvas.write(&faces.heading, (PAD as f32, (y + 34) as f32), TEXT, &heading);
            y += high::HEADING;
            self.draw_legend(&mut canvas, &faces, y);
            y += high::LEGEND;
            for bar in bars {
                draw_bar(&mut canvas, &faces, bar, y);
                y += high::BAR;
            }
        }
        for line in self.more.iter().chain(foot) {
            let line = faces.text.fitted(line, across as f32);
            canvas.write(&faces.text, (PAD as f32, (y + 36) as f32), QUIET, &line);
            y += high::LINE;
        }
        pack(canvas)
    }

    fn draw_figures(&self, canvas: &mut Canvas, faces: &Faces, y: i32) {
        const GAP: i32 = 24;
        let width = (i32::from(WIDTH) - 2 * PAD - 2 * GAP) / 3;
        for (figure, place) in self.figures.iter().take(3).zip(0..) {
            let x = PAD + place * (width + GAP);
            let tile = Area { x, y, width, height: high::FIGURES - 36 };
            canvas.block(tile, 18.0, TINT);
            canvas.block(Area { width: 14, ..tile }, 7.0, figure.tone.ink());
            let (left, room) = ((x + 34) as f32, (width - 50) as f32);
            let number = faces.number.fitted(&figure.number, room);
            canvas.write(&faces.number, (left, (y + 80) as f32), TEXT, &number);
            let label = faces.text.fitted(&figure.label, room);
            canvas.write(&faces.text, (left, (y + 128) as f32), TEXT, &label);
            let share = faces.small.fitted(&figure.share, room);
            canvas.write(&faces.small, (left, (y + 168) as f32), QUIET, &share);
        }
    }

    fn draw_legend(&self, canvas: &mut Canvas, faces: &Faces, y: i32) {
        let mut x = PAD as f32;
        let end = (i32::from(WIDTH) - PAD) as f32;
        for (tone, words) in &self.legend {
            let words = faces.small.fitted(words, (end - x - 40.0).max(0.0));
            canvas.block(Area { x: canvas::whole(x), y: y + 4, width: 26, height: 26 }, 6.0, tone.ink());
            canvas.write(&faces.small, (x + 38.0, (y + 27) as f32), QUIET, &words);
            x += 38.0 + faces.small.width(&words) + 36.0;
        }
    }
}

/// A name, its bar, and its value.
fn draw_bar(canvas: &mut Canvas, faces: &Faces, bar: &Bar, y: i32) {
    const NAME: i32 = 410;
    const VALUE: i32 = 150;
    let width = i32::from(WIDTH) - 2 * PAD - NAME - VALUE;
    let name = faces.text.fitted(&bar.name, (NAME - 24) as f32);
    canvas.write(&faces.text, (PAD as f32, (y + 36) as f32), TEXT, &name);
    let whole = Area { x: PAD + NAME, y: y + 8, width, height: 34 };
    canvas.block(whole, 8.0, NOTHING);
    let of = bar.of.max(1);
    let part = |count: i64| {
        let wide = i64::from(width).saturating_mul(count.clamp(0, of)) / of;
        i32::try_from(wide).unwrap_or(0)
    };
    let (done, both) = (part(bar.done), part(bar.done.saturating_add(bar.open.max(0))));
    if both > 0 {
        canvas.block(Area { width: both, ..whole }, 8.0, OPEN);
    }
    if done > 0 {
        canvas.block(Area { width: done, ..whole }, 8.0, DONE);
    }
    let value = faces.text.fitted(&bar.value, (VALUE - 20) as f32);
    canvas.write_to(&faces.text, ((i32::from(WIDTH) - PAD) as f32, (y + 36) as f32), TEXT, &value);
}

fn pack(canvas: Canvas) -> Result<Vec<u8>, ChartError> {
    let picture = canvas.finish();
    let mut bytes = Cursor::new(Vec::new());
    PngEncoder::new_with_quality(&mut bytes, CompressionType::Best, FilterType::NoFilter)
        .write_image(picture.as_raw(), picture.width(), picture.height(), ExtendedColorType::Rgb8)
        .map_err(|_| ChartError::Pack)?;
    Ok(bytes.into_inner())
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn bar(name: &str, done: i64, open: i64, of: i64) -> Bar {
        Bar { name: name.into(), value: format!("{done}/{of}"), done, open, of }
    }

    fn size(png: &[u8]) -> (u32, u32) {
        let picture = image::load_from_memory(png).expect("a picture");
        (picture.width(), picture.height())
    }

    #[test]
    fn every_letter_of_vietnamese_is_drawn() {
        let face = Face::regular(34.0).expect("letters");
        for c in "aăâeêioôơuưyđAĂÂEÊIOÔƠUƯYĐẠẢÃÀÁẰẮẲẴẶẦẤẨẪẬẸẺẼÈÉỀẾỂỄỆỊỈĨÌÍỌỎÕÒÓỒỐỔỖỘỜỚỞỠỢỤỦŨÙÚỪỨỬỮỰỲÝỶỸỴạảãàáằắẳẵặầấẩẫậẹẻẽèéềếểễệịỉĩìíọỏõòóồốổỗộờớởỡợụủũùúừứửữựỳýỷỹỵ0123456789%/.,–…“”".chars()
        {
            assert!(face.width(&c.to_string()) > 1.0, "{c} has no picture");
        }
        assert!(face.width("ườ") > 0.0 && (face.width("o\u{302}\u{301}") - face.width("ố")).abs() < 0.01);
    }

    #[test]
    fn a_title_breaks_between_words_and_what_is_left_is_shown_as_left() {
        let face = Face::bold(50.0).expect("letters");
        let lines = face.lines(&"Phòng chống thiên tai ".repeat(9), 960.0, 2);
        assert_eq!(lines.len(), 2);
        assert!(lines[1].ends_with('…') && lines.iter().all(|line| face.width(line) <= 960.0), "{lines:?}");
        assert_eq!(face.lines("  Họp \n tuần ", 960.0, 2), ["Họp tuần"]);
    }

    #[test]
    fn a_picture_fits_a_telephone_however_much_is_in_it() {
        let chart = Chart {
            title: "Ứng phó bão số 9 ".repeat(40),
            bars: vec![bar(&"Xã ".repeat(99), 3, 4, 12); 40],
            more: Some("… và 28 đơn vị khác".into()),
            foot: vec!["Một nửa".into(); 9],
            ..Chart::default()
        };
        let png = chart.png().expect("a picture");
        let (width, height) = size(&png);
        assert!(
            width == 1080 && height < 1700 && png.len() < 400_000,
            "{width}×{height}, {} bytes",
            png.len()
        );
        assert!(size(&Chart::default().png().expect("a picture")).1 > 300);
    }

    proptest! {
        #![proptest_config(ProptestConfig { cases: 24, ..ProptestConfig::default() })]
        /// Names come from outside, and so may numbers.
        #[test]
        fn whatever_is_in_it_it_is_drawn(
            title in "\\PC{0,300}|[\\u{300}-\\u{36f}\\u{202e}\\n\\u{0}]{0,300}",
            name in "\\PC{0,200}",
            numbers in any::<(i64, i64, i64)>(),
        ) {
            let (done, open, of) = numbers;
            let figure = Figure { number: name.clone(), label: title.clone(), share: name.clone(), tone: Tone::Done };
            let chart = Chart {
                title: title.clone(),
                note: name.clone(),
                figures: vec![figure; 4],
                heading: title.clone(),
                legend: vec![(Tone::Done, title.clone()), (Tone::Open, name.clone())],
                bars: vec![Bar { name, value: title.clone(), done, open, of }],
                more: Some(title.clone()),
                foot: vec![title],
            };
            let png = chart.png().expect("a picture");
            let (width, height) = size(&png);
            prop_assert!(width == 1080 && height < 1000 && png.len() < 400_000);
        }
    }
}
