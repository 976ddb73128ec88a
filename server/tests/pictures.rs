//! What a photo handed in becomes, and what is refused.

use bytes::Bytes;
use domain::Problem;
use image::{DynamicImage, ImageFormat, Rgb, RgbImage};
use img_parts::png::{Png, PngChunk};
use server::photos::picture;
use std::io::Cursor;

/// Left half red, right half blue.
fn two_halves(width: u32, height: u32) -> RgbImage {
    RgbImage::from_fn(width, height, |x, _| if x < width / 2 { Rgb([200, 20, 20]) } else { Rgb([20, 20, 200]) })
}

fn jpeg(width: u16, height: u16) -> Vec<u8> {
    let mut bytes = Vec::new();
    let picture = two_halves(width.into(), height.into());
    jpeg_encoder::Encoder::new(&mut bytes, 85)
        .encode(&picture, width, height, jpeg_encoder::ColorType::Rgb)
        .expect("a JPEG");
    bytes
}

fn encoded(format: ImageFormat) -> Vec<u8> {
    let mut bytes = Cursor::new(Vec::new());
    DynamicImage::ImageRgb8(two_halves(640, 480)).write_to(&mut bytes, format).expect("a picture");
    bytes.into_inner()
}

/// A TIFF block with one entry, the orientation, and a place name behind it.
fn exif(orientation: u8) -> Vec<u8> {
    let mut block = b"Exif\0\0MM\0\x2a\0\0\0\x08\0\x01\x01\x12\0\x03\0\0\0\x01\0".to_vec();
    block.push(orientation);
    block.extend_from_slice(b"\0\0\0\0\0\0a place name");
    block
}

/// Puts a segment right after the start of a JPEG.
fn with_segment(jpeg: &[u8], marker: u8, content: &[u8]) -> Vec<u8> {
    let length = u16::try_from(content.len() + 2).expect("a short segment").to_be_bytes();
    [&jpeg[..2], &[0xFF, marker], &length, content, &jpeg[2..]].concat()
}

/// Puts a chunk into a PNG, with the checksum that it needs.
fn with_chunk(png: Vec<u8>, place: usize, kind: [u8; 4], content: &[u8]) -> Vec<u8> {
    let mut png = Png::from_bytes(png.into()).unwrap();
    png.chunks_mut().insert(place, PngChunk::new(kind, Bytes::copy_from_slice(content)));
    png.encoder().bytes().to_vec()
}

fn read(bytes: impl Into<Bytes>) -> Result<picture::Picture, Problem> {
    picture::read(&bytes.into())
}

fn thumbnail(kept: &picture::Picture) -> DynamicImage {
    image::load_from_memory(&picture::thumbnail(&kept.bytes).expect("a thumbnail")).expect("a picture")
}

fn contains(bytes: &[u8], text: &[u8]) -> bool {
    bytes.windows(text.len()).any(|window| window == text)
}

fn refusal(bytes: impl Into<Bytes>) -> String {
    match read(bytes) {
        Err(Problem::BadPhoto { message }) => message,
        other => panic!("taken: {other:?}"),
    }
}

#[test]
fn a_jpeg_keeps_its_pixels() {
    let bytes = jpeg(1600, 1200);
    let read = read(bytes.clone()).expect("a photo");
    assert_eq!(read.media_type, "image/jpeg");
    let (kept, sent) = (image::load_from_memory(&read.bytes).unwrap(), image::load_from_memory(&bytes).unwrap());
    assert_eq!(kept.to_rgb8(), sent.to_rgb8());
}

#[test]
fn thumbnails_are_at_most_400_pixels_long_and_never_larger_than_the_photo() {
    for (width, height, expected) in [(3000, 2000, (400, 267)), (399, 100, (399, 100)), (60, 2000, (12, 400))] {
        let small = thumbnail(&read(jpeg(width, height)).unwrap());
        assert_eq!((small.width(), small.height()), expected);
    }
}

#[test]
fn what_a_jpeg_tells_beside_the_picture_is_dropped() {
    let mut bytes = with_segment(&jpeg(640, 480), 0xE1, &exif(1));
    bytes = with_segment(&bytes, 0xFE, b"a comment");
    bytes = with_segment(&bytes, 0xED, b"an editor's note");
    bytes.extend_from_slice(b"a film that the phone appended");
    // A second picture, as phones of several lenses append it, ends like the first.
    bytes.extend_from_slice(&with_segment(&jpeg(64, 48), 0xFE, b"its comment"));
    let read = read(bytes).expect("a photo");
    for told in [b"a place name".as_slice(), b"a comment", b"an editor's note", b"a film", b"its comment", b"Exif"] {
        assert!(!contains(&read.bytes, told));
    }
    assert!(read.bytes.ends_with(&[0xFF, 0xD9]));
    assert_eq!(image::load_from_memory(&read.bytes).unwrap().width(), 640);
}

