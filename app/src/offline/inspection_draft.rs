//! The draft of an inspection: what is asked, what was answered, what is missing, and the submission made of it.

use super::draft::{Author, Missing};
use domain::{
    checklist::{Checklist, ChecklistItem, ItemCode},
    enterprise::EnterpriseRow,
    fold::clean_lines,
    geo::{Fix, PositionRule, PositionVerdict, compare},
    hazard::{HazardRow, Severity, check_photos, check_text},
    id::{HazardId, InspectionId, OperationId, PersonId},
    inspection::{Answer, Begun, NewHazard, PositionException, SeenAgain, Submission, suggest_officer},
    person::{Colleague, DepartmentCode},
    photo::{MOST_PHOTOS, PhotoHash},
    time::{Date, Timestamp, plus_days},
};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// An inspection under way. It carries all it needs, so that nothing has to be fetched to go on.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct InspectionDraft {
    /// The inspection's id, and its operation's.
    pub id: InspectionId,
    /// Who inspects, at which post.
    pub author: Author,
    /// Which enterprise, as it was known at the start.
    pub enterprise: EnterpriseRow,
    /// What is asked.
    pub checklist: Checklist,
    /// The enterprise's open hazards, as they were known at the start (Q23).
    pub open_hazards: Vec<HazardRow>,
    /// The region's rule for positions, as it was known at the start.
    pub rule: PositionRule,
    /// The operation that told of the beginning, once it was queued.
    pub begun: Option<OperationId>,
    /// The position step.
    pub position: PositionStep,
    /// When the position step was passed; `None` before.
    pub started_at: Option<Timestamp>,
    /// 检查人员, the author first.
    pub participants: Vec<Colleague>,
    /// What was answered so far.
    pub answers: BTreeMap<ItemCode, Answer>,
    /// Hazards written so far. Those of items not answered 不合格 are kept, and not submitted.
    pub hazards: Vec<HazardDraft>,
}

/// The position, taken once at the start, and the way out where it does not match.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct PositionStep {
    /// The best fix.
    pub fix: Option<Fix>,
    /// How it compared.
    pub verdict: Option<PositionVerdict>,
    /// Why the work goes on all the same.
    pub reason: String,
    /// A photo of the place.
    pub photo: Option<PhotoHash>,
}

impl PositionStep {
    /// Whether the inspection may go on: near enough, or with a reason and a photo.
    pub fn may_go_on(&self) -> bool {
        self.verdict.is_some_and(|verdict| verdict.is_accepted() || self.exception().is_some())
    }

    /// Whether the inspection is marked 定位未匹配.
    pub fn is_unmatched(&self) -> bool {
        self.verdict.is_some_and(|verdict| !verdict.is_accepted())
    }

    fn exception(&self) -> Option<PositionException> {
        let photo = self.photo.filter(|_| self.is_unmatched())?;
        let reason = check_text("定位未匹配的原因", &self.reason).ok()?;
        Some(PositionException { reason, photo })
    }
}

/// A hazard being written under an item.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct HazardDraft {
    /// Its id, made by the phone.
    pub id: HazardId,
    /// The failed item.
    pub item: ItemCode,
    /// The open hazard that this adds to; `None` for a new one.
    pub adds_to: Option<HazardId>,
    /// 隐患描述
    pub description: String,
    /// 隐患级别
    pub severity: Severity,
    /// Why the severity is not the item's.
    pub severity_reason: String,
    /// 整治责任人 as chosen; `None` follows the suggestion.
    pub officer: Option<PersonId>,
    /// 整改期限 as chosen; `None` follows the suggestion.
    pub due_on: Option<Date>,
    /// 隐患照片
    pub photos: Vec<PhotoHash>,
}

impl HazardDraft {
    /// An empty sheet under an item.
    pub fn new(id: HazardId, item: &ChecklistItem) -> Self {
        Self {
            id,
            item: item.code.clone(),
            adds_to: None,
            description: String::new(),
            severity: item.preset(),
            severity_reason: String::new(),
            officer: None,
            due_on: None,
            photos: Vec::new(),
        }
    }

    /// 整改期限: as chosen, or as suggested for a hazard found today.
    pub fn due(&self, today: Date) -> Date {
        self.due_on.unwrap_or_else(|| self.severity.suggested_due_on(today))
    }

    /// The id of an element of its sheet.
    pub fn anchor(&self, part: &str) -> String {
        format!("hazard-{}-{part}", self.id)
    }
}

/// The id of an item's element on the screen.
pub fn item_anchor(code: &ItemCode) -> String {
    format!("item-{}", code.0)
}

impl InspectionDraft {
    /// A draft in which nothing is answered yet.
    pub fn new(
        id: InspectionId,
        author: Author,
        own: Colleague,
        enterprise: EnterpriseRow,
        checklist: Checklist,
        open_hazards: Vec<HazardRow>,
        rule: PositionRule,
    ) -> Self {
        Self {
            id,
            author,
            enterprise,
            checklist,
            open_hazards,
            rule,
            begun: None,
            position: PositionStep::default(),
            started_at: None,
            participants: vec![own],
            answers: BTreeMap::new(),
            hazards: Vec::new(),
        }
    }

