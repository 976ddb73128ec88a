//! XML from outside, read forwards piece by piece. However a file is made, no piece is held that is larger than any
//! real one, and no nesting is followed that is deeper.

use crate::WorkbookError;
use quick_xml::{
    Reader, XmlVersion,
    events::{BytesStart, Event},
};
use std::{
    borrow::Cow,
    io::{self, BufRead, Read},
};

/// No text, tag or remark takes nearly so many bytes: a cell holds 32,767 characters.
const MOST_PIECE_BYTES: usize = 24 << 20;
/// Elements within elements; a workbook has a dozen.
const MOST_DEPTH: u32 = 200;

/// A reader of one part.
pub(crate) struct Xml<R> {
    reader: Reader<Rationed<R>>,
    buffer: Vec<u8>,
    depth: u32,
}

impl<R: BufRead> Xml<R> {
    /// A part; empty elements count as a start and an end.
    pub(crate) fn new(part: R) -> Self {
        let mut reader = Reader::from_reader(Rationed { part, left: 0 });
        reader.config_mut().expand_empty_elements = true;
        Self { reader, buffer: Vec::new(), depth: 0 }
    }

    /// The next piece.
    pub(crate) fn event(&mut self) -> Result<Event<'_>, WorkbookError> {
        self.buffer.clear();
        self.reader.get_mut().left = MOST_PIECE_BYTES;
        let event = self.reader.read_event_into(&mut self.buffer).map_err(|error| match &error {
            quick_xml::Error::Io(cause) if cause.kind() == io::ErrorKind::FileTooLarge => WorkbookError::TooLarge,
            _ => WorkbookError::damaged(error),
        })?;
        match &event {
            Event::Start(_) if self.depth == MOST_DEPTH => return Err(WorkbookError::TooLarge),
            Event::Start(_) => self.depth += 1,
            Event::End(_) => self.depth = self.depth.saturating_sub(1),
            _ => {}
        }
        Ok(event)
    }
}

/// An attribute's value, if the element has it.
pub(crate) fn attribute(tag: &BytesStart<'_>, name: &str) -> Result<Option<String>, WorkbookError> {
    let attribute = tag.try_get_attribute(name).map_err(WorkbookError::damaged)?;
    let value = attribute.map(|a| a.normalized_value(XmlVersion::Implicit1_0).map(Cow::into_owned));
    value.transpose().map_err(WorkbookError::damaged)
}

/// A part of which only so many more bytes are handed on.
struct Rationed<R> {
    part: R,
    left: usize,
}

impl<R: BufRead> BufRead for Rationed<R> {
    fn fill_buf(&mut self) -> io::Result<&[u8]> {
        if self.left == 0 {
            return Err(io::ErrorKind::FileTooLarge.into());
        }
        let buffer = self.part.fill_buf()?;
        Ok(&buffer[..buffer.len().min(self.left)])
    }

    fn consume(&mut self, amount: usize) {
        self.left = self.left.saturating_sub(amount);
        self.part.consume(amount);
    }
}

impl<R: BufRead> Read for Rationed<R> {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        let amount = self.fill_buf()?.read(into)?;
        self.consume(amount);
        Ok(amount)
    }
}
