//! The draft of a cure: what it lacks, where on the screen, and that the domain takes what it hands in.

use crate::samples::{author, cure, hazard_id, now, open_hazard, person, photo, photos};
use app::offline::{
    draft::{Draft, Missing, SavedDraft},
    operation::Body,
    rectification_draft::{CureStep, RectificationDraft},
};
use domain::{
    hazard::{
        ControlMeasure,
        EnforcementAction::{self, Fined, None as NoPenalty, Ordered, Warned},
        HazardRow, Rectification, Stage,
    },
    id::OperationId,
};
use proptest::prelude::*;
use rstest::rstest;
use uuid::Uuid;

fn empty() -> RectificationDraft {
    RectificationDraft::new(OperationId(Uuid::from_u128(5)), author(), &open_hazard(90, 3))
}

#[test]
fn a_form_begins_empty_and_names_its_hazard() {
    let draft = empty();
    assert!(draft.is_empty());
    assert_eq!((draft.hazard, draft.title.as_str()), (hazard_id(90), "春城饭店 软管老化"));
    assert_eq!((draft.fine_yuan.as_str(), &draft.author), ("", &author()));
}

#[rstest]
#[case::text(|draft: &mut RectificationDraft| draft.text = "已".into())]
#[case::a_photo(|draft: &mut RectificationDraft| draft.photos = photos(1))]
#[case::a_measure(|draft: &mut RectificationDraft| draft.toggle_measure(ControlMeasure::GasOff))]
#[case::an_enforcement(|draft: &mut RectificationDraft| draft.toggle_enforcement(NoPenalty))]
fn a_form_is_no_longer_empty_with_anything_entered(#[case] enter: fn(&mut RectificationDraft)) {
    let mut draft = empty();
    enter(&mut draft);
    assert!(!draft.is_empty());
}

/// Two people on one phone write about one hazard each for themselves.
#[test]
fn a_draft_knows_its_key_title_address_and_photos() {
    let draft = Draft::Rectification(cure());
    let key = format!("rectification/{}/{}", person(0), hazard_id(90));
    assert_eq!((draft.key(), RectificationDraft::key(person(0), hazard_id(90))), (key.clone(), key));
    assert_eq!(draft.title(), "春城饭店 软管老化");
    assert_eq!(draft.address(), format!("/field/hazards/{}", hazard_id(90)));
    assert_eq!((draft.author(), draft.photos()), (&author(), photos(2)));
}

#[test]
fn a_complete_form_is_handed_in_as_the_domain_takes_it() {
    let expected = Rectification {
        id: OperationId(Uuid::from_u128(5)),
        hazard: hazard_id(90),
        is_partial: false,
        recorded_at: now(),
        text: "已更换 软管".into(),
        measures: vec![ControlMeasure::OnSite, ControlMeasure::Notified],
        enforcement: vec![Ordered, Fined],
        fine_fen: Some(200_050),
        photos: photos(2),
    };
    let typed = RectificationDraft { text: " 已更换\u{3000}软管\n".into(), ..cure() };
    assert_eq!(typed.rectification(now()), Ok(expected.clone()));
    assert_eq!(expected.clone().checked(), Ok(expected));
}

// The toggles.

#[rstest]
#[case::one(&[Ordered], &[Ordered])]
#[case::one_and_back(&[Ordered, Ordered], &[])]
#[case::two(&[Ordered, Fined], &[Ordered, Fined])]
#[case::two_and_the_first_back(&[Ordered, Fined, Ordered], &[Fined])]
#[case::none(&[NoPenalty], &[NoPenalty])]
#[case::none_and_back(&[NoPenalty, NoPenalty], &[])]
#[case::none_instead_of_two(&[Ordered, Fined, NoPenalty], &[NoPenalty])]
#[case::one_instead_of_none(&[NoPenalty, Warned], &[Warned])]
fn no_penalty_and_the_others_exclude_each_other(
    #[case] taps: &[EnforcementAction],
    #[case] chosen: &[EnforcementAction],
) {
    let mut draft = empty();
    for tap in taps {
        draft.toggle_enforcement(*tap);
    }
    assert_eq!(draft.enforcement, chosen);
}

