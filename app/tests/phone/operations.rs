//! Operations: what ends one, what pauses it, what gives it back, and that nothing on the way loses a photo.

use crate::samples::{author, cure, fresh_ids, hazard_id, now, person, photo, photos, visit};
use app::offline::{
    draft::{Author, Draft},
    operation::{Body, Delivered, Hold, Next, Operation, Progress, Stage},
    rectification_draft::RectificationDraft,
};
use domain::{
    Problem,
    id::{HazardId, InspectionId, OperationId, PostId},
    inspection::PositionException,
    photo::PhotoHash,
    receipt::{Receipt, content_hash},
    time::Timestamp,
};
use proptest::prelude::*;
use rstest::rstest;
use std::collections::BTreeSet;
use uuid::Uuid;

/// So many seconds after the hand-in.
fn at(seconds: i64) -> Timestamp {
    now().plus_seconds(seconds)
}

/// An inspection with three photos, just handed in.
fn waiting() -> Operation {
    let submission = visit().submission(now()).expect("the sample is complete");
    Operation::new(Body::Inspection(submission), Draft::Inspection(visit()), now())
}

/// A cure with two photos, just handed in.
fn waiting_cure() -> Operation {
    let rectification = cure().rectification(now()).expect("the sample is complete");
    Operation::new(Body::Rectification(rectification), Draft::Rectification(cure()), now())
}

/// The server's receipt, which still expects these photos.
fn receipt(operation: &Operation, photos_expected: Vec<PhotoHash>) -> Receipt {
    let held = operation.body.photos().into_iter().filter(|photo| !photos_expected.contains(photo));
    Receipt {
        operation: operation.id(),
        received_at: at(1),
        content_hash: operation.body.content_hash(),
        photos_held: held.collect(),
        photos_expected,
    }
}

/// Confirmed by the server, which expects these photos.
fn uploading(left: Vec<PhotoHash>) -> Operation {
    let mut operation = waiting();
    operation.stage = Stage::Uploading { left };
    operation
}

fn refused() -> Operation {
    let mut operation = waiting();
    operation.on_answer(Err(Problem::PositionMissing), at(1));
    operation
}

fn photo_refused() -> Operation {
    let mut operation = uploading(vec![photo(1), photo(2)]);
    operation.on_upload(photo(1), Err(bad_photo()), at(1));
    operation
}

fn bad_photo() -> Problem {
    Problem::BadPhoto { message: "照片无法读取".into() }
}

fn internal() -> Problem {
    Problem::Internal { request_id: "r1".into() }
}

fn next(operation: &Operation, seconds: i64) -> Next {
    operation.next(Some(&author()), at(seconds), false)
}

#[test]
fn what_is_handed_in_is_sent_at_once() {
    let operation = waiting();
    assert_eq!(next(&operation, 0), Next::Send);
    assert_eq!(
        (operation.stage.clone(), operation.is_on_server(), operation.photos()),
        (Stage::Waiting, false, (0, 3))
    );
    assert_eq!((operation.queued_at, operation.last_problem), (now(), None));
}

#[test]
fn a_body_says_what_it_is() {
    let (inspection, cure) = (waiting(), waiting_cure());
    assert_eq!((inspection.id(), cure.id()), (OperationId(Uuid::from_u128(1)), OperationId(Uuid::from_u128(5))));
    assert_eq!((inspection.key(), cure.key()), (inspection.id().to_string(), cure.id().to_string()));
    assert_eq!((inspection.body.name(), cure.body.name()), ("检查", "整改"));
    assert_eq!((inspection.body.cures(), cure.body.cures()), (None, Some(hazard_id(90))));
    assert_eq!(Delivered::key(inspection.id()), "receipt/00000000-0000-0000-0000-000000000001");
}

/// The server hashes what it received: the submission itself, not the operation around it.
#[test]
fn the_hash_is_that_of_the_content_alone() {
    let submission = visit().submission(now()).expect("complete");
    assert_eq!(waiting().body.content_hash(), content_hash(&submission));
    let rectification = cure().rectification(now()).expect("complete");
    assert_eq!(waiting_cure().body.content_hash(), content_hash(&rectification));
}

