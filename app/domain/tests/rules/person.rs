//! People: phone numbers, posts and whom they manage, departments, names.

use crate::samples::{DEPARTMENTS, REGIONS, branch, post, region};
use domain::{
    Problem,
    person::{Department, DepartmentCode, PhoneNumber, Role, find_department, parse_is_internal, parse_name, rank},
    region::{RegionCode, RegionLevel},
};
use proptest::prelude::*;
use rstest::rstest;

#[rstest]
#[case::plain("13812345678")]
#[case::blanks(" 138 1234\u{3000}5678\t")]
#[case::hyphens("138-1234-5678")]
#[case::full_width("１３８－１２３４－５６７８")]
#[case::country("+8613812345678")]
#[case::country_apart("+86 138 1234 5678")]
#[case::country_full_width("＋８６ 13812345678")]
#[case::country_with_noughts("008613812345678")]
#[case::number_cell("13812345678.0")]
#[case::scientific("1.3812345678E10")]
#[case::country_in_a_number_cell("8613812345678.0")]
#[case::country_and_float("+8613812345678.0")]
#[case::direction_mark("\u{202a}13812345678")]
fn a_number_is_folded_and_taken(#[case] typed: &str) {
    assert_eq!(PhoneNumber::parse(typed).expect("a number").as_str(), "13812345678");
}

#[rstest]
#[case::empty("")]
#[case::ten_digits("1381234567")]
#[case::twelve_digits("138123456789")]
#[case::second_digit_too_small("12812345678")]
#[case::landline("087163123456")]
#[case::letters("1381234567a")]
#[case::other_country("+85213812345678")]
#[case::country_twice("+86+8613812345678")]
#[case::a_fraction("13812345678.5")]
#[case::two_numbers("13812345678、13912345678")]
#[case::arabic_digits("١٣٨١٢٣٤٥٦٧٨")]
fn anything_else_is_no_number(#[case] typed: &str) {
    assert_eq!(PhoneNumber::parse(typed), Err(Problem::invalid("手机号", "手机号应为 1 开头的 11 位数字")));
}

#[test]
fn a_number_shows_masked_in_logs_but_whole_on_the_wire() {
    let phone = PhoneNumber::parse("13812345678").expect("a number");
    assert_eq!((phone.masked().as_str(), format!("{phone:?}").as_str()), ("138****5678", "138****5678"));
    assert_eq!(serde_json::to_string(&phone).expect("serializes"), "\"13812345678\"");
    assert!(serde_json::from_str::<PhoneNumber>("\"12345\"").is_err());
}

/// Every region that a post at 官渡区's branch could be confused about: itself, above, below, beside.
const TRIED: [&str; 11] =
    ["000000", "530000", "530100", "530111", "530112", "530300", "530302", "510000", "510100", "510104", "429004"];

#[rstest]
#[case(Role::Administrator, RegionLevel::Nation, &["000000"], &["530000", "510000"])]
#[case(Role::Administrator, RegionLevel::Province, &["530000"], &["530100", "530300"])]
#[case(Role::Administrator, RegionLevel::Prefecture, &["530100"], &["530111", "530112"])]
#[case(Role::Administrator, RegionLevel::County, &["530111"], &[])]
#[case(Role::Inspector, RegionLevel::Nation, &[], &[])]
#[case(Role::Inspector, RegionLevel::Province, &[], &[])]
#[case(Role::Inspector, RegionLevel::Prefecture, &[], &[])]
#[case(Role::Inspector, RegionLevel::County, &[], &[])]
fn a_post_manages_inspectors_of_its_place_and_administrators_just_below(
    #[case] role: Role,
    #[case] level: RegionLevel,
    #[case] inspectors: &[&str],
    #[case] administrators: &[&str],
) {
    let holder = post(role, branch(level));
    let managed = |role| TRIED.into_iter().filter(|code| holder.manages(role, region(code))).collect::<Vec<_>>();
    assert_eq!(managed(Role::Inspector), inspectors);
    assert_eq!(managed(Role::Administrator), administrators);
}

#[test]
fn the_administrators_of_every_real_region_are_opened_by_its_parent_alone() {
    let above: Vec<RegionCode> =
        REGIONS.lines().skip(1).filter(|line| !line.contains(",county,")).map(|line| region(&line[..6])).collect();
    for line in REGIONS.lines().skip(1) {
        let code = region(&line[..6]);
        let openers: Vec<_> = above
            .iter()
            .filter(|at| post(Role::Administrator, **at).manages(Role::Administrator, code))
            .copied()
            .collect();
        assert_eq!(openers, code.parent().into_iter().collect::<Vec<_>>(), "{line}");
    }
}

fn departments() -> Vec<Department> {
    let entry = |line: &str| {
        let (code, name) = line.split_once(',').expect("code,name");
        Department { code: DepartmentCode(code.into()), name: name.into() }
    };
    DEPARTMENTS.lines().skip(1).map(entry).collect()
}

#[rstest]
#[case::exact("住房城乡建设", Some("housing"))]
#[case::bureau("住房城乡建设局", Some("housing"))]
#[case::hall("住房城乡建设厅", Some("housing"))]
#[case::ministry("公安部", Some("public_security"))]
#[case::blanks(" 市场 监管\u{3000}", Some("market_regulation"))]
#[case::commission("发展改革委", Some("development_reform"))]
#[case::only_an_ending("局", None)]
#[case::empty("", None)]
#[case::part_of_a_name("住房", None)]
#[case::unknown("气象局", None)]
fn a_department_is_found_by_its_folded_name_or_its_offices(#[case] typed: &str, #[case] code: Option<&str>) {
    let departments = departments();
    assert_eq!(find_department(&departments, typed).map(|found| found.code.0.as_str()), code);
}

