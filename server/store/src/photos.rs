//! Which photos there are and which records name them; the bytes are elsewhere.

use crate::{Result, StoreError, Tx};
use domain::{
    id::{HazardId, InspectionId, OperationId, PersonId},
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

/// Where a photo stands for records of this scope, or of an operation that this person did or delivered.
///
/// # Errors
/// When the engine fails.
pub async fn status(tx: &mut Tx, hash: PhotoHash, scope: Option<RegionCode>, person: PersonId) -> Result<PhotoStatus> {
    let (from, to) = scope.map_or_else(Default::default, RegionCode::range);
    let row = fetch_optional!(
        tx,
        (bool,),
        "select p.hash is not null from photo_links l
         left join photos p on p.hash = l.hash
         left join operations o on o.id = l.operation_id
         where l.hash = $1 and (l.region >= $2 and l.region < $3 or o.author_id = $4 or o.deliverer_id = $4) limit 1",
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

/// The media type of a photo that is here and belongs to a record of this scope, or to a hazard that this person took
/// part in finding or is officer of, or was announced by this person.
///
/// # Errors
/// When the engine fails.
pub async fn media_type(tx: &mut Tx, hash: PhotoHash, scope: RegionCode, person: PersonId) -> Result<Option<String>> {
    let (from, to) = scope.range();
    let row = fetch_optional!(
        tx,
        (String,),
        "select p.media_type from photos p join photo_links l on l.hash = p.hash
         left join operations o on o.id = l.operation_id
         left join hazards h on h.id = l.hazard_id
         left join inspection_people i on i.inspection_id = h.inspection_id and i.person_id = $4
         where p.hash = $1
           -- Whoever names a photo that was here before has not shown it to us, unless by an earlier operation.
           and (o.id is null or exists (select 1 from photo_links m join operations n on n.id = m.operation_id
                where m.hash = p.hash and n.author_id = o.author_id and n.received_at <= p.stored_at))
           and (l.region >= $2 and l.region < $3 or o.author_id = $4 or o.deliverer_id = $4
                or i.person_id is not null or h.officer_id = $4) limit 1",
        hash.to_string(),
        from,
        to,
        person.0,
    )?;
    Ok(row.map(|(media_type,)| media_type))
}

/// Notes that a photo is on disk, and says whether it was news. A second time changes nothing, also when two race.
///
/// # Errors
/// When the engine fails.
pub async fn mark_stored(
    tx: &mut Tx,
    hash: PhotoHash,
    size_bytes: i64,
    media_type: &str,
    at: Timestamp,
) -> Result<bool> {
    let held = execute!(
        tx,
        "insert into photos (hash, size_bytes, media_type, stored_at) values ($1, $2, $3, $4) on conflict do nothing",
        hash.to_string(),
        size_bytes,
        media_type,
        at.0,
    )?;
    Ok(held == 1)
}

/// Notes that no picture can be made of a photo.
///
/// # Errors
/// When the engine fails.
pub async fn mark_unreadable(tx: &mut Tx, hash: PhotoHash) -> Result<()> {
    execute!(tx, "update photos set is_unreadable = $2 where hash = $1", hash.to_string(), true)?;
    Ok(())
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
        "select l.hash, l.operation_id, p.hash is not null from photo_links l left join photos p on p.hash = l.hash
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