#[test]
fn photos_are_counted_once_and_only_those_handed_in() {
    let three: BTreeSet<_> = [photo(1), photo(2), photo(3)].into();
    assert_eq!(waiting().body.photos(), three, "2 is shown twice, 9 belongs to a sheet that was not handed in");
    let mut submission = visit().submission(now()).expect("complete");
    submission.exception = Some(PositionException { reason: "无信号".into(), photo: photo(8) });
    assert_eq!(Body::Inspection(submission).photos(), three.into_iter().chain([photo(8)]).collect());
    assert_eq!(waiting_cure().body.photos(), photos(2).into_iter().collect());
}

#[rstest]
#[case::none_confirmed(waiting(), (0, 3))]
#[case::all_left(uploading(vec![photo(1), photo(2), photo(3)]), (0, 3))]
#[case::one_left(uploading(vec![photo(2)]), (2, 3))]
#[case::none_left(uploading(Vec::new()), (3, 3))]
#[case::two_left_of_which_one_is_refused(photo_refused(), (1, 3))]
#[case::refused(refused(), (0, 3))]
#[case::more_expected_than_known(uploading(photos(5)), (0, 3))]
fn it_says_how_many_photos_are_there(#[case] operation: Operation, #[case] expected: (usize, usize)) {
    assert_eq!(operation.photos(), expected);
}

// What ends it.

#[test]
fn a_receipt_that_names_it_and_its_content_and_expects_no_photo_ends_it() {
    for mut operation in [waiting(), waiting_cure(), uploading(Vec::new()), refused(), photo_refused()] {
        let receipt = receipt(&operation, Vec::new());
        assert_eq!(operation.on_answer(Ok(receipt.clone()), at(1)), Progress::Delivered(receipt));
    }
}

#[test]
fn the_photos_that_a_receipt_expects_are_handed_in_one_by_one_and_then_it_is_asked_for_again() {
    let mut operation = waiting();
    let confirmed = receipt(&operation, vec![photo(3), photo(1)]);
    assert_eq!(operation.on_answer(Ok(confirmed), at(1)), Progress::Going);
    assert_eq!((operation.is_on_server(), operation.photos()), (true, (1, 3)));
    assert_eq!(next(&operation, 1), Next::Upload(photo(3)));
    operation.on_upload(photo(3), Ok(()), at(2));
    assert_eq!(next(&operation, 2), Next::Upload(photo(1)));
    operation.on_upload(photo(1), Ok(()), at(3));
    assert_eq!(next(&operation, 3), Next::Send);
    let done = receipt(&operation, Vec::new());
    assert_eq!(operation.on_answer(Ok(done.clone()), at(4)), Progress::Delivered(done));
}

#[rstest]
#[case::about_another(|receipt: &mut Receipt| receipt.operation = OperationId(Uuid::from_u128(99)))]
#[case::of_other_content(|receipt: &mut Receipt| receipt.content_hash = content_hash(&"something else"))]
#[case::of_no_content(|receipt: &mut Receipt| receipt.content_hash.clear())]
#[case::of_part_of_the_content(|receipt: &mut Receipt| receipt.content_hash.truncate(32))]
#[case::about_another_and_expecting(|receipt: &mut Receipt| {
    receipt.operation = OperationId(Uuid::from_u128(99));
    receipt.photos_expected = photos(2);
})]
fn an_answer_about_something_else_changes_nothing_and_pauses(#[case] spoil: fn(&mut Receipt)) {
    for before in [waiting(), waiting_cure(), uploading(Vec::new()), photo_refused()] {
        let mut operation = before.clone();
        let mut receipt = receipt(&operation, Vec::new());
        spoil(&mut receipt);
        assert_eq!(operation.on_answer(Ok(receipt), at(10)), Progress::Going);
        let paused =
            Operation { failures: 1, retry_at: at(12), last_problem: Some(Problem::Unexpected), ..before.clone() };
        assert_eq!(operation, paused);
    }
}