#[test]
fn a_measure_is_chosen_and_taken_back() {
    let mut draft = empty();
    for measure in [ControlMeasure::GasOff, ControlMeasure::Notified, ControlMeasure::GasOff, ControlMeasure::Other] {
        draft.toggle_measure(measure);
    }
    assert_eq!(draft.measures, [ControlMeasure::Notified, ControlMeasure::Other]);
}

// What is missing.

type Change = fn(&mut RectificationDraft);

#[rstest]
#[case::text(|draft: &mut RectificationDraft| draft.text = " \u{3000}".into(), "cure-text", "请填写整改情况")]
#[case::a_short_text(|draft: &mut RectificationDraft| draft.text = "改".repeat(1001), "cure-text", "整改情况不能超过 1000 个字")]
#[case::a_photo(|draft: &mut RectificationDraft| draft.photos.clear(), "cure-photos", "请至少拍摄一张照片")]
#[case::fewer_photos(|draft: &mut RectificationDraft| draft.photos = photos(10), "cure-photos", "照片最多 9 张，且不能重复")]
#[case::different_photos(|draft: &mut RectificationDraft| draft.photos = vec![photo(1), photo(1)], "cure-photos", "照片最多 9 张，且不能重复")]
#[case::a_measure(|draft: &mut RectificationDraft| draft.measures.clear(), "cure-measures", "请至少选择一项管控措施")]
#[case::an_enforcement(|draft: &mut RectificationDraft| draft.enforcement.clear(), "cure-enforcement", "请选择处罚方式，没有处罚选“未处罚”")]
#[case::a_fine(|draft: &mut RectificationDraft| draft.fine_yuan.clear(), "cure-fine", "选择“罚款”后请填写金额")]
#[case::a_fine_of_something(|draft: &mut RectificationDraft| draft.fine_yuan = "0.00".into(), "cure-fine", "选择“罚款”后填写大于 0 的金额")]
fn what_is_missing_is_named_where_it_is(#[case] spoil: Change, #[case] anchor: &str, #[case] text: &str) {
    let mut draft = cure();
    spoil(&mut draft);
    assert_eq!(draft.rectification(now()), Err(Missing::at(anchor, text)));
}

#[test]
fn what_is_missing_comes_in_the_order_of_the_form() {
    let mut draft = empty();
    let mends: [Change; 5] = [
        |draft| draft.text = "已更换".into(),
        |draft| draft.photos = photos(1),
        |draft| draft.toggle_measure(ControlMeasure::GasOff),
        |draft| draft.toggle_enforcement(Fined),
        |draft| draft.fine_yuan = "100".into(),
    ];
    let anchors = mends.map(|mend| {
        let missing = draft.rectification(now()).expect_err("something is still missing");
        mend(&mut draft);
        missing.anchor
    });
    assert_eq!(anchors, ["cure-text", "cure-photos", "cure-measures", "cure-enforcement", "cure-fine"]);
    assert!(draft.rectification(now()).is_ok());
}

#[rstest]
#[case::whole("500", Some(50_000))]
#[case::with_a_separator("1,200", Some(120_000))]
#[case::one_place("1200.5", Some(120_050))]
#[case::two_places("0.05", Some(5))]
#[case::no_place_behind_the_point("500.", Some(50_000))]
#[case::nothing_before_the_point(".5", Some(50))]
#[case::full_width("１，２００．５０", Some(120_050))]
#[case::blanks(" 1 200 ", Some(120_000))]
#[case::leading_zeros("007", Some(700))]
#[case::the_largest("1000000000", Some(100_000_000_000))]
#[case::three_places("1.005", None)]
#[case::two_points("1.0.5", None)]
#[case::only_a_point(".", None)]
#[case::words("一百", None)]
#[case::with_its_unit("500元", None)]
#[case::less_than_nothing("-3", None)]
#[case::more_than_numbers_hold("99999999999999999999", None)]
#[case::nothing("", None)]
#[case::blank("\u{3000}", None)]
fn yuan_as_typed_become_fen(#[case] typed: &str, #[case] fen: Option<i64>) {
    let draft = RectificationDraft { fine_yuan: typed.into(), ..cure() };
    if fen.is_some() {
        assert_eq!(draft.rectification(now()).map(|made| made.fine_fen), Ok(fen));
    } else {
        let missing = Missing::at("cure-fine", "选择“罚款”后请填写金额");
        assert_eq!(draft.rectification(now()), Err(missing));
    }
}

