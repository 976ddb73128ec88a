//! Operations: what ends one, what pauses it, what gives it back, and that nothing on the way loses a photo.

use crate::samples::{author, cure, fresh_ids, hazard_id, now, person, photo, photos, visit};
use app::offline::{
    draft::{Author, Draft, read_stored},
    operation::{
        Body, Delivered, HandIn, Made, Next, Operation, PhotoFault, Reply, Stage, State, Tries, Trouble, added_here,
        needs_of, read_reply, summary, waiting,
    },
};
use domain::{
    Problem,
    id::OperationId,
    operation::{Envelope, HeldReason, OperationStatus, Outcome, PhotoRef, Receipt, content_hash},
    photo::PhotoHash,
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

fn seal(id: OperationId, body: &Body, title: &str, needs: Vec<OperationId>) -> Made {
    let photos = body.photos().into_iter().map(|hash| PhotoRef { hash, size_bytes: 300_000 }).collect();
    HandIn { id, title: title.into(), author: author(), made_at: now(), needs, photos }.seal(body)
}

/// An inspection with three photos, just handed in.
fn made() -> Made {
    let submission = visit().submission(now()).expect("the sample is complete");
    seal(submission.id.into(), &Body::Inspection(submission), "春城饭店", Vec::new())
}

fn inspection() -> Operation {
    made().operation
}

/// A cure with two photos, just handed in.
fn rectification() -> Operation {
    let rectification = cure().rectification(now()).expect("the sample is complete");
    seal(rectification.id, &Body::Rectification(rectification), "春城饭店 软管老化", Vec::new()).operation
}

/// The server's receipt, which still expects these photos.
fn receipt(operation: &Operation, photos_expected: Vec<PhotoHash>) -> Receipt {
    let held = operation.photos.iter().map(|photo| photo.hash).filter(|photo| !photos_expected.contains(photo));
    Receipt {
        operation: operation.id,
        received_at: at(1),
        content_hash: operation.content_hash.clone(),
        photos_held: held.collect(),
        photos_expected,
        outcome: Outcome::Applied,
    }
}

fn decided(operation: &Operation, outcome: Outcome) -> Receipt {
    Receipt { outcome, ..receipt(operation, Vec::new()) }
}

fn reason() -> HeldReason {
    HeldReason::new("enterprise", "企业已删除，请改归属")
}

fn next(operation: &Operation, seconds: i64) -> Next {
    operation.next(Some(&author()), &BTreeSet::new(), at(seconds), false)
}

fn network() -> Reply<Receipt> {
    Reply::Later(Trouble::Network, None)
}

/// Which photo is next, or for how long none is.
fn next_photo(operation: &Operation, seconds: i64) -> Option<Result<PhotoHash, i64>> {
    operation.next_photo(Some(&author()), at(seconds), false).map(|next| next.map(|photo| photo.hash))
}

#[test]
fn the_envelope_is_sealed_once_and_its_hash_is_that_of_the_bytes() {
    let Made { operation, bytes } = made();
    assert_eq!(operation.content_hash, content_hash(bytes.as_bytes()));
    let envelope: Envelope<serde_json::Value> = serde_json::from_str(&bytes).expect("an envelope");
    assert_eq!((envelope.id, envelope.kind.as_str()), (operation.id, "inspection"));
    assert_eq!((envelope.author, envelope.post, envelope.made_at), (person(0), author().post, now()));
    assert_eq!(envelope.photos.len(), 3);
    let text = serde_json::to_string(&operation).expect("serializes");
    assert_eq!(read_stored::<Operation>(&text), Ok(operation), "how far it got lies beside the bytes");
}

#[test]
fn a_receipt_that_names_it_and_its_bytes_and_expects_no_photo_ends_it() {
    let mut operation = inspection();
    assert_eq!(next(&operation, 0), Next::Send);
    operation.on_reply(Reply::Good(receipt(&operation, Vec::new())), at(1));
    assert_eq!((operation.state(), next(&operation, 2)), (State::Delivered, Next::Hold));
}

#[rstest]
#[case::of_another(|receipt: &mut Receipt| receipt.operation = OperationId(Uuid::from_u128(99)))]
#[case::of_other_bytes(|receipt: &mut Receipt| receipt.content_hash = content_hash(b"something else"))]
fn an_answer_about_something_else_proves_nothing(#[case] spoil: fn(&mut Receipt)) {
    let mut operation = inspection();
    let mut answer = receipt(&operation, Vec::new());
    spoil(&mut answer);
    operation.on_reply(Reply::Good(answer.clone()), at(1));
    assert_eq!((operation.state(), next(&operation, 1)), (State::Waiting, Next::Pause(2)));
    operation.on_status(Some(answer), at(2));
    assert_eq!(operation.state(), State::Waiting);
}

#[test]
fn photos_go_after_the_record_and_then_the_receipt_is_asked_for_again() {
    let mut operation = rectification();
    assert_eq!(next_photo(&operation, 0), None, "the record goes first");
    operation.on_reply(Reply::Good(receipt(&operation, photos(2))), at(1));
    assert_eq!((operation.state(), next(&operation, 1)), (State::Photos, Next::Pause(86_400)));
    for n in 0..2 {
        assert_eq!(next_photo(&operation, 1), Some(Ok(photo(n))));
        operation.on_photo(photo(n), Reply::Good(()), at(2));
    }
    assert_eq!((next_photo(&operation, 2), next(&operation, 2)), (None, Next::Send));
    operation.on_reply(Reply::Good(receipt(&operation, Vec::new())), at(3));
    assert_eq!(operation.state(), State::Delivered);
}

#[test]
fn a_photo_that_stalls_holds_up_neither_the_record_nor_the_next_photo() {
    let mut operation = rectification();
    operation.on_reply(Reply::Good(receipt(&operation, photos(2))), at(1));
    operation.on_photo(photo(0), Reply::Later(Trouble::Network, None), at(2));
    assert_eq!(next_photo(&operation, 2), Some(Err(2)));
    assert_eq!(next_photo(&operation, 4), Some(Ok(photo(1))));
    assert_eq!(operation.tries, Tries::default());
}

#[test]
fn photos_that_are_taken_and_expected_again_are_asked_for_ever_more_seldom() {
    let mut operation = rectification();
    operation.on_reply(Reply::Good(receipt(&operation, photos(1))), at(1));
    let mut now = at(1);
    let mut pauses = Vec::new();
    for _ in 0..10 {
        operation.on_photo(photo(0), Reply::Good(()), now);
        operation.on_reply(Reply::Good(receipt(&operation, photos(1))), now);
        let pause = operation.photo_tries.left_s(now);
        pauses.push(pause);
        now = now.plus_seconds(pause);
    }
    assert_eq!(pauses, [2, 4, 8, 16, 32, 64, 128, 256, 300, 300]);
}

#[test]
fn failures_of_the_way_back_off_up_to_five_minutes_and_success_ends_it() {
    let mut operation = inspection();
    let mut pauses = Vec::new();
    for _ in 0..10 {
        operation.on_reply(network(), at(0));
        pauses.push(next(&operation, 0));
    }
    let expected = [2, 4, 8, 16, 32, 64, 128, 256, 300, 300].map(Next::Pause);
    assert_eq!(pauses, expected);
    assert_eq!(operation.next(Some(&author()), &BTreeSet::new(), at(0), true), Next::Send, "a person does not wait");
    operation.on_reply(Reply::Good(receipt(&operation, photos(1))), at(1));
    assert_eq!(operation.tries, Tries::default());
}

#[rstest]
#[case::as_told(60, 60)]
#[case::never_nothing(-3, 1)]
#[case::never_long(86_400, 300)]
fn too_many_pauses_as_told(#[case] told_s: i64, #[case] pause_s: i64) {
    let mut operation = inspection();
    operation.on_reply(Reply::Later(Trouble::Busy, Some(told_s)), at(0));
    assert_eq!(next(&operation, 0), Next::Pause(pause_s));
}

#[rstest]
#[case::a_day_back(-86_400)]
#[case::a_day_forward(86_400)]
#[case::a_second_back(-1)]
fn no_change_of_the_clock_makes_a_pause_longer(#[case] moved_s: i64) {
    let mut operation = inspection();
    for _ in 0..9 {
        operation.on_reply(network(), at(0));
    }
    assert_eq!(next(&operation, moved_s), Next::Send);
}

#[test]
fn a_session_that_ended_changes_nothing() {
    let mut operation = inspection();
    let before = operation.clone();
    operation.on_reply(Reply::SignedOut, at(1));
    assert_eq!(operation, before);
}

#[rstest]
#[case::the_author(Some(author()), Next::Send)]
#[case::renamed(Some(Author { name: "王玮".into(), post_title: "官渡 · 检查员".into(), ..author() }), Next::Send)]
#[case::at_another_post(Some(Author { post: Uuid::from_u128(8).into(), ..author() }), Next::Send)]
#[case::another(Some(Author { person: person(3), ..author() }), Next::Hold)]
#[case::nobody(None, Next::Hold)]
fn only_the_author_sends_from_whatever_post(#[case] who: Option<Author>, #[case] expected: Next) {
    assert_eq!(inspection().next(who.as_ref(), &BTreeSet::new(), at(0), true), expected);
}

#[test]
fn what_is_needed_goes_first_and_one_that_failed_holds_up_only_what_needs_it() {
    let first = inspection();
    let submission = visit().submission(now()).expect("complete");
    let id = OperationId(Uuid::from_u128(70));
    let second = seal(id, &Body::Inspection(submission), "同一家", vec![first.id]).operation;
    let all = [first.clone(), second.clone(), rectification()];
    let open = waiting(&all);
    assert_eq!(second.next(Some(&author()), &open, at(0), true), Next::After(first.id));
    assert_eq!(rectification().next(Some(&author()), &open, at(0), false), Next::Send);
    let mut filed = first;
    filed.on_reply(Reply::Good(decided(&filed, Outcome::Held(reason()))), at(1));
    assert_eq!(second.next(Some(&author()), &waiting(&[filed]), at(1), false), Next::Send, "held is filed");
}

// What an answer means.

fn good(body: &[u8]) -> Option<Receipt> {
    serde_json::from_slice(body).ok()
}

fn problem_json(problem: &Problem) -> Vec<u8> {
    serde_json::to_vec(problem).expect("serializes")
}

#[rstest]
#[case::bad_gateway(502, b"<html>502 Bad Gateway</html>".as_slice())]
#[case::captive_portal(200, b"<html>Welcome</html>".as_slice())]
#[case::portal_of_json(200, b"{\"login\":true}".as_slice())]
#[case::empty(200, b"".as_slice())]
#[case::rate_limit_of_a_gateway(429, b"slow down".as_slice())]
#[case::not_found_of_a_gateway(404, b"{\"code\":\"nowhere\"}".as_slice())]
#[case::forbidden_by_a_gateway(403, b"<html>blocked</html>".as_slice())]
#[case::internal(500, b"{\"code\":\"internal\",\"request_id\":\"x\"}".as_slice())]
#[case::a_code_of_tomorrow(422, b"{\"code\":\"of_tomorrow\"}".as_slice())]
#[case::a_status_that_does_not_fit(403, b"{\"code\":\"invalid\",\"field\":\"x\",\"message\":\"y\"}".as_slice())]
fn what_is_not_our_servers_own_word_is_no_network(#[case] status: u16, #[case] body: &[u8]) {
    assert_eq!(read_reply(status, body, good), Reply::Later(Trouble::Network, None));
}

#[test]
fn our_servers_own_words_are_what_they_say() {
    let invalid = Problem::invalid("编号", "内容与编号不符");
    assert_eq!(read_reply(422, &problem_json(&invalid), good), Reply::Refused(invalid));
    assert_eq!(read_reply(401, &problem_json(&Problem::NotSignedIn), good), Reply::SignedOut);
    assert_eq!(read_reply(409, &problem_json(&Problem::OperationConflict), good), Reply::Conflict);
    let busy = Reply::Later(Trouble::Busy, Some(7));
    assert_eq!(read_reply(429, &problem_json(&Problem::TooMany { retry_after_s: 7 }), good), busy);
    let receipt = receipt(&inspection(), Vec::new());
    let body = serde_json::to_vec(&receipt).expect("serializes");
    assert_eq!(read_reply(200, &body, good), Reply::Good(receipt));
}

// What a person does.

#[test]
fn a_refusal_becomes_the_same_draft_again() {
    let mut operation = rectification();
    operation.on_reply(Reply::Refused(Problem::invalid("内容", "无法接收")), at(1));
    assert_eq!(next(&operation, 2), Next::Pause(86_399));
    let reopened = operation.reopen(Draft::Rectification(cure()), fresh_ids());
    assert_eq!(reopened, Some((Draft::Rectification(cure()), None)));
}

#[test]
fn a_conflict_becomes_a_draft_of_fresh_ids() {
    let mut operation = inspection();
    operation.on_reply(Reply::Conflict, at(1));
    assert_eq!((operation.state(), next(&operation, 2)), (State::Conflict, Next::Pause(86_399)));
    let (reopened, _) = operation.reopen(Draft::Inspection(visit()), fresh_ids()).expect("a draft");
    let Draft::Inspection(fresh) = reopened else { panic!("an inspection") };
    assert_ne!(fresh.id, visit().id);
    assert!(fresh.hazards.iter().zip(&visit().hazards).all(|(fresh, old)| fresh.id != old.id));
    assert_eq!(fresh.answers, visit().answers);
}

#[test]
fn what_the_office_holds_stays_in_sight_and_is_asked_after_once_a_day() {
    let mut operation = inspection();
    operation.on_reply(Reply::Good(decided(&operation, Outcome::Held(reason()))), at(0));
    assert_eq!(operation.state(), State::Held(reason()));
    assert!(!operation.is_unsent(), "the phone is free");
    assert_eq!(next(&operation, 60), Next::Pause(86_340));
    assert_eq!(next(&operation, 86_400), Next::Ask);
    assert_eq!(operation.next(Some(&author()), &BTreeSet::new(), at(60), true), Next::Ask);
    assert_eq!(next(&operation, -60), Next::Ask, "a clock set back does not stop the asking");
    assert_eq!(operation.reopen(Draft::Inspection(visit()), fresh_ids()), None);
    operation.on_status(Some(decided(&operation, Outcome::Applied)), at(86_401));
    assert_eq!(operation.state(), State::Delivered);
}

#[test]
fn whatever_waits_for_a_decision_is_asked_after_once_a_day_for_it_may_be_delivered_elsewhere() {
    let refused = Reply::Refused(Problem::invalid("内容", "无法接收"));
    let mut all = vec![inspection(), inspection()];
    all[0].on_reply(refused, at(0));
    all[1].on_reply(Reply::Conflict, at(0));
    for mut operation in all {
        let before = operation.state();
        assert_eq!((next(&operation, 86_399), next(&operation, 86_400)), (Next::Pause(1), Next::Ask));
        operation.on_status(None, at(86_400));
        assert_eq!((operation.state(), next(&operation, 86_401)), (before, Next::Pause(86_399)));
        let other = Receipt { content_hash: "other bytes".into(), ..receipt(&operation, Vec::new()) };
        operation.on_status(Some(other), at(172_800));
        assert_eq!(next(&operation, 172_801), Next::Pause(86_399));
        operation.on_status(Some(receipt(&operation, Vec::new())), at(172_802));
        assert_eq!(operation.state(), State::Delivered);
    }
}

/// Every way in which the server can have an operation that the phone still keeps.
fn filed(n: usize) -> Operation {
    let mut operation = rectification();
    let held = Receipt { outcome: Outcome::Held(reason()), ..receipt(&operation, Vec::new()) };
    let expecting = receipt(&operation, photos(2));
    operation.on_reply(Reply::Good(if n == 0 { held } else { expecting }), at(0));
    match n {
        // Photos stall, and so does the way.
        2 => operation.on_photo(photo(0), Reply::Later(Trouble::Network, None), at(0)),
        // All were taken, and the receipt was not asked for yet.
        3 => (0..2).for_each(|n| operation.on_photo(photo(n), Reply::Good(()), at(0))),
        4 => (0..2).for_each(|n| operation.on_photo_gone(photo(n))),
        _ => {}
    }
    operation
}

#[rstest]
#[case::held(0, State::Held(reason()))]
#[case::photos_on_their_way(1, State::Photos)]
#[case::photos_that_stall(2, State::Photos)]
#[case::photos_taken(3, State::Photos)]
#[case::photos_gone(4, State::PhotoFaults)]
fn what_a_restored_server_knows_nothing_of_is_handed_in_anew_with_its_photos(#[case] n: usize, #[case] before: State) {
    let mut operation = filed(n);
    assert_eq!(operation.state(), before);
    if n != 3 {
        assert_eq!((next(&operation, 86_399), next(&operation, 86_400)), (Next::Pause(1), Next::Ask));
    }
    operation.on_status(None, at(86_400));
    assert_eq!((operation.state(), next(&operation, 86_400)), (State::Waiting, Next::Send));
    assert!(operation.is_unsent(), "a file of the outbox takes it along again");
    operation.on_reply(Reply::Good(receipt(&operation, photos(2))), at(86_401));
    assert_eq!((operation.photos_wanted(), next_photo(&operation, 86_401)), (2, Some(Ok(photo(0)))));
    let mut refused = filed(n);
    refused.on_status(None, at(1));
    refused.on_reply(Reply::Refused(Problem::not_found("x")), at(2));
    assert!(matches!(refused.state(), State::Refused(_)), "the server's word counts anew");
}

#[test]
fn a_hurry_asks_for_photos_not_what_became_of_their_record() {
    let operation = filed(1);
    assert_eq!(operation.next(Some(&author()), &BTreeSet::new(), at(60), true), Next::Pause(86_340));
}

#[test]
fn a_photo_that_the_server_knows_nothing_of_makes_the_phone_ask_for_its_record_at_once() {
    let mut operation = filed(1);
    operation.on_photo(photo(0), Reply::Refused(Problem::not_found("照片所属的记录")), at(1));
    assert_eq!(next(&operation, 1), Next::Ask);
    operation.on_status(None, at(2));
    assert_eq!((operation.state(), operation.faults.len()), (State::Waiting, 0));
    let mut known = filed(1);
    known.on_photo(photo(0), Reply::Refused(Problem::not_found("照片所属的记录")), at(1));
    known.on_status(Some(receipt(&known, photos(2))), at(2));
    assert_eq!(next(&known, 3), Next::Pause(86_399), "once");
}

#[test]
fn what_the_office_sent_back_stays_with_its_author_whatever_a_restored_server_knows() {
    let mut operation = rectification();
    operation.on_reply(Reply::Good(decided(&operation, Outcome::Returned(reason()))), at(0));
    operation.on_status(None, at(1));
    assert_eq!(operation.state(), State::Returned(reason()));
}

#[test]
fn one_that_is_held_says_why_also_while_its_photos_are_on_their_way() {
    let mut operation = rectification();
    let held = Receipt { outcome: Outcome::Held(reason()), ..receipt(&operation, photos(2)) };
    operation.on_reply(Reply::Good(held), at(1));
    assert_eq!((operation.state(), operation.photos_wanted()), (State::Photos, 2));
    assert_eq!(operation.held_for(), Some(&reason()));
    operation.on_photo(photo(0), Reply::Good(()), at(2));
    assert_eq!(operation.photos_wanted(), 1);
}

#[test]
fn what_the_office_sent_back_opens_again_with_its_reason_under_fresh_ids() {
    let mut operation = rectification();
    operation.on_reply(Reply::Good(decided(&operation, Outcome::Returned(reason()))), at(0));
    assert_eq!(operation.state(), State::Returned(reason()));
    let (reopened, returned) = operation.reopen(Draft::Rectification(cure()), fresh_ids()).expect("a draft");
    let Draft::Rectification(fresh) = reopened else { panic!("a cure") };
    assert_eq!((returned, fresh.text == cure().text, fresh.id == cure().id), (Some(reason()), true, false));
}

#[test]
fn what_was_delivered_elsewhere_is_let_go() {
    let mut operation = inspection();
    operation.on_status(None, at(1));
    assert_eq!(operation.state(), State::Waiting);
    operation.on_status(Some(receipt(&operation, Vec::new())), at(2));
    assert_eq!(operation.state(), State::Delivered);
}

#[test]
fn a_refused_photo_waits_for_the_person_and_the_others_go_on() {
    let mut operation = rectification();
    operation.on_reply(Reply::Good(receipt(&operation, photos(2))), at(1));
    let bad = Problem::BadPhoto { message: "不是图片".into() };
    operation.on_photo(photo(0), Reply::Refused(bad.clone()), at(2));
    assert_eq!(next_photo(&operation, 2), Some(Ok(photo(1))));
    operation.on_photo(photo(1), Reply::Good(()), at(3));
    assert_eq!(operation.state(), State::PhotoFaults);
    assert_eq!(operation.faults.get(&photo(0)), Some(&PhotoFault::Refused(bad)));
    operation.retry_photos();
    assert_eq!((operation.state(), next_photo(&operation, 4)), (State::Photos, Some(Ok(photo(0)))));
    operation.on_photo_gone(photo(0));
    assert_eq!(operation.state(), State::PhotoFaults, "it is not refused, it is gone");
    operation.give_up_photos();
    assert_eq!(operation.photos_held(), (1, 2));
    operation.on_reply(Reply::Good(receipt(&operation, photos(1))), at(5));
    assert_eq!(operation.state(), State::Delivered, "what was given up is not waited for");
}

#[test]
fn a_fault_of_this_phone_is_never_a_refusal() {
    let mut operation = inspection();
    operation.on_reply(Reply::Later(Trouble::Local("本机存储不可用".into()), None), at(1));
    assert_eq!((operation.state(), next(&operation, 1)), (State::Waiting, Next::Pause(2)));
    let told = operation.tries.trouble.as_ref().map(Trouble::text).unwrap_or_default();
    assert!(told.contains("本机") && !told.contains("服务器"), "{told}");
    operation.on_reply(Reply::Good(receipt(&operation, photos(1))), at(3));
    operation.on_photo(photo(0), Reply::Later(Trouble::Local("照片暂时无法读取".into()), None), at(4));
    assert_eq!((operation.state(), operation.faults.len()), (State::Photos, 0));
}

#[test]
fn what_the_server_has_is_never_refused_any_more() {
    let mut operation = inspection();
    operation.on_reply(Reply::Good(receipt(&operation, photos(1))), at(1));
    operation.on_photo(photo(0), Reply::Good(()), at(2));
    operation.on_reply(Reply::Refused(Problem::not_found("记录")), at(3));
    assert!(operation.is_filed());
    operation.on_reply(Reply::Conflict, at(4));
    assert!(operation.is_filed());
}

#[test]
fn two_versions_are_told_apart_by_what_stands_in_them() {
    let text = summary(&made().bytes);
    assert!(
        text.contains("4 项，不合格 2 项") && text.contains("燃气软管老化") && text.ends_with("照片 3 张"),
        "{text}"
    );
    assert_eq!(summary("<html>"), "无法识别的内容");
    assert!(rectification().cures(hazard_id(90)) && !inspection().cures(hazard_id(90)));
}

// What comes out after the delivery.

fn status(operation: &Operation, unreadable: Vec<PhotoHash>) -> OperationStatus {
    let receipt = Some(receipt(operation, Vec::new()));
    OperationStatus { operation: operation.id, receipt, unreadable }
}

#[test]
fn a_photo_that_cannot_be_shown_is_told_to_its_author_with_the_next_step_until_that_was_read() {
    let operation = rectification();
    let mut delivered = Delivered::of(&operation, &receipt(&operation, Vec::new()));
    assert_eq!(delivered.trouble(), None);
    assert!(!delivered.on_status(&status(&operation, Vec::new())), "no news");
    assert!(delivered.on_status(&status(&operation, photos(1))));
    let told = delivered.trouble().unwrap_or_default();
    assert!(told.contains("1 张照片无法显示") && told.contains("补充"), "{told}");
    assert_eq!(delivered.hazard, operation.hazard);
    delivered.is_read = true;
    assert!(!delivered.on_status(&status(&operation, photos(1))));
    assert_eq!(delivered.trouble(), None, "told once");
    assert!(delivered.on_status(&status(&operation, photos(2))));
    assert!(delivered.trouble().is_some(), "another photo is news");
}

#[test]
fn what_was_let_go_and_a_restored_server_lost_can_only_be_told() {
    let operation = rectification();
    let mut delivered = Delivered::of(&operation, &receipt(&operation, Vec::new()));
    assert!(delivered.on_status(&OperationStatus { receipt: None, ..status(&operation, Vec::new()) }));
    assert!(delivered.trouble().unwrap_or_default().contains("重新登记"));
    assert!(delivered.on_status(&status(&operation, Vec::new())), "it was handed in elsewhere");
    assert_eq!(delivered.trouble(), None);
}

#[test]
fn only_its_author_asks_after_what_was_delivered_and_for_a_month() {
    let operation = rectification();
    let delivered = Delivered::of(&operation, &receipt(&operation, Vec::new()));
    assert!(delivered.is_asked_after(author().person, at(86_400)));
    assert!(!delivered.is_asked_after(person(3), at(86_400)));
    assert!(!delivered.is_asked_after(author().person, at(31 * 86_400)));
    let of_an_older_version = r#"{"title":"t","name":"n","receipt":RECEIPT}"#
        .replace("RECEIPT", &serde_json::to_string(&delivered.receipt).expect("serializes"));
    let read: Delivered = serde_json::from_str(&of_an_older_version).expect("still read");
    assert!(!read.is_asked_after(author().person, at(1)), "nobody's");
}

// Whatever happens.

fn any_answer<T: Clone + std::fmt::Debug + 'static>(good: T) -> impl Strategy<Value = Reply<T>> {
    prop_oneof![
        4 => Just(Reply::Good(good)),
        1 => Just(Reply::Refused(Problem::not_found("x"))),
        1 => Just(Reply::Conflict),
        1 => Just(Reply::SignedOut),
        3 => (-10..10_000_i64).prop_map(|told| Reply::Later(Trouble::Busy, Some(told))),
        3 => Just(Reply::Later(Trouble::Network, None)),
    ]
}