#[test]
fn photos_that_are_taken_and_expected_again_are_asked_for_ever_more_seldom() {
    let mut operation = waiting();
    operation.on_answer(Ok(receipt(&operation, photos(2))), at(0));
    let mut pauses = Vec::new();
    let mut seconds = 0;
    for _ in 0..10 {
        for photo in photos(2) {
            assert_eq!(next(&operation, seconds), Next::Upload(photo));
            operation.on_upload(photo, Ok(()), at(seconds));
        }
        assert_eq!(next(&operation, seconds), Next::Send, "within a round nothing waits");
        assert_eq!(operation.on_answer(Ok(receipt(&operation, photos(2))), at(seconds)), Progress::Going);
        assert_eq!(operation.stage, Stage::Uploading { left: photos(2) });
        let Next::Pause(until) = next(&operation, seconds) else { panic!("it would never end") };
        pauses.push(until.seconds_since(at(seconds)));
        seconds += pauses[pauses.len() - 1];
    }
    assert_eq!(pauses, [2, 4, 8, 16, 32, 64, 128, 256, 300, 300]);
}

#[test]
fn an_upload_of_a_photo_that_is_not_left_changes_nothing_else() {
    let mut operation = uploading(vec![photo(1), photo(2)]);
    operation.on_upload(photo(7), Ok(()), now());
    operation.on_upload(photo(1), Ok(()), now());
    operation.on_upload(photo(1), Ok(()), now());
    assert_eq!(operation, uploading(vec![photo(2)]));
    let mut operation = photo_refused();
    operation.on_upload(photo(1), Ok(()), at(1));
    assert_eq!(operation.stage, photo_refused().stage);
}

// What pauses it.

#[rstest]
#[case::no_network(Problem::Unreachable)]
#[case::broken_inside(internal())]
#[case::an_unknown_code(Problem::Unexpected)]
fn failures_of_the_way_back_off_up_to_five_minutes(#[case] problem: Problem) {
    type Fail = fn(&mut Operation, Problem, Timestamp);
    let ways: [(Operation, Fail); 3] = [
        (waiting(), |operation, problem, at| drop(operation.on_answer(Err(problem), at))),
        (uploading(Vec::new()), |operation, problem, at| drop(operation.on_answer(Err(problem), at))),
        (uploading(photos(2)), |operation, problem, at| operation.on_upload(photo(0), Err(problem), at)),
    ];
    for (before, fail) in ways {
        let mut operation = before.clone();
        let pauses: Vec<_> = (0..40)
            .map(|n| {
                fail(&mut operation, problem.clone(), at(1000 * n));
                assert_eq!((&operation.stage, &operation.last_problem), (&before.stage, &Some(problem.clone())));
                assert_eq!(next(&operation, 1000 * n), Next::Pause(operation.retry_at));
                operation.retry_at.seconds_since(at(1000 * n))
            })
            .collect();
        assert_eq!(pauses[..9], [2, 4, 8, 16, 32, 64, 128, 256, 300]);
        assert!(pauses[9..].iter().all(|pause_s| *pause_s == 300), "{pauses:?}");
    }
}

#[rstest]
#[case::a_while(60, 60)]
#[case::at_once(0, 1)]
#[case::in_the_past(-5, 1)]
#[case::five_minutes(300, 300)]
#[case::an_hour_is_asked_after_five_minutes(3600, 300)]
#[case::for_ever(i64::MAX, 300)]
fn too_many_pauses_as_told_and_never_long(#[case] retry_after_s: i64, #[case] pause_s: i64) {
    for mut operation in [waiting(), uploading(photos(2))] {
        let stage = operation.stage.clone();
        let problem = Problem::TooMany { retry_after_s };
        if operation.is_on_server() {
            operation.on_upload(photo(0), Err(problem), now());
        } else {
            operation.on_answer(Err(problem), now());
        }
        assert_eq!((operation.stage.clone(), operation.retry_at), (stage, at(pause_s)));
        assert_eq!(next(&operation, pause_s - 1), Next::Pause(at(pause_s)));
        assert!(matches!(next(&operation, pause_s), Next::Send | Next::Upload(_)));
    }
}

