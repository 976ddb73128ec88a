//! Folding: what spreadsheets and people do to a value is undone, once and for good.

use domain::fold::{clean, clean_lines, fold, squeeze, unfloat};
use proptest::prelude::*;
use rstest::rstest;

#[rstest]
#[case::nothing("", "")]
#[case::only_blanks(" \u{3000}\u{a0}\t\r\n", "")]
#[case::ends(" 官渡区\u{3000}", "官渡区")]
#[case::runs_of_blanks("官渡 \u{3000}\t区", "官渡 区")]
#[case::full_width("ＡＢＣ１２３（内）！", "ABC123(内)!")]
#[case::line_breaks("一楼\r\n二楼", "一楼 二楼")]
#[case::byte_order_mark("\u{feff}官渡", "官渡")]
#[case::zero_width_inside_a_blank("a \u{200b} b", "a b")]
#[case::direction_marks("\u{202a}13812345678\u{202c}", "13812345678")]
#[case::soft_hyphen("关\u{ad}上", "关上")]
#[case::control("a\u{0}b\u{7f}", "ab")]
#[case::case_is_kept("Abc", "Abc")]
#[case::chinese_punctuation_is_kept("黑窝点、黑气瓶。", "黑窝点、黑气瓶。")]
fn folds_what_cannot_be_meant(#[case] typed: &str, #[case] folded: &str) {
    assert_eq!(fold(typed), folded);
}

#[rstest]
#[case::full_width_punctuation("（金源大道店）", "（金源大道店）")]
#[case::full_width_letters("ＡＢＣ１２３！", "ＡＢＣ１２３！")]
#[case::blanks("\u{3000}官渡 \u{3000}\t区\r\n", "官渡 区")]
#[case::hidden_characters("\u{feff}官\u{200b}渡\u{0}", "官渡")]
fn what_is_kept_stays_as_it_was_typed_but_for_blanks_and_what_cannot_be_seen(#[case] typed: &str, #[case] kept: &str) {
    assert_eq!(clean(typed), kept);
    assert_eq!(clean_lines(typed), kept);
}

#[rstest]
#[case::lines("一楼\r\n二楼\n三楼", "一楼\n二楼\n三楼")]
#[case::blanks_at_line_ends(" 一楼 \n\u{3000}二楼　", "一楼\n二楼")]
#[case::one_empty_line("一楼\n\n\n \n二楼", "一楼\n\n二楼")]
#[case::empty_lines_at_the_ends("\n\n一楼\n\n", "一楼")]
#[case::nothing("\n \n", "")]
fn texts_keep_their_lines(#[case] typed: &str, #[case] kept: &str) {
    assert_eq!(clean_lines(typed), kept);
}

#[rstest]
#[case(" 是 ", "是")]
#[case("ma 38 ｑｃ", "MA38QC")]
#[case("市场\u{3000}监管", "市场监管")]
fn squeezes_blanks_out_and_capitals_in(#[case] typed: &str, #[case] squeezed: &str) {
    assert_eq!(squeeze(typed), squeezed);
}

#[rstest]
#[case::as_a_float("13812345678.0", "13812345678")]
#[case::trailing_dot("13812345678.", "13812345678")]
#[case::scientific("1.3812345678E10", "13812345678")]
#[case::scientific_lower_case("1.3812345678e+10", "13812345678")]
#[case::fifteen_digits("999999999999999.0", "999999999999999")]
#[case::nought("0.0", "0")]
#[case::sixteen_digits("1000000000000000.0", "1000000000000000.0")]
#[case::beyond_fifteen_digits("9.1360127E+17", "9.1360127E+17")]
#[case::a_fraction("1.5", "1.5")]
#[case::a_small_number("1E-5", "1E-5")]
#[case::leading_noughts_stay("0086", "0086")]
#[case::a_sign_alone("+8613812345678", "+8613812345678")]
#[case::negative("-5.0", "-5.0")]
#[case::words("e", "e")]
#[case::digits_rounded_away("1.38123E+10", "1.38123E+10")]
#[case::two_dots("1.2.3", "1.2.3")]
#[case::empty("", "")]
fn unfloats_codes_and_nothing_else(#[case] typed: &str, #[case] code: &str) {
    assert_eq!(unfloat(typed), code);
}

proptest! {
    #[test]
    fn folding_twice_is_folding_once(text in any::<String>()) {
        let folded = fold(&text);
        prop_assert_eq!(&fold(&folded), &folded);
        let squeezed = squeeze(&text);
        prop_assert_eq!(&squeeze(&squeezed), &squeezed);
        let cleaned = clean(&text);
        prop_assert_eq!(&clean(&cleaned), &cleaned);
        prop_assert_eq!(fold(&cleaned), folded, "what is kept compares as what was typed");
        let lines = clean_lines(&text);
        prop_assert_eq!(&clean_lines(&lines), &lines);
    }

    #[test]
    fn unfloating_twice_is_unfloating_once(text in "[+]?[0-9]{0,18}[.]?[0-9]{0,4}([eE][+]?[0-9]{1,2})?|\\PC{0,20}") {
        let once = unfloat(&text);
        prop_assert_eq!(&unfloat(&once), &once);
    }

    #[test]
    fn a_folded_text_has_no_blank_but_single_spaces_inside(text in any::<String>()) {
        let folded = fold(&text);
        prop_assert!(!folded.starts_with(' ') && !folded.ends_with(' ') && !folded.contains("  "));
        prop_assert!(folded.chars().all(|c| !c.is_control() && (c == ' ' || !c.is_whitespace())));
    }

    #[test]
    fn every_number_that_a_spreadsheet_keeps_comes_back(number in 0..1_000_000_000_000_000_u64) {
        prop_assert_eq!(unfloat(&format!("{number}.0")), number.to_string());
        #[expect(clippy::cast_precision_loss, reason = "below 2^53")]
        // With all its digits, as a workbook keeps it; not as a narrow column shows it.
        let scientific = format!("{:.*E}", number.to_string().len() - 1, number as f64);
        prop_assert_eq!(unfloat(&scientific), number.to_string());
    }
}