#[derive(Clone, Debug)]
enum Event {
    Record(Reply<BTreeSet<u8>>),
    Photo(u8, Reply<()>),
    Gone(u8),
    Retry,
}

fn events() -> impl Strategy<Value = Vec<(i64, Event)>> {
    let expected = proptest::collection::btree_set(0..3_u8, 0..3);
    let event = prop_oneof![
        4 => expected.prop_flat_map(any_answer).prop_map(Event::Record),
        6 => (0..3_u8, any_answer(())).prop_map(|(n, answer)| Event::Photo(n, answer)),
        1 => (0..3_u8).prop_map(Event::Gone),
        1 => Just(Event::Retry),
    ];
    proptest::collection::vec((-400..400_i64, event), 0..30)
}

fn happen(operation: &mut Operation, event: Event, now: Timestamp) {
    match event {
        Event::Record(answer) => {
            let receipt = |expected: BTreeSet<u8>| receipt(operation, expected.into_iter().map(photo).collect());
            let answer = match answer {
                Reply::Good(expected) => Reply::Good(receipt(expected)),
                Reply::Refused(problem) => Reply::Refused(problem),
                Reply::Conflict => Reply::Conflict,
                Reply::SignedOut => Reply::SignedOut,
                Reply::Later(trouble, told) => Reply::Later(trouble, told),
            };
            operation.on_reply(answer, now);
        }
        Event::Photo(n, answer) => operation.on_photo(photo(n), answer, now),
        Event::Gone(n) => operation.on_photo_gone(photo(n)),
        Event::Retry => operation.retry_photos(),
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 1000, ..ProptestConfig::default() })]

    #[test]
    fn whatever_is_answered_what_is_filed_stays_filed_and_no_pause_is_long(events in events()) {
        let mut operation = rectification();
        let mut now = now();
        for (seconds, event) in events {
            now = now.plus_seconds(seconds);
            let before = operation.clone();
            happen(&mut operation, event, now);
            prop_assert_eq!(&operation.content_hash, &before.content_hash);
            prop_assert!(operation.is_filed() || !before.is_filed());
            prop_assert!(operation.tries.left_s(now) <= 300 && operation.photo_tries.left_s(now) <= 300);
            if operation.state() == State::Delivered {
                let Stage::Filed { receipt, .. } = &operation.stage else { panic!("filed") };
                prop_assert!(receipt.photos_expected.is_empty(), "nothing was given up");
            }
            let text = serde_json::to_string(&operation).expect("serializes");
            prop_assert_eq!(read_stored::<Operation>(&text), Ok(operation.clone()));
        }
    }

    /// A phone that does what it is told, and a server that fails and loses answers for a while but then works.
    #[test]
    fn a_patient_phone_delivers_over_any_network_that_gets_better(
        fates in proptest::collection::vec((any::<bool>(), any::<bool>()), 0..40),
    ) {
        let mut operation = inspection();
        let (mut now, mut fates) = (now(), fates.into_iter());
        let (mut is_known, mut held) = (false, BTreeSet::new());
        for _ in 0..300 {
            if operation.state() == State::Delivered {
                prop_assert!(is_known && held.len() == operation.photos.len());
                return Ok(());
            }
            // Nothing goes wrong, or the request is lost, or its answer is.
            let (is_received, is_answered) = fates.next().unwrap_or((true, true));
            match operation.next(Some(&author()), &BTreeSet::new(), now, false) {
                Next::Send => {
                    is_known |= is_received;
                    let all = operation.photos.iter().map(|photo| photo.hash);
                    let expected = all.filter(|photo| !held.contains(photo)).collect();
                    let answer =
                        if is_received && is_answered { Reply::Good(receipt(&operation, expected)) } else { network() };
                    operation.on_reply(answer, now);
                    continue;
                }
                // What became of it is asked once a day; meanwhile its photos go.
                Next::Pause(_) if operation.next_photo(Some(&author()), now, false).is_some() => {}
                Next::Pause(left_s) => {
                    prop_assert!(left_s > 0 && left_s <= 300);
                    now = now.plus_seconds(left_s);
                    continue;
                }
                Next::Ask => {
                    let all = operation.photos.iter().map(|photo| photo.hash);
                    let expected = all.filter(|photo| !held.contains(photo)).collect();
                    operation.on_status(Some(receipt(&operation, expected)), now);
                    continue;
                }
                other => prop_assert!(false, "{:?}", other),
            }
            match operation.next_photo(Some(&author()), now, false) {
                Some(Ok(photo)) => {
                    if is_received {
                        held.insert(photo.hash);
                    }
                    let answer = if is_received && is_answered {
                        Reply::Good(())
                    } else {
                        Reply::Later(Trouble::Network, None)
                    };
                    operation.on_photo(photo.hash, answer, now);
                }
                Some(Err(left_s)) => now = now.plus_seconds(left_s),
                None => prop_assert!(false, "stuck: {:?}", operation.stage),
            }
        }
        prop_assert!(false, "not delivered: {:?}", operation.stage);
    }
}

