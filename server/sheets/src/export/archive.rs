//! A zip file whose large parts are packed by all cores: blocks are deflated apart, each ended on a byte's edge, and
//! joined to one stream, as parallel gzip does.

use super::WriteError;
use flate2::{Compress, Compression, Crc, FlushCompress, Status};
use std::{
    collections::VecDeque,
    io::{Error, Seek, SeekFrom, Write},
    num::NonZero,
    sync::{Arc, Mutex, PoisonError, mpsc},
    thread,
};

/// The quickest: a ledger is waited for. How much a higher level would save is still to be measured.
const LEVEL: Compression = Compression::new(1);
/// Bytes of a block: the window of the format is 32 KiB, so little is lost at its edges.
pub(super) const BLOCK_BYTES: usize = 512 << 10;
/// Cores that one workbook takes at most.
const MOST_CORES: usize = 4;
/// Deflated, made with version 2.0 of the format, on the first day of its calendar.
const METHOD: u16 = 8;
const VERSION: u16 = 20;
const DATE: u16 = 0x21;

/// A zip file on its way to a writer.
pub(super) struct Archive<W> {
    writer: W,
    /// Bytes written so far.
    position: u64,
    parts: Vec<Part>,
    packers: Packers,
    /// Blocks of the part that is being written, in their order.
    under_way: VecDeque<mpsc::Receiver<Packed>>,
}

/// A part as the directory names it.
struct Part {
    name: String,
    offset: u64,
    crc: Crc,
    packed_bytes: u64,
}

/// A block, deflated.
struct Packed {
    bytes: Vec<u8>,
    crc: Crc,
}

impl<W: Write + Seek> Archive<W> {
    pub(super) fn new(writer: W) -> Self {
        Self { writer, position: 0, parts: Vec::new(), packers: Packers::start(), under_way: VecDeque::new() }
    }

    /// Adds a small part.
    pub(super) fn add(&mut self, name: &str, bytes: Vec<u8>) -> Result<(), WriteError> {
        self.begin(name)?;
        self.push(bytes)?;
        self.end()
    }

    /// Begins a part; its blocks come with [`push`](Self::push).
    pub(super) fn begin(&mut self, name: &str) -> Result<(), WriteError> {
        let part = Part { name: name.to_owned(), offset: self.position, crc: Crc::new(), packed_bytes: 0 };
        let header = part.local_header()?;
        self.parts.push(part);
        self.write(&header)
    }

    /// Adds a block to the part, which is packed while the next are made.
    pub(super) fn push(&mut self, block: Vec<u8>) -> Result<(), WriteError> {
        if self.under_way.len() > 2 * self.packers.count {
            self.write_next()?;
        }
        self.under_way.push_back(self.packers.pack(block)?);
        Ok(())
    }

    /// Ends the part.
    pub(super) fn end(&mut self) -> Result<(), WriteError> {
        while !self.under_way.is_empty() {
            self.write_next()?;
        }
        let last = deflate(&[], FlushCompress::Finish)?;
        self.write(&last)?;
        let part = self.parts.last_mut().expect("a part was begun");
        part.packed_bytes = self.position - part.offset - part.local_header()?.len() as u64;
        let (offset, header) = (part.offset, part.local_header()?);
        // The header was written before the sums were known.
        self.writer.seek(SeekFrom::Start(offset))?;
        self.writer.write_all(&header)?;
        self.writer.seek(SeekFrom::Start(self.position))?;
        Ok(())
    }

    /// Ends the file, and gives back what it was written to.
    pub(super) fn finish(mut self) -> Result<W, WriteError> {
        let begin = self.position;
        for part in std::mem::take(&mut self.parts) {
            let line = part.directory_line()?;
            self.write(&line)?;
            self.parts.push(part);
        }
        let count = u16::try_from(self.parts.len()).map_err(too_large)?.to_le_bytes();
        let (size, begin) = (four(self.position - begin)?, four(begin)?);
        self.write(&[b"PK\x05\x06", &[0; 4][..], &count, &count, &size, &begin, &[0; 2]].concat())?;
        self.writer.flush()?;
        Ok(self.writer)
    }

    fn write_next(&mut self) -> Result<(), WriteError> {
        let Some(packed) = self.under_way.pop_front() else { return Ok(()) };
        let packed = packed.recv().map_err(|_| Error::other("a block could not be packed"))?;
        self.parts.last_mut().expect("a part was begun").crc.combine(&packed.crc);
        self.write(&packed.bytes)
    }

    fn write(&mut self, bytes: &[u8]) -> Result<(), WriteError> {
        self.writer.write_all(bytes)?;
        self.position += bytes.len() as u64;
        Ok(())
    }
}