#[test]
fn which_way_up_a_jpeg_is_stays_and_nothing_else_of_its_notes() {
    // 6: the camera was held upright; the top is the left side of the file.
    let read = read(with_segment(&jpeg(640, 480), 0xE1, &exif(6))).expect("a photo");
    let small = thumbnail(&read).to_rgb8();
    assert!(small.height() > small.width());
    let (top, bottom) = (small.get_pixel(20, 20), small.get_pixel(20, small.height() - 20));
    assert!(top[0] > 150 && bottom[2] > 150, "{top:?} {bottom:?}");
    let kept = img_parts::jpeg::Jpeg::from_bytes(read.bytes.clone()).unwrap();
    let exif = img_parts::ImageEXIF::exif(&kept).expect("the mark of the orientation");
    assert_eq!(image::metadata::Orientation::from_exif_chunk(&exif), Some(image::metadata::Orientation::Rotate90));
    assert_eq!(exif.len(), 26);
    assert!(!contains(&read.bytes, b"a place name"));
}

#[test]
fn what_a_jpeg_tells_between_its_scans_and_in_its_own_segments_is_dropped() {
    let mut progressive = Vec::new();
    let mut encoder = jpeg_encoder::Encoder::new(&mut progressive, 85);
    encoder.set_progressive(true);
    encoder.encode(&two_halves(640, 480), 640, 480, jpeg_encoder::ColorType::Rgb).expect("a JPEG");
    let second_scan = progressive.windows(2).rposition(|pair| pair == [0xFF, 0xDA]).expect("scans");
    let note = [&[0xFF, 0xE1, 0, 14][..], b"a place name", &[0xFF, 0xFE, 0, 11], b"a comment"].concat();
    progressive.splice(second_scan..second_scan, note);
    let mut extended = with_segment(&jpeg(640, 480), 0xEE, b"Adobe\0\x64\0\0\0\0\x01 a place name");
    extended = with_segment(&extended, 0xE0, b"JFXX\0\x10 a place name");
    for bytes in [progressive, extended] {
        let read = read(bytes).expect("a photo");
        assert!(!contains(&read.bytes, b"a place name") && !contains(&read.bytes, b"a comment"));
        assert_eq!(thumbnail(&read).width(), 400);
    }
}

#[test]
fn segments_of_no_photo_are_refused() {
    for marker in [0xF0, 0xFD, 0xDE, 0xDF, 0x02, 0xC3, 0xC9, 0xCC, 0xD8, 0xC8] {
        assert_eq!(
            refusal(with_segment(&jpeg(640, 480), marker, b"what")),
            "照片不完整或已损坏，请重新拍照后上传",
            "{marker:x}"
        );
    }
    // A table that is longer than it says hides something.
    assert_eq!(refusal(with_segment(&jpeg(640, 480), 0xDB, &[1; 70])), "照片不完整或已损坏，请重新拍照后上传");
}

#[test]
fn a_photo_of_which_nine_tenths_are_missing_is_refused_or_found_by_its_proof() {
    let noise = |width: u32, height: u32| {
        RgbImage::from_fn(width, height, |x, y| {
            let value = (x.wrapping_mul(7_919) ^ y.wrapping_mul(104_729)).wrapping_mul(2_654_435_761) >> 24;
            Rgb([value as u8, (value / 2) as u8, 255 - value as u8])
        })
    };
    for is_progressive in [false, true] {
        let mut bytes = Vec::new();
        let mut encoder = jpeg_encoder::Encoder::new(&mut bytes, 85);
        encoder.set_progressive(is_progressive);
        encoder.encode(&noise(640, 480), 640, 480, jpeg_encoder::ColorType::Rgb).expect("a JPEG");
        picture::thumbnail(&read(bytes.clone()).unwrap().bytes).expect("the whole is a picture");
        let tenth = bytes[..bytes.len() / 10].to_vec();
        assert_eq!(refusal(tenth.clone()), "照片不完整或已损坏，请重新拍照后上传");
        // With the mark of its end behind it, as a faulty program writes it.
        let mended = [&tenth[..], &[0xFF, 0xD9]].concat();
        match read(mended) {
            Err(Problem::BadPhoto { .. }) => {}
            Ok(read) => assert!(picture::thumbnail(&read.bytes).is_err(), "progressive: {is_progressive}"),
            Err(other) => panic!("{other:?}"),
        }
    }
}

