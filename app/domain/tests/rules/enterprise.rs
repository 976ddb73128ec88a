//! Enterprises: their types as people write them, the seven fields, and what makes one unique.

use domain::{
    Problem,
    credit_code::CreditCode,
    enterprise::{EnterpriseDraft, EnterpriseEntry, EnterpriseType},
};
use proptest::prelude::*;
use rstest::rstest;
use std::collections::BTreeSet;

#[test]
fn all_sixteen_types_read_by_name_and_by_code() {
    let codes: BTreeSet<_> = EnterpriseType::ALL.iter().map(|t| t.code()).collect();
    let names: BTreeSet<_> = EnterpriseType::ALL.iter().map(|t| t.name()).collect();
    assert_eq!((codes.len(), names.len()), (16, 16));
    for t in EnterpriseType::ALL {
        assert_eq!(EnterpriseType::parse(t.name()), Some(t));
        assert_eq!(t.code().parse(), Ok(t));
        assert_eq!(serde_json::to_value(t).expect("serializes"), t.code(), "the wire has the code");
        assert!(!t.licences().is_empty() && !t.group().is_empty());
    }
    assert_eq!("餐饮企业".parse::<EnterpriseType>(), Err(Problem::invalid("企业类型", "没有这种企业类型")));
}

#[rstest]
#[case::without_ending("餐饮", Some(EnterpriseType::Catering))]
#[case::blanks(" 餐 饮\u{3000}企业 ", Some(EnterpriseType::Catering))]
#[case::a_remark("餐饮企业（含食堂）", Some(EnterpriseType::Catering))]
#[case::a_half_width_remark("餐饮(小吃)", Some(EnterpriseType::Catering))]
#[case::school("学校", Some(EnterpriseType::School))]
#[case::school_half_width("学校(含幼儿园)", Some(EnterpriseType::School))]
#[case::welfare("民政服务", Some(EnterpriseType::CivilWelfare))]
#[case::welfare_in_full("民政服务机构", Some(EnterpriseType::CivilWelfare))]
#[case::inspection_body("特种设备检验", Some(EnterpriseType::SeInspection))]
#[case::transport("危险货物道路运输", Some(EnterpriseType::DgRoadTransport))]
#[case::sales("燃气具及配件销售", Some(EnterpriseType::ApplianceSales))]
#[case::production("燃气具及配件生产", Some(EnterpriseType::ApplianceProduction))]
#[case::as_misspelt_in_the_requirements("气瓶和压力管道原件生产企业", Some(EnterpriseType::CylinderPipeMfg))]
#[case::black_site_without_comma("黑窝点黑气瓶", Some(EnterpriseType::BlackSite))]
#[case::black_site_with_comma("黑窝点，黑气瓶", Some(EnterpriseType::BlackSite))]
#[case::black_site_with_slash("黑窝点/黑气瓶", Some(EnterpriseType::BlackSite))]
#[case::hidden_characters("\u{feff}医院\u{200b}", Some(EnterpriseType::Hospital))]
#[case::empty("", None)]
#[case::only_an_ending("企业", None)]
#[case::only_a_remark("（含幼儿园）", None)]
#[case::part_of_a_name("液化石油气", None)]
#[case::a_group("燃气用户", None)]
#[case::unknown("加油站", None)]
#[case::a_code("catering", None)]
fn a_type_is_read_forgivingly_but_never_guessed(#[case] typed: &str, #[case] expected: Option<EnterpriseType>) {
    assert_eq!(EnterpriseType::parse(typed), expected);
}

fn draft() -> EnterpriseDraft {
    EnterpriseDraft {
        name: "春城饭店".into(),
        enterprise_type: "餐饮企业".into(),
        address: "官渡区关上街 1 号".into(),
        legal_representative: "王伟".into(),
        credit_code: "91350100M000100Y43".into(),
        licence_name: "食品经营许可证".into(),
        licence_number: "JY25301110000001".into(),
    }
}

