//! Search: whatever part of a text is typed, its words are among the text's words.

use domain::search::{index_words, query_words};
use proptest::prelude::*;
use rstest::rstest;
use std::collections::BTreeSet;

#[rstest]
#[case::pairs("昆明饭店", "明饭 昆明 饭店")]
#[case::two_characters("饭店", "饭店")]
#[case::one_character("店", "")]
#[case::nothing("", "")]
#[case::not_across_blanks("昆明 饭店", "昆明 饭店")]
#[case::not_across_punctuation("关上（1）号", "关上")]
#[case::letters_in_lower_case("KFC店", "fc kf c店")]
#[case::full_width("ＫＦ", "kf")]
#[case::hidden_characters("昆\u{200b}明", "昆明")]
#[case::a_pair_only_once("啦啦啦", "啦啦")]
fn a_text_is_indexed_by_its_pairs(#[case] text: &str, #[case] words: &str) {
    let sorted = |words: &str| words.split_whitespace().map(str::to_owned).collect::<BTreeSet<_>>();
    let indexed = index_words(&[text]);
    assert_eq!(sorted(&indexed), sorted(words));
    assert_eq!(indexed.split_whitespace().count(), sorted(words).len(), "none twice");
}

#[test]
fn several_texts_are_indexed_together_but_do_not_touch() {
    assert_eq!(index_words(&["昆明", "饭店"]), "昆明 饭店");
}

#[rstest]
#[case::one_character("店", 0)]
#[case::punctuation("——", 0)]
#[case::markup_of_a_search_engine("\"* OR (", 1)]
#[case::two_parts("昆明 饭店", 2)]
#[case::a_novel("甲乙丙丁戊己庚辛壬癸子丑寅卯辰巳午未申酉戌亥", 12)]
fn a_query_is_at_most_twelve_words_of_letters_and_digits(#[case] query: &str, #[case] count: usize) {
    let words = query_words(query);
    assert_eq!(words.len(), count, "{words:?}");
    assert!(words.iter().all(|word| word.chars().all(char::is_alphanumeric)));
}

fn is_found(text: &str, query: &str) -> bool {
    let indexed = index_words(&["别的内容", text]);
    let indexed: BTreeSet<&str> = indexed.split(' ').collect();
    let words = query_words(query);
    !words.is_empty() && words.iter().all(|word| indexed.contains(word.as_str()))
}

/// Two or more neighbouring letters or digits of the text, at the picked place.
fn part(text: &str, place: usize, length: usize) -> Option<String> {
    let characters: Vec<char> = text.chars().collect();
    let starts: Vec<usize> =
        (1..characters.len()).filter(|n| characters[n - 1..=*n].iter().all(|c| c.is_alphanumeric())).collect();
    let start = *starts.get(place % starts.len().max(1))? - 1;
    let run = characters[start..].iter().take_while(|c| c.is_alphanumeric());
    Some(run.take(length).collect())
}

proptest! {
    #[test]
    fn every_part_of_two_or_more_characters_is_found(
        text in "[昆明官渡区关上街饭店燃气站ａＢab19 　（）、·-]{2,30}",
        place in any::<usize>(),
        length in 2..20_usize,
    ) {
        if let Some(query) = part(&text, place, length) {
            prop_assert!(is_found(&text, &query), "{} in {}", query, text);
            prop_assert!(is_found(&text, &query.to_uppercase()), "{} in capitals in {}", query, text);
            prop_assert!(is_found(&text, &format!(" {query}　")), "{} among blanks in {}", query, text);
        }
    }

    #[test]
    fn so_it_is_in_every_script(text in any::<String>(), place in any::<usize>(), length in 2..20_usize) {
        if let Some(query) = part(&text, place, length) {
            prop_assert!(is_found(&text, &query), "{} in {}", query, text);
        }
    }
}