/// 部分整改, just handed in under this id.
fn partial(id: u128) -> Operation {
    let draft = app::offline::rectification_draft::RectificationDraft {
        id: OperationId(Uuid::from_u128(id)),
        is_partial: true,
        ..cure()
    };
    let rectification = draft.rectification(now()).expect("the sample is complete");
    seal(rectification.id, &Body::Rectification(rectification), "春城饭店 软管老化", Vec::new()).operation
}

#[test]
fn a_cure_waits_for_the_partial_one_of_its_hazard_that_the_server_has_not_taken_over() {
    let full = cure().rectification(now()).expect("the sample is complete");
    let id = full.id;
    let body = Body::Rectification(full);
    let needs = |other: &Operation| needs_of(&[inspection(), other.clone()], id, &body, None);
    let mut first = partial(50);
    assert!(first.may_be_followed());
    assert_eq!(needs(&first), [first.id]);
    first.on_reply(Reply::Good(decided(&first, Outcome::Held(reason()))), at(1));
    assert_eq!(needs(&first), [first.id], "the office may accept it yet");
    let mut applied = partial(50);
    applied.on_reply(Reply::Good(receipt(&applied, vec![photo(0)])), at(1));
    assert_eq!(needs(&applied), [], "only photos of it are on their way");
    let mut refused = partial(50);
    refused.on_reply(Reply::Refused(Problem::Unexpected), at(1));
    assert_eq!((needs(&refused), refused.may_be_followed()), (Vec::new(), false), "its author sets it right first");
    assert_eq!(needs(&rectification()), [], "a whole cure leaves nothing to follow, and none needs itself");
    let elsewhere = Operation { hazard: Some(hazard_id(91)), ..partial(50) };
    assert_eq!(needs(&elsewhere), []);
}

#[test]
fn an_operation_of_before_partial_cures_were_told_apart_is_read() {
    let mut old = serde_json::to_value(rectification()).expect("serializes");
    old.as_object_mut().expect("an object").remove("is_partial");
    assert_eq!(read_stored::<Operation>(&old.to_string()), Ok(rectification()));
}

/// The initials by which others are found are the server's: what it does not have yet is listed, lest it is added twice.
#[test]
fn an_enterprise_that_was_added_here_is_listed_until_the_server_has_it() {
    let id = domain::id::EnterpriseId(Uuid::from_u128(8));
    let added = Operation { enterprise: Some(id), ..partial(51) };
    let elsewhere = Author { post: Uuid::from_u128(99).into(), ..author() };
    let all = [inspection(), added];
    assert_eq!(added_here(&all, &author()), [id]);
    assert_eq!(added_here(&all, &elsewhere), [], "it is on the register of its own post");
    assert_eq!(added_here(&all[..1], &author()), []);
}
