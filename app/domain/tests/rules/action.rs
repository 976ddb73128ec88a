//! The table of rights: who may do what, reviewed as a whole.

use crate::samples::{branch, post};
use domain::{
    action::{Action, Who},
    person::{Post, Role},
    region::RegionLevel,
};
use std::{collections::BTreeSet, fmt::Write};

fn posts() -> Vec<Option<Post>> {
    let held = [Role::Administrator, Role::Inspector]
        .into_iter()
        .flat_map(|role| RegionLevel::ALL.into_iter().map(move |level| Some(post(role, branch(level)))));
    std::iter::once(None).chain(held).collect()
}

#[test]
fn the_table_of_rights_is_as_reviewed() {
    let mut table = String::from("                          no      administrator   inspector\n");
    table.push_str("                          post    N  P  F  C      N  P  F  C\n");
    for action in Action::ALL {
        let mark = |post: &Option<Post>| if action.who().includes(post.as_ref()) { 'x' } else { '.' };
        let marks: Vec<char> = posts().iter().map(mark).collect();
        let group =
            |range: std::ops::Range<usize>| marks[range].iter().flat_map(|m| [*m, ' ', ' ']).collect::<String>();
        let row = format!("{:<26}{}       {}    {}", action.name(), marks[0], group(1..5), group(5..9));
        writeln!(table, "{}", row.trim_end()).expect("writing to a string cannot fail");
    }
    insta::assert_snapshot!(table);
}

#[test]
fn without_a_post_only_what_concerns_oneself_is_allowed() {
    let allowed: Vec<_> = Action::ALL.iter().copied().filter(|action| action.who().includes(None)).collect();
    let of_the_session = [
        Action::SwitchPost,
        Action::SignOut,
        Action::ReadSessions,
        Action::EndSession,
        Action::ReadSelf,
        Action::ReadDictionary,
    ];
    // People move posts, and what they did at the last one is theirs to hand in.
    let of_the_field = [Action::FileOperation, Action::ReadOperation, Action::StorePhoto];
    assert_eq!(allowed, [of_the_session.as_slice(), &of_the_field].concat());
}

#[test]
fn whoever_may_do_something_with_a_post_includes_no_one_without_one() {
    let everyone = [
        Who::AnyPost,
        Who::Inspectors,
        Who::CountyInspectors,
        Who::Administrators,
        Who::TopAdministrators,
        Who::CountyAdministrators,
        Who::CountyPosts,
    ];
    for who in everyone {
        assert!(!who.includes(None), "{who:?}");
        assert!(posts().iter().flatten().any(|post| who.includes(Some(post))), "{who:?} includes some post");
    }
}

#[test]
fn names_are_dotted_and_verbs_are_chinese_and_neither_repeats() {
    let names: BTreeSet<_> = Action::ALL.iter().map(|action| action.name()).collect();
    let verbs: BTreeSet<_> = Action::ALL.iter().map(|action| action.verb()).collect();
    assert_eq!((names.len(), verbs.len()), (Action::ALL.len(), Action::ALL.len()));
    for name in names {
        let (thing, verb) = name.split_once('.').expect("thing.verb");
        assert!([thing, verb].iter().all(|part| part.bytes().all(|b| b.is_ascii_lowercase() || b == b'_')), "{name}");
    }
    assert!(verbs.iter().all(|verb| !verb.is_ascii()));
}
