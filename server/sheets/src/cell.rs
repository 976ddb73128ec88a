//! A cell as text: what the person who filled it in would say stands there.

use calamine::{DataRef, ExcelDateTime};
use std::borrow::Cow;

/// What stands in a cell.
#[derive(Clone)]
pub(crate) enum CellText<'a> {
    /// A value: dates as ISO text, empty for a blank cell.
    Value(Cow<'a, str>),
    /// A formula's failure, such as `#N/A`: never a value.
    Failure(String),
    /// A number of more digits than a spreadsheet keeps, as on the user's screen: the last ones are lost.
    Rewritten(String),
}

/// A cell's text, or what stands there and why it is none.
pub(crate) type Usable = Result<String, (String, &'static str)>;

/// No field of any form takes so many characters.
const MOST_CHARS: usize = 2_000;
/// What a failed formula shows; also when it was copied as text.
const FAILURES: [&str; 10] =
    ["#DIV/0!", "#N/A", "#NAME?", "#NULL!", "#NUM!", "#REF!", "#VALUE!", "#SPILL!", "#CALC!", "#GETTING_DATA"];

impl CellText<'_> {
    /// The text, unless a formula failed, digits are lost, or no field can be so long.
    pub(crate) fn usable(self) -> Usable {
        const NO_RESULT: &str = "公式出错，没有得到结果，请改为直接填写内容";
        match self {
            Self::Value(text) if text.len() > MOST_CHARS && text.chars().count() > MOST_CHARS => {
                Err((format!("{}……", start(&text)), "内容过长，超过 2000 个字，请核对是否粘贴了多余内容"))
            }
            Self::Value(text) if FAILURES.contains(&text.trim()) => Err((text.trim().to_owned(), NO_RESULT)),
            Self::Value(text) => Ok(text.into_owned()),
            Self::Failure(text) => Err((start(&text), NO_RESULT)),
            Self::Rewritten(text) => {
                Err((text, "数字超过 15 位，后面的数位已被电子表格改写，请将单元格设为文本后重新填写"))
            }
        }
    }

    /// A number as typed: `13812345678`, never `13812345678.0` or `1.3812345678E10`.
    pub(crate) fn number(value: f64) -> Self {
        // From here on digits were replaced by zeros: what looks like a code would be a wrong one.
        const FIRST_REWRITTEN: f64 = 1e15;
        if value.abs() >= FIRST_REWRITTEN {
            Self::Rewritten(format!("{value:E}").replace('E', "E+"))
        } else {
            Self::Value(value.to_string().into())
        }
    }
}

impl<'a> From<DataRef<'a>> for CellText<'a> {
    fn from(data: DataRef<'a>) -> Self {
        Self::Value(match data {
            DataRef::Empty => Cow::Borrowed(""),
            DataRef::String(text) | DataRef::DateTimeIso(text) | DataRef::DurationIso(text) => Cow::Owned(text),
            DataRef::SharedString(text) => Cow::Borrowed(text),
            DataRef::Float(value) => return Self::number(value),
            DataRef::Int(value) => Cow::Owned(value.to_string()),
            DataRef::Bool(value) => Cow::Borrowed(if value { "TRUE" } else { "FALSE" }),
            DataRef::DateTime(value) => return date(value),
            DataRef::Error(error) => return Self::Failure(error.to_string()),
        })
    }
}

/// The first characters of a text that would be too much to show.
pub(crate) fn start(text: &str) -> String {
    text.chars().take(20).collect()
}

fn date(value: ExcelDateTime) -> CellText<'static> {
    const LAST_DAY: f64 = 2_958_466.0; // 10000-01-01
    if !value.is_datetime() || !(1.0..LAST_DAY).contains(&value.as_f64()) {
        return CellText::number(value.as_f64());
    }
    let (year, month, day, hour, minute, second, _) = value.to_ymd_hms_milli();
    let text = if (hour, minute, second) == (0, 0, 0) {
        format!("{year:04}-{month:02}-{day:02}")
    } else {
        format!("{year:04}-{month:02}-{day:02}T{hour:02}:{minute:02}:{second:02}")
    };
    CellText::Value(text.into())
}
