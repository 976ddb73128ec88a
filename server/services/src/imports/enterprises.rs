//! The check of 企业信息收集表: every field of every row, repeats within the file and in the ledger (Q12, Q21, Q33, Q35).

use super::findings::{Findings, masked, repeated, wrong};
use crate::permit::internal;
use domain::{
    Problem,
    enterprise::EnterpriseEntry,
    fold::squeeze,
    geo::{Gcj02, Wgs84},
    id::EnterpriseId,
    import::RowError,
    region::RegionCode,
    time::Timestamp,
};
use sha2::{Digest, Sha256};
use sheets::EnterpriseLine;
use std::{
    collections::HashMap,
    io,
    ops::ControlFlow,
    path::{Path, PathBuf},
};
use store::{Db, imports::ImportedEnterprise};

/// The columns of the workbook, as in the preview.
pub(super) const COLUMNS: [&str; 8] =
    ["企业名称", "企业类型", "企业住所", "法人代表", "社会统一信用代码", "许可证名称", "许可证编号", "定位（WGS-84）"];

/// Checks a workbook against the ledger of a county. Nothing of the database is held while the file is read. Gives the good
/// rows too, when `is_confirmed`.
pub(super) async fn scan(
    db: &Db,
    region: RegionCode,
    now: Timestamp,
    workbook: PathBuf,
    findings: Findings,
    is_confirmed: bool,
) -> Result<(Findings, Vec<ImportedEnterprise>), Problem> {
    let mut ledger = HashMap::new();
    let mut tx = db.read().await.map_err(internal)?;
    let keys = store::imports::enterprise_keys(&mut tx, region, |key, name| {
        ledger.insert(digest(key), name.into_boxed_str());
    });
    keys.await.map_err(internal)?;
    drop(tx);
    let checker = Checker { ledger, seen: HashMap::new(), findings };
    tokio::task::spawn_blocking(move || checker.read(&workbook, now, is_confirmed)).await.map_err(internal)?
}

/// What identifies an enterprise, in sixteen bytes: a hundred thousand fit into little memory.
fn digest(key: &str) -> u128 {
    let hash = Sha256::digest(key);
    u128::from_le_bytes(std::array::from_fn(|index| hash[index]))
}

struct Checker {
    /// The names of the enterprises that are there.
    ledger: HashMap<u128, Box<str>>,
    /// The rows of the good ones in the file.
    seen: HashMap<u128, u32>,
    findings: Findings,
}

impl Checker {
    fn read(
        mut self,
        workbook: &Path,
        now: Timestamp,
        is_confirmed: bool,
    ) -> Result<(Findings, Vec<ImportedEnterprise>), Problem> {
        let mut ids = super::ids(now);
        let (mut rows, mut failure) = (Vec::new(), None);
        sheets::read_enterprises(workbook, |line| match self.check(line) {
            Ok(good) => {
                let good = good.filter(|_| is_confirmed);
                rows.extend(good.map(|(entry, position)| ImportedEnterprise {
                    id: EnterpriseId(ids()),
                    entry,
                    position,
                }));
                ControlFlow::Continue(())
            }
            Err(error) => {
                failure = Some(error);
                ControlFlow::Break(())
            }
        })?;
        if let Some(error) = failure {
            return Err(internal(error));
        }
        self.findings.end().map_err(internal)?;
        Ok((self.findings, rows))
    }

    /// The enterprise of a line, unless something is wrong with it.
    fn check(&mut self, line: EnterpriseLine) -> io::Result<Option<(EnterpriseEntry, Option<Wgs84>)>> {
        let row = line.row;
        let (entry, position) = match parse(line) {
            Ok(parsed) => parsed,
            Err(errors) => {
                self.findings.faulty(errors)?;
                return Ok(None);
            }
        };
        let key = digest(&entry.unique_key());
        let there = match (self.ledger.get(&key), self.seen.get(&key)) {
            (Some(name), _) => Some(format!("台账中已有“{name}”")),
            (_, Some(earlier)) => Some(format!("与第 {earlier} 行重复")),
            _ => None,
        };
        if let Some(there) = there {
            self.findings.faulty(vec![repeated(row, COLUMNS[4], entry.credit_code.masked(), &there)])?;
            return Ok(None);
        }
        self.seen.insert(key, row);
        self.findings.good(|| preview(&entry, position));
        Ok(Some((entry, position)))
    }
}