#[rstest]
#[case::nothing("0")]
#[case::more_than_a_thousand_million("1000000000.01")]
fn a_fine_is_neither_nothing_nor_endless(#[case] typed: &str) {
    let draft = RectificationDraft { fine_yuan: typed.into(), ..cure() };
    assert_eq!(draft.rectification(now()), Err(Missing::at("cure-fine", "选择“罚款”后填写大于 0 的金额")));
}

#[test]
fn an_amount_typed_before_the_fine_was_taken_back_is_not_handed_in() {
    let mut draft = cure();
    draft.toggle_enforcement(Fined);
    assert_eq!(draft.rectification(now()).map(|made| made.fine_fen), Ok(None));
    draft.toggle_enforcement(Fined);
    assert_eq!(draft.rectification(now()).map(|made| made.fine_fen), Ok(Some(200_050)));
}

// Whatever is entered.

#[derive(Clone, Copy, Debug)]
enum Tap {
    Measure(ControlMeasure),
    Enforcement(EnforcementAction),
}

fn forms() -> impl Strategy<Value = RectificationDraft> {
    let tap = prop_oneof![
        proptest::sample::select(ControlMeasure::ALL).prop_map(Tap::Measure),
        proptest::sample::select(EnforcementAction::ALL).prop_map(Tap::Enforcement),
    ];
    let text = prop_oneof![6 => Just("已更换".to_owned()), 1 => ".{0,20}", 1 => Just("改".repeat(1001))];
    let fine = prop_oneof![6 => "[1-9][0-9]{0,5}(\\.[0-9]{1,2})?", 1 => "[-0-9.,，元 ]{0,12}", 1 => any::<String>()];
    let photos = prop_oneof![
        6 => proptest::collection::btree_set(0..20_u8, 1..=9).prop_map(Vec::from_iter),
        1 => proptest::collection::vec(0..20_u8, 0..12),
    ];
    (proptest::collection::vec(tap, 0..8), text, fine, photos).prop_map(|(taps, text, fine_yuan, photos)| {
        let mut draft = RectificationDraft { text, fine_yuan, ..empty() };
        draft.photos = photos.into_iter().map(photo).collect();
        for tap in taps {
            match tap {
                Tap::Measure(measure) => draft.toggle_measure(measure),
                Tap::Enforcement(action) => draft.toggle_enforcement(action),
            }
        }
        draft
    })
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 1000, ..ProptestConfig::default() })]

    #[test]
    fn a_form_is_handed_in_just_where_the_domain_takes_it(draft in forms()) {
        let is_fined = draft.enforcement.contains(&Fined);
        match draft.rectification(now()) {
            Ok(made) => {
                prop_assert_eq!(made.fine_fen.is_some(), is_fined);
                prop_assert_eq!((&made.measures, &made.enforcement), (&draft.measures, &draft.enforcement));
                prop_assert_eq!((made.id, made.hazard, &made.photos), (draft.id, draft.hazard, &draft.photos));
                prop_assert_eq!(made.clone().checked(), Ok(made));
            }
            Err(missing) => {
                let as_typed = Rectification {
                    id: draft.id,
                    hazard: draft.hazard,
                    is_partial: draft.is_partial,
                    recorded_at: now(),
                    text: draft.text.clone(),
                    measures: draft.measures.clone(),
                    enforcement: draft.enforcement.clone(),
                    fine_fen: if is_fined && missing.anchor != "cure-fine" { Some(100) } else { None },
                    photos: draft.photos.clone(),
                };
                let problem = as_typed.checked().expect_err("the domain refuses it, too");
                if missing.anchor != "cure-fine" {
                    prop_assert_eq!(problem.to_string(), missing.text);
                }
            }
        }
    }

    #[test]
    fn however_it_is_tapped_nothing_is_chosen_twice_or_against_no_penalty(draft in forms()) {
        let distinct: std::collections::BTreeSet<_> = draft.enforcement.iter().collect();
        prop_assert_eq!(distinct.len(), draft.enforcement.len());
        prop_assert!(!distinct.contains(&NoPenalty) || distinct.len() == 1);
        let distinct: std::collections::BTreeSet<_> = draft.measures.iter().collect();
        prop_assert_eq!(distinct.len(), draft.measures.len());
    }

    #[test]
    fn a_fine_in_yuan_and_fen_is_read_exactly(fen in 1..=100_000_000_000_i64) {
        let fine_yuan = format!("{}.{:02}", fen / 100, fen % 100);
        let draft = RectificationDraft { fine_yuan, ..cure() };
        prop_assert_eq!(draft.rectification(now()).map(|made| made.fine_fen), Ok(Some(fen)));
    }

    #[test]
    fn a_draft_comes_back_from_the_phone_as_it_went(draft in forms()) {
        let saved = SavedDraft::first(Draft::Rectification(draft), now());
        let json = serde_json::to_string(&saved).expect("serializes");
        prop_assert_eq!(serde_json::from_str::<SavedDraft>(&json).expect("reads"), saved);
    }
}

