//! What a caller may see of what is stored, and the one way of it into a query, for each shape of table.

use domain::{
    enterprise::EnterpriseType,
    region::{RegionCode, RegionLevel},
};
use sqlx::{Database, Encode, QueryBuilder, Type};

/// What a caller may see: a region and all below it, and of that, where an administrator turned it on, only the types of
/// enterprise that the caller's department is responsible for (Q24).
///
/// A record belongs to the type that it was made as: the ledger keeps an inspection and its hazards under the type whose
/// checklist was answered, also when the enterprise's own was corrected since.
///
/// It only ever becomes narrower. `services::Permit` makes it; a region to look in that is no scope stays a [`RegionCode`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Scope {
    region: RegionCode,
    /// A bit for each type, by its place in [`EnterpriseType::ALL`]; none means all types, those of newer versions too.
    types: Option<u32>,
}

const _: () = assert!(EnterpriseType::ALL.len() <= 32, "a bit for each type");

fn bit(kind: EnterpriseType) -> u32 {
    1 << (kind as u32)
}

impl Scope {
    /// The scope of a post of this region. Only the permit calls this (`clippy.toml`).
    pub fn granted(region: RegionCode) -> Self {
        Self { region, types: None }
    }

    /// Everything, for what is no caller's view: whoever asks says why, and review finds it by this name.
    pub fn unrestricted(_reason: &'static str) -> Self {
        Self { region: RegionCode::NATION, types: None }
    }

    /// The part of it that lies in this region; nothing where the region lies outside.
    pub fn within(self, region: RegionCode) -> Option<Self> {
        self.region.includes(region).then_some(Self { region, ..self })
    }

    /// The part of it that is of these types; none of it, where there are none.
    #[must_use]
    pub fn of_types(self, types: impl IntoIterator<Item = EnterpriseType>) -> Self {
        let wanted = types.into_iter().map(bit).fold(0, |all, one| all | one);
        Self { types: Some(self.types.unwrap_or(u32::MAX) & wanted), ..self }
    }

    /// The region that it is within.
    pub fn region(self) -> RegionCode {
        self.region
    }

    /// The types that it is limited to; nothing where it has all.
    pub(crate) fn types(self) -> Option<impl Iterator<Item = EnterpriseType>> {
        self.types.map(|types| EnterpriseType::ALL.into_iter().filter(move |kind| types & bit(*kind) != 0))
    }

    /// Whether a single record may be seen: one of this region, at an enterprise of this type. Of which type it is is not
    /// known of an operation that the server does not understand, or whose enterprise it does not know; the office of its
    /// place decides on these, whatever its department, or nobody would.
    pub fn admits(self, region: RegionCode, kind: Option<EnterpriseType>) -> bool {
        self.region.includes(region) && self.types.is_none_or(|types| kind.is_none_or(|kind| types & bit(kind) != 0))
    }
}

/// Adds `and <the row lies in the scope>`, for a table with `region` and `enterprise_type`, in the order of the list.
/// `alias` is the table's alias with its dot, such as `h.`.
pub(crate) fn push_scope<D>(query: &mut QueryBuilder<D>, alias: &'static str, scope: Scope)
where
    D: Database,
    String: Type<D> + for<'q> Encode<'q, D>,
{
    push_region(query, alias, scope.region);
    push_types(query, alias, scope);
}

/// The same for sums: the region as a range of codes, for the covering indexes (`…_counted`) begin with it.
pub(crate) fn push_range<D>(query: &mut QueryBuilder<D>, alias: &'static str, scope: Scope)
where
    D: Database,
    String: Type<D> + for<'q> Encode<'q, D>,
{
    let (first, last) = scope.region.range();
    query.push(" and ").push(alias).push("region >= ").push_bind(first);
    query.push(" and ").push(alias).push("region < ").push_bind(last);
    push_types(query, alias, scope);
}

/// The region alone, as equality on its prefix, so that the expression indexes give the order too: for rows that are of no
/// enterprise, and beside what says the types in other words.
pub(crate) fn push_region<D>(query: &mut QueryBuilder<D>, alias: &'static str, region: RegionCode)
where
    D: Database,
    String: Type<D> + for<'q> Encode<'q, D>,
{
    match region.level() {
        RegionLevel::Nation => return,
        RegionLevel::Province => query.push(" and substr(").push(alias).push("region, 1, 2) = "),
        RegionLevel::Prefecture => query.push(" and substr(").push(alias).push("region, 1, 4) = "),
        RegionLevel::County => query.push(" and ").push(alias).push("region = "),
    };
    query.push_bind(region.prefix());
}

/// The types alone, where a scope has some: for rows whose place is proved already, and beside a region in other words.
pub(crate) fn push_types<D>(query: &mut QueryBuilder<D>, alias: &'static str, scope: Scope)
where
    D: Database,
    String: Type<D> + for<'q> Encode<'q, D>,
{
    if scope.types.is_some() {
        query.push(" and ").push(alias).push("enterprise_type");
        push_list(query, scope);
    }
}

/// The types of rows of which some have none that is known: these are of every scope, as in [`Scope::admits`]. `kind` is the
/// expression that gives the type.
pub(crate) fn push_types_or_none<D>(query: &mut QueryBuilder<D>, kind: &'static str, scope: Scope)
where
    D: Database,
    String: Type<D> + for<'q> Encode<'q, D>,
{
    if scope.types.is_some() {
        query.push(" and (").push(kind).push(" is null or ").push(kind);
        push_list(query, scope);
        query.push(")");
    }
}

/// ` in (…)`; no type is called by the empty text, which stands for none.
fn push_list<D>(query: &mut QueryBuilder<D>, scope: Scope)
where
    D: Database,
    String: Type<D> + for<'q> Encode<'q, D>,
{
    query.push(" in (''");
    for kind in scope.types().into_iter().flatten() {
        query.push(", ").push_bind(kind.code().to_owned());
    }
    query.push(")");
}
