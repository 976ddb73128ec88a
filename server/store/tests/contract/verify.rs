//! What is broken is named; what is whole is not.

use crate::support::{
    code, enterprise, entry, found_at, fresh_id, happen, hazard, inspect, noon, on_each_engine, person, uscc,
};
use domain::{
    hazard::{EventData, Severity},
    id::{OperationId, PersonId, PostId},
    operation::{Envelope, FORMAT, content_hash},
    photo::PhotoHash,
    time::Timestamp,
};
use sqlx::AssertSqlSafe;
use std::collections::BTreeSet;
use store::{
    Db, Tx,
    audit::{Actor, NewAuditRow},
    operations::{self, Operation},
    photos::{self, Link, PhotoPurpose},
    verify::{self, Fault},
};
use uuid::Uuid;

/// Changes rows behind the back of the store.
async fn damage(db: &Db, sql: &str) {
    let sql = AssertSqlSafe(sql.to_owned());
    let mut tx = db.write().await.unwrap();
    let done = match &mut tx {
        Tx::Sqlite(tx) => sqlx::query(sql).execute(&mut **tx).await.unwrap().rows_affected(),
        Tx::Postgres(tx) => sqlx::query(sql).execute(&mut **tx).await.unwrap().rows_affected(),
    };
    assert!(done > 0);
    tx.commit().await.unwrap();
}

/// Everything that is wrong: what, which, why.
async fn faults(db: &Db) -> Vec<Fault> {
    let mut faults = Vec::new();
    let mut tell = |fault| faults.push(fault);
    let mut tx = verify::begin(db).await.unwrap();
    verify::engine(&mut tx, &mut tell).await.unwrap();
    let (_, traced) = verify::audit(&mut tx, &mut tell).await.unwrap();
    verify::operations(&mut tx, &traced, &mut tell).await.unwrap();
    verify::hazards(&mut tx, &mut tell).await.unwrap();
    verify::sums(&mut tx, &mut tell).await.unwrap();
    verify::links(&mut tx, &mut tell).await.unwrap();
    faults
}

/// Files an operation with its trace.
async fn file(tx: &mut Tx, id: OperationId, author: PersonId, at: Timestamp) {
    let post = PostId(fresh_id());
    let envelope = Envelope {
        format: FORMAT,
        id,
        kind: "begun".to_owned(),
        post,
        author,
        made_at: at,
        needs: Vec::new(),
        photos: Vec::new(),
        body: serde_json::json!({}),
    };
    let envelope = serde_json::to_string(&envelope).unwrap();
    let operation = Operation {
        id,
        enterprise_type: None,
        kind: "begun".to_owned(),
        format: FORMAT,
        author,
        deliverer: author,
        post,
        region: code("530111"),
        made_at: at,
        received_at: at,
        content_hash: content_hash(envelope.as_bytes()),
        envelope,
    };
    assert!(operations::claim(tx, &operation, &[]).await.unwrap());
    let actor = Actor::Person { person: author, name: "王海", post: None };
    let subject = id.to_string();
    let row =
        NewAuditRow { at, actor, region: code("530111"), action: "operation.file", subject: &subject, detail: "" };
    store::audit::append(tx, &row).await.unwrap();
    // Whoever was refused at the door is nobody that is known.
    let refused = NewAuditRow { actor: Actor::Stranger, action: "session.refuse", subject: "", ..row };
    store::audit::append(tx, &refused).await.unwrap();
}

#[tokio::test]
async fn each_thing_that_is_broken_is_named_and_nothing_else() {
    on_each_engine(async |db| {
        let mut tx = db.write().await.unwrap();
        let author = person(&mut tx, "王海", "13900000001").await;
        let id = enterprise(&mut tx, "530111", &entry("老街米线", "中心路 1 号", &uscc(1))).await;
        let inspection = inspect(&mut tx, "530111", id, author, noon("2026-11-02")).await;
        let place = found_at(inspection, id, "530111", author, "2026-11-02");
        let mut hazards = Vec::new();
        for severity in [Severity::Major, Severity::General, Severity::Major] {
            hazards.push(hazard(&mut tx, &place, author, severity, "2026-12-02").await);
        }
        happen(&mut tx, hazards[1], author, noon("2026-11-03"), EventData::Voided).await;
        let extended = EventData::Extended { from: "2026-12-02".parse().unwrap(), to: "2026-12-20".parse().unwrap() };
        happen(&mut tx, hazards[2], author, noon("2026-11-03"), extended).await;
        let [whole, broken, untraced] = [OperationId(inspection.0), OperationId(fresh_id()), OperationId(fresh_id())];
        for id in [whole, broken, untraced] {
            file(&mut tx, id, author, noon("2026-11-02")).await;
        }
        let hash = PhotoHash::of(b"a photo");
        let shows = PhotoPurpose::Found;
        let link = Link { operation: whole, shows, hazard: Some(hazards[0]), inspection: None, region: code("530111") };
        photos::announce(&mut tx, &[(link, &[hash])]).await.unwrap();
        tx.commit().await.unwrap();
        assert_eq!(faults(db).await, []);

        let id = |id: Uuid| match db {
            Db::Sqlite { .. } => format!("x'{}'", id.simple()),
            Db::Postgres(_) => format!("'{id}'"),
        };
        let nobody = id(fresh_id());
        for sql in [
            format!("update operations set envelope = envelope || ' ' where id = {}", id(broken.0)),
            format!("delete from audit where subject = '{untraced}'"),
            format!("update audit set actor = 'nobody' where subject = '{whole}'"),
            format!("update hazards set due_on = '2027-01-01' where id = {}", id(hazards[2].0)),
            format!("delete from hazard_events where ordinal = 2 and hazard_id = {}", id(hazards[1].0)),
            "update sums set n = n + 1 where what = 'inspections'".to_owned(),
            format!("update photo_links set operation_id = {nobody}"),
            format!("insert into photo_uploads values ('{hash}', {}, {}, 0)", id(whole.0), id(author.0)),
        ] {
            damage(db, &sql).await;
        }
        let found = faults(db).await;
        let named: BTreeSet<_> = found.iter().map(|fault| (fault.what, fault.id.clone())).collect();
        let expected = BTreeSet::from([
            ("上传记录", broken.to_string()),
            ("上传记录", untraced.to_string()),
            ("操作日志", "1".to_owned()),
            ("隐患", hazards[1].to_string()),
            ("隐患", hazards[2].to_string()),
            ("统计合计", "530111/inspections".to_owned()),
            ("照片关联", hash.to_string()),
            ("照片上传", hash.to_string()),
        ]);
        assert_eq!(named, expected, "{found:#?}");
        let due = found.iter().find(|fault| fault.id == hazards[2].to_string()).unwrap();
        assert_eq!(due.why, "整改期限为 2027-01-01，按隐患经过应为 2026-12-20");
    })
    .await;
}

#[tokio::test]
async fn what_is_written_while_it_is_verified_is_not_seen() {
    on_each_engine(async |db| {
        let mut tx = verify::begin(db).await.unwrap();
        let mut faults = Vec::new();
        // The first look fixes the moment.
        verify::audit(&mut tx, &mut |fault| faults.push(fault)).await.unwrap();
        assert_eq!(faults, []);
        let mut other = db.write().await.unwrap();
        let written = person(&mut other, "王海", "13900000001").await;
        other.commit().await.unwrap();
        assert!(!store::people::is_known(&mut tx, written).await.unwrap());
        drop(tx);
        let mut tx = db.read().await.unwrap();
        assert!(store::people::is_known(&mut tx, written).await.unwrap());
    })
    .await;
}
