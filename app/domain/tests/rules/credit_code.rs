//! Credit codes: GB 32100-2015, or the operator's mobile number (Q22).

use domain::{
    Problem,
    credit_code::{CreditCode, check_character},
};
use proptest::prelude::*;
use rstest::rstest;

const ALPHABET: &str = "0123456789ABCDEFGHJKLMNPQRTUWXY";
const EMPTY: &str = "不能为空：填写 18 位统一社会信用代码，无照店铺填写经营人手机号";
const STRANGE: &str = "含有代码中不会出现的字符（I、O、S、V、Z 或符号），请核对营业执照";
const CHECK: &str = "校验位不符，请对照营业执照核对每一位";
const REWRITTEN: &str = "数字已被电子表格改写（超过 15 位），请将单元格设为文本后重新填写";
const NEITHER: &str = "应为 18 位统一社会信用代码，无照店铺填写经营人手机号（11 位）";

#[rstest]
#[case::as_on_the_licence("91360727MA38QC805G", "91360727MA38QC805G")]
#[case::another("91350100M000100Y43", "91350100M000100Y43")]
#[case::lower_case("91350100m000100y43", "91350100M000100Y43")]
#[case::full_width("９１３５０１００Ｍ０００１００Ｙ４３", "91350100M000100Y43")]
#[case::blanks_around_and_within("\u{3000}91350100 M000100Y43\t", "91350100M000100Y43")]
#[case::hyphen_before_the_check_character("91350100-M000100Y4-3", "91350100M000100Y43")]
#[case::characters_that_cannot_be_seen("\u{feff}91350100\u{200b}M000100Y43\u{ad}", "91350100M000100Y43")]
fn a_valid_code_is_folded_and_taken(#[case] typed: &str, #[case] code: &str) {
    assert_eq!(CreditCode::parse(typed), Ok(CreditCode::Uscc(code.into())));
}

#[rstest]
#[case::plain("13812345678")]
#[case::blanks("138 1234 5678 ")]
#[case::hyphens("138-1234-5678")]
#[case::full_width("１３８１２３４５６７８")]
#[case::country("+86 13812345678")]
#[case::number("13812345678.0")]
#[case::scientific("1.3812345678E10")]
#[case::scientific_with_plus("1.3812345678e+10")]
fn the_operators_number_stands_in_and_is_masked(#[case] typed: &str) {
    let code = CreditCode::parse(typed).expect("a mobile number");
    assert!(matches!(code, CreditCode::Phone(_)));
    assert_eq!(
        (code.as_str(), code.masked().as_str(), format!("{code:?}").as_str()),
        ("13812345678", "138****5678", "138****5678")
    );
}

#[rstest]
#[case::empty("", EMPTY)]
#[case::only_blanks(" \u{3000}\t", EMPTY)]
#[case::character_outside_the_alphabet("91350100M000100Y4Z", CHECK)]
#[case::letter_i_for_one("9I350100M000100Y43", STRANGE)]
#[case::letter_o_for_nought("9135O100M000100Y43", STRANGE)]
#[case::a_dot_inside("91350100.000100Y43", STRANGE)]
#[case::wrong_check_character("91350100M000100Y44", CHECK)]
#[case::seventeen_characters("91350100M000100Y4", NEITHER)]
#[case::nineteen_characters("91350100M000100Y433", NEITHER)]
#[case::old_registration_number("530111600123456", NEITHER)]
#[case::landline("0871-63123456", NEITHER)]
#[case::ten_digits("1381234567", NEITHER)]
#[case::no_mobile_prefix("12812345678", NEITHER)]
#[case::words("无", NEITHER)]
#[case::eighteen_bytes_of_chinese("信用代码没有", NEITHER)]
#[case::a_fraction("13812345678.5", NEITHER)]
#[case::what_rust_calls_a_number("infinity", NEITHER)]
#[case::not_a_number("NaN", NEITHER)]
fn anything_else_is_refused_with_the_reason(#[case] typed: &str, #[case] reason: &str) {
    assert_eq!(CreditCode::parse(typed), Err(Problem::invalid("社会统一信用代码", reason)));
}

