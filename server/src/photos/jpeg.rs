//! A JPEG's container, walked from its beginning to its end: what belongs to the picture is kept, and of all else only
//! which way up it is. Nothing is decoded.

use super::picture::{Picture, bad, check_size, damaged};
use bytes::{BufMut, Bytes, BytesMut};
use domain::Problem;
use image::metadata::Orientation;

const SOI: u8 = 0xD8;
const EOI: u8 = 0xD9;
const SOS: u8 = 0xDA;
const DQT: u8 = 0xDB;
const DRI: u8 = 0xDD;
const DHT: u8 = 0xC4;
/// Restart marks, which stand within the picture's bits.
const RESTARTS: std::ops::RangeInclusive<u8> = 0xD0..=0xD7;
/// Frames that browsers show: baseline, extended and progressive, all by Huffman's code.
const FRAMES: std::ops::RangeInclusive<u8> = 0xC0..=0xC2;

/// What is told of the colours beside the picture: it decides how the components are read.
#[derive(Clone, Copy, Debug, Default)]
struct Colours {
    is_jfif: bool,
    /// Adobe's transform: none, or 0 to 2.
    transform: Option<u8>,
}

/// Checks the container, and takes out of it what is not the picture.
///
/// # Errors
/// [`Problem::BadPhoto`] when it does not end, holds what no photo holds, or is too large to be shown.
pub fn clean(bytes: &Bytes) -> Result<Picture, Problem> {
    let mut rest = bytes.get(2..).ok_or_else(damaged)?;
    let (mut kept, mut colours, mut orientation) = (BytesMut::with_capacity(bytes.len()), Colours::default(), None);
    let (mut has_frame, mut has_scan, mut finished) = (false, false, Finished::default());
    loop {
        let marker = next_marker(&mut rest)?;
        if marker == EOI {
            break;
        }
        let content = segment(&mut rest)?;
        match marker {
            0xE0 => colours.is_jfif |= content.starts_with(b"JFIF\0"),
            0xEE if content.starts_with(b"Adobe") => colours.transform = content.get(11).copied(),
            0xE1 => {
                orientation = orientation.or_else(|| Orientation::from_exif_chunk(content.strip_prefix(b"Exif\0\0")?));
            }
            0xE2..=0xEF | 0xFE => {}
            frame if FRAMES.contains(&frame) && !has_frame => {
                check_frame(content)?;
                (has_frame, finished) = (true, Finished::new(marker, content));
                push(&mut kept, marker, content);
            }
            DQT | DHT | DRI if is_table(marker, content) => push(&mut kept, marker, content),
            SOS if has_frame && content.len() == 4 + 2 * usize::from(*content.first().ok_or_else(damaged)?) => {
                push(&mut kept, marker, content);
                let bits = scan(&mut rest)?;
                has_scan |= !bits.is_empty();
                finished.note(content);
                kept.extend_from_slice(bits);
            }
            _ => return Err(damaged()),
        }
    }
    if !has_scan || !finished.is_whole() {
        return Err(damaged());
    }
    kept.extend_from_slice(&[0xFF, EOI]);
    let head = head(colours, orientation.unwrap_or(Orientation::NoTransforms));
    Ok(Picture { bytes: [head.as_ref(), kept.as_ref()].concat().into(), media_type: "image/jpeg" })
}

/// Whether a JPEG that was cleaned comes in scans, each finer than the one before.
pub fn is_progressive(bytes: &[u8]) -> bool {
    let mut rest = bytes.get(2..).unwrap_or_default();
    while let (Ok(marker), Ok(_)) = (next_marker(&mut rest), segment(&mut rest)) {
        if FRAMES.contains(&marker) {
            return marker == 0xC2;
        }
    }
    false
}

/// Which coefficients of which component have come to their last bit. Of a progressive photo that was cut off between two
/// scans some have not.
#[derive(Debug, Default)]
struct Finished {
    is_progressive: bool,
    components: Vec<(u8, [bool; 64])>,
}

impl Finished {
    fn new(marker: u8, frame: &[u8]) -> Self {
        let components = frame[6..].chunks_exact(3).map(|component| (component[0], [false; 64])).collect();
        Self { is_progressive: marker == 0xC2, components }
    }