#[test]
fn what_succeeds_ends_the_backing_off() {
    let mut operation = waiting();
    operation.on_answer(Err(Problem::Unreachable), at(0));
    operation.on_answer(Err(Problem::Unreachable), at(2));
    operation.on_answer(Ok(receipt(&operation, vec![photo(1), photo(2)])), at(6));
    assert_eq!(operation, Operation { retry_at: at(6), ..uploading(vec![photo(1), photo(2)]) });
    operation.on_upload(photo(1), Err(Problem::Unreachable), at(7));
    operation.on_upload(photo(1), Err(Problem::Unreachable), at(9));
    operation.on_upload(photo(1), Ok(()), at(13));
    assert_eq!(operation, Operation { retry_at: at(13), ..uploading(vec![photo(2)]) });
}

#[test]
fn a_person_who_asks_does_not_wait() {
    let mut operation = waiting();
    operation.on_answer(Err(Problem::Unreachable), at(0));
    assert_eq!(operation.next(Some(&author()), at(1), false), Next::Pause(at(2)));
    assert_eq!(operation.next(Some(&author()), at(1), true), Next::Send);
    let mut operation = uploading(photos(2));
    operation.on_upload(photo(0), Err(internal()), at(0));
    assert_eq!(operation.next(Some(&author()), at(1), true), Next::Upload(photo(0)));
}

/// A phone's clock may run ahead by days until the network corrects it.
#[test]
fn a_pause_of_a_clock_that_was_set_back_since_is_not_waited_for() {
    let mut operation = waiting();
    operation.on_answer(Err(Problem::Unreachable), at(2 * 86_400));
    assert_eq!(next(&operation, 0), Next::Send);
    assert_eq!(next(&operation, 2 * 86_400 - 299), Next::Send);
    assert_eq!(next(&operation, 2 * 86_400), Next::Pause(at(2 * 86_400 + 2)));
}

#[test]
fn a_session_that_ended_changes_nothing() {
    for before in [waiting(), waiting_cure(), uploading(photos(2)), uploading(Vec::new()), refused(), photo_refused()] {
        let mut operation = before.clone();
        assert_eq!(operation.on_answer(Err(Problem::NotSignedIn), at(60)), Progress::Going);
        operation.on_upload(photo(0), Err(Problem::NotSignedIn), at(60));
        assert_eq!(operation, before);
    }
}

// Whose it is.

#[rstest]
#[case::nobody(None, Some(Hold::OtherPerson))]
#[case::another_person_at_the_same_post(Some(Author { person: person(1), ..author() }), Some(Hold::OtherPerson))]
#[case::another_post(Some(Author { post: PostId(Uuid::from_u128(8)), ..author() }), Some(Hold::OtherPost))]
#[case::the_author(Some(author()), None)]
#[case::the_author_under_a_new_name(Some(Author { name: "王玮".into(), ..author() }), None)]
fn only_the_author_sends_and_only_from_the_post_it_was_made_at(
    #[case] who: Option<Author>,
    #[case] hold: Option<Hold>,
) {
    for operation in [waiting(), waiting_cure(), uploading(photos(2)), uploading(Vec::new())] {
        for is_urgent in [false, true] {
            let next = operation.next(who.as_ref(), now(), is_urgent);
            match hold {
                Some(hold) => assert_eq!(next, Next::Hold(hold)),
                None => assert!(matches!(next, Next::Send | Next::Upload(_)), "{next:?}"),
            }
        }
    }
}

// What gives it back.

fn problems() -> Vec<Problem> {
    vec![
        Problem::UnknownUser,
        Problem::Forbidden { post: "官渡区 · 管理员".into(), action: "提交检查".into() },
        Problem::not_found("企业"),
        Problem::invalid("检查项", "还有 1 项没有填写"),
        Problem::PositionMismatch { distance_m: 1234.5, allowed_m: 520.0 },
        Problem::PositionMissing,
        Problem::conflict("该隐患已销号"),
        Problem::OperationConflict,
        Problem::TooLarge { what: "照片".into(), limit_mb: 8 },
        bad_photo(),
        Problem::CrossSite,
    ]
}

