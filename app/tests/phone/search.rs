//! The packed search of a county's register.

use crate::samples::enterprise;
use app::offline::search::{Arena, Hits, line, removed};
use domain::{enterprise::EnterpriseRow, fold::squeeze, geo::Wgs84, id::EnterpriseId, time::Timestamp};
use proptest::prelude::*;
use std::time::Instant;
use uuid::Uuid;

fn id(n: u32) -> EnterpriseId {
    EnterpriseId(Uuid::from_u128(0x1000 + u128::from(n)))
}

fn row(n: u32, name: &str, address: &str) -> EnterpriseRow {
    EnterpriseRow { id: id(n), name: name.into(), address: address.into(), position: None, ..enterprise() }
}

fn arena(rows: &[(EnterpriseRow, &str)]) -> Arena {
    let chunk: Vec<_> = rows.iter().map(|(row, initials)| line(row, initials)).collect();
    let mut arena = Arena::default();
    arena.apply(&chunk.join("\n"));
    arena
}

fn three() -> Arena {
    arena(&[
        (row(1, "长乐火锅店", "金源大道 1-2号"), "clhgd cyhgd zlhgd"),
        (row(2, "春城饭店", "长乐路 5号"), "ccfd"),
        (row(3, "老长乐 米线", "关上街"), "lclmx lcymx"),
    ])
}

fn found(arena: &Arena, query: &str) -> Vec<EnterpriseId> {
    arena.first(&arena.search(query, None), None, 100)
}

#[test]
fn any_part_of_name_address_code_or_initials_is_found_names_that_begin_so_first() {
    let arena = three();
    assert_eq!(found(&arena, "长乐"), [id(1), id(2), id(3)]);
    assert_eq!(found(&arena, "火锅"), [id(1)]);
    assert_eq!(found(&arena, "长乐 米线"), [id(3)]);
    assert_eq!(found(&arena, "hgd"), [id(1)]);
    assert_eq!(found(&arena, "CYHGD"), [id(1)]);
    assert_eq!(found(&arena, "长乐米线"), [id(3)], "blanks count nowhere");
    assert_eq!(found(&arena, "1-2"), [id(1)]);
    assert_eq!(found(&arena, "5TEL3K").len(), 3);
    assert_eq!(found(&arena, "店长乐"), [], "nothing is found across two fields");
    assert_eq!(found(&arena, "hgdcy"), [], "nor across two readings");
    assert_eq!(found(&arena, " ").len(), 3);
}

#[test]
fn a_later_line_replaces_an_earlier_one() {
    let mut arena = three();
    let moved = row(1, "长乐烤鱼店", "金源大道 9号");
    let closed = EnterpriseRow { closed_at: Some(Timestamp(0)), ..row(2, "春城饭店", "长乐路 5号") };
    let chunk = [line(&moved, "clkyd"), line(&closed, ""), removed(id(3).0), "cut\toff".into()].join("\n");
    assert_eq!(arena.len_with(&chunk), 2);
    arena.apply(&chunk);
    assert_eq!(arena.len(), 2);
    assert_eq!((found(&arena, "火锅"), found(&arena, "烤鱼")), (vec![], vec![id(1)]));
    assert_eq!(found(&arena, "春城"), [], "what is out of business is not inspected");
    assert_eq!(found(&arena, ""), [id(1)]);
    let mut packed = Arena::default();
    packed.apply(&arena.pack());
    assert_eq!((packed.len(), found(&packed, "烤鱼"), found(&packed, "春城")), (2, vec![id(1)], vec![]));
}

#[test]
fn nearest_come_first_and_those_without_a_position_last() {
    let at = |latitude, longitude| Some(Wgs84 { latitude, longitude });
    let far = EnterpriseRow { position: at(25.03, 102.70), ..row(1, "甲", "街") };
    let near = EnterpriseRow { position: at(25.011, 102.701), ..row(2, "乙", "街") };
    let arena = arena(&[(row(3, "丙", "街"), ""), (far, ""), (near, "")]);
    let here = Wgs84 { latitude: 25.01, longitude: 102.70 };
    let hits = arena.search("街", None);
    assert_eq!(arena.first(&hits, Some(here), 100), [id(2), id(1), id(3)]);
    assert_eq!(arena.first(&hits, Some(here), 1), [id(2)]);
    assert_eq!(hits.len(), 3);
}

const FIRST: [&str; 8] = ["金源", "长乐", "春城", "关上", "云大", "东风", "北辰", "世纪城"];
const LAST: [&str; 6] = ["火锅店", "米线馆", "饭店", "烧烤", "食堂", "气站"];

