//! Hazards: due dates, states, and what a cure must record.

use crate::samples::{date, hazard_id, instant, photos};
use domain::{
    Problem,
    checklist::ItemCode,
    enterprise::EnterpriseType,
    hazard::{
        ControlMeasure, EnforcementAction, EnforcementKind, HazardRow, HazardState, Rectification, Severity, Stage,
        check_photos, check_text,
    },
    id::{EnterpriseId, InspectionId, OperationId},
    person::{Department, DepartmentCode},
};
use rstest::rstest;
use std::collections::BTreeSet;
use uuid::Uuid;

#[rstest]
#[case::general(Severity::General, "2026-11-23", "2026-12-08")]
#[case::major(Severity::Major, "2026-11-23", "2026-12-23")]
#[case::over_the_year(Severity::Major, "2026-12-15", "2027-01-14")]
#[case::over_a_leap_day(Severity::General, "2028-02-20", "2028-03-06")]
fn the_suggested_due_day_is_15_or_30_days_later(#[case] severity: Severity, #[case] found: &str, #[case] due: &str) {
    assert_eq!(severity.suggested_due_on(date(found)), date(due));
}

pub fn row(due_on: &str, stage: Stage) -> HazardRow {
    HazardRow {
        id: hazard_id(1),
        inspection: InspectionId(Uuid::from_u128(1)),
        enterprise: EnterpriseId(Uuid::from_u128(2)),
        enterprise_name: "春城饭店".into(),
        enterprise_type: EnterpriseType::Catering.into(),
        address: "关上街 1 号".into(),
        region: crate::samples::region("530111"),
        region_name: "官渡区".into(),
        item: ItemCode("CY-01".into()),
        item_text: "软管完好".into(),
        description: "软管老化".into(),
        severity: Severity::General.into(),
        department: Department { code: DepartmentCode("commerce".into()), name: "商务".into() },
        officer_name: "王伟".into(),
        found_at: instant("2026-11-23T06:00:00Z"),
        due_on: date(due_on),
        stage: stage.into(),
        closed_at: (stage == Stage::Closed).then(|| instant("2027-12-31T00:00:00Z")),
    }
}

#[rstest]
#[case::long_before("2026-11-23", HazardState::Open, 15)]
#[case::the_day_before("2026-12-07", HazardState::Open, 1)]
#[case::the_due_day_itself("2026-12-08", HazardState::Open, 0)]
#[case::the_day_after("2026-12-09", HazardState::Overdue, -1)]
#[case::a_year_after("2027-12-08", HazardState::Overdue, -365)]
fn a_hazard_is_overdue_from_the_day_after_its_due_day_unless_closed(
    #[case] today: &str,
    #[case] open: HazardState,
    #[case] days_left: i32,
) {
    let (due_on, today) = ("2026-12-08", date(today));
    let row = |stage| row(due_on, stage);
    assert_eq!((row(Stage::Open).state(today), row(Stage::Open).days_left(today)), (open.into(), days_left));
    assert_eq!(row(Stage::Closed).state(today), HazardState::Closed, "never overdue, however late");
    assert_eq!(row(Stage::UnderReview).state(today), HazardState::UnderReview, "cured in time or late, not overdue");
    assert_eq!(row(Stage::Voided).state(today), HazardState::Voided);
}

fn cure() -> Rectification {
    Rectification {
        id: OperationId(Uuid::from_u128(1)),
        hazard: hazard_id(1),
        is_partial: false,
        recorded_at: instant("2026-11-25T06:00:00Z"),
        text: "已更换软管".into(),
        measures: vec![ControlMeasure::OnSite, ControlMeasure::Notified],
        enforcement: vec![EnforcementAction::Ordered, EnforcementAction::Fined],
        fine_fen: Some(200_000),
        photos: photos(2),
    }
}

#[rstest]
#[case::as_is(|_: &mut Rectification| ())]
#[case::the_smallest_fine(|cure: &mut Rectification| cure.fine_fen = Some(1))]
#[case::the_largest_fine(|cure: &mut Rectification| cure.fine_fen = Some(100_000_000_000))]
#[case::no_penalty(|cure: &mut Rectification| (cure.enforcement, cure.fine_fen) = (vec![EnforcementAction::None], None))]
#[case::an_order_without_fine(|cure: &mut Rectification| (cure.enforcement, cure.fine_fen) = (vec![EnforcementAction::Ordered], None))]
#[case::nine_photos(|cure: &mut Rectification| cure.photos = photos(9))]
#[case::a_long_text(|cure: &mut Rectification| cure.text = "改".repeat(1000))]
fn a_complete_cure_is_taken_as_it_is(#[case] change: fn(&mut Rectification)) {
    let mut cure = cure();
    change(&mut cure);
    assert_eq!(cure.clone().checked(), Ok(cure));
}

#[test]
fn the_text_of_a_cure_is_folded() {
    let typed = Rectification { text: " 已更换\u{3000}软管\n".into(), ..cure() };
    assert_eq!(typed.checked().map(|cure| cure.text), Ok("已更换 软管".into()));
}

