//! Row scope in a `QueryBuilder`.

use domain::region::{RegionCode, RegionLevel};
use sqlx::{Database, Encode, QueryBuilder, Type};

/// Adds `and <the row lies in the scope>` as equality on the region's prefix, so that the expression indexes give the
/// order too; `alias` is the table's alias with its dot, such as `h.`.
pub(crate) fn push_scope<D>(query: &mut QueryBuilder<D>, alias: &'static str, scope: RegionCode)
where
    D: Database,
    String: Type<D> + for<'q> Encode<'q, D>,
{
    match scope.level() {
        RegionLevel::Nation => return,
        RegionLevel::Province => query.push(" and substr(").push(alias).push("region, 1, 2) = "),
        RegionLevel::Prefecture => query.push(" and substr(").push(alias).push("region, 1, 4) = "),
        RegionLevel::County => query.push(" and ").push(alias).push("region = "),
    };
    query.push_bind(scope.prefix());
}

/// The same as a range of codes, for sums: the covering indexes (`…_counted`) begin with the region.
pub(crate) fn push_range<D>(query: &mut QueryBuilder<D>, alias: &'static str, scope: RegionCode)
where
    D: Database,
    String: Type<D> + for<'q> Encode<'q, D>,
{
    let (first, last) = scope.range();
    query.push(" and ").push(alias).push("region >= ").push_bind(first);
    query.push(" and ").push(alias).push("region < ").push_bind(last);
}
