//! Search: whatever part of a text is typed, the index leads to it, and the comparison of the texts decides.

use domain::search::{Query, Word, check, check_terms, folded, index};
use proptest::prelude::*;
use rstest::rstest;
use std::collections::BTreeSet;

#[rstest]
#[case::pairs("昆明饭店", "昆明 明饭 饭店 店")]
#[case::one_character("店", "店")]
#[case::nothing("", "")]
#[case::not_across_blanks("昆明 饭店", "昆明 明 饭店 店")]
#[case::not_across_punctuation("关上（1）号", "关上 上 1 号")]
#[case::letters_in_lower_case("KFC店", "kf fc c店 店")]
#[case::full_width("ＫＦ", "kf f")]
#[case::hidden_characters("昆\u{200b}明", "昆明 明")]
#[case::a_pair_only_once("啦啦啦", "啦啦 啦")]
fn a_text_is_indexed_by_its_pairs_and_the_ends_of_its_runs(#[case] text: &str, #[case] words: &str) {
    let sorted = |words: &str| words.split_whitespace().map(str::to_owned).collect::<BTreeSet<_>>();
    let indexed = index(&[text]);
    assert_eq!(sorted(&indexed.words), sorted(words));
    assert_eq!(indexed.words.split_whitespace().count(), sorted(words).len(), "none twice");
    assert_eq!(indexed.text, folded(text));
}

#[test]
fn several_texts_are_indexed_together_but_do_not_touch() {
    let indexed = index(&["昆明", "饭店"]);
    assert_eq!((indexed.words.as_str(), indexed.text.as_str()), ("店 昆明 明 饭店", "昆明\n饭店"));
}

#[rstest]
#[case::one_character("店", &[Word::Start("店".into())], true)]
#[case::punctuation("——", &[], true)]
#[case::markup_of_a_search_engine("\"* or (", &[Word::Whole("or".into())], true)]
#[case::two_parts("昆明 饭店", &[Word::Whole("昆明".into()), Word::Whole("饭店".into())], true)]
#[case::a_pair_and_a_character("1 饭店", &[Word::Whole("饭店".into())], false)]
#[case::three_characters("100", &[Word::Whole("00".into()), Word::Whole("10".into())], false)]
fn a_query_is_words_for_the_index_and_terms_for_the_text(
    #[case] query: &str,
    #[case] words: &[Word],
    #[case] is_exact: bool,
) {
    let query = Query::parse(query);
    assert_eq!((query.words.as_slice(), query.is_exact()), (words, is_exact));
}

#[test]
fn a_novel_asks_the_index_for_twelve_words() {
    let query = Query::parse("甲乙丙丁戊己庚辛壬癸子丑寅卯辰巳午未申酉戌亥");
    assert_eq!((query.words.len(), query.terms.len(), query.is_exact()), (12, 1, false));
}

#[test]
fn a_query_that_nobody_types_is_refused() {
    assert_eq!(check(&"店".repeat(100)), Ok(()));
    assert_eq!(check(&"店".repeat(50_000)).map_err(|problem| problem.status()), Err(422));
}

#[rstest]
#[case::per_cent("%", false)]
#[case::comma(" ， ", false)]
#[case::hyphen("-", false)]
#[case::nothing("", true)]
#[case::blanks("\u{3000}\u{200b}", true)]
#[case::a_digit("-1", true)]
fn a_query_of_signs_alone_is_refused_for_it_would_find_everything(#[case] query: &str, #[case] is_taken: bool) {
    assert_eq!(check_terms(query).is_ok(), is_taken);
    assert_eq!(check(query), Ok(()));
}

/// Whether the index leads to the text.
fn is_indexed(text: &str, query: &Query) -> bool {
    let indexed = index(&["别的内容", text]);
    let indexed: BTreeSet<&str> = indexed.words.split(' ').collect();
    query.words.iter().all(|word| match word {
        Word::Whole(word) => indexed.contains(word.as_str()),
        Word::Start(start) => indexed.iter().any(|word| word.starts_with(start.as_str())),
    })
}

/// One or more neighbouring letters or digits of the text, at the picked place.
fn part(text: &str, place: usize, length: usize) -> Option<String> {
    let characters: Vec<char> = text.chars().collect();
    let starts: Vec<usize> = (0..characters.len()).filter(|n| characters[*n].is_alphanumeric()).collect();
    let start = *starts.get(place % starts.len().max(1))?;
    Some(characters[start..].iter().take_while(|c| c.is_alphanumeric()).take(length).collect())
}

proptest! {
    #[test]
    fn the_index_leads_to_every_part(
        text in "[昆明官渡区关上街饭店燃气站ａＢab19 　（）、·-]{1,30}",
        place in any::<usize>(),
        length in 1..20_usize,
    ) {
        if let Some(part) = part(&text, place, length) {
            for query in [part.clone(), part.to_uppercase(), format!(" {part}　")] {
                let query = Query::parse(&query);
                prop_assert!(is_indexed(&text, &query), "{:?} in {}", query, text);
                prop_assert!(query.terms.iter().all(|term| folded(&text).contains(term)));
            }
        }
    }

    #[test]
    fn so_it_does_in_every_script(text in any::<String>(), place in any::<usize>(), length in 1..20_usize) {
        if let Some(part) = part(&text, place, length) {
            prop_assert!(is_indexed(&text, &Query::parse(&part)), "{} in {}", part, text);
        }
    }

    #[test]
    fn what_is_exact_needs_no_look_at_the_text(text in "[甲乙丙1 -]{0,12}", query in "[甲乙丙1 -]{0,4}") {
        let query = Query::parse(&query);
        let is_found = query.terms.iter().all(|term| folded(&text).contains(term));
        if query.is_exact() {
            let indexed = index(&[&text]);
            let indexed: BTreeSet<&str> = indexed.words.split(' ').collect();
            let leads = query.words.iter().all(|word| match word {
                Word::Whole(word) => indexed.contains(word.as_str()),
                Word::Start(start) => indexed.iter().any(|word| word.starts_with(start.as_str())),
            });
            prop_assert_eq!(leads, is_found);
        }
    }
}
