//! Who is found by a part of the name.

use crate::support::{code, fresh_id, noon, on_each_engine, person, within};
use domain::{
    id::PostId,
    person::{NewPost, PersonFilter, Role},
};
use store::{people, posts};

#[tokio::test]
async fn a_part_of_a_name_is_found_in_whatever_case_and_alike_in_both_engines() {
    on_each_engine(async |db| {
        let mut tx = db.write().await.unwrap();
        for (number, name) in ["Élodie Li", "李·Ming", "100%_王\\"].into_iter().enumerate() {
            let id = person(&mut tx, name, &format!("1390000000{number}")).await;
            let post = NewPost { id: PostId(fresh_id()), role: Role::Inspector, region: code("530111") };
            posts::grant(&mut tx, &[(id, post)], noon("2026-10-01")).await.unwrap();
        }
        for (text, expected) in [
            ("LI", &["Élodie Li"][..]),
            ("ming", &["李·Ming"]),
            ("élodie", &[]),
            ("Élo", &["Élodie Li"]),
            ("%", &["100%_王\\"]),
            ("_", &["100%_王\\"]),
            ("\\", &["100%_王\\"]),
            ("李%", &[]),
            ("王", &["100%_王\\"]),
        ] {
            let filter = PersonFilter { text: text.to_owned(), ..PersonFilter::default() };
            let listed = people::list(&mut tx, within("530000"), &filter, None, 10).await.unwrap();
            assert_eq!(listed.iter().map(|found| found.name.as_str()).collect::<Vec<_>>(), expected, "{text}");
            let colleagues = people::colleagues(&mut tx, code("530111"), text).await.unwrap();
            assert_eq!(colleagues.iter().map(|found| found.name.as_str()).collect::<Vec<_>>(), expected, "{text}");
        }
    })
    .await;
}

#[tokio::test]
async fn who_is_kept_is_there_until_the_transaction_ends_and_who_is_gone_is_not_kept() {
    on_each_engine(async |db| {
        let mut tx = db.write().await.unwrap();
        let (wang, li) = (person(&mut tx, "王海", "13900000001").await, person(&mut tx, "李山", "13900000002").await);
        people::delete(&mut tx, li, noon("2026-11-02")).await.unwrap();
        assert_eq!(people::keep(&mut tx, &[li, wang]).await.unwrap(), [wang]);
    })
    .await;
}