#[test]
fn a_refusal_waits_for_the_person_and_becomes_a_draft_again() {
    for problem in problems() {
        let mut operation = waiting();
        assert_eq!(operation.on_answer(Err(problem.clone()), at(1)), Progress::Going);
        assert_eq!(operation, Operation { stage: Stage::Refused { problem: problem.clone() }, ..waiting() });
        assert!(!operation.is_on_server());
        for is_urgent in [false, true] {
            assert_eq!(operation.next(Some(&author()), at(9), is_urgent), Next::Hold(Hold::Refused), "{problem:?}");
        }
        let mut draft = visit();
        draft.reopen(&problem, fresh_ids());
        assert_eq!(operation.into_draft(fresh_ids()), Some(Draft::Inspection(draft)), "{problem:?}");
    }
}

#[test]
fn a_refused_cure_becomes_a_draft_again() {
    for problem in problems() {
        let mut operation = waiting_cure();
        operation.on_answer(Err(problem.clone()), at(1));
        let draft = match problem {
            Problem::OperationConflict => RectificationDraft { id: OperationId(fresh_ids()()), ..cure() },
            _ => cure(),
        };
        assert_eq!(operation.into_draft(fresh_ids()), Some(Draft::Rectification(draft)));
    }
}

#[test]
fn what_the_server_has_or_may_have_does_not_become_a_draft() {
    let mut paused = waiting();
    paused.on_answer(Err(Problem::Unreachable), at(1));
    for operation in [waiting(), paused, uploading(photos(2)), uploading(Vec::new()), photo_refused()] {
        assert_eq!(operation.into_draft(fresh_ids()), None);
    }
}

#[test]
fn under_an_id_that_is_taken_it_is_handed_in_again_under_a_fresh_one() {
    let mut operation = waiting();
    operation.on_answer(Err(Problem::OperationConflict), at(1));
    let Some(Draft::Inspection(draft)) = operation.into_draft(fresh_ids()) else { panic!("it was refused") };
    let again = Body::Inspection(draft.submission(at(60)).expect("it is complete as before"));
    assert_eq!(again.id(), InspectionId(fresh_ids()()).into());
    assert_eq!(again.photos(), waiting().body.photos());
    let old: BTreeSet<HazardId> = visit().hazards.iter().map(|hazard| hazard.id).collect();
    let new: BTreeSet<HazardId> = draft.hazards.iter().map(|hazard| hazard.id).collect();
    assert_eq!((new.len(), new.is_disjoint(&old)), (old.len(), true));
}

// A photo that is refused.

#[test]
fn a_refused_photo_keeps_the_rest_and_waits_for_the_person() {
    for problem in problems() {
        let mut operation = uploading(vec![photo(3), photo(1), photo(2)]);
        operation.on_upload(photo(3), Err(problem.clone()), at(1));
        let left = vec![photo(3), photo(1), photo(2)];
        assert_eq!(operation.stage, Stage::PhotoRefused { problem, left });
        assert!(operation.is_on_server());
        assert_eq!(operation.next(Some(&author()), at(9), true), Next::Hold(Hold::Refused));
    }
}

#[test]
fn refused_photos_are_tried_once_more_when_asked() {
    let mut operation = photo_refused();
    operation.retry_photos(at(60));
    assert_eq!(operation, Operation { retry_at: at(60), ..uploading(vec![photo(1), photo(2)]) });
    assert_eq!(next(&operation, 60), Next::Upload(photo(1)));
}

#[test]
fn trying_photos_again_does_nothing_where_none_was_refused() {
    for before in [waiting(), uploading(photos(2)), refused()] {
        let mut operation = before.clone();
        operation.retry_photos(at(60));
        assert_eq!(operation, before);
    }
}

// What lies on the phone.

/// What phones of today write. A change here must only add, and keep [`what_phones_stored_stays_readable`] true.
#[test]
fn what_is_stored_of_the_outbox_is_as_reviewed() {
    insta::assert_json_snapshot!(stored());
}

