//! Takes what a picture tells beside itself out of it, proves that it is one, and makes its thumbnail.
//!
//! A JPEG, which is what phones send, is taken in by its container alone (`jpeg`), and proved by a job: in greys, where
//! every coded bit is read, and by its thumbnail, which is decoded at a reduced scale: of 49 million pixels that takes
//! 7 MB instead of 150.

use super::jpeg;
use bytes::Bytes;
use domain::Problem;
use image::{DynamicImage, GrayImage, ImageFormat, ImageReader, Limits, RgbImage, metadata::Orientation};
use img_parts::{ImageEXIF, png::Png, webp::WebP};
use jpeg_decoder::PixelFormat;
use std::io::Cursor;
use zune_jpeg::{
    JpegDecoder,
    zune_core::{bytestream::ZCursor, colorspace::ColorSpace, options::DecoderOptions},
};

/// The most pixels that are decoded: a small file may claim to be a huge picture.
const MOST_PIXELS: u64 = 50_000_000;
/// The longest edge that is decoded, in pixels.
const LONGEST_EDGE: u32 = 16_384;
/// The most memory that decoding may take, in bytes.
const MOST_MEMORY: u64 = 256 * 1024 * 1024;
/// Bytes that a decoder of JPEG may read beyond what it needs.
const READ_AHEAD: usize = 16;
/// The longest edge of a thumbnail, in pixels.
const THUMBNAIL_EDGE: u32 = 400;

/// A picture as it is kept: without position, device and comments.
#[derive(Clone, Debug)]
pub struct Picture {
    /// The cleaned file.
    pub bytes: Bytes,
    /// Its media type.
    pub media_type: &'static str,
}

/// Reads a photo as a phone sent it.
///
/// # Errors
/// [`Problem::BadPhoto`] when it is no whole picture of a kind that is taken.
pub fn read(bytes: &Bytes) -> Result<Picture, Problem> {
    match bytes.as_ref() {
        [] => Err(bad("照片文件是空的，请重新拍照后上传")),
        [0xFF, 0xD8, 0xFF, ..] => jpeg::clean(bytes),
        [0x89, b'P', b'N', b'G', ..] => read_png(bytes),
        [b'R', b'I', b'F', b'F', _, _, _, _, b'W', b'E', b'B', b'P', ..] => read_webp(bytes),
        [b'G', b'I', b'F', b'8', ..] => Err(bad("不支持 GIF 图片，请上传 JPEG、PNG 或 WebP 照片")),
        [_, _, _, _, b'f', b't', b'y', b'p', ..] => {
            Err(bad("不支持 HEIC 或视频文件，请在相机设置中选择 JPEG（兼容性最佳）后重新拍照"))
        }
        _ => Err(bad("上传的文件不是照片，请上传 JPEG、PNG 或 WebP 照片")),
    }
}

/// Proves that a picture that was read before can be shown, by a small JPEG made of it.
///
/// # Errors
/// [`Problem::BadPhoto`] when it is none.
pub fn thumbnail(bytes: &[u8]) -> Result<Bytes, Problem> {
    let picture = match image::guess_format(bytes).map_err(|_| damaged())? {
        ImageFormat::Jpeg => {
            prove_jpeg(bytes)?;
            reduced(bytes)?
        }
        format => decode(bytes, format)?,
    };
    if picture.width().max(picture.height()) <= THUMBNAIL_EDGE {
        encode(&picture, 70)
    } else {
        encode(&picture.thumbnail(THUMBNAIL_EDGE, THUMBNAIL_EDGE), 70)
    }
}

/// Decodes a JPEG at the smallest scale that a thumbnail can be made of.
fn reduced(bytes: &[u8]) -> Result<DynamicImage, Problem> {
    let mut decoder = jpeg_decoder::Decoder::new(Cursor::new(bytes));
    decoder.read_info().map_err(|_| damaged())?;
    let info = decoder.info().ok_or_else(damaged)?;
    let longest = info.width.max(info.height);
    let fit = |edge: u16| u16::try_from(THUMBNAIL_EDGE * u32::from(edge) / u32::from(longest)).unwrap_or(1).max(1);
    let (width, height) = decoder.scale(fit(info.width), fit(info.height)).map_err(|_| damaged())?;
    let pixels = decoder.decode().map_err(|_| damaged())?;
    let (width, height) = (width.into(), height.into());
    let picture = match info.pixel_format {
        PixelFormat::RGB24 => RgbImage::from_raw(width, height, pixels).map(DynamicImage::ImageRgb8),
        PixelFormat::L8 => GrayImage::from_raw(width, height, pixels).map(DynamicImage::ImageLuma8),
        _ => None,
    };
    let mut picture = picture.ok_or_else(damaged)?;
    let orientation = decoder.exif_data().and_then(Orientation::from_exif_chunk);
    picture.apply_orientation(orientation.unwrap_or(Orientation::NoTransforms));
    Ok(picture)
}

