//! References: those that the engines know of, and those that hold by our own rules.

use super::{Fault, Tell};
use crate::{Result, Tx};
use sqlx::AssertSqlSafe;
use uuid::Uuid;

/// A reference, in the order of its text: whose it is, by which column it is told, which column refers, to what.
struct Link {
    what: &'static str,
    table: &'static str,
    key: Key,
    column: &'static str,
    to: (&'static str, &'static str),
    /// Which rows, where not all of them do.
    only: &'static str,
}

/// The column by which a row is told.
enum Key {
    Id(&'static str),
    Text(&'static str),
}

const fn link(
    what: &'static str,
    table: &'static str,
    key: Key,
    column: &'static str,
    to: (&'static str, &'static str),
) -> Link {
    Link { what, table, key, column, to, only: "" }
}

const PEOPLE: (&str, &str) = ("people", "id");
const REGIONS: (&str, &str) = ("regions", "code");
const OPERATIONS: (&str, &str) = ("operations", "id");
const ENTERPRISES: (&str, &str) = ("enterprises", "id");
const INSPECTIONS: (&str, &str) = ("inspections", "id");
const HAZARDS: (&str, &str) = ("hazards", "id");
const DEPARTMENTS: (&str, &str) = ("departments", "code");

/// All of them. `photo_links.hash` is not one: a photo is expected until it comes.
const LINKS: &[Link] = &[
    link("区划", "regions", Key::Text("code"), "parent", REGIONS),
    link("参数", "settings", Key::Text("region"), "region", REGIONS),
    link("人员", "people", Key::Id("id"), "department", DEPARTMENTS),
    link("岗位", "posts", Key::Id("id"), "person_id", PEOPLE),
    link("岗位", "posts", Key::Id("id"), "region", REGIONS),
    link("任期", "post_terms", Key::Id("post_id"), "post_id", ("posts", "id")),
    link("增加请求", "additions", Key::Id("id"), "person_id", PEOPLE),
    link("登录会话", "sessions", Key::Id("person_id"), "person_id", PEOPLE),
    link("企业", "enterprises", Key::Id("id"), "region", REGIONS),
    link("企业别名", "enterprise_aliases", Key::Id("id"), "enterprise_id", ENTERPRISES),
    link("检查", "inspections", Key::Id("id"), "enterprise_id", ENTERPRISES),
    link("检查", "inspections", Key::Id("id"), "author_id", PEOPLE),
    link("检查", "inspections", Key::Id("id"), "region", REGIONS),
    link("检查人员", "inspection_people", Key::Id("inspection_id"), "inspection_id", INSPECTIONS),
    link("检查人员", "inspection_people", Key::Id("inspection_id"), "person_id", PEOPLE),
    link("开始检查", "begun_inspections", Key::Id("id"), "enterprise_id", ENTERPRISES),
    link("开始检查", "begun_inspections", Key::Id("id"), "author_id", PEOPLE),
    link("隐患", "hazards", Key::Id("id"), "inspection_id", INSPECTIONS),
    link("隐患", "hazards", Key::Id("id"), "enterprise_id", ENTERPRISES),
    link("隐患", "hazards", Key::Id("id"), "department", DEPARTMENTS),
    link("隐患", "hazards", Key::Id("id"), "officer_id", PEOPLE),
    link("隐患", "hazards", Key::Id("id"), "region", REGIONS),
    link("隐患经过", "hazard_events", Key::Id("hazard_id"), "hazard_id", HAZARDS),
    link("隐患经过", "hazard_events", Key::Id("hazard_id"), "actor_id", PEOPLE),
    link("隐患经过", "hazard_events", Key::Id("hazard_id"), "operation_id", OPERATIONS),
    link("照片关联", "photo_links", Key::Text("hash"), "operation_id", OPERATIONS),
    link("照片关联", "photo_links", Key::Text("hash"), "hazard_id", HAZARDS),
    link("照片关联", "photo_links", Key::Text("hash"), "inspection_id", INSPECTIONS),
    link("照片上传", "photo_uploads", Key::Text("hash"), "hash", ("photos", "hash")),
    link("照片上传", "photo_uploads", Key::Text("hash"), "operation_id", OPERATIONS),
    link("照片上传", "photo_uploads", Key::Text("hash"), "person_id", PEOPLE),
    link("上传记录", "operations", Key::Id("id"), "deliverer_id", PEOPLE),
    link("上传记录", "operations", Key::Id("id"), "decided_by", PEOPLE),
    link("上传记录", "operations", Key::Id("id"), "enterprise_id", ENTERPRISES),
    link("等待关系", "operation_needs", Key::Id("operation_id"), "operation_id", OPERATIONS),
    link("导入", "imports", Key::Id("id"), "person_id", PEOPLE),
    link("操作日志", "audit", Key::Text("subject"), "person_id", PEOPLE),
    // What was applied is in the ledgers.
    Link {
        only: "t.kind = 'inspection' and t.state = 'applied'",
        ..link("已采用的检查", "operations", Key::Id("id"), "id", INSPECTIONS)
    },
    Link {
        only: "t.kind in ('rectification', 'addition') and t.state = 'applied'",
        ..link("已采用的整改或补充", "operations", Key::Id("id"), "id", ("hazard_events", "operation_id"))
    },
];

/// Every reference: what it names is there. Gives how many kinds of references there are.
///
/// # Errors
/// When the engine fails.
pub async fn links(tx: &mut Tx, tell: Tell<'_>) -> Result<u64> {
    for link in LINKS {
        let Link { what, table, column, to: (to, to_column), only, .. } = link;
        let (Key::Id(key) | Key::Text(key)) = link.key;
        let only = if only.is_empty() { "1 = 1" } else { only };
        let sql = format!(
            "select t.{key} from {table} t where t.{column} is not null and {only}
               and not exists (select 1 from {to} o where o.{to_column} = t.{column}) order by t.{key}"
        );
        let sql = AssertSqlSafe(sql);
        let missing: Vec<String> = match link.key {
            Key::Id(_) => fetch_all!(tx, (Uuid,), sql)?.into_iter().map(|(id,)| id.to_string()).collect(),
            Key::Text(_) => fetch_all!(tx, (String,), sql)?.into_iter().map(|(text,)| text).collect(),
        };
        for id in missing {
            tell(Fault { what, id, why: format!("{table}.{column} 所指的 {to} 不存在") });
        }
    }
    Ok(LINKS.len() as u64)
}

#[cfg(test)]
mod tests {
    use super::LINKS;

    /// `table.column -> table`, of each `references` of the schema.
    fn declared() -> Vec<(String, String, String)> {
        let schema = include_str!("../../migrations/postgres/0001_first.sql");
        let (mut table, mut declared) = (String::new(), Vec::new());
        for line in schema.lines() {
            if let Some(name) = line.strip_prefix("create table ") {
                table = name.trim_end_matches(" (").to_owned();
            }
            let words: Vec<_> = line.split_whitespace().collect();
            if let Some(at) = words.iter().position(|word| *word == "references") {
                declared.push((table.clone(), words[0].to_owned(), words[at + 1].to_owned()));
            }
        }
        declared
    }

    #[test]
    fn every_reference_of_the_schema_is_looked_at() {
        let declared = declared();
        assert!(declared.len() > 20, "{declared:?}");
        for (table, column, to) in declared {
            let is_known = LINKS.iter().any(|link| link.table == table && link.column == column && link.to.0 == to);
            assert!(is_known, "{table}.{column} -> {to}");
        }
    }
}