impl Part {
    /// Version, flags, method, time, date, sums and the name's length: the same in both places.
    fn fields(&self) -> Result<Vec<u8>, WriteError> {
        let name = u16::try_from(self.name.len()).map_err(too_large)?;
        let two = [VERSION, 0, METHOD, 0, DATE].map(u16::to_le_bytes).concat();
        let sums = [self.crc.sum().to_le_bytes(), four(self.packed_bytes)?, self.crc.amount().to_le_bytes()].concat();
        Ok([two, sums, name.to_le_bytes().to_vec()].concat())
    }

    fn local_header(&self) -> Result<Vec<u8>, WriteError> {
        Ok([b"PK\x03\x04", &self.fields()?[..], &[0; 2], self.name.as_bytes()].concat())
    }

    fn directory_line(&self) -> Result<Vec<u8>, WriteError> {
        let version = VERSION.to_le_bytes();
        let offset = four(self.offset)?;
        let fields = self.fields()?;
        Ok([&b"PK\x01\x02"[..], &version, &fields, &[0; 12], &offset, self.name.as_bytes()].concat())
    }
}

/// A number as the format holds it; past 4 GiB only newer readers go on.
fn four(number: u64) -> Result<[u8; 4], WriteError> {
    Ok(u32::try_from(number).map_err(too_large)?.to_le_bytes())
}

fn too_large(error: impl std::error::Error + Send + Sync + 'static) -> WriteError {
    Error::new(std::io::ErrorKind::FileTooLarge, error).into()
}

/// Threads that deflate blocks; they end when the archive is dropped.
struct Packers {
    count: usize,
    jobs: mpsc::Sender<(Vec<u8>, mpsc::Sender<Packed>)>,
}

impl Packers {
    fn start() -> Self {
        let count = thread::available_parallelism().map_or(1, NonZero::get).min(MOST_CORES);
        let (jobs, waiting) = mpsc::channel::<(Vec<u8>, mpsc::Sender<Packed>)>();
        let waiting = Arc::new(Mutex::new(waiting));
        for _ in 0..count {
            let waiting = waiting.clone();
            thread::spawn(move || {
                loop {
                    let job = waiting.lock().unwrap_or_else(PoisonError::into_inner).recv();
                    let Ok((block, answer)) = job else { return };
                    let mut crc = Crc::new();
                    crc.update(&block);
                    // A block that fails leaves its channel empty, which is an error at the other end; so is nobody there.
                    if let Ok(bytes) = deflate(&block, FlushCompress::Sync) {
                        answer.send(Packed { bytes, crc }).ok();
                    }
                }
            });
        }
        Self { count, jobs }
    }

    fn pack(&self, block: Vec<u8>) -> Result<mpsc::Receiver<Packed>, WriteError> {
        let (answer, packed) = mpsc::channel();
        self.jobs.send((block, answer)).map_err(|_| Error::other("nobody packs any more"))?;
        Ok(packed)
    }
}

/// A block as a piece of a raw deflate stream: a `Sync` one ends on a byte's edge and lets others follow.
fn deflate(block: &[u8], flush: FlushCompress) -> Result<Vec<u8>, Error> {
    let mut stream = Compress::new(LEVEL, false);
    let mut bytes = Vec::with_capacity(block.len() / 4 + 64);
    loop {
        let read = usize::try_from(stream.total_in()).map_err(Error::other)?;
        let status = stream.compress_vec(&block[read..], &mut bytes, flush).map_err(Error::other)?;
        let is_read = stream.total_in() == block.len() as u64;
        let has_room = bytes.len() < bytes.capacity();
        if status == Status::StreamEnd || flush == FlushCompress::Sync && is_read && has_room {
            return Ok(bytes);
        }
        bytes.reserve(bytes.capacity().max(64));
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::io::{Cursor, Read};

    #[test]
    fn parts_of_many_blocks_and_of_none_are_read_back_as_they_were() {
        let blocks: Vec<Vec<u8>> = (0..40_u8)
            .map(|n| (0..90_000_u32).map(|i| (i.wrapping_mul(2_654_435_761) >> 24) as u8 & n).collect())
            .collect();
        let mut archive = Archive::new(Cursor::new(Vec::new()));
        archive.add("first.xml", b"<a/>".to_vec()).unwrap();
        archive.begin("large.xml").unwrap();
        for block in &blocks {
            archive.push(block.clone()).unwrap();
        }
        archive.end().unwrap();
        archive.add("empty.xml", Vec::new()).unwrap();
        let mut zip = zip::ZipArchive::new(archive.finish().unwrap()).unwrap();
        let mut part = |name| {
            let mut bytes = Vec::new();
            // Reading to the end also proves the sum.
            zip.by_name(name).unwrap().read_to_end(&mut bytes).unwrap();
            bytes
        };
        assert_eq!(part("first.xml"), b"<a/>");
        assert!(part("large.xml") == blocks.concat());
        assert!(part("empty.xml").is_empty());
    }
}