#[rstest]
#[case::no_text(|cure: &mut Rectification| cure.text = " \u{3000}\n".into(), "整改情况", "请填写整改情况")]
#[case::too_much_text(|cure: &mut Rectification| cure.text = "改".repeat(1001), "整改情况", "整改情况不能超过 1000 个字")]
#[case::no_photo(|cure: &mut Rectification| cure.photos.clear(), "整改后照片", "请至少拍摄一张照片")]
#[case::ten_photos(|cure: &mut Rectification| cure.photos = photos(10), "整改后照片", "照片最多 9 张，且不能重复")]
#[case::one_photo_twice(|cure: &mut Rectification| cure.photos.push(cure.photos[0]), "整改后照片", "照片最多 9 张，且不能重复")]
#[case::one_measure_twice(
    |cure: &mut Rectification| cure.measures = vec![ControlMeasure::GasOff; 2], "管控措施", "管控措施不能重复"
)]
#[case::one_enforcement_twice(
    |cure: &mut Rectification| cure.enforcement = vec![EnforcementAction::None; 2], "处罚方式", "处罚方式不能重复"
)]
#[case::no_measure(|cure: &mut Rectification| cure.measures.clear(), "管控措施", "请至少选择一项管控措施")]
#[case::no_enforcement(|cure: &mut Rectification| cure.enforcement.clear(), "处罚方式", "请选择处罚方式，没有处罚选“未处罚”")]
#[case::none_and_something(
    |cure: &mut Rectification| cure.enforcement.push(EnforcementAction::None), "处罚方式", "“未处罚”不能与其他处罚方式同时选择"
)]
#[case::fined_without_amount(|cure: &mut Rectification| cure.fine_fen = None, "罚款金额", "选择“罚款”后请填写金额")]
#[case::fined_nothing(|cure: &mut Rectification| cure.fine_fen = Some(0), "罚款金额", "选择“罚款”后填写大于 0 的金额")]
#[case::fined_less_than_nothing(|cure: &mut Rectification| cure.fine_fen = Some(-1), "罚款金额", "选择“罚款”后填写大于 0 的金额")]
#[case::an_amount_without_fine(
    |cure: &mut Rectification| cure.enforcement = vec![EnforcementAction::Warned], "罚款金额", "选择“罚款”后填写大于 0 的金额"
)]
fn an_incomplete_cure_is_refused_at_the_field(
    #[case] spoil: fn(&mut Rectification),
    #[case] field: &str,
    #[case] message: &str,
) {
    let mut cure = cure();
    spoil(&mut cure);
    assert_eq!(cure.checked(), Err(Problem::invalid(field, message)));
}

#[test]
fn the_first_missing_thing_in_the_order_of_the_form_is_named() {
    let mut cure = Rectification {
        text: String::new(),
        photos: Vec::new(),
        measures: Vec::new(),
        enforcement: Vec::new(),
        fine_fen: None,
        ..cure()
    };
    let mends: [fn(&mut Rectification); 5] = [
        |cure| cure.text = "已更换".into(),
        |cure| cure.photos = photos(1),
        |cure| cure.measures = vec![ControlMeasure::GasOff],
        |cure| cure.enforcement = vec![EnforcementAction::Fined],
        |cure| cure.fine_fen = Some(100),
    ];
    let fields = mends.map(|mend| {
        let problem = cure.clone().checked().expect_err("something is still missing");
        mend(&mut cure);
        if let Problem::Invalid { field, .. } = problem { field } else { String::new() }
    });
    assert_eq!(fields, ["整改情况", "整改后照片", "管控措施", "处罚方式", "罚款金额"]);
    assert!(cure.checked().is_ok());
}

#[test]
fn texts_are_counted_in_characters_after_folding() {
    assert_eq!(check_text("隐患描述", &format!("  {} ", "隐".repeat(1000))), Ok("隐".repeat(1000)));
    assert_eq!(check_text("隐患描述", "\u{200b}"), Err(Problem::invalid("隐患描述", "请填写隐患描述")));
}

#[rstest]
#[case(0, false)]
#[case(1, true)]
#[case(9, true)]
#[case(10, false)]
fn one_to_nine_photos_are_taken(#[case] count: u8, #[case] is_taken: bool) {
    assert_eq!(check_photos("隐患照片", &photos(count)).is_ok(), is_taken);
}

#[test]
fn orders_and_transfers_are_counted_apart_from_penalties() {
    let kinds = |kind| EnforcementAction::ALL.iter().filter(move |action| action.kind() == kind).collect::<Vec<_>>();
    assert_eq!(kinds(EnforcementKind::None), [&EnforcementAction::None]);
    assert_eq!(kinds(EnforcementKind::Order), [&EnforcementAction::Ordered]);
    assert_eq!(kinds(EnforcementKind::Transfer), [&EnforcementAction::Prosecuted]);
    assert_eq!(kinds(EnforcementKind::Penalty).len(), 11);
}

#[test]
fn options_are_codes_on_the_wire_and_words_on_the_screen() {
    fn codes<T: serde::Serialize>(options: &[T]) -> BTreeSet<String> {
        options.iter().map(|option| serde_json::to_string(option).expect("serializes")).collect()
    }
    let measures: BTreeSet<_> = ControlMeasure::ALL.iter().map(|option| option.name()).collect();
    let enforcement: BTreeSet<_> = EnforcementAction::ALL.iter().map(|option| option.name()).collect();
    assert_eq!((measures.len(), codes(ControlMeasure::ALL).len()), (12, 12));
    assert_eq!((enforcement.len(), codes(EnforcementAction::ALL).len()), (14, 14));
    assert!(codes(ControlMeasure::ALL).contains("\"gas_off\""));
    assert!(codes(EnforcementAction::ALL).contains("\"none\""));
    assert_eq!([Severity::General, Severity::Major].map(Severity::name), ["一般", "重大"]);
    let states: Vec<_> = HazardState::ALL.iter().map(|state| state.name()).collect();
    assert_eq!(states, ["待整改", "逾期", "待复核", "已销号", "已作废"]);
}