#[test]
fn a_department_named_like_anothers_office_is_found_exactly_and_a_tie_finds_none() {
    let named = |code: &str, name: &str| Department { code: DepartmentCode(code.into()), name: name.into() };
    let both = [named("a", "教育"), named("b", "教育局")];
    assert_eq!(find_department(&both, "教育局").map(|found| found.code.0.as_str()), Some("b"));
    let twins = [named("a", "教育"), named("b", "教 育")];
    assert_eq!(find_department(&twins, "教育厅"), None);
}

#[rstest]
#[case::two("王伟", Some("王伟"))]
#[case::one("王", None)]
#[case::blanks(" 王\u{3000}伟 ", Some("王伟"))]
#[case::padded_to_three("李\u{3000}乙", Some("李乙"))]
#[case::padded_widely("刀 \u{a0} 十  六", Some("刀十六"))]
#[case::a_rare_character("\u{20bb7} 野", Some("\u{20bb7}野"))]
#[case::minority_name("阿卜杜拉·买买提", Some("阿卜杜拉·买买提"))]
#[case::minority_name_with_blanks("阿卜杜拉 · 买买提", Some("阿卜杜拉 · 买买提"))]
#[case::letters("John  Smith", Some("John Smith"))]
#[case::letters_after_han("李 Ann", Some("李 Ann"))]
#[case::thirty(
    "王王王王王王王王王王王王王王王王王王王王王王王王王王王王王王",
    Some("王王王王王王王王王王王王王王王王王王王王王王王王王王王王王王")
)]
#[case::thirty_one("王王王王王王王王王王王王王王王王王王王王王王王王王王王王王王王", None)]
#[case::digits("王伟2", None)]
#[case::full_width_digits("王伟２", None)]
#[case::markup("<b>王伟", None)]
#[case::formula("=王伟", None)]
#[case::full_width_formula("＝王伟", None)]
#[case::mail("王@伟", None)]
fn a_name_is_two_to_thirty_characters_without_digits_and_markup(#[case] typed: &str, #[case] name: Option<&str>) {
    let expected =
        name.map(str::to_owned).ok_or_else(|| Problem::invalid("姓名", "姓名应为 2 至 30 个字，不含数字和符号"));
    assert_eq!(parse_name(typed), expected);
}

#[rstest]
#[case("")]
#[case(" \u{3000} ")]
fn a_name_that_is_missing_is_said_to_be_missing(#[case] typed: &str) {
    assert_eq!(parse_name(typed), Err(Problem::invalid("姓名", "不能为空")));
}

#[rstest]
#[case("是", Some(true))]
#[case(" 是 ", Some(true))]
#[case("否", Some(false))]
#[case("\u{3000}否\u{feff}", Some(false))]
#[case("", None)]
#[case("不是", None)]
#[case("Y", None)]
fn internal_is_yes_or_no_and_no_stays_no(#[case] typed: &str, #[case] is_internal: Option<bool>) {
    assert_eq!(parse_is_internal(typed), is_internal);
}

#[test]
fn posts_and_ranks_have_names() {
    assert_eq!(post(Role::Inspector, branch(RegionLevel::County)).title(), "官渡区 · 检查员");
    let ranks = RegionLevel::ALL.map(|level| rank(level, Role::Administrator));
    assert_eq!(ranks, ["国家管理员", "省级管理员", "州市级管理员", "县级管理员"]);
    assert_eq!(rank(RegionLevel::County, Role::Inspector), "县级检查员");
}

proptest! {
    #[test]
    fn every_mobile_number_survives_a_number_cell_and_the_country_code(digits in "1[3-9][0-9]{9}") {
        for typed in [format!("{digits}.0"), format!("+86{digits}"), format!("86{digits}.0"), format!("0086 {digits}")] {
            let phone = PhoneNumber::parse(&typed);
            prop_assert_eq!(phone.as_ref().map(PhoneNumber::as_str), Ok(digits.as_str()));
        }
    }

    #[test]
    fn what_is_taken_is_eleven_digits_and_its_mask_hides_four(typed in any::<String>()) {
        if let Ok(phone) = PhoneNumber::parse(&typed) {
            prop_assert!(phone.as_str().len() == 11 && phone.as_str().bytes().all(|b| b.is_ascii_digit()));
            prop_assert!(!phone.masked().contains(phone.as_str()));
        }
    }
}

#[test]
fn numbers_anywhere_in_a_text_are_masked() {
    let cases = [
        ("13812345678", "138****5678"),
        ("李建国 13812345678 米线店", "李建国 138****5678 米线店"),
        ("电话：138-1234-5678。", "电话：138-****-5678。"),
        ("138 1234 5678、13987654321", "138 **** 5678、139****4321"),
        ("１３８１２３４５６７８", "１３８****５６７８"),
        ("+8613812345678", "+86138****5678"),
        ("1号楼 2023-11-01", "1号楼 2023-11-01"),
        ("12812345678", "12812345678"),
        ("138123456", "138123456"),
        ("", ""),
    ];
    for (text, expected) in cases {
        assert_eq!(domain::person::mask_numbers(text), expected);
    }
}
