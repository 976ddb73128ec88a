//! The packed search of a register: all enterprises of a county in one arena, found by any part of name, address or code,
//! and by pinyin initials. Pure; `offline::register` fills it.
//!
//! On disk it is a log of chunks, one for each page of changes: a later line of an enterprise replaces an earlier one.

use domain::{enterprise::EnterpriseRow, fold::squeeze, geo::Wgs84, id::EnterpriseId};
use memchr::memmem;
use std::{collections::HashMap, fmt::Write as _};
use uuid::Uuid;

/// Between the parts of a text, so that nothing is found across them.
const PART: char = '\u{1f}';

/// What is kept of one enterprise, but for its text.
#[derive(Clone, Copy, Debug, PartialEq)]
struct Entry {
    id: Uuid,
    start: u32,
    end: u32,
    position: Option<Wgs84>,
    /// Found only where it is neither removed nor out of business.
    is_findable: bool,
}

/// All enterprises, in one text.
#[derive(Clone, Debug, Default)]
pub struct Arena {
    text: String,
    entries: Vec<Entry>,
    by_id: HashMap<Uuid, u32>,
    /// Number of the last chunk that it took over.
    chunk: u32,
}

/// What a search found, and for what; the next one may begin there, while the arena is the same.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Hits {
    chunk: u32,
    words: Vec<String>,
    rows: Vec<u32>,
}

impl Hits {
    /// How many rows were found.
    pub fn len(&self) -> usize {
        self.rows.len()
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.rows.is_empty()
    }
}

/// The line of an enterprise in a chunk.
pub fn line(row: &EnterpriseRow, initials: &str) -> String {
    let mut line = format!("{}\t", row.id.0.simple());
    if let Some(at) = row.position {
        // Writing to a string cannot fail.
        let _ = write!(line, "{},{}", at.latitude, at.longitude);
    }
    let mark = if row.closed_at.is_some() { "-" } else { "" };
    let _ = write!(line, "\t{mark}\t{}", squeeze(&row.name));
    for part in [row.address.as_str(), row.credit_code.as_str()].into_iter().chain(initials.split_whitespace()) {
        line.push(PART);
        line.push_str(&squeeze(part));
    }
    line
}

/// The line of an enterprise that is there no more.
pub fn removed(id: Uuid) -> String {
    id.simple().to_string()
}

impl Arena {
    /// Takes over a chunk: lines of [`line()`] and [`removed`]. A line that is neither is passed over.
    pub fn apply(&mut self, chunk: &str) {
        for line in chunk.lines() {
            let mut parts = line.splitn(4, '\t');
            let Some(id) = parts.next().and_then(|id| Uuid::try_parse(id).ok()) else { continue };
            if let Some(old) = self.by_id.remove(&id) {
                self.entries[old as usize].is_findable = false;
            }
            let (Some(position), Some(mark), Some(text)) = (parts.next(), parts.next(), parts.next()) else { continue };
            let Ok(start) = u32::try_from(self.text.len()) else { return };
            self.text.push_str(text);
            self.text.push('\n');
            let end = start + u32::try_from(text.len()).unwrap_or_default();
            let position = position.split_once(',').and_then(|(latitude, longitude)| {
                Some(Wgs84 { latitude: latitude.parse().ok()?, longitude: longitude.parse().ok()? })
            });
            self.by_id.insert(id, u32::try_from(self.entries.len()).unwrap_or(u32::MAX));
            self.entries.push(Entry { id, start, end, position, is_findable: mark.is_empty() });
        }
    }

    /// Number of the last chunk of the log that it took over; 0 for none.
    pub fn chunk(&self) -> u32 {
        self.chunk
    }

