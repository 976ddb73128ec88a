//! The real differences between the engines, each a named function, all in this file.

use crate::{Result, Tx, error::expect_rows};
use domain::{
    id::{HazardId, OperationId},
    region::{RegionCode, RegionLevel},
    search::{Indexed, Query, Word},
    time::Timestamp,
};
use sqlx::{Database, Encode, QueryBuilder, Sqlite, Type, query_builder::Separated};

/// A table with text search.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Searched {
    /// Hazards: enterprise name, address and description.
    Hazards,
    /// Enterprises: name, address and credit code.
    Enterprises,
}

/// Lets a row be found by its texts ([`domain::search::index`]): its words, together with its region's prefixes, which
/// make a search within a scope as narrow as the scope; and the text to compare with.
///
/// # Errors
/// When the engine fails.
pub(crate) async fn index_words(
    tx: &mut Tx,
    table: Searched,
    seq: i64,
    region: RegionCode,
    indexed: &Indexed,
) -> Result<()> {
    let words = scoped_words(region, &indexed.words);
    let indexed = match tx {
        Tx::Sqlite(tx) => {
            let (words_of, text_of) = match table {
                Searched::Hazards => (
                    "insert or replace into hazard_words (rowid, words) values ($1, $2)",
                    "update hazards set search_text = $2 where seq = $1",
                ),
                Searched::Enterprises => (
                    "insert or replace into enterprise_words (rowid, words) values ($1, $2)",
                    "update enterprises set search_text = $2 where seq = $1",
                ),
            };
            sqlx::query(words_of).bind(seq).bind(words).execute(&mut **tx).await?;
            sqlx::query(text_of).bind(seq).bind(&indexed.text).execute(&mut **tx).await?.rows_affected()
        }
        Tx::Postgres(tx) => {
            let sql = match table {
                Searched::Hazards => {
                    "update hazards set words = array_to_tsvector(string_to_array($2, ' ')), search_text = $3
                     where seq = $1"
                }
                Searched::Enterprises => {
                    "update enterprises set words = array_to_tsvector(string_to_array($2, ' ')), search_text = $3
                     where seq = $1"
                }
            };
            sqlx::query(sql).bind(seq).bind(words).bind(&indexed.text).execute(&mut **tx).await?.rows_affected()
        }
    };
    expect_rows(indexed, 1, "search_text")
}

/// The column into which [`push_words`] puts a new hazard's words: none in SQLite, which keeps them in a table of their own.
pub(crate) fn words_column<D: Database>(_: &QueryBuilder<D>) -> &'static str {
    if is_sqlite::<D>() { "" } else { ", words" }
}

