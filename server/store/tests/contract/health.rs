//! Whether the database works, asked from outside of all that is under way.

use crate::support::on_each_engine;

#[tokio::test(flavor = "multi_thread")]
async fn a_database_works_while_a_transaction_writes_and_not_when_it_is_closed() {
    on_each_engine(async |db| {
        db.check().await.unwrap();
        let writing = db.write().await.unwrap();
        db.check().await.unwrap();
        drop(writing);
        db.check().await.unwrap();
        db.close().await;
        assert!(db.check().await.is_err());
    })
    .await;
}