#[rstest]
#[case::sixteen_digits("1000000000000000")]
#[case::sixteen_digits_as_number("1000000000000000.0")]
#[case::power_of_ten("1E15")]
#[case::as_calamine_prints_it("913601271234567000.0")]
#[case::as_excel_shows_it("9.1360127E+17")]
#[case::as_excel_copies_it("9.13601271234567E+17")]
#[case::a_float_of_eighteen_characters("9.136012712345E+17")]
#[case::another_float_of_eighteen_characters("9.1360127123456E17")]
fn a_number_that_a_spreadsheet_rounded_is_refused_as_such(#[case] typed: &str) {
    assert_eq!(CreditCode::parse(typed), Err(Problem::invalid("社会统一信用代码", REWRITTEN)));
}

#[test]
fn a_remainder_of_zero_gives_zero() {
    assert_eq!(check_character(b"00000000000000000"), Some(b'0'));
    // Weight 1 on `1` and weight 3 on `A` (value 10) make 31.
    assert_eq!(check_character(b"1A000000000000000"), Some(b'0'));
    assert_eq!(CreditCode::parse("1A0000000000000000"), Ok(CreditCode::Uscc("1A0000000000000000".into())));
}

#[rstest]
#[case("91360727MA38QC805G")]
#[case("91350100M000100Y43")]
fn every_change_of_one_character_is_refused(#[case] code: &str) {
    for place in 0..code.len() {
        for byte in 0x20..0x7f_u8 {
            let mut changed = code.as_bytes().to_vec();
            changed[place] = byte;
            if byte.to_ascii_uppercase() != code.as_bytes()[place] {
                let changed = String::from_utf8(changed).expect("ASCII");
                assert!(CreditCode::parse(&changed).is_err(), "{changed}");
            }
        }
    }
}

#[test]
fn json_is_the_code_itself_and_a_wrong_one_is_refused() {
    let code: CreditCode = serde_json::from_str("\"91350100m000100y43\"").expect("folded like typing");
    assert_eq!(serde_json::to_string(&code).expect("serializes"), "\"91350100M000100Y43\"");
    assert!(serde_json::from_str::<CreditCode>("\"91350100M000100Y44\"").is_err());
}

fn bodies() -> impl Strategy<Value = String> {
    proptest::collection::vec(proptest::sample::select(ALPHABET.chars().collect::<Vec<_>>()), 17)
        .prop_map(|characters| characters.into_iter().collect())
}

fn completed(body: &str) -> String {
    let check = check_character(body.as_bytes()).expect("the body is of the alphabet");
    format!("{body}{}", check as char)
}

proptest! {
    #[test]
    fn a_body_with_its_check_character_is_valid_however_typed(body in bodies(), wide in any::<bool>()) {
        let code = completed(&body);
        let typed: String = if wide {
            code.chars().map(|c| char::from_u32(c as u32 + 0xfee0).expect("full-width ASCII")).collect()
        } else {
            code.to_lowercase()
        };
        prop_assert_eq!(CreditCode::parse(&typed), Ok(CreditCode::Uscc(code)));
    }

    #[test]
    fn one_changed_character_never_passes(body in bodies(), place in 0..18_usize, step in 1..31_usize) {
        let mut code = completed(&body).into_bytes();
        let value = ALPHABET.bytes().position(|b| b == code[place]).expect("of the alphabet");
        code[place] = ALPHABET.as_bytes()[(value + step) % 31];
        let code = String::from_utf8(code).expect("ASCII");
        prop_assert!(CreditCode::parse(&code).is_err());
    }

    #[test]
    fn what_is_taken_reads_as_itself_again(typed in "\\PC{0,24}|1[3-9][0-9]{9}(\\.0)?") {
        if let Ok(code) = CreditCode::parse(&typed) {
            prop_assert_eq!(CreditCode::parse(code.as_str()), Ok(code.clone()));
        }
    }

    #[test]
    fn every_refusal_names_the_field(typed in any::<String>()) {
        if let Err(problem) = CreditCode::parse(&typed) {
            let is_named = matches!(problem, Problem::Invalid { field, .. } if field == "社会统一信用代码");
            prop_assert!(is_named);
        }
    }
}