    /// Notes a scan, by its head: its components, the first and the last of the coefficients, and their lowest bit.
    fn note(&mut self, scan: &[u8]) {
        let Some(([first, last, bits], named)) = scan.split_last_chunk().map(|(named, range)| (*range, named)) else {
            return;
        };
        let lowest_bit = bits & 0x0F;
        let named: Vec<u8> = named[1..].chunks_exact(2).map(|component| component[0]).collect();
        for (_, coefficients) in self.components.iter_mut().filter(|(id, _)| named.contains(id)) {
            if !self.is_progressive {
                *coefficients = [true; 64];
            } else if lowest_bit == 0
                && let Some(range) = coefficients.get_mut(first.into()..=last.into())
            {
                range.fill(true);
            }
        }
    }

    fn is_whole(&self) -> bool {
        self.components.iter().all(|(_, coefficients)| coefficients.iter().all(|is_finished| *is_finished))
    }
}

/// The next mark; any number of `FF` may fill the space before it.
fn next_marker(rest: &mut &[u8]) -> Result<u8, Problem> {
    if rest.first() != Some(&0xFF) {
        return Err(damaged());
    }
    let fill = rest.iter().position(|byte| *byte != 0xFF).ok_or_else(damaged)?;
    let marker = rest[fill];
    *rest = &rest[fill + 1..];
    Ok(marker)
}

/// What a segment holds, behind its length.
fn segment<'a>(rest: &mut &'a [u8]) -> Result<&'a [u8], Problem> {
    let length = usize::from(u16::from_be_bytes(*rest.first_chunk().ok_or_else(damaged)?));
    let content = rest.get(2..length).ok_or_else(damaged)?;
    *rest = &rest[length..];
    Ok(content)
}

/// The bits of a scan: all up to the next mark that is none of a restart.
fn scan<'a>(rest: &mut &'a [u8]) -> Result<&'a [u8], Problem> {
    let mut end = 0;
    loop {
        // A photo that was cut off ends here.
        end += memchr::memchr(0xFF, &rest[end..]).ok_or_else(damaged)?;
        match rest.get(end + 1) {
            Some(0) => end += 2,
            Some(mark) if RESTARTS.contains(mark) => end += 2,
            Some(_) => break,
            None => return Err(damaged()),
        }
    }
    let (bits, next) = rest.split_at(end);
    *rest = next;
    Ok(bits)
}

fn check_frame(content: &[u8]) -> Result<(), Problem> {
    let [8, h1, h2, w1, w2, components, ..] = *content else { return Err(damaged()) };
    let (height, width) = (u16::from_be_bytes([h1, h2]), u16::from_be_bytes([w1, w2]));
    if height == 0 || width == 0 || content.len() != 6 + 3 * usize::from(components) {
        return Err(damaged());
    }
    check_size(width.into(), height.into())?;
    match components {
        1 | 3 => Ok(()),
        4 => Err(bad("不支持印刷用（CMYK）JPEG，请上传普通照片")),
        _ => Err(damaged()),
    }
}

/// Whether a table is as long as it says: nothing hides behind it.
fn is_table(marker: u8, mut content: &[u8]) -> bool {
    while let Some(kind) = content.first() {
        let length = match marker {
            DQT => 1 + if kind >> 4 == 0 { 64 } else { 128 },
            DHT => match content.get(1..17) {
                Some(counts) => 17 + counts.iter().map(|count| usize::from(*count)).sum::<usize>(),
                None => return false,
            },
            _ => 2,
        };
        match content.get(length..) {
            Some(next) => content = next,
            None => return false,
        }
    }
    true
}

/// What stands before the picture: how its colours are to be read, and which way up it is.
fn head(colours: Colours, orientation: Orientation) -> Bytes {
    let mut head = BytesMut::new();
    head.extend_from_slice(&[0xFF, SOI]);
    if colours.is_jfif {
        push(&mut head, 0xE0, b"JFIF\0\x01\x01\0\0\x01\0\x01\0\0");
    }
    if orientation != Orientation::NoTransforms {
        let mut exif = b"Exif\0\0MM\0\x2a\0\0\0\x08\0\x01\x01\x12\0\x03\0\0\0\x01\0".to_vec();
        exif.extend_from_slice(&[orientation.to_exif(), 0, 0, 0, 0, 0, 0]);
        push(&mut head, 0xE1, &exif);
    }
    if let Some(transform) = colours.transform {
        push(&mut head, 0xEE, &[b'A', b'd', b'o', b'b', b'e', 0, 100, 0, 0, 0, 0, transform]);
    }
    head.freeze()
}

fn push(into: &mut BytesMut, marker: u8, content: &[u8]) {
    into.extend_from_slice(&[0xFF, marker]);
    into.put_u16(u16::try_from(content.len() + 2).expect("it was read from a segment, or is short"));
    into.extend_from_slice(content);
}