/// Parses every field and gathers every reason, in the order of the columns.
fn parse(line: EnterpriseLine) -> Result<(EnterpriseEntry, Option<Wgs84>), Vec<RowError>> {
    let EnterpriseLine { row, draft, longitude, latitude, datum, mut errors } = line;
    let mut add = |error: RowError| {
        // A cell without any usable value is blank here: its first reason is the true one.
        if !errors.iter().any(|known| known.column == error.column) {
            errors.push(error);
        }
    };
    let entry = draft.parse().map_err(|problems| {
        for problem in problems {
            let Problem::Invalid { field, message } = problem else { continue };
            let value = match COLUMNS.iter().position(|column| *column == field) {
                Some(0) => draft.name.clone(),
                Some(1) => draft.enterprise_type.clone(),
                Some(2) => draft.address.clone(),
                Some(3) => draft.legal_representative.clone(),
                Some(4) => masked(&draft.credit_code),
                Some(5) => draft.licence_name.clone(),
                _ => draft.licence_number.clone(),
            };
            add(wrong(row, &field, value, message));
        }
    });
    let position = parse_position(&longitude, &latitude, &datum).map_err(|(column, value, reason)| {
        add(wrong(row, column, value.to_owned(), reason));
    });
    match (entry, position) {
        (Ok(entry), Ok(position)) if errors.is_empty() => Ok((entry, position)),
        _ => {
            let place = |error: &RowError| COLUMNS.iter().position(|column| *column == error.column);
            errors.sort_by_key(|error| place(error).unwrap_or(COLUMNS.len()));
            Err(errors)
        }
    }
}

/// A column, its value, and what is wrong with it.
type BadCell<'a> = (&'static str, &'a str, &'static str);

/// The optional position; without a datum it is GCJ-02, as Chinese maps show it.
fn parse_position<'a>(longitude: &'a str, latitude: &'a str, datum: &'a str) -> Result<Option<Wgs84>, BadCell<'a>> {
    if squeeze(longitude).is_empty() && squeeze(latitude).is_empty() {
        return Ok(None);
    }
    let degrees = |column: &'static str, text: &'a str| match squeeze(text).trim_end_matches('°').parse::<f64>() {
        Ok(degrees) if degrees.is_finite() => Ok(degrees),
        _ if text.trim().is_empty() => Err((column, text, "经度和纬度须同时填写，或同时留空")),
        _ => Err((column, text, "应为十进制的度，如 102.712251")),
    };
    let (longitude_deg, latitude_deg) = (degrees("经度", longitude)?, degrees("纬度", latitude)?);
    let as_typed = Wgs84 { latitude: latitude_deg, longitude: longitude_deg };
    let position = match squeeze(datum).replace(['-', '_'], "").as_str() {
        "WGS84" | "GPS" => as_typed,
        "" | "GCJ02" | "火星坐标" | "火星坐标系" => {
            Gcj02 { latitude: latitude_deg, longitude: longitude_deg }.into()
        }
        _ => return Err(("坐标系", datum, "应为 GCJ-02 或 WGS-84，留空按 GCJ-02")),
    };
    if as_typed.checked().is_err() || position.checked().is_err() {
        return Err(("经度", longitude, "坐标不在国内，请核对经度和纬度是否填反"));
    }
    Ok(Some(position))
}

fn preview(entry: &EnterpriseEntry, position: Option<Wgs84>) -> Vec<String> {
    vec![
        entry.name.clone(),
        entry.enterprise_type.name().to_owned(),
        entry.address.clone(),
        entry.legal_representative.clone(),
        entry.credit_code.masked(),
        entry.licence_name.clone(),
        entry.licence_number.clone(),
        position.map(|at| format!("{:.6}, {:.6}", at.longitude, at.latitude)).unwrap_or_default(),
    ]
}
