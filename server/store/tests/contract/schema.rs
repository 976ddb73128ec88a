//! Both engines have the same schema: tables, columns, nullability, types, references and indexes. The one exception is
//! where the words of the text search lie: FTS5 tables in SQLite, `tsvector` columns in PostgreSQL.

use crate::support::{postgres, sqlite};
use sqlx::{PgPool, SqlitePool};
use std::collections::BTreeSet;
use store::Db;
use tempfile::TempDir;

/// What is compared: one line a column, a reference or an index.
type Schema = BTreeSet<String>;

fn column(table: &str, name: &str, kind: &str, is_nullable: bool) -> String {
    format!("{table}.{name} {kind}{}", if is_nullable { "" } else { " not null" })
}

async fn of_sqlite(pool: &SqlitePool) -> Schema {
    let columns: Vec<(String, String, String, bool)> = sqlx::query_as(
        "select m.name, c.name, lower(c.type), c.\"notnull\" from sqlite_master m join pragma_table_info(m.name) c
         where m.type = 'table' and m.sql not like 'create virtual%' and m.name not like 'sqlite~_%' escape '~'
           and m.name not like '%~_words~_%' escape '~' and m.name <> '_sqlx_migrations'",
    )
    .fetch_all(pool)
    .await
    .unwrap();
    let columns = columns.into_iter().map(|(table, name, kind, is_not_null)| {
        let kind = match kind.as_str() {
            "integer" => "bigint",
            "real" => "double precision",
            "blob" => "uuid",
            same => same,
        };
        column(&table, &name, kind, !is_not_null)
    });
    let references: Vec<(String,)> = sqlx::query_as(
        "select m.name || '.' || f.\"from\" || ' -> ' || f.\"table\" || '.' || f.\"to\"
         from sqlite_master m join pragma_foreign_key_list(m.name) f where m.type = 'table'",
    )
    .fetch_all(pool)
    .await
    .unwrap();
    let indexes: Vec<(String,)> =
        sqlx::query_as("select 'index ' || name from sqlite_master where type = 'index' and sql is not null")
            .fetch_all(pool)
            .await
            .unwrap();
    columns.chain(references.into_iter().chain(indexes).map(|(line,)| line)).collect()
}

async fn of_postgres(pool: &PgPool) -> Schema {
    let columns: Vec<(String, String, String, bool)> = sqlx::query_as(
        "select table_name::text, column_name::text, data_type::text, is_nullable = 'YES'
         from information_schema.columns
         where table_schema = 'public' and table_name <> '_sqlx_migrations' and data_type <> 'tsvector'",
    )
    .fetch_all(pool)
    .await
    .unwrap();
    let columns = columns.into_iter().map(|(table, name, kind, is_nullable)| column(&table, &name, &kind, is_nullable));
    let references: Vec<(String,)> = sqlx::query_as(
        "select c.conrelid::regclass || '.' || a.attname || ' -> ' || c.confrelid::regclass || '.' || b.attname
         from pg_constraint c
         join pg_attribute a on a.attrelid = c.conrelid and a.attnum = c.conkey[1]
         join pg_attribute b on b.attrelid = c.confrelid and b.attnum = c.confkey[1]
         where c.contype = 'f'",
    )
    .fetch_all(pool)
    .await
    .unwrap();
    let indexes: Vec<(String,)> = sqlx::query_as(
        "select 'index ' || i.indexname from pg_indexes i
         where i.schemaname = 'public' and i.indexname not like '%\\_by\\_words'
           and not exists (select 1 from pg_constraint c where c.conname = i.indexname)
           and i.tablename <> '_sqlx_migrations'",
    )
    .fetch_all(pool)
    .await
    .unwrap();
    columns.chain(references.into_iter().chain(indexes).map(|(line,)| line)).collect()
}

#[tokio::test]
async fn both_engines_have_the_same_schema() {
    let folder = TempDir::new().unwrap();
    let Db::Sqlite { readers, .. } = sqlite(&folder).await else { unreachable!("it was opened as SQLite") };
    let ours = of_sqlite(&readers).await;
    assert!(ours.contains("hazards.closed_at bigint"), "{ours:#?}");
    assert!(ours.contains("hazards.inspection_id -> inspections.id"));
    assert!(ours.contains("index enterprises_by_county"));
    let Some(Db::Postgres(pool)) = postgres().await else { return };
    let theirs = of_postgres(&pool).await;
    assert_eq!(ours.difference(&theirs).collect::<Vec<_>>(), Vec::<&String>::new(), "only in SQLite");
    assert_eq!(theirs.difference(&ours).collect::<Vec<_>>(), Vec::<&String>::new(), "only in PostgreSQL");
}
