//! Regions and departments, which everyone who is signed in may read.

use crate::{Permit, actions::ReadDictionary, permit::internal};
use domain::{
    Problem,
    person::Department,
    region::{Region, RegionCode},
};
use std::collections::HashMap;
use store::Tx;

/// The regions directly below this one.
///
/// # Errors
/// Only when the store fails.
pub async fn regions(mut permit: Permit<ReadDictionary>, parent: RegionCode) -> Result<Vec<Region>, Problem> {
    store::dictionary::regions(&mut permit.tx, parent).await.map_err(internal)
}

/// The regions from the nation down to this one.
///
/// # Errors
/// [`Problem::NotFound`] when there is no such region.
pub async fn path(mut permit: Permit<ReadDictionary>, region: RegionCode) -> Result<Vec<Region>, Problem> {
    let path = store::dictionary::path(&mut permit.tx, region).await.map_err(internal)?;
    if path.is_empty() { Err(Problem::not_found("地区")) } else { Ok(path) }
}

/// The names of all regions, for a workbook that shows every level of a place.
///
/// # Errors
/// Only when the store fails.
pub async fn names(mut permit: Permit<ReadDictionary>) -> Result<HashMap<RegionCode, String>, Problem> {
    store::dictionary::region_names(&mut permit.tx, RegionCode::NATION).await.map_err(internal)
}

/// The member departments.
///
/// # Errors
/// Only when the store fails.
pub async fn departments(mut permit: Permit<ReadDictionary>) -> Result<Vec<Department>, Problem> {
    store::dictionary::departments(&mut permit.tx).await.map_err(internal)
}

/// The name of the region that a list is narrowed to.
pub(crate) async fn region_name(tx: &mut Tx, region: Option<RegionCode>) -> Result<Option<String>, Problem> {
    let Some(code) = region else { return Ok(None) };
    let region = store::dictionary::region(tx, code).await.map_err(internal)?;
    Ok(Some(region.map_or_else(|| code.to_string(), |region| region.name)))
}
