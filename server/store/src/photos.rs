//! Which photos there are and which records name them; the bytes are elsewhere.

use crate::{Result, Scope, StoreError, Tx, engine, error::expect_rows, scope::push_types_or_none};
use domain::{
    id::{HazardId, InspectionId, OperationId, PersonId},
    job::JobKind,
    photo::PhotoHash,
    region::RegionCode,
    time::Timestamp,
};

/// Links of one statement: seven values each stay far below both engines' limit of parameters.
const ROWS: usize = 500;

/// What a photo shows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PhotoPurpose {
    /// The hazard as found.
    Found,
    /// The hazard, seen again at a later visit.
    SeenAgain,
    /// The hazard cured.
    Cured,
    /// The place, where the position did not match.
    Place,
    /// Named by an operation and by no record: of one that is held, or of no record's own.
    Announced,
}

impl PhotoPurpose {
    fn code(self) -> &'static str {
        match self {
            Self::Found => "found",
            Self::SeenAgain => "seen_again",
            Self::Cured => "cured",
            Self::Place => "place",
            Self::Announced => "announced",
        }
    }
}

/// A record's naming of a photo.
#[derive(Clone, Copy, Debug)]
pub struct Link {
    /// The operation that announced it.
    pub operation: OperationId,
    /// What it shows.
    pub shows: PhotoPurpose,
    /// Of which hazard, if of one.
    pub hazard: Option<HazardId>,
    /// Of which inspection, for the place.
    pub inspection: Option<InspectionId>,
    /// Where, which decides who may see it.
    pub region: RegionCode,
}

/// Announces photos of records, those of each in their order.
///
/// # Errors
/// When the engine fails.
pub async fn announce(tx: &mut Tx, named: &[(Link, &[PhotoHash])]) -> Result<()> {
    let rows = named.iter().flat_map(|(link, photos)| (0_i64..).zip(*photos).map(move |row| (link, row)));
    let rows: Vec<_> = rows.collect();
    for some in rows.chunks(ROWS) {
        build_execute!(tx, |q| {
            q.push("insert into photo_links (operation_id, hash, use, ordinal, hazard_id, inspection_id, region) ");
            q.push_values(some, |mut row, (link, (ordinal, hash))| {
                row.push_bind(link.operation.0).push_bind(hash.to_string()).push_bind(link.shows.code());
                row.push_bind(*ordinal).push_bind(link.hazard.map(|id| id.0)).push_bind(link.inspection.map(|id| id.0));
                row.push_bind(link.region.to_string());
            });
            q.push(" on conflict do nothing");
        })?;
    }
    Ok(())
}

/// Where a photo stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PhotoStatus {
    /// No record that this person may write names it.
    Unknown,
    /// Named, and not here yet.
    Expected,
    /// Its bytes were sent for every such operation.
    Held,
}

/// Where a photo stands for this person: whether its bytes were sent for every operation that names it and that this
/// person may write: whatever was announced in the `area` of the person's post, and the person's own. To send is not to see,
/// so this is no scope.
///
/// # Errors
/// When the engine fails.
pub async fn status(tx: &mut Tx, hash: PhotoHash, area: Option<RegionCode>, person: PersonId) -> Result<PhotoStatus> {
    let (from, to) = area.map_or_else(Default::default, RegionCode::range);
    let row = fetch_optional!(
        tx,
        (bool,),
        "select u.hash is not null as is_held from photo_links l
         left join photo_uploads u on u.hash = l.hash and u.operation_id = l.operation_id
         left join operations o on o.id = l.operation_id
         where l.hash = $1 and (l.region >= $2 and l.region < $3 or o.author_id = $4 or o.deliverer_id = $4) order by is_held limit 1",
        hash.to_string(),
        from,
        to,
        person.0,
    )?;
    Ok(match row {
        None => PhotoStatus::Unknown,
        Some((false,)) => PhotoStatus::Expected,
        Some((true,)) => PhotoStatus::Held,
    })
}

/// A photo as it is here.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StoredPhoto {
    /// Its media type.
    pub media_type: String,
    /// Whether no picture can be made of it (无法显示).
    pub is_unreadable: bool,
}

/// A photo that is here and belongs to a record of this scope, or to a hazard that this person took part in finding or
/// is officer of, or was announced by this person; and whose bytes were sent for that very record.
///
/// # Errors
/// When the engine fails.
pub async fn visible(tx: &mut Tx, hash: PhotoHash, scope: Scope, person: PersonId) -> Result<Option<StoredPhoto>> {
    let (from, to) = scope.region().range();
    let mut rows = build_prepared!(tx, (String, bool), |q| {
        q.push(
            "select p.media_type, p.is_unreadable from photos p join photo_links l on l.hash = p.hash
             join photo_uploads u on u.hash = l.hash and u.operation_id = l.operation_id
             left join operations o on o.id = l.operation_id
             left join hazards h on h.id = l.hazard_id",
        );
        if scope.types().is_some() {
            q.push(" left join inspections v on v.id = l.inspection_id");
        }
        q.push(" left join inspection_people i on i.inspection_id = h.inspection_id and i.person_id = ");
        q.push_bind(person.0).push(" where p.hash = ").push_bind(hash.to_string());
        q.push(" and (l.region >= ").push_bind(&from).push(" and l.region < ").push_bind(&to);
        push_types_or_none(&mut q, "coalesce(h.enterprise_type, v.enterprise_type, o.enterprise_type)", scope);
        q.push(" or o.author_id = ").push_bind(person.0).push(" or o.deliverer_id = ").push_bind(person.0);
        q.push(" or i.person_id is not null or h.officer_id = ").push_bind(person.0).push(") limit 1");
    })?;
    Ok(rows.pop().map(|(media_type, is_unreadable)| StoredPhoto { media_type, is_unreadable }))
}

