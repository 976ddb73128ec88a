//! Drafts as they lie on the phone: whose they are, who may write over them, and what another version wrote.

use crate::samples::{author, cure, fresh_ids, hazard_id, now, open_hazard, person, photos, visit};
use app::offline::{
    addition_draft::AdditionDraft,
    draft::{Author, Draft, Missing, SavedDraft, Standing, Unreadable, length_note, read_stored},
    enterprise_draft::NewEnterpriseDraft,
};
use domain::{
    enterprise::EnterpriseDraft,
    geo::PositionRule,
    id::{EnterpriseId, OperationId, PostId},
    login::Me,
    person::{Post, Role},
};
use rstest::rstest;
use uuid::Uuid;

fn note() -> AdditionDraft {
    let id = OperationId(Uuid::from_u128(6));
    AdditionDraft { text: " 已停用 ".into(), ..AdditionDraft::new(id, author(), &open_hazard(90, 3)) }
}

fn shop() -> NewEnterpriseDraft {
    let fields = EnterpriseDraft {
        name: "新店".into(),
        enterprise_type: "catering".into(),
        address: "关上街 2 号".into(),
        legal_representative: "王测试".into(),
        credit_code: "13900000001".into(),
        ..EnterpriseDraft::default()
    };
    let (operation, id) = (OperationId(Uuid::from_u128(7)), EnterpriseId(Uuid::from_u128(8)));
    NewEnterpriseDraft { fields, ..NewEnterpriseDraft::new(operation, id, author()) }
}

fn all() -> [Draft; 4] {
    [Draft::Inspection(visit()), Draft::Rectification(cure()), Draft::Addition(note()), Draft::Enterprise(shop())]
}

#[test]
fn a_person_whose_name_was_corrected_keeps_the_draft() {
    let renamed = Author { name: "王玮".into(), post_title: "官渡 · 检查员".into(), ..author() };
    assert_eq!(renamed, author());
    assert_ne!(Author { person: person(1), ..author() }, author());
    assert_ne!(Author { post: Uuid::from_u128(99).into(), ..author() }, author());
}

#[test]
fn a_draft_comes_back_as_it_was_saved() {
    for draft in all() {
        let saved = SavedDraft::first(draft, now());
        let text = serde_json::to_string(&saved).expect("serializes");
        assert_eq!(read_stored(&text), Ok(saved));
    }
}

#[rstest]
#[case::of_tomorrow(r#"{"format":3,"draft":{"something":"new"}}"#, Unreadable::Format(3))]
#[case::of_yesterday(r#"{"format":1}"#, Unreadable::Format(1))]
#[case::without_a_format(r#"{"at":1}"#, Unreadable::Content)]
#[case::cut(r#"{"format":2,"draft":{"insp"#, Unreadable::Content)]
#[case::of_another_kind(r#"{"format":2,"revision":1,"at":1,"draft":{"patrol":{}}}"#, Unreadable::Content)]
fn what_another_version_wrote_is_told_from_nothing(#[case] text: &str, #[case] expected: Unreadable) {
    assert_eq!(read_stored::<SavedDraft>(text), Err(expected));
}

#[test]
fn every_draft_has_a_key_of_its_own_a_title_and_an_address() {
    let mut keys: Vec<_> = all().iter().map(Draft::key).collect();
    keys.dedup();
    assert_eq!(keys.len(), 4);
    assert!(all().iter().all(|draft| draft.address().starts_with("/field/") && !draft.title().is_empty()));
    assert!(all().iter().all(|draft| !draft.is_untouched()));
}

#[test]
fn renewed_a_draft_can_be_handed_in_beside_the_old_one_and_keeps_what_was_written() {
    let mut fresh = fresh_ids();
    let mut cure_again = Draft::Rectification(cure());
    cure_again.renew(&mut fresh);
    assert_ne!(cure_again, Draft::Rectification(cure()));
    assert_eq!(cure_again.photos(), photos(2));
    let mut shop_again = Draft::Enterprise(shop());
    shop_again.renew(&mut fresh);
    let Draft::Enterprise(renewed) = shop_again else { panic!("an enterprise") };
    assert_eq!((renewed.id, &renewed.fields), (shop().id, &shop().fields), "what names the enterprise keeps naming it");
    assert_ne!(renewed.operation, shop().operation);
}