    /// Takes over what the log on disk holds after [`chunk`](Self::chunk), which any window may have written: chunks with
    /// their numbers, in order. Those that it has already change nothing. `packed` is the number of the chunk that took the
    /// place of all before it: whoever has not come so far begins anew there.
    pub fn follow<'a>(&mut self, packed: u32, chunks: impl IntoIterator<Item = (u32, &'a str)>) {
        if self.chunk < packed {
            *self = Self::default();
        }
        for (number, chunk) in chunks {
            if number > self.chunk {
                self.apply(chunk);
                self.chunk = number;
            }
        }
    }

    /// How many enterprises it would hold with this chunk.
    pub fn len_with(&self, chunk: &str) -> usize {
        let mut there = HashMap::new();
        for line in chunk.lines() {
            if let Some(id) = line.split('\t').next().and_then(|id| Uuid::try_parse(id).ok()) {
                there.insert(id, line.contains('\t'));
            }
        }
        let gone = there.keys().filter(|id| self.by_id.contains_key(id)).count();
        self.by_id.len() - gone + there.values().filter(|is_there| **is_there).count()
    }

    /// How many enterprises it holds.
    pub fn len(&self) -> usize {
        self.by_id.len()
    }

    /// Whether it holds none.
    pub fn is_empty(&self) -> bool {
        self.by_id.is_empty()
    }

    /// Whether so much of it was replaced that it should be packed anew.
    pub fn is_worn(&self) -> bool {
        self.entries.len() > 2 * self.by_id.len() + 1_000
    }

    /// Finds what holds every word; all of it for none. `last` is the search before: one that only got longer looks
    /// through what that found.
    pub fn search(&self, query: &str, last: Option<&Hits>) -> Hits {
        let words: Vec<String> = query.split_whitespace().map(squeeze).filter(|word| !word.is_empty()).collect();
        let is_narrower = |last: &&Hits| {
            last.chunk == self.chunk
                && last.words.iter().all(|old| words.iter().any(|word| word.contains(old.as_str())))
        };
        let narrowed = last.filter(is_narrower);
        let rows = match (narrowed, words.split_first()) {
            (Some(last), _) => last.rows.iter().copied().filter(|row| self.fits(*row, &words)).collect(),
            (None, None) => self.findable().collect(),
            (None, Some((first, rest))) => self.scan(first).filter(|row| self.fits(*row, rest)).collect(),
        };
        Hits { chunk: self.chunk, words, rows }
    }

    fn findable(&self) -> impl Iterator<Item = u32> {
        self.entries.iter().zip(0..).filter(|(entry, _)| entry.is_findable).map(|(_, row)| row)
    }

    fn text_of(&self, row: u32) -> &str {
        self.entries.get(row as usize).map_or("", |entry| &self.text[entry.start as usize..entry.end as usize])
    }

    fn fits(&self, row: u32, words: &[String]) -> bool {
        let text = self.text_of(row);
        words.iter().all(|word| text.contains(word.as_str()))
    }

    /// One walk over the whole text, from hit to hit; after a hit it goes on with the next enterprise.
    fn scan<'a>(&'a self, word: &'a str) -> impl Iterator<Item = u32> + 'a {
        let mut from = 0;
        let word = memmem::Finder::new(word);
        std::iter::from_fn(move || {
            loop {
                let at = from + word.find(self.text.as_bytes().get(from..)?)?;
                let row = self.entries.partition_point(|entry| entry.end as usize <= at);
                let entry = self.entries.get(row)?;
                from = entry.end as usize + 1;
                if entry.is_findable {
                    return u32::try_from(row).ok();
                }
            }
        })
    }

    /// The ids of the first `most` hits: nearest first where the place is known, those whose name begins with the first
    /// word before others where it is not.
    pub fn first(&self, hits: &Hits, here: Option<Wgs84>, most: usize) -> Vec<EnterpriseId> {
        let rows: Vec<u32> = match (here, hits.words.first()) {
            (Some(here), _) => {
                let mut keyed: Vec<_> = hits.rows.iter().map(|row| (self.nearness(*row, here), *row)).collect();
                let nearer = |one: &(f64, u32), other: &(f64, u32)| one.0.total_cmp(&other.0).then(one.1.cmp(&other.1));
                // A county has tens of thousands: only those that are shown are put in order.
                if most < keyed.len() {
                    keyed.select_nth_unstable_by(most, nearer);
                    keyed.truncate(most);
                }
                keyed.sort_unstable_by(nearer);
                keyed.into_iter().map(|(_, row)| row).collect()
            }
            (None, Some(word)) => {
                let begins = |row: &&u32| self.text_of(**row).starts_with(word.as_str());
                let first = hits.rows.iter().filter(begins);
                let rest = hits.rows.iter().filter(|row| !begins(row));
                first.chain(rest).take(most).copied().collect()
            }
            (None, None) => hits.rows.iter().take(most).copied().collect(),
        };
        rows.into_iter().filter_map(|row| Some(EnterpriseId(self.entries.get(row as usize)?.id))).collect()
    }

    /// Grows with the distance; those without a position come last. Exact enough to sort a county.
    fn nearness(&self, row: u32, here: Wgs84) -> f64 {
        let Some(at) = self.entries.get(row as usize).and_then(|entry| entry.position) else { return f64::INFINITY };
        let north = at.latitude - here.latitude;
        let east = (at.longitude - here.longitude) * here.latitude.to_radians().cos();
        north * north + east * east
    }

    /// All that is held, as one chunk.
    pub fn pack(&self) -> String {
        let mut chunk = String::with_capacity(self.text.len() + 50 * self.by_id.len());
        let mut rows: Vec<_> = self.by_id.values().copied().collect();
        rows.sort_unstable();
        for row in rows {
            let Some(entry) = self.entries.get(row as usize) else { continue };
            let position = entry.position.map_or_else(String::new, |at| format!("{},{}", at.latitude, at.longitude));
            let mark = if entry.is_findable { "" } else { "-" };
            let _ = writeln!(chunk, "{}\t{position}\t{mark}\t{}", entry.id.simple(), self.text_of(row));
        }
        chunk
    }
}
