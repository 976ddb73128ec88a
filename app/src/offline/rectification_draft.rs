//! The draft of a cure (整改反馈).

use super::{
    draft::{Author, Missing},
    operation::Body,
};
use domain::{
    Problem,
    hazard::{Addition, ControlMeasure, EnforcementAction, HazardRow, Rectification, check_photos, check_text},
    id::{HazardId, OperationId, PersonId},
    photo::PhotoHash,
    time::Timestamp,
};
use serde::{Deserialize, Serialize};

/// A cure being recorded.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct RectificationDraft {
    /// The operation's id.
    pub id: OperationId,
    /// Who records it, at which post.
    pub author: Author,
    /// The one that is cured.
    pub hazard: HazardId,
    /// The hazard in a line: enterprise and description.
    pub title: String,
    /// 部分整改
    #[serde(default)]
    pub is_partial: bool,
    /// 整改情况
    pub text: String,
    /// 管控措施
    pub measures: Vec<ControlMeasure>,
    /// 处罚方式
    pub enforcement: Vec<EnforcementAction>,
    /// The fine in yuan, as typed.
    pub fine_yuan: String,
    /// 整改后照片
    pub photos: Vec<PhotoHash>,
}

/// What the page of a hazard offers for its cure.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CureStep {
    /// The form.
    Write,
    /// What was written on this phone, by someone who may not cure any more, or of a hazard that this phone does not know:
    /// it may still be handed in, for the server judges.
    Stray,
    /// What was written on this phone about a hazard that is cured or voided by now: it may be handed in as 补充.
    Late,
    /// Nothing to write: others may.
    Watch,
    /// Nothing.
    Nothing,
}

impl CureStep {
    /// `hazard` as this phone knows it; `may_cure` by the server's word, or where it gave none; `is_handed_in` where a cure
    /// that is not 部分整改 lies in the outbox; `has_draft` where something was written and not handed in.
    ///
    /// What was written is never out of reach.
    pub fn of(hazard: Option<&HazardRow>, may_cure: bool, is_handed_in: bool, has_draft: bool) -> Self {
        let awaits_cure = hazard.is_some_and(HazardRow::awaits_cure) && !is_handed_in;
        match (awaits_cure, has_draft) {
            (true, _) if may_cure => Self::Write,
            (true, true) => Self::Stray,
            (true, false) => Self::Watch,
            (false, true) if hazard.is_none() && !is_handed_in => Self::Stray,
            (false, true) => Self::Late,
            (false, false) => Self::Nothing,
        }
    }

    /// Whether there is a form on the screen.
    pub fn has_form(self) -> bool {
        matches!(self, Self::Write | Self::Stray | Self::Late)
    }
}

/// Ids of the form's parts, by the field that the domain names in a [`Problem`].
const ANCHORS: [(&str, &str); 5] = [
    ("整改情况", "cure-text"),
    ("整改后照片", "cure-photos"),
    ("管控措施", "cure-measures"),
    ("处罚方式", "cure-enforcement"),
    ("罚款金额", "cure-fine"),
];

impl RectificationDraft {
    /// An empty form.
    pub fn new(id: OperationId, author: Author, hazard: &HazardRow) -> Self {
        Self {
            id,
            author,
            hazard: hazard.id,
            title: format!("{} {}", hazard.enterprise_name, hazard.description),
            is_partial: false,
            text: String::new(),
            measures: Vec::new(),
            enforcement: Vec::new(),
            fine_yuan: String::new(),
            photos: Vec::new(),
        }
    }

    /// The key under which a draft lies in the store.
    pub fn key(author: PersonId, hazard: HazardId) -> String {
        format!("rectification/{author}/{hazard}")
    }

    /// Whether nothing was entered yet.
    pub fn is_empty(&self) -> bool {
        self.text.is_empty() && self.photos.is_empty() && self.measures.is_empty() && self.enforcement.is_empty()
    }

    /// Chooses a 处罚方式 or takes it back; 未处罚 and the others exclude each other.
    pub fn toggle_enforcement(&mut self, action: EnforcementAction) {
        if self.enforcement.contains(&action) {
            self.enforcement.retain(|chosen| *chosen != action);
        } else {
            let is_none = action == EnforcementAction::None;
            self.enforcement.retain(|chosen| (*chosen == EnforcementAction::None) == is_none);
            self.enforcement.push(action);
        }
    }