#[test]
fn the_seven_fields_are_cleaned_and_taken() {
    let typed = EnterpriseDraft {
        name: " 春城\u{3000} 饭店（金源大道店）\n".into(),
        enterprise_type: "餐饮".into(),
        address: "官渡区关上街１号".into(),
        legal_representative: " 王伟".into(),
        credit_code: "91350100m000100y43 ".into(),
        licence_name: "\u{3000}".into(),
        licence_number: "jy2530 1110000001".into(),
    };
    let expected = EnterpriseEntry {
        name: "春城 饭店（金源大道店）".into(),
        enterprise_type: EnterpriseType::Catering,
        address: "官渡区关上街１号".into(),
        legal_representative: "王伟".into(),
        credit_code: CreditCode::Uscc("91350100M000100Y43".into()),
        licence_name: "无".into(),
        licence_number: "JY25301110000001".into(),
    };
    assert_eq!(typed.parse(), Ok(expected));
}

#[test]
fn a_type_may_be_given_by_its_code() {
    let typed = EnterpriseDraft { enterprise_type: "lpg_retail".into(), ..draft() };
    assert_eq!(typed.parse().map(|entry| entry.enterprise_type), Ok(EnterpriseType::LpgRetail));
}

fn fields(problems: &[Problem]) -> Vec<&str> {
    problems
        .iter()
        .map(|problem| if let Problem::Invalid { field, .. } = problem { field.as_str() } else { "no field" })
        .collect()
}

#[test]
fn all_wrong_fields_are_reported_at_once_in_the_order_of_the_template() {
    let empty = EnterpriseDraft::default().parse().expect_err("nothing is filled in");
    assert_eq!(fields(&empty), ["企业名称", "企业类型", "企业住所", "法人代表", "社会统一信用代码"]);
    let long = EnterpriseDraft {
        name: "长".repeat(101),
        enterprise_type: "长".repeat(101),
        address: "长".repeat(201),
        legal_representative: "长".repeat(51),
        credit_code: "长".repeat(101),
        licence_name: "长".repeat(101),
        licence_number: "长".repeat(101),
    };
    assert_eq!(
        fields(&long.parse().expect_err("everything is too long")),
        ["企业名称", "企业类型", "企业住所", "法人代表", "社会统一信用代码", "许可证名称", "许可证编号"]
    );
}

#[rstest]
#[case::name(|draft: &mut EnterpriseDraft| draft.name = " ".into(), Problem::invalid("企业名称", "不能为空"))]
#[case::long_name(|draft: &mut EnterpriseDraft| draft.name = "长".repeat(101), Problem::invalid("企业名称", "不能超过 100 个字"))]
#[case::address(|draft: &mut EnterpriseDraft| draft.address.clear(), Problem::invalid("企业住所", "不能为空"))]
#[case::long_address(|draft: &mut EnterpriseDraft| draft.address = "长".repeat(201), Problem::invalid("企业住所", "不能超过 200 个字"))]
#[case::representative(|draft: &mut EnterpriseDraft| draft.legal_representative.clear(), Problem::invalid("法人代表", "不能为空"))]
#[case::long_representative(
    |draft: &mut EnterpriseDraft| draft.legal_representative = "长".repeat(51), Problem::invalid("法人代表", "不能超过 50 个字")
)]
#[case::long_licence(|draft: &mut EnterpriseDraft| draft.licence_name = "长".repeat(101), Problem::invalid("许可证名称", "不能超过 100 个字"))]
#[case::long_number(|draft: &mut EnterpriseDraft| draft.licence_number = "1".repeat(101), Problem::invalid("许可证编号", "不能超过 100 个字"))]
#[case::code(
    |draft: &mut EnterpriseDraft| draft.credit_code = "91350100M000100Y44".into(),
    Problem::invalid("社会统一信用代码", "校验位不符，请对照营业执照核对每一位")
)]
fn one_wrong_field_is_one_problem(#[case] spoil: fn(&mut EnterpriseDraft), #[case] problem: Problem) {
    let mut draft = draft();
    spoil(&mut draft);
    assert_eq!(draft.parse(), Err(vec![problem]));
}

