//! Pictures from outside.

use loa::domain::picture::{Picture, PictureError, PictureLimits};

use crate::run::{Target, kind};

/// Small, so that a million pictures can be tried.
const LIMITS: PictureLimits = PictureLimits { max_bytes: 64 * 1024, max_pixels: 40_000, max_side: 100 };

#[test]
fn a_picture_is_made_anew_within_its_bounds_or_refused() {
    let words = &[
        "\u{89}PNG",
        "IHDR",
        "IDAT",
        "IEND",
        "acTL",
        "iCCP",
        "zTXt",
        "tRNS",
        "PLTE",
        "RIFF",
        "WEBP",
        "VP8 ",
        "VP8L",
        "VP8X",
        "ALPH",
        "ANIM",
        "ANMF",
        "EXIF",
        "Exif\0\0",
        "JFIF",
        "\u{1}\u{0}\u{12}\u{1}",
    ];
    // A WebP has parts within that say how long they are, in 24 bits, and room is made for one before it is read.
    Target { name: "picture", words, longest: 16 * 1024, memory_kib: 20 * 1024 }.run(|input| {
        match Picture::check(input, LIMITS) {
            Ok(picture) => {
                assert!(picture.width.max(picture.height) <= LIMITS.max_side);
                let reader = image::ImageReader::with_format(
                    std::io::Cursor::new(&picture.jpeg),
                    image::ImageFormat::Jpeg,
                );
                assert_eq!(reader.into_dimensions().expect("a JPEG"), (picture.width, picture.height));
                assert!(
                    !picture.jpeg.windows(4).any(|bytes| bytes == b"Exif"),
                    "what the camera wrote is there"
                );
                kind((picture.width, picture.height))
            }
            Err(PictureError::TooLarge { width, height }) => {
                assert!(u64::from(width) * u64::from(height) > LIMITS.max_pixels);
                kind("large")
            }
            Err(error) => kind(error.to_string()),
        }
    });
}