#[test]
fn a_note_is_handed_in_folded_and_needs_words_but_no_photo() {
    let made = note().addition().expect("complete");
    assert_eq!((made.text.as_str(), made.hazard, made.photos), ("已停用", hazard_id(90), Vec::new()));
    let empty = AdditionDraft { text: " ".into(), ..note() };
    assert_eq!(empty.addition(), Err(Missing::at("note-text", "请填写补充内容")));
    let twice = AdditionDraft { photos: [photos(1), photos(1)].concat(), ..note() };
    assert_eq!(twice.addition().map_err(|missing| missing.anchor), Err("note-photos".to_owned()));
}

#[rstest]
#[case::near(Some(20.0), true)]
#[case::too_coarse(Some(900.0), false)]
#[case::none(None, false)]
fn a_new_enterprise_can_be_inspected_at_once_where_it_stands(#[case] accuracy_m: Option<f64>, #[case] is_placed: bool) {
    let fix = accuracy_m.map(|accuracy_m| domain::geo::Fix { accuracy_m, ..crate::samples::fix() });
    let draft = NewEnterpriseDraft { fix, ..shop() };
    let region = "530111".parse().expect("官渡区");
    let (body, row) = draft.on_site(region, "官渡区".into(), PositionRule::default()).expect("complete");
    assert_eq!((body.id, row.id, body.fix), (shop().id, shop().id, fix));
    assert_eq!((row.credit_code.as_str(), row.position.is_some()), ("139****0001", is_placed));
    let wrong = NewEnterpriseDraft { fields: EnterpriseDraft::default(), ..shop() };
    assert!(wrong.on_site(region, String::new(), PositionRule::default()).is_err());
}

/// The sample's author, with posts of these numbers, the first of them in use.
fn me(posts: &[u128]) -> Me {
    let post = |n: &u128| Post {
        id: PostId(Uuid::from_u128(*n)),
        role: Role::Inspector.into(),
        region: "530111".parse().expect("官渡区"),
        region_name: "官渡区".into(),
    };
    let posts: Vec<_> = posts.iter().map(post).collect();
    Me {
        now: None,
        id: person(0),
        name: "王伟".into(),
        phone_masked: "139****0001".into(),
        department: crate::samples::colleague(0, "commerce", true).department,
        is_internal: true,
        post: posts.first().cloned(),
        posts,
    }
}

#[rstest]
#[case::at_its_post(&[7, 8], Standing::Here)]
#[case::at_another(&[8, 7], Standing::Elsewhere)]
#[case::when_it_was_withdrawn(&[8], Standing::Withdrawn)]
#[case::when_all_were(&[], Standing::Withdrawn)]
fn a_draft_of_a_post_that_was_withdrawn_stays_its_authors(#[case] posts: &[u128], #[case] expected: Standing) {
    assert_eq!(author().standing(&me(posts)), expected);
    let other = Author { person: person(1), ..author() };
    assert_eq!(other.standing(&me(posts)), Standing::Foreign);
}

/// Another post could not file it: the place of an enterprise is that of the post, and so is an inspection's.
#[test]
fn an_inspection_and_a_new_enterprise_keep_the_post_at_which_they_were_begun() {
    assert_eq!(all().map(|draft| draft.keeps_its_post()), [true, false, false, true]);
}

#[rstest]
#[case::far(900, None)]
#[case::near(901, Some(("已写 901 字，最多 1000 字", false)))]
#[case::full(1000, Some(("已写 1000 字，最多 1000 字", false)))]
#[case::over(1001, Some(("已写 1001 字，最多 1000 字", true)))]
fn a_text_near_its_bound_tells_its_length(#[case] length: usize, #[case] expected: Option<(&str, bool)>) {
    let note = length_note(&format!(" {} ", "字".repeat(length)));
    assert_eq!(note.as_ref().map(|(text, is_over)| (text.as_str(), *is_over)), expected);
}

#[test]
fn a_note_that_is_too_long_is_kept_whole_and_told() {
    let long = AdditionDraft { text: "字".repeat(1001), ..note() };
    assert_eq!(long.addition().map_err(|missing| missing.anchor), Err("note-text".to_owned()));
    let saved = serde_json::to_string(&SavedDraft::first(Draft::Addition(long.clone()), now())).expect("serializes");
    assert_eq!(read_stored::<SavedDraft>(&saved).map(|saved| saved.draft), Ok(Draft::Addition(long)));
}