/// Fifty thousand enterprises, as a large county has.
fn large() -> Vec<EnterpriseRow> {
    (0..50_000_u32)
        .map(|n| {
            let pick = |list: &[&'static str], by: u32| list[(n / by) as usize % list.len()];
            let name = format!("{}{}第{n}分店", pick(&FIRST, 1), pick(&LAST, 8));
            let address = format!("云南省昆明市官渡区{}街道{}路 {} 号", pick(&FIRST, 3), pick(&FIRST, 5), n % 997);
            let position = Some(Wgs84 { latitude: 25.0 + f64::from(n % 300) * 1e-4, longitude: 102.7 });
            EnterpriseRow { position, ..row(n, &name, &address) }
        })
        .collect()
}

/// Whatever is typed, letter by letter, finds in fifty thousand just what a plain look at each row finds.
#[test]
fn fifty_thousand_are_searched_without_leaving_one_out() {
    let rows = large();
    let all: Vec<_> = rows.iter().map(|row| (row.clone(), "jyhgd")).collect();
    let arena = arena(&all);
    assert_eq!(arena.len(), 50_000);
    for typed in ["长乐火锅店第49", "jyh", "官渡区 饭店", "街道世纪城路 12"] {
        let mut last: Option<Hits> = None;
        let mut text = String::new();
        for letter in typed.chars() {
            text.push(letter);
            let begun = Instant::now();
            let hits = arena.search(&text, last.as_ref());
            let first = arena.first(&hits, None, 50);
            let took = begun.elapsed();
            let words: Vec<_> = text.split_whitespace().map(squeeze).collect();
            let plain = rows.iter().filter(|row| {
                words.iter().all(|word| {
                    [&row.name, &row.address, &row.credit_code].iter().any(|part| squeeze(part).contains(word.as_str()))
                        || "JYHGD".contains(word.as_str())
                })
            });
            assert_eq!(hits.len(), plain.count(), "{text}");
            assert_eq!(first.len(), hits.len().min(50));
            assert_eq!(arena.search(&text, None), hits, "narrowed or not: {text}");
            println!("{text}: {} in {took:?}", hits.len());
            last = Some(hits);
        }
    }
}

proptest! {
    #[test]
    fn a_chunk_of_anything_harms_nothing(chunk in ".{0,200}", query in ".{0,5}") {
        let mut arena = three();
        arena.apply(&chunk);
        arena.apply("\t\t\t\n0\t\t\n");
        let hits = arena.search(&query, None);
        prop_assert!(arena.first(&hits, None, 10).len() <= 10);
        prop_assert!(arena.len() >= 3);
    }
}

/// The log of chunks on disk, and windows that write it.
#[derive(Default)]
struct Log {
    chunks: Vec<(u32, String)>,
    last: u32,
    packed: u32,
}

impl Log {
    /// What a window does first in each transaction.
    fn bring_up(&self, arena: &mut Arena) {
        let known = arena.chunk();
        let unknown = self.chunks.iter().filter(|(number, _)| *number > known);
        arena.follow(self.packed, unknown.map(|(number, chunk)| (*number, chunk.as_str())));
    }

    fn write(&mut self, arena: &mut Arena, chunk: &str) {
        self.bring_up(arena);
        self.last += 1;
        self.chunks.push((self.last, chunk.to_owned()));
        arena.follow(self.packed, [(self.last, chunk)]);
    }

    fn repack(&mut self, arena: &mut Arena) {
        self.bring_up(arena);
        self.last += 1;
        (self.packed, self.chunks) = (self.last, vec![(self.last, arena.pack())]);
        arena.follow(self.packed, [(self.last, self.chunks[0].1.as_str())]);
    }
}

#[test]
fn what_one_window_packs_holds_what_another_has_just_written() {
    let (mut log, mut one, mut other) = (Log::default(), Arena::default(), Arena::default());
    log.write(&mut one, &line(&row(1, "长乐火锅店", "街"), ""));
    log.write(&mut other, &line(&row(2, "春城饭店", "街"), ""));
    log.repack(&mut one);
    assert_eq!(found(&one, "街"), [id(1), id(2)]);
    log.write(&mut one, &removed(id(1).0));
    log.bring_up(&mut other);
    assert_eq!(found(&other, "街"), [id(2)]);
    let mut opened_later = Arena::default();
    log.bring_up(&mut opened_later);
    assert_eq!(found(&opened_later, "街"), [id(2)]);
}

#[test]
fn a_search_is_not_narrowed_by_hits_of_before_another_window_wrote() {
    let (mut log, mut arena) = (Log::default(), Arena::default());
    log.write(&mut arena, &line(&row(1, "长乐火锅店", "街"), ""));
    let before = arena.search("长", None);
    log.write(&mut Arena::default(), &line(&row(2, "长乐米线", "街"), ""));
    log.bring_up(&mut arena);
    assert_eq!(arena.search("长乐", Some(&before)).len(), 2);
    log.repack(&mut arena);
    assert_eq!(arena.search("长乐米", Some(&before)).len(), 1);
}

proptest! {
    #[test]
    fn however_windows_take_turns_each_finds_all(
        turns in proptest::collection::vec((0..3_usize, 0..6_u8, 0..20_u32), 0..60),
    ) {
        let (mut log, mut windows) = (Log::default(), vec![Arena::default(); 3]);
        let mut there = std::collections::BTreeSet::new();
        for (window, event, n) in turns {
            let arena = &mut windows[window];
            match event {
                0 => log.repack(arena),
                1 => {
                    there.remove(&id(n));
                    log.write(arena, &removed(id(n).0));
                }
                2 => log.bring_up(arena),
                _ => {
                    there.insert(id(n));
                    log.write(arena, &line(&row(n, "店", "街"), ""));
                }
            }
        }
        for arena in &mut windows {
            log.bring_up(arena);
            let found: std::collections::BTreeSet<_> = found(arena, "街").into_iter().collect();
            prop_assert_eq!(&found, &there);
            prop_assert_eq!(arena.len(), there.len());
        }
    }
}
