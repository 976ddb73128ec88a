//! Text search in Chinese without a dictionary. A query is found in a text when each of its terms, the runs of letters and
//! digits in it, is a part of the text; both are compared in one form ([`folded`]).
//!
//! The engines index overlapping pairs of characters, which find the few rows that may fit; the store then compares the
//! texts themselves, where pairs alone do not prove it: 1001 and 0010 have the same pairs.

use crate::{Problem, fold::fold};

/// Characters of a query.
const MOST_CHARACTERS: usize = 100;
/// Words of a query that are looked up; the comparison sees to the rest.
const MOST_WORDS: usize = 12;

/// What a row is found by.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Indexed {
    /// The words for the engine's index, separated by blanks: all pairs of neighbouring letters and digits, and the last
    /// character of each run.
    pub words: String,
    /// The texts in the form in which they are compared, one a line.
    pub text: String,
}

/// A word to look up in the index.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Word {
    /// As it is.
    Whole(String),
    /// The beginning of one: a single character, which begins its pair or ends its run.
    Start(String),
}

/// A query, taken apart.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Query {
    /// What the index is asked for: all of them. None when the query has no letter or digit, and so finds everything.
    pub words: Vec<Word>,
    /// What the text must contain: all of them.
    pub terms: Vec<String>,
}

/// A text in the form in which it is compared: folded, in lower case.
pub fn folded(text: &str) -> String {
    fold(text).chars().flat_map(char::to_uppercase).flat_map(char::to_lowercase).collect()
}

/// What a row with these texts is found by.
pub fn index(texts: &[&str]) -> Indexed {
    let lines: Vec<String> = texts.iter().map(|text| folded(text)).collect();
    let mut words = Vec::new();
    for run in lines.iter().flat_map(|line| runs(line)) {
        words.extend(pairs(run));
        words.extend(run.chars().next_back().map(String::from));
    }
    words.sort_unstable();
    words.dedup();
    Indexed { words: words.join(" "), text: lines.join("\n") }
}

/// Refuses a query that is longer than anybody types.
///
/// # Errors
/// [`Problem::Invalid`].
pub fn check(query: &str) -> Result<(), Problem> {
    if query.chars().nth(MOST_CHARACTERS).is_some() {
        return Err(Problem::invalid("搜索内容", format!("搜索内容不能超过 {MOST_CHARACTERS} 个字")));
    }
    Ok(())
}

/// Refuses what [`check`] does, and signs alone, of which a [`Query`] has no term: it would find everything.
///
/// # Errors
/// [`Problem::Invalid`].
pub fn check_terms(query: &str) -> Result<(), Problem> {
    check(query)?;
    let query = folded(query);
    if !query.is_empty() && runs(&query).next().is_none() {
        return Err(Problem::invalid("搜索内容", "搜索内容应含汉字、字母或数字，只有符号查不到记录"));
    }
    Ok(())
}

impl Query {
    /// Takes a query apart.
    pub fn parse(query: &str) -> Self {
        let query = folded(query);
        let mut terms: Vec<String> = runs(&query).map(str::to_owned).collect();
        terms.sort_unstable();
        terms.dedup();
        let mut words: Vec<Word> = terms.iter().flat_map(|term| pairs(term)).map(Word::Whole).collect();
        if words.is_empty() {
            words.extend(terms.iter().cloned().map(Word::Start));
        }
        words.sort_unstable();
        words.dedup();
        words.truncate(MOST_WORDS);
        Self { words, terms }
    }

    /// Whether whatever the index gives fits, without a look at the text.
    pub fn is_exact(&self) -> bool {
        self.terms.len() <= self.words.len() && self.terms.iter().all(|term| term.chars().count() <= 2)
    }
}

/// The runs of letters and digits.
fn runs(text: &str) -> impl Iterator<Item = &str> {
    text.split(|c: char| !c.is_alphanumeric()).filter(|run| !run.is_empty())
}

/// The pairs of neighbouring characters of a run.
fn pairs(run: &str) -> impl Iterator<Item = String> {
    run.chars().zip(run.chars().skip(1)).map(|(a, b)| String::from_iter([a, b]))
}
