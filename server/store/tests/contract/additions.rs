//! What was added, by which request.

use crate::support::{fresh_id, on_each_engine, person};
use store::additions::{self, Addition};

#[tokio::test]
async fn an_addition_is_kept_once_and_found_by_the_id_of_its_request() {
    on_each_engine(async |db| {
        let mut tx = db.write().await.unwrap();
        let maker = person(&mut tx, "王海", "13900000001").await;
        let addition = Addition { id: fresh_id(), person: maker, content_hash: "abc".into(), subject: fresh_id() };
        assert_eq!(additions::find(&mut tx, addition.id).await.unwrap(), None);
        additions::keep(&mut tx, &addition).await.unwrap();
        assert_eq!(additions::find(&mut tx, addition.id).await.unwrap(), Some(addition.clone()));
        assert!(additions::keep(&mut tx, &addition).await.unwrap_err().is_duplicate());
    })
    .await;
}
