//! 社会统一信用代码: the 18-character code of GB 32100-2015, or a mobile number for a shop without licence (Q22).

use crate::{
    Problem,
    fold::{squeeze, unfloat},
    person::PhoneNumber,
};
use serde::{Deserialize, Serialize};
use std::fmt;

/// What identifies an enterprise's operator.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub enum CreditCode {
    /// An 18-character code with a valid check character.
    Uscc(String),
    /// The operator's mobile number: personal, so masked wherever it is shown.
    Phone(PhoneNumber),
}

const ALPHABET: &[u8; 31] = b"0123456789ABCDEFGHJKLMNPQRTUWXY";
const FIELD: &str = "社会统一信用代码";

/// The check character of the first 17 characters, or `None` when one is outside the alphabet.
///
/// Weights are 3^(i-1) mod 31; a remainder of zero gives `0` (GB 32100-2015).
pub fn check_character(body: &[u8]) -> Option<u8> {
    let mut sum = 0;
    let mut weight = 1;
    for byte in body {
        let value = ALPHABET.iter().position(|c| c == byte)?;
        sum += value * weight;
        weight = weight * 3 % 31;
    }
    Some(ALPHABET[(31 - sum % 31) % 31])
}

impl CreditCode {
    /// Parses what a person or a spreadsheet wrote, after folding.
    ///
    /// # Errors
    /// [`Problem::Invalid`] on the field 社会统一信用代码, saying which of the two forms was nearly met and why it fails.
    pub fn parse(text: &str) -> Result<Self, Problem> {
        let folded = unfloat(&squeeze(text));
        let code = folded.replace('-', "");
        let invalid = |message: &str| Err(Problem::invalid(FIELD, message));
        if folded.is_empty() {
            return invalid("不能为空：填写 18 位统一社会信用代码，无照店铺填写经营人手机号");
        }
        // A number of more digits than a spreadsheet keeps may itself be 18 characters long: `9.136012712345E+17`.
        let is_rewritten =
            code.starts_with(|c: char| c.is_ascii_digit()) && code.parse::<f64>().is_ok_and(|number| number >= 1e15);
        if code.len() == 18 && code.is_ascii() {
            match check_character(&code.as_bytes()[..17]) {
                Some(check) if check == code.as_bytes()[17] => return Ok(Self::Uscc(code)),
                Some(_) => return invalid("校验位不符，请对照营业执照核对每一位"),
                None if !is_rewritten => {
                    return invalid("含有代码中不会出现的字符（I、O、S、V、Z 或符号），请核对营业执照");
                }
                None => {}
            }
        }
        if is_rewritten {
            return invalid("数字已被电子表格改写（超过 15 位），请将单元格设为文本后重新填写");
        }
        match PhoneNumber::parse(&folded) {
            Ok(phone) => Ok(Self::Phone(phone)),
            Err(_) => invalid("应为 18 位统一社会信用代码，无照店铺填写经营人手机号（11 位）"),
        }
    }

    /// The code as stored.
    pub fn as_str(&self) -> &str {
        match self {
            Self::Uscc(code) => code,
            Self::Phone(phone) => phone.as_str(),
        }
    }

    /// The code as shown: a phone number is masked.
    pub fn masked(&self) -> String {
        match self {
            Self::Uscc(code) => code.clone(),
            Self::Phone(phone) => phone.masked(),
        }
    }
}

impl fmt::Debug for CreditCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.masked())
    }
}

impl TryFrom<String> for CreditCode {
    type Error = Problem;

    fn try_from(text: String) -> Result<Self, Problem> {
        Self::parse(&text)
    }
}

impl From<CreditCode> for String {
    fn from(code: CreditCode) -> Self {
        code.as_str().to_owned()
    }
}