/// Adds the words of a new row to its values.
pub(crate) fn push_words<D, S>(row: &mut Separated<'_, D, S>, region: RegionCode, indexed: &Indexed)
where
    D: Database,
    S: std::fmt::Display,
    String: Type<D> + for<'q> Encode<'q, D>,
{
    if !is_sqlite::<D>() {
        row.push("array_to_tsvector(string_to_array(").push_bind_unseparated(scoped_words(region, &indexed.words));
        row.push_unseparated(", ' '))");
    }
}

/// Puts the words of new hazards into SQLite's table of them; PostgreSQL has them in the rows.
pub(crate) async fn insert_words(tx: &mut Tx, rows: &[(i64, RegionCode, &Indexed)]) -> Result<()> {
    let Tx::Sqlite(tx) = tx else { return Ok(()) };
    let mut query = QueryBuilder::<Sqlite>::new("insert into hazard_words (rowid, words) ");
    query.push_values(rows, |mut row, (seq, region, indexed)| {
        row.push_bind(*seq).push_bind(scoped_words(*region, &indexed.words));
    });
    query.build().execute(&mut **tx).await?;
    Ok(())
}

/// What stands before and behind a list of columns so that all rows of a query come as one text: a JSON array of arrays, in
/// no order; nothing where there are no rows.
pub(crate) fn as_json<D: Database>(_: &QueryBuilder<D>) -> (&'static str, &'static str) {
    if is_sqlite::<D>() {
        ("json_group_array(json_array(", "))")
    } else {
        ("cast(json_agg(json_build_array(", ")) as text)")
    }
}

/// A row's words with its prefecture's and county's prefixes before them: `r5301 r530111 燃气 …`.
pub(crate) fn scoped_words(region: RegionCode, words: &str) -> String {
    let mut scoped: Vec<String> = region.path().iter().skip(2).map(|code| format!("r{}", code.prefix())).collect();
    scoped.extend((!words.is_empty()).then(|| words.to_owned()));
    scoped.join(" ")
}

/// Waits for those that decide on what an operation needs at this moment, or it would be held by what is being applied, and
/// nobody would look at it again. SQLite has one writer anyway.
///
/// # Errors
/// When the engine fails.
pub(crate) async fn await_deciders(tx: &mut Tx, needs: &[OperationId]) -> Result<()> {
    let Tx::Postgres(tx) = tx else { return Ok(()) };
    if !needs.is_empty() {
        let needs: Vec<_> = needs.iter().map(|id| id.0).collect();
        let sql = "select 1 from operations where id = any($1) order by id for share";
        sqlx::query(sql).bind(needs).execute(&mut **tx).await?;
    }
    Ok(())
}

/// The statement that gives an operation (`$1`), what waits for it alone, and what waits for one of these alone: so many
/// (`$2`), the nearest first, and keeps others from deciding on them, all at once, in the order of their ids. SQLite has one
/// writer anyway.
pub(crate) fn lock_operations(tx: &Tx) -> &'static str {
    macro_rules! lock {
        ($id:literal, $kept:literal) => {
            concat!(
                "with recursive waiting (id) as (
                     select ",
                $id,
                " union
                     select o.id from waiting w join operation_needs n on n.needed_id = w.id
                     join operations o on o.id = n.operation_id and o.state = 'held' and o.reason_code = 'needs'
                     where not exists (
                         select 1 from operation_needs m left join operations a on a.id = m.needed_id and a.state = 'applied'
                         where m.operation_id = o.id and m.needed_id <> w.id and a.id is null
                     )
                 )
                 select id from operations where id in (select id from waiting limit $2) order by id",
                $kept
            )
        };
    }
    match tx {
        Tx::Sqlite(_) => lock!("$1", ""),
        Tx::Postgres(_) => lock!("cast($1 as uuid)", " for no key update"),
    }
}

/// The statement that reads by what an inspection (`$2`) of an enterprise (`$1`) is judged. From then on the enterprise stays
/// as it was read until the transaction ends, or its hazards would be found by a name that it has no more, and of two
/// first visits both would say where it is. SQLite has one writer anyway.
pub(crate) fn inspection_facts(tx: &Tx) -> &'static str {
    macro_rules! facts {
        ($kept:literal) => {
            concat!(
                "select e.id, e.region, e.enterprise_type, e.latitude, e.longitude, e.name, e.address, e.closed_at,
                     e.deleted_at,
                     (select s.value from settings s where s.name = 'position_radius_m' and s.region in
                         ('000000', substr(e.region, 1, 2) || '0000', substr(e.region, 1, 4) || '00', e.region)
                      order by s.region desc limit 1) as radius_m,
                     (select s.value from settings s where s.name = 'position_accuracy_cap_m' and s.region in
                         ('000000', substr(e.region, 1, 2) || '0000', substr(e.region, 1, 4) || '00', e.region)
                      order by s.region desc limit 1) as accuracy_cap_m,
                     exists (select 1 from inspections i where i.id = $2) as is_known
                 from enterprises e
                 where e.id = coalesce((select a.enterprise_id from enterprise_aliases a where a.id = $1), $1)",
                $kept
            )
        };
    }
    match tx {
        Tx::Sqlite(_) => facts!(""),
        Tx::Postgres(_) => facts!(" for no key update of e"),
    }
}

/// The statement that files an operation unless it was filed; `$12` is the keys of itself and of those that it needs, as JSON.
/// Other transactions that file one of these, or one that needs it, wait for this one, and in all that it does each waits for
/// another no longer than five seconds: it holds one of few connections meanwhile. SQLite has one writer anyway.
pub(crate) fn claim_operation(tx: &Tx) -> &'static str {
    macro_rules! claim {
        ($source:literal) => {
            concat!(
                "insert into operations (id, kind, format, author_id, deliverer_id, post_id, region, made_at, received_at,
                     content_hash, envelope, enterprise_type, state, reason_code, reason_text, title)
                 select $1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, 'applied', '', '', '' ",
                $source,
                " on conflict (id) do nothing"
            )
        };
    }
    match tx {
        Tx::Sqlite(_) => claim!("where $13 <> ''"),
        Tx::Postgres(_) => claim!(
            "from (select count(cast(pg_advisory_xact_lock(key) as text)) as n from (
                 select cast(value as bigint) as key
                 from (select set_config('lock_timeout', '5s', true) as bound offset 0) patience,
                     jsonb_array_elements_text(cast($13 as jsonb))
                 where bound <> '' order by key
             ) keys) locked where n > 0"
        ),
    }
}