#[test]
fn an_unknown_type_is_answered_with_all_sixteen() {
    let problems = EnterpriseDraft { enterprise_type: "加油站".into(), ..draft() }.parse().expect_err("no such type");
    let [Problem::Invalid { field, message }] = problems.as_slice() else { panic!("{problems:?}") };
    assert_eq!(field, "企业类型");
    assert!(EnterpriseType::ALL.iter().all(|t| message.contains(t.name())), "{message}");
}

#[rstest]
#[case::blanks(|draft: &mut EnterpriseDraft| draft.address = " 官渡区 关上街1号".into(), true)]
#[case::punctuation(|draft: &mut EnterpriseDraft| draft.address = "官渡区，关上街（1）号。".into(), true)]
#[case::full_width(|draft: &mut EnterpriseDraft| draft.address = "官渡区关上街１号".into(), true)]
#[case::code_in_lower_case(|draft: &mut EnterpriseDraft| draft.credit_code = "91350100m000100y43".into(), true)]
#[case::another_name(|draft: &mut EnterpriseDraft| draft.name = "滇池饭店".into(), true)]
#[case::another_licence(|draft: &mut EnterpriseDraft| draft.licence_number = "2".into(), true)]
#[case::another_type(|draft: &mut EnterpriseDraft| draft.enterprise_type = "医院".into(), false)]
#[case::another_address(|draft: &mut EnterpriseDraft| draft.address = "官渡区关上街 2 号".into(), false)]
#[case::another_code(|draft: &mut EnterpriseDraft| draft.credit_code = "91360727MA38QC805G".into(), false)]
fn code_type_and_address_make_it_unique(#[case] change: fn(&mut EnterpriseDraft), #[case] is_same: bool) {
    let key = |draft: &EnterpriseDraft| draft.parse().expect("complete").unique_key();
    let mut other = draft();
    change(&mut other);
    assert_eq!(key(&draft()) == key(&other), is_same);
}

#[rstest]
#[case::a_hyphen("关上街1-2号", "关上街12号", false)]
#[case::another_hyphen("关上街1-2号", "关上街1－2号", true)]
#[case::blanks_between_digits("关上街1 2号", "关上街12号", false)]
#[case::a_hyphen_elsewhere("A-1座", "A1座", true)]
#[case::blanks_beside_words("关上街 12 号", "关上街12号", true)]
fn what_separates_digits_separates_addresses(#[case] one: &str, #[case] other: &str, #[case] is_same: bool) {
    let key =
        |address: &str| EnterpriseDraft { address: address.into(), ..draft() }.parse().expect("complete").unique_key();
    assert_eq!(key(one) == key(other), is_same);
}

#[test]
fn the_key_is_the_code_the_type_and_the_address_in_capitals() {
    let mut draft = draft();
    draft.address = "Ａ座 b-12".into();
    assert_eq!(draft.parse().expect("complete").unique_key(), "91350100M000100Y43|catering|A座B12");
}

proptest! {
    #[test]
    fn parsing_what_was_parsed_changes_nothing(name in "\\PC{1,20}", address in "\\PC{1,40}", licence in "\\PC{0,20}") {
        let typed = EnterpriseDraft { name, address, licence_name: licence.clone(), licence_number: licence, ..draft() };
        if let Ok(entry) = typed.parse() {
            let again = EnterpriseDraft {
                name: entry.name.clone(),
                enterprise_type: entry.enterprise_type.name().into(),
                address: entry.address.clone(),
                legal_representative: entry.legal_representative.clone(),
                credit_code: entry.credit_code.as_str().into(),
                licence_name: entry.licence_name.clone(),
                licence_number: entry.licence_number.clone(),
            };
            let again = again.parse();
            prop_assert_eq!(again.as_ref().map(EnterpriseEntry::unique_key), Ok(entry.unique_key()));
            prop_assert_eq!(again, Ok(entry));
        }
    }

    #[test]
    fn every_type_survives_blanks_anywhere(index in 0..16_usize, place in any::<proptest::sample::Index>()) {
        let t = EnterpriseType::ALL[index];
        let mut name: Vec<char> = t.name().chars().collect();
        name.insert(place.index(name.len() + 1), '\u{3000}');
        prop_assert_eq!(EnterpriseType::parse(&name.into_iter().collect::<String>()), Some(t));
    }
}