#[test]
fn png_and_webp_are_taken_without_their_notes() {
    let png = encoded(ImageFormat::Png);
    let noted = with_chunk(png, 1, *b"tEXt", b"Title\0a place name");
    assert!(contains(&noted, b"a place name"));
    for (bytes, media_type) in [(noted, "image/png"), (encoded(ImageFormat::WebP), "image/webp")] {
        let read = read(bytes).expect("a photo");
        assert!(!contains(&read.bytes, b"a place name"));
        assert_eq!(read.media_type, media_type);
        assert_eq!(image::load_from_memory(&read.bytes).unwrap().to_rgb8(), two_halves(640, 480));
        assert_eq!(thumbnail(&read).width(), 400);
    }
}

#[test]
fn grey_and_progressive_jpegs_are_taken_and_those_for_printing_are_not() {
    let encode = |kind, is_progressive, pixels: &[u8]| {
        let mut bytes = Vec::new();
        let mut encoder = jpeg_encoder::Encoder::new(&mut bytes, 85);
        encoder.set_progressive(is_progressive);
        encoder.encode(pixels, 640, 480, kind).expect("a JPEG");
        bytes
    };
    let picture = DynamicImage::ImageRgb8(two_halves(640, 480));
    let grey = encode(jpeg_encoder::ColorType::Luma, false, &picture.to_luma8());
    let progressive = encode(jpeg_encoder::ColorType::Rgb, true, &picture.to_rgb8());
    for bytes in [grey, progressive.clone()] {
        assert_eq!(thumbnail(&read(bytes).expect("a photo")).width(), 400);
    }
    assert_eq!(refusal(progressive[..progressive.len() - 9].to_vec()), "照片不完整或已损坏，请重新拍照后上传");
    let printed = encode(jpeg_encoder::ColorType::Cmyk, false, &picture.to_rgba8());
    assert_eq!(refusal(printed), "不支持印刷用（CMYK）JPEG，请上传普通照片");
}

#[test]
fn what_is_no_picture_is_refused_in_plain_words() {
    let whole = jpeg(640, 480);
    let png = encoded(ImageFormat::Png);
    let cases: [(&str, Vec<u8>); 8] = [
        ("nothing", Vec::new()),
        ("a text file", b"this is no picture".to_vec()),
        ("a GIF", b"GIF89a\x01\0\x01\0".to_vec()),
        ("a HEIC file", b"\0\0\0\x18ftypheic\0\0\0\0".to_vec()),
        ("half a JPEG", whole[..whole.len() / 2].to_vec()),
        ("a JPEG's first bytes", whole[..3].to_vec()),
        ("half a PNG", png[..png.len() / 2].to_vec()),
        ("a text file that begins like a JPEG", b"\xFF\xD8\xFFthis is no picture".to_vec()),
    ];
    let refusals: Vec<_> = cases.into_iter().map(|(what, bytes)| (what, refusal(bytes))).collect();
    insta::assert_debug_snapshot!(refusals);
}

#[test]
fn a_small_file_that_claims_to_be_huge_is_refused_without_decoding() {
    let mut bytes = jpeg(64, 64);
    let frame = bytes.windows(2).position(|pair| pair == [0xFF, 0xC0]).expect("a frame");
    bytes[frame + 5..frame + 9].copy_from_slice(&[0xFF, 0xFF, 0xFF, 0xFF]);
    assert_eq!(refusal(bytes), "照片尺寸过大，请缩小到 5000 万像素以内后上传");
    let mut png = Png::from_bytes(encoded(ImageFormat::Png).into()).unwrap();
    let header = png.chunks_mut().remove(0);
    let huge = [&[0, 0, 0x3F, 0xFF, 0, 0, 0x3F, 0xFF], &header.contents()[8..]].concat();
    let bytes = with_chunk(png.encoder().bytes().to_vec(), 0, header.kind(), &huge);
    assert_eq!(refusal(bytes), "照片尺寸过大，请缩小到 5000 万像素以内后上传");
}