    /// The key under which a draft lies in the store.
    pub fn key(id: InspectionId) -> String {
        format!("inspection/{id}")
    }

    /// Whether nothing was written yet that anyone would miss.
    pub fn is_untouched(&self) -> bool {
        self.started_at.is_none()
            && self.answers.is_empty()
            && self.position.photo.is_none()
            && self.position.reason.is_empty()
    }

    /// How many items are answered, and how many there are.
    pub fn progress(&self) -> (usize, usize) {
        (self.answers.len(), self.checklist.items.len())
    }

    /// The photos that it holds.
    pub fn photos(&self) -> Vec<PhotoHash> {
        self.hazards.iter().flat_map(|hazard| hazard.photos.iter().copied()).chain(self.position.photo).collect()
    }

    /// The departments responsible for items, in the order of asking: the groups of the screen.
    pub fn departments(&self) -> Vec<DepartmentCode> {
        let mut departments = Vec::new();
        for item in &self.checklist.items {
            if !departments.contains(&item.department) {
                departments.push(item.department.clone());
            }
        }
        departments
    }

    /// The items of a group.
    pub fn items_of(&self, department: &DepartmentCode) -> impl Iterator<Item = &ChecklistItem> {
        self.checklist.items.iter().filter(move |item| &item.department == department)
    }

    /// Compares a fix with the enterprise's position, by the region's rule: the phone decides, also without a network. What
    /// cannot be a position here counts as none.
    pub fn compare(&self, fix: Option<Fix>) -> PositionVerdict {
        compare(self.enterprise.position, fix.filter(|fix| fix.checked(fix.taken_at).is_ok()), self.rule)
    }

    /// What tells the office that the inspection was begun; nothing before it was.
    pub fn begun(&self) -> Option<Begun> {
        Some(Begun { inspection: self.id, enterprise: self.enterprise.id, started_at: self.started_at? })
    }

    /// Passes the position step.
    pub fn start(&mut self, now: Timestamp) {
        // A fix belongs to the start by no more than half an hour, however long the reason took to write.
        self.started_at = Some(self.position.fix.map_or(now, |fix| fix.taken_at));
    }

    /// Answers an item. A first 不合格 opens a hazard sheet under `fresh`; sheets written before come back.
    pub fn answer(&mut self, code: &ItemCode, answer: Answer, fresh: HazardId) {
        if answer == Answer::Fail && !self.hazards.iter().any(|hazard| &hazard.item == code) {
            self.add_hazard(code, fresh);
        }
        self.answers.insert(code.clone(), answer);
    }

    /// Opens another hazard sheet under an item.
    pub fn add_hazard(&mut self, code: &ItemCode, fresh: HazardId) {
        if let Some(item) = self.checklist.item(code) {
            self.hazards.push(HazardDraft::new(fresh, item));
        }
    }

    /// 本组其余全部合格: passes what is unanswered in a group.
    pub fn pass_rest(&mut self, department: &DepartmentCode) {
        let rest: Vec<_> = self.items_of(department).map(|item| item.code.clone()).collect();
        for code in rest {
            self.answers.entry(code).or_insert(Answer::Pass);
        }
    }

    /// The hazard with this id.
    pub fn hazard(&self, id: HazardId) -> Option<&HazardDraft> {
        self.hazards.iter().find(|hazard| hazard.id == id)
    }

    /// Changes the hazard with this id.
    pub fn edit_hazard(&mut self, id: HazardId, edit: impl FnOnce(&mut HazardDraft)) {
        if let Some(hazard) = self.hazards.iter_mut().find(|hazard| hazard.id == id) {
            edit(hazard);
        }
    }

    /// 整治责任人: as chosen, where still among the participants, or as suggested (Q30).
    pub fn officer(&self, hazard: &HazardDraft) -> Option<&Colleague> {
        let chosen = hazard.officer.and_then(|id| self.participants.iter().find(|person| person.id == id));
        chosen.or_else(|| suggest_officer(&self.participants, &self.checklist.item(&hazard.item)?.department))
    }

    /// The open hazards known at an item.
    pub fn open_at(&self, code: &ItemCode) -> Vec<&HazardRow> {
        self.open_hazards.iter().filter(|hazard| &hazard.item == code && hazard.is_open()).collect()
    }

    fn is_failed(&self, code: &ItemCode) -> bool {
        self.answers.get(code) == Some(&Answer::Fail)
    }

    /// The hazards that would be submitted.
    pub fn reported(&self) -> impl Iterator<Item = &HazardDraft> {
        self.hazards.iter().filter(|hazard| self.is_failed(&hazard.item))
    }

