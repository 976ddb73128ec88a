//! What is handed in about a hazard: its cure, or what was seen of it later.

use super::{ControlMeasure, EnforcementAction};
use crate::{
    Problem,
    fold::clean_lines,
    id::{HazardId, OperationId},
    photo::{MOST_PHOTOS, PhotoHash},
    time::Timestamp,
};
use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;

/// What was done beyond the words of a cure.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct CureDetails {
    /// 管控措施
    #[serde(default)]
    pub measures: Vec<ControlMeasure>,
    /// 处罚方式
    #[serde(default)]
    pub enforcement: Vec<EnforcementAction>,
    /// The fine in fen.
    #[serde(default)]
    pub fine_fen: Option<i64>,
}

/// 整改反馈: what the officer or a co-inspector records once the hazard is cured, or cured in part (Q4(5), Q30).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Rectification {
    /// The operation's id, made by the phone.
    pub id: OperationId,
    /// The one that it cures, of any stage: a cure that came too late is kept as an addition.
    pub hazard: HazardId,
    /// 部分整改: something is still to be done, and the hazard stays open.
    #[serde(default)]
    pub is_partial: bool,
    /// When it was recorded in the field, by the phone's clock: the time of the cure.
    pub recorded_at: Timestamp,
    /// 整改情况, 1 to 1000 characters
    pub text: String,
    /// 管控措施, at least one.
    pub measures: Vec<ControlMeasure>,
    /// 处罚方式, at least one unless the cure is partial; 未处罚 stands alone.
    pub enforcement: Vec<EnforcementAction>,
    /// The fine in fen, with 罚款 only.
    pub fine_fen: Option<i64>,
    /// 整改后照片, at least one.
    pub photos: Vec<PhotoHash>,
}

impl Rectification {
    /// Checks what the form must hold, and folds its text.
    ///
    /// # Errors
    /// The first [`Problem::Invalid`], in the order of the form.
    pub fn checked(mut self) -> Result<Self, Problem> {
        self.text = check_text("整改情况", &self.text)?;
        check_photos("整改后照片", &self.photos)?;
        if self.measures.is_empty() {
            return Err(Problem::invalid("管控措施", "请至少选择一项管控措施"));
        }
        if self.enforcement.is_empty() && !self.is_partial {
            return Err(Problem::invalid("处罚方式", "请选择处罚方式，没有处罚选“未处罚”"));
        }
        if has_twice(&self.measures) {
            return Err(Problem::invalid("管控措施", "管控措施不能重复"));
        }
        if has_twice(&self.enforcement) {
            return Err(Problem::invalid("处罚方式", "处罚方式不能重复"));
        }
        if self.enforcement.contains(&EnforcementAction::None) && self.enforcement.len() > 1 {
            return Err(Problem::invalid("处罚方式", "“未处罚”不能与其他处罚方式同时选择"));
        }
        let is_fined = self.enforcement.contains(&EnforcementAction::Fined);
        match self.fine_fen {
            Some(fen) if !is_fined || !(1..=100_000_000_000).contains(&fen) => {
                Err(Problem::invalid("罚款金额", "选择“罚款”后填写大于 0 的金额"))
            }
            None if is_fined => Err(Problem::invalid("罚款金额", "选择“罚款”后请填写金额")),
            _ => Ok(self),
        }
    }

    /// What was done beyond the words.
    pub fn details(&self) -> CureDetails {
        CureDetails { measures: self.measures.clone(), enforcement: self.enforcement.clone(), fine_fen: self.fine_fen }
    }
}

/// Body of an operation of kind `addition`: what was seen of a hazard outside of an inspection (Q23).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Addition {
    /// The one that was seen; it may be closed meanwhile.
    pub hazard: HazardId,
    /// What was seen.
    pub text: String,
    /// Photos; none is needed.
    pub photos: Vec<PhotoHash>,
}

fn has_twice<T: Ord>(chosen: &[T]) -> bool {
    chosen.iter().collect::<BTreeSet<_>>().len() < chosen.len()
}

/// The longest free text, in characters.
pub const LONGEST_TEXT: usize = 1000;

/// Checks a free text: 1 to 1000 characters, its lines kept.
///
/// # Errors
/// [`Problem::Invalid`] on the field.
pub fn check_text(field: &str, text: &str) -> Result<String, Problem> {
    let cleaned = clean_lines(text);
    match cleaned.chars().count() {
        0 => Err(Problem::invalid(field, format!("请填写{field}"))),
        1..=LONGEST_TEXT => Ok(cleaned),
        _ => Err(Problem::invalid(field, format!("{field}不能超过 1000 个字"))),
    }
}

/// Checks the photos of a hazard or a cure: one to nine, none twice.
///
/// # Errors
/// [`Problem::Invalid`] on the field.
pub fn check_photos(field: &str, photos: &[PhotoHash]) -> Result<(), Problem> {
    let mut seen = photos.to_vec();
    seen.sort_unstable();
    seen.dedup();
    if photos.is_empty() {
        Err(Problem::invalid(field, "请至少拍摄一张照片"))
    } else if photos.len() > MOST_PHOTOS || seen.len() < photos.len() {
        Err(Problem::invalid(field, format!("照片最多 {MOST_PHOTOS} 张，且不能重复")))
    } else {
        Ok(())
    }
}