/// A photo that is on disk.
#[derive(Clone, Copy, Debug)]
pub struct NewPhoto<'a> {
    /// The hash of the bytes that were sent.
    pub hash: PhotoHash,
    /// The size of what is kept.
    pub size_bytes: i64,
    /// The hash of what is kept.
    pub kept_hash: PhotoHash,
    /// Its media type.
    pub media_type: &'a str,
    /// When its bytes had come, by the server's clock.
    pub at: Timestamp,
}

/// Notes that this person sent a photo's bytes, for all operations that name it and that this person may write, and asks
/// for its proof where it is new. Says whether anything was news: a second time changes nothing, also when two race.
///
/// # Errors
/// When the engine fails.
pub async fn keep(tx: &mut Tx, photo: &NewPhoto<'_>, area: Option<RegionCode>, person: PersonId) -> Result<bool> {
    let (from, to) = area.map_or_else(Default::default, RegionCode::range);
    let sql = engine::keep_photo(tx);
    let written = execute!(
        tx,
        sql,
        photo.hash.to_string(),
        from,
        to,
        person.0,
        photo.at.0,
        photo.size_bytes,
        photo.media_type,
        JobKind::ProvePhoto.code(),
        photo.kept_hash.to_string(),
    )?;
    Ok(written > 0)
}

/// A photo as it should lie where photos are kept.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct KeptPhoto {
    /// Under which hash.
    pub hash: PhotoHash,
    /// How many bytes.
    pub size_bytes: u64,
    /// The hash of these bytes.
    pub kept_hash: PhotoHash,
}

/// All photos that are here, a page at a time, by their hash.
///
/// # Errors
/// When the engine fails.
pub async fn page(tx: &mut Tx, after: Option<PhotoHash>, limit: u32) -> Result<Vec<KeptPhoto>> {
    let rows = fetch_all!(
        tx,
        (String, i64, String),
        "select hash, size_bytes, kept_hash from photos where hash > $1 order by hash limit $2",
        after.map_or_else(String::new, |hash| hash.to_string()),
        i64::from(limit),
    )?;
    let parse = |text: &str| text.parse().map_err(StoreError::inconsistent("photos.hash"));
    let kept = |(hash, size, kept): (String, i64, String)| {
        let size_bytes = size.try_into().map_err(StoreError::inconsistent("photos.size_bytes"))?;
        Ok(KeptPhoto { hash: parse(&hash)?, size_bytes, kept_hash: parse(&kept)? })
    };
    rows.into_iter().map(kept).collect()
}

/// How many photos cannot be shown.
///
/// # Errors
/// When the engine fails.
pub async fn count_unreadable(tx: &mut Tx) -> Result<i64> {
    let (count,) = fetch_one!(tx, (i64,), "select count(*) from photos where is_unreadable")?;
    Ok(count)
}

/// Notes that no picture can be made of a photo.
///
/// # Errors
/// When the engine fails, or there is no such photo.
pub async fn mark_unreadable(tx: &mut Tx, hash: PhotoHash) -> Result<()> {
    let marked = execute!(tx, "update photos set is_unreadable = $2 where hash = $1", hash.to_string(), true)?;
    expect_rows(marked, 1, "photos")
}

/// A photo of a hazard.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct HazardPhoto {
    /// The hash of the bytes that were sent, under which it is fetched.
    pub hash: PhotoHash,
    /// The operation that announced it, and so the event that it belongs to.
    pub operation: OperationId,
    /// Whether it is here.
    pub is_held: bool,
}

/// Photos of one hazard, in the order of taking.
///
/// # Errors
/// When the engine fails.
pub async fn of_hazard(tx: &mut Tx, hazard: HazardId) -> Result<Vec<HazardPhoto>> {
    let rows = fetch_all!(
        tx,
        (String, uuid::Uuid, bool),
        "select l.hash, l.operation_id, u.hash is not null from photo_links l
         left join photo_uploads u on u.hash = l.hash and u.operation_id = l.operation_id
         where l.hazard_id = $1 order by l.operation_id, l.ordinal",
        hazard.0,
    )?;
    rows.into_iter()
        .map(|(hash, operation, is_held)| {
            let hash = hash.parse().map_err(StoreError::inconsistent("photo_links.hash"))?;
            Ok(HazardPhoto { hash, operation: OperationId(operation), is_held })
        })
        .collect()
}

/// The photo of the place, where an inspection's position did not match.
///
/// # Errors
/// When the engine fails.
pub async fn of_place(tx: &mut Tx, inspection: InspectionId) -> Result<Option<PhotoHash>> {
    let row = fetch_optional!(
        tx,
        (String,),
        "select hash from photo_links where inspection_id = $1 and use = 'place'",
        inspection.0,
    )?;
    row.map(|(hash,)| hash.parse().map_err(StoreError::inconsistent("photo_links.hash"))).transpose()
}
