//! Leaf macros: one `$1`-style text, expanded for both engines, so that rows keep native types.

/// Runs a statement and gives the number of rows it touched.
macro_rules! execute {
    ($tx:expr, $sql:expr $(, $value:expr)* $(,)?) => {
        match $tx {
            $crate::Tx::Sqlite(tx) => {
                sqlx::query($sql)$(.bind($value))*.execute(&mut **tx).await.map(|done| done.rows_affected())
            }
            $crate::Tx::Postgres(tx) => {
                sqlx::query($sql)$(.bind($value))*.execute(&mut **tx).await.map(|done| done.rows_affected())
            }
        }
        .map_err($crate::StoreError::from)
    };
}

macro_rules! fetch {
    ($how:ident, $tx:expr, $row:ty, $sql:expr $(, $value:expr)* $(,)?) => {
        match $tx {
            $crate::Tx::Sqlite(tx) => sqlx::query_as::<sqlx::Sqlite, $row>($sql)$(.bind($value))*.$how(&mut **tx).await,
            $crate::Tx::Postgres(tx) => sqlx::query_as::<sqlx::Postgres, $row>($sql)$(.bind($value))*.$how(&mut **tx).await,
        }
        .map_err($crate::StoreError::from)
    };
}

/// All rows of a query, as `$row` (a tuple or a `FromRow` struct).
macro_rules! fetch_all {
    ($($all:tt)*) => { fetch!(fetch_all, $($all)*) };
}

/// The one row of a query.
macro_rules! fetch_one {
    ($($all:tt)*) => { fetch!(fetch_one, $($all)*) };
}

/// The row of a query, if there is one.
macro_rules! fetch_optional {
    ($($all:tt)*) => { fetch!(fetch_optional, $($all)*) };
}

/// A query whose text depends on its filter: `build!(tx, Row, |q| { q.push("…").push_bind(…); })` gives all rows.
/// The closure's body is expanded for both engines; only constant text and bound values may go in.
macro_rules! build {
    ($tx:expr, $row:ty, |$q:ident| $body:block) => {
        match $tx {
            $crate::Tx::Sqlite(tx) => {
                let mut $q = sqlx::QueryBuilder::<sqlx::Sqlite>::default();
                $body
                $q.build_query_as::<$row>().fetch_all(&mut **tx).await
            }
            $crate::Tx::Postgres(tx) => {
                let mut $q = sqlx::QueryBuilder::<sqlx::Postgres>::default();
                $body
                // Planned anew for its values: a plan for any word or region is a bad one for most.
                $q.build_query_as::<$row>().persistent(false).fetch_all(&mut **tx).await
            }
        }
        .map_err($crate::StoreError::from)
    };
}

/// [`build!`] for a list of ids, which is as good under one plan as under another: prepared once for each length.
macro_rules! build_prepared {
    ($tx:expr, $row:ty, |$q:ident| $body:block) => {
        match $tx {
            $crate::Tx::Sqlite(tx) => {
                let mut $q = sqlx::QueryBuilder::<sqlx::Sqlite>::default();
                $body
                $q.build_query_as::<$row>().fetch_all(&mut **tx).await
            }
            $crate::Tx::Postgres(tx) => {
                let mut $q = sqlx::QueryBuilder::<sqlx::Postgres>::default();
                $body
                $q.build_query_as::<$row>().fetch_all(&mut **tx).await
            }
        }
        .map_err($crate::StoreError::from)
    };
}

/// The same for a statement without rows; gives the number of rows touched.
macro_rules! build_execute {
    ($tx:expr, |$q:ident| $body:block) => {
        match $tx {
            $crate::Tx::Sqlite(tx) => {
                let mut $q = sqlx::QueryBuilder::<sqlx::Sqlite>::default();
                $body
                $q.build().execute(&mut **tx).await.map(|done| done.rows_affected())
            }
            $crate::Tx::Postgres(tx) => {
                let mut $q = sqlx::QueryBuilder::<sqlx::Postgres>::default();
                $body
                $q.build().execute(&mut **tx).await.map(|done| done.rows_affected())
            }
        }
        .map_err($crate::StoreError::from)
    };
}