/// An outbox as phones of version 0.1.0 stored it. The text is never edited: it may be the only copy of work.
#[test]
fn what_phones_stored_stays_readable() {
    let text = include_str!("stored/outbox.json");
    assert_eq!(serde_json::from_str::<Vec<Operation>>(text).expect("readable"), stored());
}

/// One of each body and of each stage.
fn stored() -> Vec<Operation> {
    let mut refused = waiting_cure();
    refused.on_answer(Err(Problem::conflict("该隐患已销号")), at(1));
    let mut photo_refused = waiting_cure();
    photo_refused.on_answer(Ok(receipt(&photo_refused, photos(2))), at(1));
    photo_refused.on_upload(photo(0), Err(bad_photo()), at(2));
    let mut uploading = waiting_cure();
    uploading.on_answer(Ok(receipt(&uploading, photos(1))), at(1));
    uploading.on_upload(photo(0), Err(Problem::TooMany { retry_after_s: 60 }), at(2));
    vec![waiting(), uploading, refused, photo_refused]
}

// Whatever happens.

/// Something that happens to an operation.
#[derive(Clone, Debug)]
enum Event {
    /// An answer with a receipt: whether it names the operation, whether it has the content's hash, what it expects.
    Receipt { is_named: bool, is_hashed: bool, expected: Vec<u8> },
    /// An answer with a problem.
    Problem(Problem),
    /// An answer to a photo.
    Upload(u8, Result<(), Problem>),
    /// The person asks for the photos again.
    Retry,
}

fn any_problem() -> impl Strategy<Value = Problem> {
    let passing = vec![Problem::NotSignedIn, Problem::Unreachable, Problem::Unexpected, internal()];
    prop_oneof![
        proptest::sample::select(problems()),
        proptest::sample::select(passing),
        (-10..10_000_i64).prop_map(|retry_after_s| Problem::TooMany { retry_after_s }),
    ]
}

fn events() -> impl Strategy<Value = Vec<(i64, Event)>> {
    let expected = proptest::collection::btree_set(0..5_u8, 0..4).prop_map(|photos| photos.into_iter().collect());
    let upload = prop_oneof![3 => Just(Ok(())), 1 => any_problem().prop_map(Err)];
    let event = prop_oneof![
        4 => (proptest::bool::weighted(0.8), proptest::bool::weighted(0.8), expected)
            .prop_map(|(is_named, is_hashed, expected)| Event::Receipt { is_named, is_hashed, expected }),
        3 => any_problem().prop_map(Event::Problem),
        6 => (0..5_u8, upload).prop_map(|(photo, answer)| Event::Upload(photo, answer)),
        1 => Just(Event::Retry),
    ];
    proptest::collection::vec((0..400_i64, event), 0..30)
}

fn left(operation: &Operation) -> Option<&[PhotoHash]> {
    match &operation.stage {
        Stage::Uploading { left } | Stage::PhotoRefused { left, .. } => Some(left),
        Stage::Waiting | Stage::Refused { .. } => None,
    }
}