/// The statement that writes an inspection and who took part (`$19`, ids as JSON), and ends it if it was under way. One for
/// the three tables: each would be a journey to the engine.
pub(crate) fn insert_inspection(tx: &Tx) -> &'static str {
    macro_rules! insert {
        () => {
            "insert into inspections (id, enterprise_id, enterprise_type, region, author_id, post_region, checklist_version,
                 started_at, finished_at, received_at, fix, verdict, is_unmatched, exception_reason, answers, inspectors,
                 items, failed)
             values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18)"
        };
    }
    match tx {
        Tx::Sqlite(_) => concat!(
            insert!(),
            "; insert into inspection_people (inspection_id, person_id, ordinal)
                 select $1, unhex(value, '-'), key from json_each($19);
             delete from begun_inspections where id = $1"
        ),
        Tx::Postgres(_) => concat!(
            "with took_part as (
                 insert into inspection_people (inspection_id, person_id, ordinal)
                 select $1, cast(person as uuid), ordinal - 1
                 from jsonb_array_elements_text(cast($19 as jsonb)) with ordinality as people (person, ordinal)
             ), ended as (delete from begun_inspections where id = $1) ",
            insert!()
        ),
    }
}

/// The statement that notes an upload (`$1` hash, `$4` person, `$5` when) for all operations that name the photo and are of
/// the person, or in the region from `$2` to `$3`; where that is news, keeps the photo (`$6` size, `$7` type, `$9` hash of what is
/// kept), and where it is new, asks for the job `$8` for it. It touches rows where anything was news.
pub(crate) fn keep_photo(tx: &Tx) -> &'static str {
    macro_rules! upload {
        () => {
            "insert into photo_uploads (hash, operation_id, person_id, uploaded_at)
             select distinct l.hash, l.operation_id, $4, $5 from photo_links l
             left join operations o on o.id = l.operation_id
             where l.hash = $1 and (l.region >= $2 and l.region < $3 or o.author_id = $4 or o.deliverer_id = $4)
             on conflict do nothing"
        };
    }
    macro_rules! keep {
        ($if_news:literal) => {
            concat!(
                "insert into photos (hash, size_bytes, kept_hash, media_type, stored_at) select $1, $6, $9, $7, $5 where ",
                $if_news,
                " on conflict do nothing"
            )
        };
    }
    macro_rules! ask {
        ($if_new:literal) => {
            concat!(
                "insert into jobs (kind, key, state, tries, enqueued_at, run_at, touched_at, error)
                 select $8, $1, 'waiting', 0, $5, $5, $5, '' where ",
                $if_new,
                " on conflict do nothing"
            )
        };
    }
    match tx {
        Tx::Sqlite(_) => concat!(upload!(), "; ", keep!("changes() > 0"), "; ", ask!("changes() > 0")),
        Tx::Postgres(_) => concat!(
            "with news as (",
            upload!(),
            " returning 1), kept as (",
            keep!("exists (select 1 from news)"),
            " returning 1), asked as (",
            ask!("exists (select 1 from kept)"),
            ") select 1 from news"
        ),
    }
}

/// How a text is looked for within a scope.
#[derive(Debug)]
pub(crate) struct TextSearch {
    /// What the index is asked for; nothing where the rows are walked in their order and each is compared.
    pub(crate) expression: Option<String>,
    /// What each row's text must contain besides.
    pub(crate) terms: Vec<String>,
}

impl TextSearch {
    /// A search that the index answers: of `words` alone, or of a query.
    pub(crate) fn by_index(tx: &Tx, scope: RegionCode, query: Query) -> Self {
        let expression = (!query.words.is_empty()).then(|| match_expression(tx, scope, &query.words));
        let terms = if query.is_exact() { Vec::new() } else { query.terms };
        Self { expression, terms }
    }