    /// Chooses a 管控措施 or takes it back.
    pub fn toggle_measure(&mut self, measure: ControlMeasure) {
        if self.measures.contains(&measure) {
            self.measures.retain(|chosen| *chosen != measure);
        } else {
            self.measures.push(measure);
        }
    }

    /// What is handed in at 提交整改, checked by the domain's own rules.
    ///
    /// # Errors
    /// The first thing that is missing or wrong, and where it is on the screen.
    pub fn rectification(&self, now: Timestamp) -> Result<Rectification, Missing> {
        let is_fined = self.enforcement.contains(&EnforcementAction::Fined);
        let made = Rectification {
            id: self.id,
            hazard: self.hazard,
            is_partial: self.is_partial,
            recorded_at: now,
            text: self.text.clone(),
            measures: self.measures.clone(),
            enforcement: self.enforcement.clone(),
            fine_fen: if is_fined { fen(&self.fine_yuan) } else { None },
            photos: self.photos.clone(),
        };
        made.checked().map_err(|problem| match &problem {
            Problem::Invalid { field, message } => {
                let anchor = ANCHORS.iter().find(|(name, _)| name == field).map_or("cure-text", |(_, anchor)| anchor);
                Missing::at(anchor, message)
            }
            other => Missing::at("cure-text", other.to_string()),
        })
    }

    /// What is handed in as 补充, where somebody else was quicker. A complete cure goes as what it is, and the server makes an
    /// addition of it with all that was chosen; of an incomplete one the rest is said in words, so that nothing is lost.
    ///
    /// # Errors
    /// What is missing or wrong, and where it is on the screen: a text is all that it needs.
    pub fn late(&self, now: Timestamp) -> Result<Body, Missing> {
        if let Ok(rectification) = self.rectification(now) {
            return Ok(Body::Rectification(rectification));
        }
        let mut parts = vec![self.text.clone()];
        let mut tell = |what: &str, names: Vec<&str>| {
            if !names.is_empty() {
                parts.push(format!("{what}：{}", names.join("、")));
            }
        };
        // Without a text of its own there is nothing that the rest could belong to.
        if !self.text.trim().is_empty() {
            tell("管控措施", self.measures.iter().map(|measure| measure.name()).collect());
            tell("处罚方式", self.enforcement.iter().map(|action| action.name()).collect());
            if self.enforcement.contains(&EnforcementAction::Fined) && !self.fine_yuan.trim().is_empty() {
                tell("罚款金额（元）", vec![self.fine_yuan.trim()]);
            }
        }
        let at = |anchor: &'static str| {
            move |problem: Problem| match problem {
                Problem::Invalid { message, .. } => Missing::at(anchor, message),
                other => Missing::at(anchor, other.to_string()),
            }
        };
        let text = check_text("整改情况", &parts.join("\n")).map_err(at("cure-text"))?;
        if !self.photos.is_empty() {
            check_photos("整改后照片", &self.photos).map_err(at("cure-photos"))?;
        }
        Ok(Body::Addition(Addition { hazard: self.hazard, text, photos: self.photos.clone() }))
    }
}

/// Yuan as typed, at most two places behind the point, in fen.
fn fen(yuan: &str) -> Option<i64> {
    let folded = domain::fold::squeeze(yuan).replace(',', "");
    let (whole, part) = folded.split_once('.').unwrap_or((&folded, ""));
    let is_digits = |text: &str| text.bytes().all(|b| b.is_ascii_digit());
    if whole.len() + part.len() == 0 || part.len() > 2 || !is_digits(whole) || !is_digits(part) {
        return None;
    }
    format!("{whole}{part:0<2}").parse().ok()
}

#[cfg(test)]
mod tests {
    use super::fen;

    #[test]
    fn yuan_become_fen() {
        for (typed, expected) in [
            ("500", Some(50_000)),
            ("1,200.5", Some(120_050)),
            ("０.05", Some(5)),
            ("1.005", None),
            ("一百", None),
            ("-3", None),
        ] {
            assert_eq!(fen(typed), expected, "{typed}");
        }
    }
}
