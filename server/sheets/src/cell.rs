//! A cell as text: what the person who filled it in would say stands there.

use calamine::{DataRef, ExcelDateTime};
use std::borrow::Cow;

/// What stands in a cell.
#[derive(Clone)]
pub(crate) enum CellText<'a> {
    /// A value.
    Value(Cow<'a, str>),
    /// A formula's failure, such as `#N/A`: never a value.
    Failure(String),
}

/// A cell's text, or what stands there and why it is none.
pub(crate) type Usable = Result<String, (String, &'static str)>;

/// No field of any form takes so many characters.
const MOST_CHARS: usize = 2_000;

impl CellText<'_> {
    /// The text, unless a formula failed or no field can be so long.
    pub(crate) fn usable(self) -> Usable {
        match self {
            Self::Value(text) if text.len() > MOST_CHARS && text.chars().count() > MOST_CHARS => {
                let start: String = text.chars().take(20).collect();
                Err((format!("{start}……"), "内容过长，超过 2000 个字，请核对是否粘贴了多余内容"))
            }
            Self::Value(text) => Ok(text.into_owned()),
            Self::Failure(text) => Err((text, "公式出错，没有得到结果，请改为直接填写内容")),
        }
    }
}

impl<'a> From<DataRef<'a>> for CellText<'a> {
    fn from(data: DataRef<'a>) -> Self {
        Self::Value(match data {
            DataRef::Empty => Cow::Borrowed(""),
            DataRef::String(text) | DataRef::DateTimeIso(text) | DataRef::DurationIso(text) => Cow::Owned(text),
            DataRef::SharedString(text) => Cow::Borrowed(text),
            DataRef::Float(value) => Cow::Owned(number(value)),
            DataRef::Int(value) => Cow::Owned(value.to_string()),
            DataRef::Bool(value) => Cow::Borrowed(if value { "TRUE" } else { "FALSE" }),
            DataRef::DateTime(value) => Cow::Owned(date(value)),
            DataRef::Error(error) => return Self::Failure(error.to_string()),
        })
    }
}

/// A number as typed: `13812345678`, never `13812345678.0` or `1.3812345678E10`.
///
/// From 10^15 on a spreadsheet has replaced digits by zeros. Such a number keeps its exponent, as on the user's screen,
/// so that a mangled code is recognised and not taken for a code.
pub(crate) fn number(value: f64) -> String {
    if value.abs() >= 1e15 { format!("{value:E}") } else { value.to_string() }
}

fn date(value: ExcelDateTime) -> String {
    const LAST_DAY: f64 = 2_958_466.0; // 10000-01-01
    if !value.is_datetime() || !(1.0..LAST_DAY).contains(&value.as_f64()) {
        return number(value.as_f64());
    }
    let (year, month, day, hour, minute, second, _) = value.to_ymd_hms_milli();
    if (hour, minute, second) == (0, 0, 0) {
        format!("{year:04}-{month:02}-{day:02}")
    } else {
        format!("{year:04}-{month:02}-{day:02}T{hour:02}:{minute:02}:{second:02}")
    }
}