/// Proves a JPEG in greys: every coded bit is read, strictly, and no colour is made of it.
fn prove_jpeg(bytes: &[u8]) -> Result<(), Problem> {
    let options = DecoderOptions::default().set_strict_mode(true);
    // The decoder fills up bits that are missing before the mark of the end. Without that mark it tells them; what it
    // reads ahead finds the zeroes.
    let open_ended = match bytes {
        [picture @ .., 0xFF, 0xD9] if !jpeg::is_progressive(bytes) => [picture, &[0; READ_AHEAD]].concat(),
        _ => bytes.to_vec(),
    };
    let mut decoder = JpegDecoder::new_with_options(ZCursor::new(&open_ended), options);
    decoder.decode_headers().map_err(|_| damaged())?;
    if let Some(ColorSpace::YCbCr | ColorSpace::Luma) = decoder.input_colorspace() {
        decoder.set_options(options.jpeg_set_out_colorspace(ColorSpace::Luma));
    }
    decoder.decode().map(drop).map_err(|_| damaged())
}

fn read_png(bytes: &Bytes) -> Result<Picture, Problem> {
    const KEPT: &[&[u8; 4]] = &[b"IHDR", b"PLTE", b"tRNS", b"sRGB", b"gAMA", b"cHRM", b"IDAT", b"IEND"];
    let mut png = Png::from_bytes(bytes.clone()).map_err(|_| damaged())?;
    let (width, height) = png.dimensions().ok_or_else(damaged)?;
    check_size(width, height)?;
    let exif = png.exif();
    png.chunks_mut().retain(|chunk| KEPT.contains(&&chunk.kind()));
    finish(png.encoder().bytes(), ImageFormat::Png, "image/png", exif)
}

fn read_webp(bytes: &Bytes) -> Result<Picture, Problem> {
    const KEPT: &[&[u8; 4]] = &[b"VP8X", b"VP8 ", b"VP8L", b"ALPH"];
    let mut webp = WebP::from_bytes(bytes.clone()).map_err(|_| damaged())?;
    let (width, height) = webp.dimensions().ok_or_else(damaged)?;
    check_size(width, height)?;
    if webp.has_chunk(*b"ANIM") {
        return Err(bad("不支持动态图片，请上传 JPEG、PNG 或 WebP 照片"));
    }
    let exif = webp.exif();
    webp.chunks_mut().retain(|chunk| KEPT.contains(&&chunk.id()));
    // Also takes the marks of what was dropped out of the header.
    webp.set_exif(None);
    finish(webp.encoder().bytes(), ImageFormat::WebP, "image/webp", exif)
}

/// Decodes a cleaned picture; one that has to be turned becomes a JPEG.
fn finish(
    bytes: Bytes,
    format: ImageFormat,
    media_type: &'static str,
    exif: Option<Bytes>,
) -> Result<Picture, Problem> {
    let mut picture = decode(&bytes, format)?;
    let orientation = exif.and_then(|exif| Orientation::from_exif_chunk(&exif)).unwrap_or(Orientation::NoTransforms);
    if orientation == Orientation::NoTransforms {
        return Ok(Picture { bytes, media_type });
    }
    picture.apply_orientation(orientation);
    Ok(Picture { bytes: encode(&picture, 88)?, media_type: "image/jpeg" })
}

fn decode(bytes: &[u8], format: ImageFormat) -> Result<DynamicImage, Problem> {
    let mut limits = Limits::default();
    limits.max_image_width = Some(LONGEST_EDGE);
    limits.max_image_height = Some(LONGEST_EDGE);
    limits.max_alloc = Some(MOST_MEMORY);
    let mut reader = ImageReader::with_format(Cursor::new(bytes), format);
    reader.limits(limits);
    reader.decode().map_err(|_| damaged())
}

fn encode(picture: &DynamicImage, quality: u8) -> Result<Bytes, Problem> {
    let picture = picture.to_rgb8();
    let edge = |edge: u32| u16::try_from(edge).map_err(|_| too_large());
    let (width, height) = (edge(picture.width())?, edge(picture.height())?);
    let mut bytes = Vec::new();
    jpeg_encoder::Encoder::new(&mut bytes, quality)
        .encode(&picture, width, height, jpeg_encoder::ColorType::Rgb)
        .map_err(|_| damaged())?;
    Ok(bytes.into())
}

pub(super) fn check_size(width: u32, height: u32) -> Result<(), Problem> {
    let is_small = width.max(height) <= LONGEST_EDGE && u64::from(width) * u64::from(height) <= MOST_PIXELS;
    if is_small { Ok(()) } else { Err(too_large()) }
}

pub(super) fn bad(message: &str) -> Problem {
    Problem::BadPhoto { message: message.to_owned() }
}

pub(super) fn damaged() -> Problem {
    bad("照片不完整或已损坏，请重新拍照后上传")
}

fn too_large() -> Problem {
    bad("照片尺寸过大，请缩小到 5000 万像素以内后上传")
}
