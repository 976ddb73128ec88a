//! The audit log.

use crate::support::{code, noon, on_each_engine, within};
use domain::{
    audit::AuditRow,
    id::{PersonId, PostId},
    person::{Post, Role},
    region::RegionCode,
};
use store::{
    Tx,
    audit::{self, Actor, NewAuditRow},
};
use uuid::Uuid;

async fn append(tx: &mut Tx, region: &str, subject: &str) {
    let post = Post {
        id: PostId(Uuid::nil()),
        role: Role::Administrator.into(),
        region: code("530111"),
        region_name: "官渡区".to_owned(),
    };
    let row = NewAuditRow {
        at: noon("2026-11-02"),
        actor: Actor::Person { person: PersonId(Uuid::nil()), name: "王海", post: Some(&post) },
        region: code(region),
        action: "enterprise.edit",
        subject,
        detail: "企业名称：甲 → 乙",
    };
    audit::append(tx, &row).await.unwrap();
}

async fn subjects(tx: &mut Tx, region: RegionCode) -> Vec<String> {
    audit::page(tx, within(&region.to_string()), None, 50)
        .await
        .unwrap()
        .rows
        .into_iter()
        .map(|row| row.subject)
        .collect()
}

#[tokio::test]
async fn a_scope_reads_its_own_lines_newest_first() {
    on_each_engine(async |db| {
        let mut tx = db.write().await.unwrap();
        for (region, subject) in
            [("000000", "国"), ("530000", "省"), ("530100", "市"), ("530111", "区"), ("110101", "外")]
        {
            append(&mut tx, region, subject).await;
        }
        assert_eq!(subjects(&mut tx, RegionCode::NATION).await, ["外", "区", "市", "省", "国"]);
        assert_eq!(subjects(&mut tx, code("530000")).await, ["区", "市", "省"]);
        assert_eq!(subjects(&mut tx, code("530100")).await, ["区", "市"]);
        assert_eq!(subjects(&mut tx, code("530111")).await, ["区"]);
        assert!(subjects(&mut tx, code("530102")).await.is_empty());
    })
    .await;
}

#[tokio::test]
async fn a_line_says_who_did_what_and_pages_follow() {
    on_each_engine(async |db| {
        let mut tx = db.write().await.unwrap();
        for subject in ["甲", "乙", "丙"] {
            append(&mut tx, "530111", subject).await;
        }
        let page = audit::page(&mut tx, within("530111"), None, 2).await.unwrap();
        let expected = AuditRow {
            sequence: page.rows[0].sequence,
            at: noon("2026-11-02"),
            person_name: "王海".to_owned(),
            post_title: "官渡区 · 管理员".to_owned(),
            action: "enterprise.edit".to_owned(),
            subject: "丙".to_owned(),
            detail: "企业名称：甲 → 乙".to_owned(),
        };
        assert_eq!(page.rows[0], expected);
        let rest = audit::page(&mut tx, within("530111"), page.next.as_ref(), 2).await.unwrap();
        assert_eq!(rest.rows.iter().map(|row| row.subject.as_str()).collect::<Vec<_>>(), ["甲"]);
        assert_eq!(rest.next, None);
    })
    .await;
}

#[tokio::test]
async fn what_no_person_did_is_the_systems_or_the_operators() {
    on_each_engine(async |db| {
        let mut tx = db.write().await.unwrap();
        for actor in [Actor::System("照片检验"), Actor::Operator("restore")] {
            let region = RegionCode::NATION;
            let row = NewAuditRow { at: noon("2026-11-02"), actor, region, action: "x.y", subject: "", detail: "" };
            audit::append(&mut tx, &row).await.unwrap();
        }
        let rows = audit::page(&mut tx, within("000000"), None, 50).await.unwrap().rows;
        let names: Vec<_> = rows.iter().map(|row| (row.person_name.as_str(), row.post_title.as_str())).collect();
        assert_eq!(names, [("系统维护", "命令行：restore"), ("系统", "后台任务：照片检验")]);
    })
    .await;
}
