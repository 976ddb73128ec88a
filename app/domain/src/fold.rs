//! Folding of hand-typed text: what spreadsheets and people do to the same value is undone here, once.

/// Full-width forms become half-width, every kind of blank becomes a space, runs of blanks one, the ends are trimmed,
/// and characters that cannot be seen are dropped.
pub fn fold(text: &str) -> String {
    let mut folded = String::with_capacity(text.len());
    for c in text.chars() {
        let c = match c {
            '\u{ff01}'..='\u{ff5e}' => char::from_u32(c as u32 - 0xfee0).unwrap_or(c),
            '\u{ad}'
            | '\u{200b}'..='\u{200f}'
            | '\u{feff}'
            | '\u{2060}'
            | '\u{202a}'..='\u{202e}'
            | '\u{2066}'..='\u{2069}' => {
                continue;
            }
            c if c.is_whitespace() => ' ',
            c if c.is_control() => continue,
            c => c,
        };
        if c != ' ' || !(folded.is_empty() || folded.ends_with(' ')) {
            folded.push(c);
        }
    }
    folded.truncate(folded.trim_end().len());
    folded
}

/// [`fold`], without any blank, in capitals: for codes and for comparing what a person typed with a list.
pub fn squeeze(text: &str) -> String {
    fold(text).chars().filter(|c| *c != ' ').flat_map(char::to_uppercase).collect()
}

/// A number that a spreadsheet made of a code: `13812345678.0` and `1.3812345678E10` are `13812345678` again.
/// Text that is no such number, or has more digits than a spreadsheet keeps (15), comes back unchanged; so does one whose
/// digits were rounded away: `1.38123E+10` might have been any of a million numbers.
pub fn unfloat(text: &str) -> String {
    let looks_like_number =
        text.contains(['.', 'e', 'E']) && text.chars().all(|c| c.is_ascii_digit() || "+.eE".contains(c));
    let is_whole = text.split_once(['e', 'E']).is_none_or(|(digits, exponent)| {
        let count = digits.chars().filter(char::is_ascii_digit).count();
        exponent.trim_start_matches('+').parse::<usize>().is_ok_and(|exponent| count > exponent)
    });
    match text.parse::<f64>() {
        Ok(number) if looks_like_number && is_whole && number.fract() == 0.0 && (0.0..1e15).contains(&number) => {
            format!("{number:.0}")
        }
        _ => text.to_owned(),
    }
}