    /// What is still missing at an item, in the order of the screen.
    pub fn missing_at(&self, item: &ChecklistItem, today: Date) -> Vec<Missing> {
        let anchor = item_anchor(&item.code);
        let Some(answer) = self.answers.get(&item.code) else {
            return vec![Missing::at(anchor, "还没有选择结果")];
        };
        if *answer != Answer::Fail {
            return Vec::new();
        }
        let sheets: Vec<_> = self.hazards.iter().filter(|hazard| hazard.item == item.code).collect();
        if sheets.is_empty() {
            return vec![Missing::at(anchor, "不合格项还没有登记隐患")];
        }
        sheets.into_iter().flat_map(|hazard| self.missing_in(hazard, item, today)).collect()
    }

    fn missing_in(&self, hazard: &HazardDraft, item: &ChecklistItem, today: Date) -> Vec<Missing> {
        let mut missing = Vec::new();
        let mut need = |is_met: bool, part: &str, text: &str| {
            if !is_met {
                missing.push(Missing::at(hazard.anchor(part), text));
            }
        };
        let length = clean_lines(&hazard.description).chars().count();
        need(length > 0, "description", "隐患描述没有填写");
        need(length <= 1000, "description", "隐患描述不能超过 1000 个字");
        let is_again = hazard.adds_to.is_some();
        // The server keeps one note of a visit at each open hazard.
        let first = self.reported().find(|other| is_again && other.adds_to == hazard.adds_to);
        let is_first = first.is_none_or(|first| first.id == hazard.id);
        need(is_first, "description", "同一条隐患只能补充一次，请合并填写");
        let is_shown = !hazard.photos.is_empty();
        need(is_shown || is_again, "photos", "隐患照片没有拍摄");
        let are_fine = check_photos("隐患照片", &hazard.photos).is_ok();
        need(are_fine || !is_shown, "photos", &format!("隐患照片最多 {MOST_PHOTOS} 张，且不能重复"));
        if is_again {
            return missing;
        }
        let is_changed = item.severity != hazard.severity;
        let length = clean_lines(&hazard.severity_reason).chars().count();
        need(length > 0 || !is_changed, "severity", "改变隐患级别的原因没有填写");
        need(length <= 1000 || !is_changed, "severity", "改变隐患级别的原因不能超过 1000 个字");
        need(self.officer(hazard).is_some(), "officer", "整治责任人没有选择");
        let due_on = hazard.due(today);
        need(due_on >= today && due_on <= plus_days(today, 366), "due", "整改期限应在今天至一年之内");
        missing
    }

    /// Everything that is still missing, in the order of the screen.
    pub fn missing(&self, today: Date) -> Vec<Missing> {
        let groups = self.departments();
        let items = groups.iter().flat_map(|department| self.items_of(department));
        items.flat_map(|item| self.missing_at(item, today)).collect()
    }

    /// What is handed in at 提交检查; `None` while something is missing.
    pub fn submission(&self, now: Timestamp) -> Option<Submission> {
        let started_at = self.started_at?;
        // The day that the deadlines are counted from must be the day that the server sees.
        let finished_at = now.max(started_at);
        let today = finished_at.date();
        if !self.missing(today).is_empty() {
            return None;
        }
        let (again, fresh): (Vec<_>, Vec<_>) = self.reported().partition(|hazard| hazard.adds_to.is_some());
        Some(Submission {
            id: self.id,
            enterprise: self.enterprise.id,
            enterprise_type: self.checklist.enterprise_type.known()?,
            checklist_version: self.checklist.version,
            started_at,
            finished_at,
            participants: self.participants.iter().map(|person| person.id).collect(),
            fix: self.position.fix,
            verdict: self.position.verdict,
            exception: self.position.exception(),
            answers: self.answers.clone(),
            hazards: fresh.into_iter().map(|hazard| self.new_hazard(hazard, today)).collect::<Option<_>>()?,
            seen_again: again.into_iter().filter_map(seen_again).collect(),
        })
    }

    fn new_hazard(&self, hazard: &HazardDraft, today: Date) -> Option<NewHazard> {
        let is_default = self.checklist.item(&hazard.item)?.severity == hazard.severity;
        Some(NewHazard {
            id: hazard.id,
            item: hazard.item.clone(),
            description: clean_lines(&hazard.description),
            severity: hazard.severity,
            severity_reason: (!is_default).then(|| clean_lines(&hazard.severity_reason)),
            officer: self.officer(hazard)?.id,
            due_on: hazard.due(today),
            photos: hazard.photos.clone(),
        })
    }

    /// Gives the inspection and its hazards fresh ids.
    pub fn renew(&mut self, mut fresh: impl FnMut() -> uuid::Uuid) {
        self.id = InspectionId(fresh());
        self.begun = None;
        for hazard in &mut self.hazards {
            hazard.id = HazardId(fresh());
        }
    }
}

fn seen_again(hazard: &HazardDraft) -> Option<SeenAgain> {
    Some(SeenAgain {
        hazard: hazard.adds_to?,
        item: hazard.item.clone(),
        text: clean_lines(&hazard.description),
        photos: hazard.photos.clone(),
    })
}
