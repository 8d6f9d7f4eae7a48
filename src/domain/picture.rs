//! Pictures from outside: known by their content, bounded before they are opened, made anew.

use std::io::Cursor;

use image::codecs::jpeg::JpegEncoder;
use image::{DynamicImage, GenericImageView, ImageDecoder, ImageFormat, ImageReader, Rgb, RgbImage};
use sha2::{Digest, Sha256};

/// What a picture may be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PictureLimits {
    pub max_bytes: usize,
    /// Width times height, as the header says: a small file can claim to be enormous.
    pub max_pixels: u64,
    /// A longer side is scaled down to this.
    pub max_side: u32,
}

/// Telegram lets bots download 20 MB (<https://core.telegram.org/bots/api#getfile>); 50 million pixels hold
/// what telephones take.
impl Default for PictureLimits {
    fn default() -> Self {
        Self { max_bytes: 20 * 1024 * 1024, max_pixels: 50_000_000, max_side: 1920 }
    }
}

/// A picture that is safe to keep and to show: a JPEG without any of what the camera wrote beside it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Picture {
    pub jpeg: Vec<u8>,
    pub width: u32,
    pub height: u32,
    /// SHA-256 of `jpeg`, in hexadecimal.
    pub sha256: String,
}

/// Why something is no picture to keep. The sentence is for the person who sent it.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum PictureError {
    #[error("ảnh quá nặng, tối đa {} MB", .max_bytes / 1024 / 1024)]
    TooHeavy { max_bytes: usize },
    #[error("tệp này không phải ảnh JPEG, PNG hoặc WebP")]
    NotAPicture,
    #[error("ảnh quá lớn ({width} × {height} điểm)")]
    TooLarge { width: u32, height: u32 },
    #[error("ảnh bị hỏng, không mở được")]
    Broken,
}

impl Picture {
    /// Checks a file by its content and makes it anew: upright, on white, without EXIF.
    ///
    /// # Errors
    /// What is wrong with it.
    pub fn check(bytes: &[u8], limits: PictureLimits) -> Result<Self, PictureError> {
        // Decoders meet what their makers never saw; one that panics has found a broken picture.
        std::panic::catch_unwind(|| Self::decode(bytes, limits)).unwrap_or(Err(PictureError::Broken))
    }

    fn decode(bytes: &[u8], limits: PictureLimits) -> Result<Self, PictureError> {
        if bytes.len() > limits.max_bytes {
            return Err(PictureError::TooHeavy { max_bytes: limits.max_bytes });
        }
        let format = image::guess_format(bytes).map_err(|_| PictureError::NotAPicture)?;
        if !matches!(format, ImageFormat::Jpeg | ImageFormat::Png | ImageFormat::WebP) {
            return Err(PictureError::NotAPicture);
        }
        if format == ImageFormat::WebP && !is_whole_webp(bytes) {
            return Err(PictureError::Broken);
        }
        let mut reader = ImageReader::with_format(Cursor::new(bytes), format);
        let mut memory = image::Limits::default();
        // Four bytes a point, and as much again while it is turned.
        memory.max_alloc = Some(limits.max_pixels.saturating_mul(8));
        reader.limits(memory);
        let mut decoder = reader.into_decoder().map_err(|_| PictureError::Broken)?;
        let (width, height) = decoder.dimensions();
        if width == 0 || height == 0 {
            return Err(PictureError::Broken);
        }
        if u64::from(width) * u64::from(height) > limits.max_pixels {
            return Err(PictureError::TooLarge { width, height });
        }
        let orientation = decoder.orientation().unwrap_or(image::metadata::Orientation::NoTransforms);
        let mut picture = DynamicImage::from_decoder(decoder).map_err(|_| PictureError::Broken)?;
        picture.apply_orientation(orientation);
        if picture.width().max(picture.height()) > limits.max_side {
            picture = picture.thumbnail(limits.max_side, limits.max_side);
        }
        Self::encode(&on_white(&picture))
    }

    fn encode(picture: &RgbImage) -> Result<Self, PictureError> {
        let mut jpeg = Vec::new();
        JpegEncoder::new_with_quality(&mut jpeg, 82)
            .encode_image(picture)
            .map_err(|_| PictureError::Broken)?;
        let sha256 = hex::encode(Sha256::digest(&jpeg));
        Ok(Self { jpeg, width: picture.width(), height: picture.height(), sha256 })
    }
}

