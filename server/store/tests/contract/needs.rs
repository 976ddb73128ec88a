//! Operations that need each other, filed by transactions at the same time.

use crate::support::{code, fresh_id, noon, on_each_engine, person};
use domain::{
    id::{OperationId, PersonId, PostId},
    operation::{HeldReason, Outcome},
};
use std::time::Duration;
use store::{
    Tx,
    operations::{self, Operation},
    people,
};

async fn claim(tx: &mut Tx, author: PersonId) -> OperationId {
    let (id, at) = (OperationId(fresh_id()), noon("2026-11-02"));
    let operation = Operation {
        id,
        enterprise_type: None,
        kind: "inspection".to_owned(),
        format: 1,
        author,
        deliverer: author,
        post: PostId(fresh_id()),
        region: code("530111"),
        made_at: at,
        received_at: at,
        content_hash: String::new(),
        envelope: String::new(),
    };
    assert!(operations::claim(tx, &operation, &[]).await.unwrap());
    id
}

/// Else one who decides on it would wait for the enterprise that this one holds, and this one for that one's decision.
#[tokio::test]
async fn what_waits_for_one_that_is_being_decided_on_is_decided_on_by_nobody_else() {
    on_each_engine(async |db| {
        let mut tx = db.write().await.unwrap();
        let wang = person(&mut tx, "王海", "13900000001").await;
        let (needed, waits, waits_for_that) =
            (claim(&mut tx, wang).await, claim(&mut tx, wang).await, claim(&mut tx, wang).await);
        let held = Outcome::Held(HeldReason::new("needs", "所依赖的记录尚未收到"));
        for (id, needs) in [(waits, needed), (waits_for_that, waits)] {
            operations::settle(&mut tx, id, &held, "", None).await.unwrap();
            operations::await_others(&mut tx, id, &[needs]).await.unwrap();
        }
        tx.commit().await.unwrap();

        for id in [waits, waits_for_that] {
            let mut deciding = db.write().await.unwrap();
            let mut locked = operations::lock_with_waiting(&mut deciding, needed, 9).await.unwrap().unwrap();
            locked.sort_unstable();
            assert_eq!(locked, [waits, waits_for_that]);
            let other = db.clone();
            let mut locking = tokio::spawn(async move {
                let mut tx = other.write().await.unwrap();
                assert_eq!(operations::lock_with_waiting(&mut tx, waits_for_that, 9).await.unwrap(), None);
                operations::lock(&mut tx, id).await.unwrap().unwrap()
            });
            let early = tokio::time::timeout(Duration::from_millis(300), &mut locking).await;
            assert!(early.is_err(), "it does not wait");
            drop(deciding);
            assert_eq!(locking.await.unwrap().outcome, held);
        }
    })
    .await;
}

/// What needs something else beside is looked at when that comes; and nobody waits for a transaction without end.
#[tokio::test]
async fn of_what_waits_only_what_nothing_else_is_missing_for_is_locked_the_nearest_first_and_so_many() {
    on_each_engine(async |db| {
        let mut tx = db.write().await.unwrap();
        let wang = person(&mut tx, "王海", "13900000001").await;
        let held = Outcome::Held(HeldReason::new("needs", "所依赖的记录尚未收到"));
        let (needed, missing) = (claim(&mut tx, wang).await, OperationId(fresh_id()));
        let mut ids = Vec::new();
        for _ in 0..4 {
            ids.push(claim(&mut tx, wang).await);
        }
        // By chance nearer ones have later ids.
        ids.reverse();
        let [near, far, both, never] = ids[..] else { unreachable!() };
        for (id, needs) in
            [(near, vec![needed]), (far, vec![near]), (both, vec![near, far]), (never, vec![needed, missing])]
        {
            operations::settle(&mut tx, id, &held, "", None).await.unwrap();
            operations::await_others(&mut tx, id, &needs).await.unwrap();
        }
        let lock = async |tx: &mut Tx, most| {
            let mut locked = operations::lock_with_waiting(tx, needed, most).await.unwrap().unwrap();
            locked.sort_unstable();
            locked
        };
        assert_eq!(lock(&mut tx, 9).await, [far, near]);
        assert_eq!(lock(&mut tx, 1).await, [near]);
        let all = [near, far, both, never];
        assert_eq!(operations::ready_among(&mut tx, &all).await.unwrap(), [near]);
        let mut awaited = operations::awaited_among(&mut tx, &[needed, near, far, both]).await.unwrap();
        awaited.sort_unstable();
        assert_eq!(awaited, [needed, far, near]);
        operations::settle(&mut tx, near, &Outcome::Applied, "", None).await.unwrap();
        operations::settle(&mut tx, far, &Outcome::Applied, "", None).await.unwrap();
        assert_eq!(operations::ready_among(&mut tx, &all).await.unwrap(), [both]);
        assert_eq!(operations::awaited_among(&mut tx, &[missing, both]).await.unwrap(), []);
    })
    .await;
}

#[tokio::test]
async fn of_two_that_wait_for_each_other_one_is_undone_and_is_told_so() {
    on_each_engine(async |db| {
        if db.has_one_writer() {
            return;
        }
        let mut tx = db.write().await.unwrap();
        let wang = person(&mut tx, "王海", "13900000001").await;
        let zhao = person(&mut tx, "赵山", "13900000002").await;
        tx.commit().await.unwrap();
        let (mut one, mut other) = (db.write().await.unwrap(), db.write().await.unwrap());
        people::lock(&mut one, wang).await.unwrap();
        people::lock(&mut other, zhao).await.unwrap();
        let (one, other) = tokio::join!(people::lock(&mut one, zhao), people::lock(&mut other, wang));
        let told: Vec<_> = [one, other].into_iter().filter_map(Result::err).collect();
        assert_eq!(told.len(), 1, "{told:?}");
        assert!(told[0].is_conflict() && !told[0].is_full(), "{told:?}");
    })
    .await;
}

/// Else the one would see its need held, the other would not see it waiting, and nobody would look again.
#[tokio::test]
async fn one_that_needs_what_is_being_applied_waits_for_that_to_end() {
    on_each_engine(async |db| {
        let mut tx = db.write().await.unwrap();
        let wang = person(&mut tx, "王海", "13900000001").await;
        let needed = claim(&mut tx, wang).await;
        let held = Outcome::Held(HeldReason::new("needs", "所依赖的记录尚未收到"));
        operations::settle(&mut tx, needed, &held, "", None).await.unwrap();
        tx.commit().await.unwrap();

        let mut applying = db.write().await.unwrap();
        operations::lock(&mut applying, needed).await.unwrap().unwrap();
        operations::settle(&mut applying, needed, &Outcome::Applied, "", None).await.unwrap();
        let other = db.clone();
        let mut filing = tokio::spawn(async move {
            let mut tx = other.write().await.unwrap();
            operations::await_deciders(&mut tx, &[needed]).await.unwrap();
            operations::applied_among(&mut tx, &[needed]).await.unwrap()
        });
        let early = tokio::time::timeout(Duration::from_millis(300), &mut filing).await;
        assert!(early.is_err(), "it does not wait");
        applying.commit().await.unwrap();
        assert_eq!(filing.await.unwrap(), [needed]);
    })
    .await;
}