    /// The same for hazards in the order of the ledger. Where very many rows have the words, the first page of them is
    /// found sooner by walking the ledger and comparing than by sorting all. PostgreSQL knows by its own statistics.
    ///
    /// # Errors
    /// When the engine fails.
    pub(crate) async fn of_ledger(tx: &mut Tx, scope: RegionCode, query: Query) -> Result<Self> {
        let terms = query.terms.clone();
        let mut search = Self::by_index(tx, scope, query);
        if let (Tx::Sqlite(tx), Some(expression)) = (tx, &search.expression) {
            let sql = "select count(*) from (select 1 from hazard_words where hazard_words match $1 limit $2)";
            let rows: (i64,) = sqlx::query_as(sql).bind(expression).bind(FREQUENT).fetch_one(&mut **tx).await?;
            if rows.0 == FREQUENT {
                search = Self { expression: None, terms };
            }
        }
        Ok(search)
    }

    /// Adds the tables and `where` for a search of hazards: `hazards h where …`.
    pub(crate) fn push_hazards<D>(&self, query: &mut QueryBuilder<D>)
    where
        D: Database,
        String: Type<D> + for<'q> Encode<'q, D>,
    {
        self.push_source(query, "hazards h", "h.", "hazard_words");
    }

    /// The same of enterprises: `enterprises e where …`.
    pub(crate) fn push_enterprises<D>(&self, query: &mut QueryBuilder<D>)
    where
        D: Database,
        String: Type<D> + for<'q> Encode<'q, D>,
    {
        self.push_source(query, "enterprises e", "e.", "enterprise_words");
    }

