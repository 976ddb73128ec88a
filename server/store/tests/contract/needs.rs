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
