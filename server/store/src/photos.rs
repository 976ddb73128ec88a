//! Which photos there are and which records name them; the bytes are elsewhere.

use crate::{Result, StoreError, Tx, error::expect_rows, jobs};
use domain::{
    id::{HazardId, InspectionId, OperationId, PersonId},
    job::JobKind,
    photo::PhotoHash,
    region::RegionCode,
    time::Timestamp,
};

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

/// Announces photos of one record, in their order.
///
/// # Errors
/// When the engine fails.
pub async fn announce(tx: &mut Tx, link: &Link, photos: &[PhotoHash]) -> Result<()> {
    for (ordinal, hash) in (0_i64..).zip(photos) {
        execute!(
            tx,
            "insert into photo_links (operation_id, hash, use, ordinal, hazard_id, inspection_id, region)
             values ($1, $2, $3, $4, $5, $6, $7) on conflict do nothing",
            link.operation.0,
            hash.to_string(),
            link.shows.code(),
            ordinal,
            link.hazard.map(|id| id.0),
            link.inspection.map(|id| id.0),
            link.region.to_string(),
        )?;
    }
    Ok(())
}

/// Where a photo stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PhotoStatus {
    /// No record in this scope names it.
    Unknown,
    /// Named, and not here yet.
    Expected,
    /// Here.
    Held,
}

/// Where a photo stands for this person: whether its bytes were sent for every operation that names it and that this
/// person may write.
///
/// # Errors
/// When the engine fails.
pub async fn status(tx: &mut Tx, hash: PhotoHash, scope: Option<RegionCode>, person: PersonId) -> Result<PhotoStatus> {
    let (from, to) = scope.map_or_else(Default::default, RegionCode::range);
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
pub async fn visible(tx: &mut Tx, hash: PhotoHash, scope: RegionCode, person: PersonId) -> Result<Option<StoredPhoto>> {
    let (from, to) = scope.range();
    let row = fetch_optional!(
        tx,
        (String, bool),
        "select p.media_type, p.is_unreadable from photos p join photo_links l on l.hash = p.hash
         join photo_uploads u on u.hash = l.hash and u.operation_id = l.operation_id
         left join operations o on o.id = l.operation_id
         left join hazards h on h.id = l.hazard_id
         left join inspection_people i on i.inspection_id = h.inspection_id and i.person_id = $4
         where p.hash = $1
           and (l.region >= $2 and l.region < $3 or o.author_id = $4 or o.deliverer_id = $4
                or i.person_id is not null or h.officer_id = $4) limit 1",
        hash.to_string(),
        from,
        to,
        person.0,
    )?;
    Ok(row.map(|(media_type, is_unreadable)| StoredPhoto { media_type, is_unreadable }))
}

/// A photo that is on disk.
#[derive(Clone, Copy, Debug)]
pub struct NewPhoto<'a> {
    /// The hash of the bytes that were sent.
    pub hash: PhotoHash,
    /// The size of what is kept.
    pub size_bytes: i64,
    /// Its media type.
    pub media_type: &'a str,
    /// When.
    pub at: Timestamp,
}

/// Notes that this person sent a photo's bytes, for all operations that name it and that this person may write, and asks
/// for its proof where it is new. Says whether anything was news: a second time changes nothing, also when two race.
///
/// # Errors
/// When the engine fails.
pub async fn keep(tx: &mut Tx, photo: &NewPhoto<'_>, scope: Option<RegionCode>, person: PersonId) -> Result<bool> {
    const UPLOADED: &str = "insert into photo_uploads (hash, operation_id, person_id, uploaded_at)
        select distinct l.hash, l.operation_id, $4, $5 from photo_links l
        left join operations o on o.id = l.operation_id
        where l.hash = $1 and (l.region >= $2 and l.region < $3 or o.author_id = $4 or o.deliverer_id = $4) on conflict do nothing";
    let (from, to) = scope.map_or_else(Default::default, RegionCode::range);
    let (hash, at) = (photo.hash.to_string(), photo.at.0);
    let uploads = execute!(tx, UPLOADED, &hash, &from, &to, person.0, at)?;
    if uploads == 0 {
        return Ok(false);
    }
    let photos = execute!(
        tx,
        "insert into photos (hash, size_bytes, media_type, stored_at) values ($1, $2, $3, $4) on conflict do nothing",
        &hash,
        photo.size_bytes,
        photo.media_type,
        at,
    )?;
    if photos == 1 {
        jobs::enqueue(tx, JobKind::ProvePhoto, &hash, photo.at).await?;
    }
    Ok(true)
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
    /// Which.
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