    fn push_source<D>(&self, query: &mut QueryBuilder<D>, table: &'static str, alias: &'static str, words: &'static str)
    where
        D: Database,
        String: Type<D> + for<'q> Encode<'q, D>,
    {
        match &self.expression {
            None => query.push(table).push(" where 1 = 1"),
            // What the index gives comes first; a cross join is never reordered.
            Some(expression) if is_sqlite::<D>() => {
                query.push(words).push(" cross join ").push(table).push(" on ").push(alias).push("seq = ").push(words);
                query.push(".rowid where ").push(words).push(" match ").push_bind(expression.clone())
            }
            Some(expression) => {
                query.push(table).push(" where ").push(alias).push("words @@ cast(").push_bind(expression.clone());
                query.push(" as tsquery)")
            }
        };
        push_terms(query, alias, &self.terms);
    }
}

/// Rows from which on a word counts as frequent. Sorting so many candidates takes about as long as finding a page of them
/// among a million rows.
const FREQUENT: i64 = 5_000;

fn is_sqlite<D: Database>() -> bool {
    D::NAME == Sqlite::NAME
}

/// Adds ` and <the row's text contains all of these>`.
pub(crate) fn push_terms<D>(query: &mut QueryBuilder<D>, alias: &'static str, terms: &[String])
where
    D: Database,
    String: Type<D> + for<'q> Encode<'q, D>,
{
    for term in terms {
        query.push(if is_sqlite::<D>() { " and instr(" } else { " and strpos(" }).push(alias).push("search_text, ");
        query.push_bind(term.clone()).push(") > 0");
    }
}

/// Adds ` and <the column contains this text>`, in whatever case its Latin letters are written: alike in both engines,
/// whose `like` and whose letters beyond ASCII differ.
pub(crate) fn push_contains<D>(query: &mut QueryBuilder<D>, column: &'static str, text: &str)
where
    D: Database,
    String: Type<D> + for<'q> Encode<'q, D>,
{
    let text = domain::fold::fold(text).to_ascii_lowercase();
    if is_sqlite::<D>() {
        query.push(" and instr(lower(").push(column).push("), ");
    } else {
        query.push(" and strpos(lower(").push(column).push(" collate \"C\"), ");
    }
    query.push_bind(text).push(") > 0");
}

/// The expression to match within a scope: for SQLite FTS5 (`"r5301" AND "燃气"`), for PostgreSQL a tsquery
/// (`'r5301' & '燃气'`). The words are quoted, so no input is an operator. A province is no word of it: its rows are too
/// many to narrow a search by, and the query's own condition on the region holds all the same.
fn match_expression(tx: &Tx, scope: RegionCode, words: &[Word]) -> String {
    let prefix = (scope.level() > RegionLevel::Province).then(|| Word::Whole(format!("r{}", scope.prefix())));
    let all = prefix.iter().chain(words);
    match tx {
        Tx::Sqlite(_) => all
            .map(|word| match word {
                Word::Whole(word) => format!("\"{word}\""),
                Word::Start(start) => format!("\"{start}\" *"),
            })
            .collect::<Vec<_>>()
            .join(" AND "),
        Tx::Postgres(_) => all
            .map(|word| match word {
                Word::Whole(word) => format!("'{word}'"),
                Word::Start(start) => format!("'{start}':*"),
            })
            .collect::<Vec<_>>()
            .join(" & "),
    }
}

/// Who was last touched so far in the future was touched before the clock was set back.
pub(crate) const CLOCK_SLACK_SECONDS: i64 = 3_600;

/// Takes jobs of a kind that are due, so that no other worker takes them before `until`: their keys and how often they
/// were tried, this time included. PostgreSQL passes over what another worker is just taking; SQLite has one writer.
///
/// # Errors
/// When the engine fails.
pub(crate) async fn claim_jobs(
    tx: &mut Tx,
    kind: &'static str,
    most: i64,
    now: Timestamp,
    until: Timestamp,
) -> Result<Vec<(String, i64)>> {
    const ONE: &str = "update jobs set state = 'running', tries = tries + 1, run_at = $3, touched_at = $2
        where kind = $1 and key in (select key from jobs where kind = $1 and state <> 'dead'
            and (run_at <= $2 or touched_at > $5) order by run_at limit $4)
        returning key, tries";
    const ONE_OF_MANY: &str = "update jobs set state = 'running', tries = tries + 1, run_at = $3, touched_at = $2
        where kind = $1 and key in (select key from jobs where kind = $1 and state <> 'dead'
            and (run_at <= $2 or touched_at > $5) order by run_at limit $4 for update skip locked)
        returning key, tries";
    let sql = match tx {
        Tx::Sqlite(_) => ONE,
        Tx::Postgres(_) => ONE_OF_MANY,
    };
    fetch_all!(tx, (String, i64), sql, kind, now.0, until.0, most, now.plus_seconds(CLOCK_SLACK_SECONDS).0)
}

/// Adds up what PostgreSQL's triggers only append to the sums; SQLite's keep one row each.
pub(crate) async fn fold_sums(tx: &mut Tx) -> Result<()> {
    match tx {
        Tx::Sqlite(tx) => sqlx::query("delete from sums where n = 0").execute(&mut **tx).await.map(drop)?,
        Tx::Postgres(tx) => {
            let sql = "with gone as (delete from sums returning region, what, enterprise_type, severity, department, n)
                insert into sums select region, what, enterprise_type, severity, department, sum(n) from gone
                group by region, what, enterprise_type, severity, department having sum(n) <> 0";
            sqlx::query(sql).execute(&mut **tx).await.map(drop)?;
        }
    }
    Ok(())
}

/// Makes other transactions that change this hazard wait for this one. SQLite has one writer, which is waiting enough.
/// First its enterprise, which every event touches: who files an inspection holds that one before the hazards it saw again.
/// No key is changed, so what refers to these rows need not wait.
///
/// # Errors
/// When the engine fails.
pub(crate) async fn lock_hazard(tx: &mut Tx, id: HazardId) -> Result<()> {
    if let Tx::Postgres(tx) = tx {
        let enterprise = "select 1 from enterprises where id = (select enterprise_id from hazards where id = $1)
            for no key update";
        sqlx::query(enterprise).bind(id.0).execute(&mut **tx).await?;
        sqlx::query("select 1 from hazards where id = $1 for no key update").bind(id.0).execute(&mut **tx).await?;
    }
    Ok(())
}

/// What SQLite finds wrong with its own file. PostgreSQL has tools of its own for that (`pg_amcheck`), and says so while it
/// reads.
pub(crate) async fn check_file(tx: &mut Tx) -> Result<Vec<String>> {
    let Tx::Sqlite(tx) = tx else { return Ok(Vec::new()) };
    let rows: Vec<(String,)> = sqlx::query_as("pragma integrity_check").fetch_all(&mut **tx).await?;
    Ok(rows.into_iter().map(|(line,)| line).filter(|line| line != "ok").collect())
}