/// Whether every part of a WebP is as long as it says (<https://developers.google.com/speed/webp/docs/riff_container>):
/// the decoder makes room for what a part claims, up to 4 GB, before it reads it.
fn is_whole_webp(bytes: &[u8]) -> bool {
    let mut rest = bytes.get(12..).unwrap_or_default();
    while let [_, _, _, _, a, b, c, d, body @ ..] = rest {
        let length = u32::from_le_bytes([*a, *b, *c, *d]) as usize;
        if length > body.len() {
            return false;
        }
        // Parts begin at even places; the last one need not be filled up.
        rest = body.get(length.next_multiple_of(2)..).unwrap_or_default();
    }
    true
}

/// A JPEG has no transparency: what is clear becomes white.
fn on_white(picture: &DynamicImage) -> RgbImage {
    if !picture.color().has_alpha() {
        return picture.to_rgb8();
    }
    let (width, height) = picture.dimensions();
    let rgba = picture.to_rgba8();
    RgbImage::from_fn(width, height, |x, y| {
        let [r, g, b, a] = rgba.get_pixel(x, y).0;
        let blend = |c: u8| {
            let mixed = (u32::from(c) * u32::from(a) + 255 * (255 - u32::from(a))) / 255;
            u8::try_from(mixed).unwrap_or(255)
        };
        Rgb([blend(r), blend(g), blend(b)])
    })
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn png(width: u32, height: u32) -> Vec<u8> {
        let mut bytes = Vec::new();
        let picture = DynamicImage::new_rgba8(width, height);
        picture.write_to(&mut Cursor::new(&mut bytes), ImageFormat::Png).expect("a picture");
        bytes
    }

    #[test]
    fn a_png_becomes_a_jpeg_on_white() {
        let picture = Picture::check(&png(30, 20), PictureLimits::default()).expect("a picture");
        assert_eq!((picture.width, picture.height), (30, 20));
        let back = image::load_from_memory(&picture.jpeg).expect("a jpeg").to_rgb8();
        assert!(back.get_pixel(3, 3).0.iter().all(|c| *c > 250));
        assert_eq!(picture.sha256.len(), 64);
    }

    #[test]
    fn a_large_picture_is_scaled_down() {
        let picture = Picture::check(&png(3000, 1500), PictureLimits::default()).expect("a picture");
        assert_eq!((picture.width, picture.height), (1920, 960));
    }

    #[test]
    fn what_is_no_picture_is_refused() {
        let limits = PictureLimits::default();
        assert_eq!(Picture::check(b"%PDF-1.7 ...", limits), Err(PictureError::NotAPicture));
        assert_eq!(Picture::check(b"", limits), Err(PictureError::NotAPicture));
        assert_eq!(Picture::check(&png(30, 20)[..40], limits), Err(PictureError::Broken));
        let few = PictureLimits { max_pixels: 100, ..limits };
        assert_eq!(Picture::check(&png(30, 20), few), Err(PictureError::TooLarge { width: 30, height: 20 }));
        let light = PictureLimits { max_bytes: 10, ..limits };
        assert_eq!(Picture::check(&png(30, 20), light), Err(PictureError::TooHeavy { max_bytes: 10 }));
    }

    #[test]
    fn a_part_that_claims_more_than_there_is_makes_no_room() {
        let mut bytes = Vec::new();
        let picture = DynamicImage::new_rgb8(8, 8);
        picture.write_to(&mut Cursor::new(&mut bytes), ImageFormat::WebP).expect("a picture");
        assert!(Picture::check(&bytes, PictureLimits::default()).is_ok());
        bytes.extend(b"EXIF\xff\xff\xff\xf0II*\0");
        assert_eq!(Picture::check(&bytes, PictureLimits::default()), Err(PictureError::Broken));
    }

    #[test]
    fn what_the_camera_wrote_is_gone() {
        // An APP1 segment with EXIF behind the start of a JPEG.
        let plain = Picture::check(&png(30, 20), PictureLimits::default()).expect("a picture").jpeg;
        let exif = b"Exif\0\0II*\0\x08\0\0\0\0\0GPS 21.0285,105.8542";
        let mut with = plain[..2].to_vec();
        with.extend([0xFF, 0xE1]);
        with.extend((u16::try_from(exif.len() + 2).expect("short")).to_be_bytes());
        with.extend(exif);
        with.extend(&plain[2..]);
        let checked = Picture::check(&with, PictureLimits::default()).expect("a picture");
        assert!(!checked.jpeg.windows(3).any(|window| window == b"GPS"));
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(64))]
        #[test]
        fn a_damaged_picture_is_survived(at in 0_usize..60, byte in any::<u8>()) {
            let mut bytes = png(8, 8);
            let len = bytes.len();
            bytes[at % len] = byte;
            let _ = Picture::check(&bytes, PictureLimits::default());
        }
    }
}
