//! Settings of a region: the nearest ancestor that sets a value wins, and where none does, the default.

use crate::{Result, StoreError, Tx};
use domain::{geo::PositionRule, hazard::ReviewRule, region::RegionCode};
use std::{collections::HashMap, str::FromStr};

/// How near an inspector must be in this region.
///
/// # Errors
/// When the engine fails, or a stored setting is no number.
pub async fn position_rule(tx: &mut Tx, region: RegionCode) -> Result<PositionRule> {
    let settings = settings(tx, region).await?;
    let setting = |name| settings.get(name).map(String::as_str);
    parse_position_rule(setting("position_radius_m"), setting("position_accuracy_cap_m"))
}

/// The rule that these settings make.
pub(crate) fn parse_position_rule(radius_m: Option<&str>, accuracy_cap_m: Option<&str>) -> Result<PositionRule> {
    let default = PositionRule::default();
    Ok(PositionRule {
        radius_m: value(radius_m, default.radius_m)?,
        accuracy_cap_m: value(accuracy_cap_m, default.accuracy_cap_m)?,
    })
}

/// Which cures wait for a second look in this region: the setting `review`, `never`, `major` or `all`.
///
/// # Errors
/// When the engine fails, or the stored setting is none of these.
pub async fn review_rule(tx: &mut Tx, region: RegionCode) -> Result<ReviewRule> {
    match settings(tx, region).await?.get("review") {
        None => Ok(ReviewRule::Never),
        Some(code) => ReviewRule::from_code(code).ok_or_else(|| StoreError::inconsistent("settings.value")(code)),
    }
}

/// How many administrators a place may have (Q7).
///
/// # Errors
/// When the engine fails, or a stored setting is no number.
pub async fn administrators_per_place(tx: &mut Tx, region: RegionCode) -> Result<i64> {
    value(settings(tx, region).await?.get("administrators_per_place").map(String::as_str), 2)
}

/// Sets a value for a region and all below it that set none of their own.
///
/// # Errors
/// When the engine fails.
pub async fn set(tx: &mut Tx, region: RegionCode, name: &str, value: &str) -> Result<()> {
    execute!(
        tx,
        "insert into settings (region, name, value) values ($1, $2, $3)
         on conflict (region, name) do update set value = excluded.value",
        region.to_string(),
        name,
        value,
    )?;
    Ok(())
}

/// All settings that hold in a region. Codes sort from the nation down, so a nearer one overwrites a farther one.
async fn settings(tx: &mut Tx, region: RegionCode) -> Result<HashMap<String, String>> {
    let mut path = region.path();
    path.resize(4, region);
    let rows = fetch_all!(
        tx,
        (String, String),
        "select name, value from settings where region in ($1, $2, $3, $4) order by region",
        path[0].to_string(),
        path[1].to_string(),
        path[2].to_string(),
        path[3].to_string(),
    )?;
    Ok(rows.into_iter().collect())
}

fn value<T: FromStr<Err: std::fmt::Display>>(setting: Option<&str>, default: T) -> Result<T> {
    setting.map_or(Ok(default), |text| text.parse().map_err(StoreError::inconsistent("settings.value")))
}
