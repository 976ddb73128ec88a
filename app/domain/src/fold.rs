//! What spreadsheets and people do to the same hand-typed text is undone here: [`clean`] and [`clean_lines`] for what is
//! kept, [`fold`] and [`squeeze`] for what is compared or is a code.

/// A line as it is kept: every kind of blank becomes a space, runs of blanks one, the ends are trimmed, and characters
/// that cannot be seen are dropped. What can be seen stays as it was typed: （金源大道店） keeps its brackets.
pub fn clean(text: &str) -> String {
    let mut cleaned = String::with_capacity(text.len());
    for c in text.chars() {
        let c = match c {
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
        if c != ' ' || !(cleaned.is_empty() || cleaned.ends_with(' ')) {
            cleaned.push(c);
        }
    }
    cleaned.truncate(cleaned.trim_end().len());
    cleaned
}

/// A text of several lines as it is kept: each line as [`clean`] leaves it, at most one empty line between two others.
pub fn clean_lines(text: &str) -> String {
    let mut cleaned = String::with_capacity(text.len());
    for line in text.replace("\r\n", "\n").split(['\n', '\r', '\u{2028}', '\u{2029}', '\u{85}']).map(clean) {
        if !line.is_empty() {
            cleaned.push_str(&line);
            cleaned.push('\n');
        } else if !cleaned.is_empty() && !cleaned.ends_with("\n\n") {
            cleaned.push('\n');
        }
    }
    cleaned.truncate(cleaned.trim_end().len());
    cleaned
}

/// A text for comparing: as [`clean`] leaves it, and full-width forms become half-width.
pub fn fold(text: &str) -> String {
    let narrow = |c| match c {
        '\u{ff01}'..='\u{ff5e}' => char::from_u32(c as u32 - 0xfee0).unwrap_or(c),
        c => c,
    };
    clean(text).chars().map(narrow).collect()
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
