//! Text search in Chinese without a dictionary: text is cut into overlapping pairs of characters (bigrams), which both
//! engines index as words. Any part of two or more characters is found; the store adds the scope as a word of its own.

use crate::fold::squeeze;

/// The words under which a text is indexed: its pairs, separated by blanks. Pairs do not span blanks or punctuation.
pub fn index_words(texts: &[&str]) -> String {
    let mut words: Vec<String> = texts.iter().flat_map(|text| pairs(text)).collect();
    words.sort_unstable();
    words.dedup();
    words.join(" ")
}

/// The words that must all be there for a query to be found; empty when the query has no pair (one character only).
pub fn query_words(query: &str) -> Vec<String> {
    let mut words = pairs(query);
    words.sort_unstable();
    words.dedup();
    words.truncate(12);
    words
}

fn pairs(text: &str) -> Vec<String> {
    let spaced: String = crate::fold::fold(text).chars().map(|c| if c.is_alphanumeric() { c } else { ' ' }).collect();
    let mut pairs = Vec::new();
    for part in spaced.split(' ').map(squeeze) {
        let characters: Vec<char> = part.chars().collect();
        pairs.extend(characters.windows(2).map(|pair| pair.iter().flat_map(|c| c.to_lowercase()).collect::<String>()));
    }
    pairs
}