// When somebody else was quicker.

fn closed() -> HazardRow {
    HazardRow { closed_at: Some(now()), stage: Stage::Closed.into(), ..open_hazard(90, 3) }
}

#[rstest]
#[case::to_be_cured(Some(open_hazard(90, 3)), true, false, CureStep::Write)]
#[case::to_be_cured_by_others(Some(open_hazard(90, 3)), false, false, CureStep::Watch)]
#[case::cured(Some(closed()), false, false, CureStep::Nothing)]
#[case::cured_from_here(Some(open_hazard(90, 3)), true, true, CureStep::Nothing)]
#[case::unknown(None, true, false, CureStep::Nothing)]
fn a_hazards_page_asks_for_a_cure_where_one_is_due(
    #[case] hazard: Option<HazardRow>,
    #[case] may_cure: bool,
    #[case] is_handed_in: bool,
    #[case] expected: CureStep,
) {
    assert_eq!(CureStep::of(hazard.as_ref(), may_cure, is_handed_in, false), expected);
}

#[rstest]
#[case::to_be_cured(Some(open_hazard(90, 3)), true, false, CureStep::Write)]
#[case::no_longer_officer(Some(open_hazard(90, 3)), false, false, CureStep::Stray)]
#[case::cured_or_voided_by_others(Some(closed()), false, false, CureStep::Late)]
#[case::cured_from_here(Some(open_hazard(90, 3)), true, true, CureStep::Late)]
#[case::gone_from_this_phone(None, true, false, CureStep::Stray)]
fn what_was_written_of_a_cure_is_never_out_of_reach(
    #[case] hazard: Option<HazardRow>,
    #[case] may_cure: bool,
    #[case] is_handed_in: bool,
    #[case] expected: CureStep,
) {
    let step = CureStep::of(hazard.as_ref(), may_cure, is_handed_in, true);
    assert_eq!((step, step.has_form()), (expected, true));
}

#[test]
fn a_cure_that_came_too_late_goes_whole_where_it_is_complete_and_in_words_where_it_is_not() {
    let Ok(Body::Rectification(whole)) = cure().late(now()) else { panic!("a complete cure goes as one") };
    assert_eq!(Ok(whole), cure().rectification(now()));
    let partly = RectificationDraft { photos: photos(0), ..cure() };
    let Ok(Body::Addition(note)) = partly.late(now()) else { panic!("an incomplete one goes as a note") };
    let measures: Vec<_> = partly.measures.iter().map(|measure| measure.name()).collect();
    assert!(note.text.starts_with("已更换软管\n"), "{}", note.text);
    assert!(note.text.contains(&measures.join("、")) && note.text.contains("2,000.5"), "{}", note.text);
    let silent = RectificationDraft { text: " ".into(), ..cure() };
    assert_eq!(silent.late(now()).err(), Some(Missing::at("cure-text", "请填写整改情况")));
}