/// Lets it happen; whether it was a receipt that proves something, and what the operation made of it.
fn happen(operation: &mut Operation, event: &Event, now: Timestamp) -> (Option<Receipt>, Progress) {
    match event {
        Event::Receipt { is_named, is_hashed, expected } => {
            let mut answer = receipt(operation, expected.iter().copied().map(photo).collect());
            if !is_named {
                answer.operation = OperationId(Uuid::from_u128(99));
            }
            if !is_hashed {
                answer.content_hash = content_hash(&"something else");
            }
            let proof = (*is_named && *is_hashed).then(|| answer.clone());
            (proof, operation.on_answer(Ok(answer), now))
        }
        Event::Problem(problem) => (None, operation.on_answer(Err(problem.clone()), now)),
        Event::Upload(n, answer) => {
            operation.on_upload(photo(*n), answer.clone(), now);
            (None, Progress::Going)
        }
        Event::Retry => {
            operation.retry_photos(now);
            (None, Progress::Going)
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 1000, ..ProptestConfig::default() })]

    #[test]
    fn whatever_is_answered_nothing_is_delivered_without_proof_and_no_photo_is_lost(events in events()) {
        let mut operation = waiting_cure();
        let mut now = now();
        for (seconds, event) in events {
            now = now.plus_seconds(seconds);
            let before = operation.clone();
            let (proof, progress) = happen(&mut operation, &event, now);
            prop_assert_eq!(&operation.body, &before.body);
            prop_assert_eq!(&operation.draft, &before.draft);
            prop_assert!(operation.retry_at.seconds_since(now) <= 300);
            prop_assert!(operation.is_on_server() || !before.is_on_server(), "what is confirmed stays confirmed");
            if let Progress::Delivered(receipt) = progress {
                prop_assert!(receipt.photos_expected.is_empty());
                prop_assert_eq!(Some(receipt), proof);
                return Ok(());
            }
            match (proof, left(&before)) {
                (Some(receipt), _) => prop_assert_eq!(left(&operation), Some(&receipt.photos_expected[..])),
                (None, None) => prop_assert_eq!(left(&operation), None, "only a receipt confirms"),
                (None, Some(was_left)) => {
                    let taken = match event {
                        Event::Upload(n, Ok(())) if matches!(before.stage, Stage::Uploading { .. }) => Some(photo(n)),
                        _ => None,
                    };
                    let stays: Vec<_> = was_left.iter().copied().filter(|photo| Some(*photo) != taken).collect();
                    prop_assert_eq!(left(&operation), Some(&stays[..]));
                }
            }
        }
    }

    #[test]
    fn whatever_happened_it_lies_on_the_phone_as_it_is(events in events(), is_inspection in any::<bool>()) {
        let mut operation = if is_inspection { waiting() } else { waiting_cure() };
        for (seconds, event) in events {
            happen(&mut operation, &event, at(seconds));
        }
        let json = serde_json::to_string(&operation).expect("serializes");
        prop_assert_eq!(serde_json::from_str::<Operation>(&json).expect("reads"), operation);
    }

    /// A phone that does what it is told, and a server that fails and loses answers for a while but then works.
    #[test]
    fn a_patient_phone_delivers_over_any_network_that_gets_better(
        fates in proptest::collection::vec((any::<bool>(), any_transient()), 0..40),
    ) {
        let mut operation = waiting();
        let (mut now, mut fates) = (now(), fates.into_iter());
        let (mut is_known, mut held) = (false, BTreeSet::new());
        for _ in 0..200 {
            let next = operation.next(Some(&author()), now, false);
            // Nothing goes wrong, or the request is lost, or its answer is.
            let (is_received, problem) = match (&next, fates.next()) {
                (Next::Pause(until), _) => {
                    prop_assert!(*until > now && until.seconds_since(now) <= 300);
                    now = *until;
                    continue;
                }
                (_, Some((is_received, problem))) => (is_received || problem.is_none(), problem),
                (_, None) => (true, None),
            };
            match next {
                Next::Send => {
                    is_known |= is_received;
                    let expected = operation.body.photos().into_iter().filter(|photo| !held.contains(photo)).collect();
                    let answer = problem.map_or_else(|| Ok(receipt(&operation, expected)), Err);
                    if let Progress::Delivered(_) = operation.on_answer(answer, now) {
                        prop_assert!(is_known && held == operation.body.photos());
                        return Ok(());
                    }
                }
                Next::Upload(photo) => {
                    if is_received {
                        held.insert(photo);
                    }
                    operation.on_upload(photo, problem.map_or(Ok(()), Err), now);
                }
                Next::Pause(_) | Next::Hold(_) => prop_assert!(false, "{:?}", next),
            }
        }
        prop_assert!(false, "not delivered: {:?}", operation.stage);
    }
}

/// No problem half of the time, otherwise one that passes. Without a problem the request was received.
fn any_transient() -> impl Strategy<Value = Option<Problem>> {
    let problem = prop_oneof![
        Just(Problem::Unreachable),
        Just(Problem::Unexpected),
        Just(internal()),
        (-10..10_000_i64).prop_map(|retry_after_s| Problem::TooMany { retry_after_s }),
    ];
    proptest::option::of(problem)
}
