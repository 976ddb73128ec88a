//! The initials of a name's pinyin, by which phones find enterprises: see [`domain::enterprise::LocalEnterprise`].

use ::pinyin::ToPinyinMulti;

/// The most words that a name is given; characters beyond keep their first reading.
const MOST_WORDS: usize = 16;

/// The initials of a name in every reading, as words separated by a blank.
pub(crate) fn initials(name: &str) -> String {
    let mut words = vec![String::new()];
    for character in name.chars() {
        let mut letters: Vec<char> = match character.to_pinyin_multi() {
            Some(readings) => readings.into_iter().filter_map(|reading| reading.plain().chars().next()).collect(),
            None => character.to_lowercase().filter(char::is_ascii_alphanumeric).collect(),
        };
        let mut seen = Vec::new();
        letters.retain(|letter| {
            !seen.contains(letter) && {
                seen.push(*letter);
                true
            }
        });
        if letters.is_empty() {
            continue;
        }
        if words.len() * letters.len() > MOST_WORDS {
            letters.truncate(1);
        }
        words = words.iter().flat_map(|word| letters.iter().map(move |letter| format!("{word}{letter}"))).collect();
    }
    words.join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_character_is_a_letter_and_each_reading_a_word() {
        assert_eq!(initials("官渡米线"), "gdmx");
        assert_eq!(initials("KFC（关山店）2 楼"), "kfcgsd2l");
        let words = initials("长乐火锅");
        for word in ["clhg", "cyhg", "zlhg", "zyhg"] {
            assert!(words.split(' ').any(|one| one == word), "{words}");
        }
        assert_eq!(initials(""), "");
        assert!(initials(&"重长乐行".repeat(10)).split(' ').count() <= MOST_WORDS);
    }
}
