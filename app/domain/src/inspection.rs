//! Inspections (检查): one visit to one enterprise, answered item by item.

use crate::{
    Problem,
    checklist::{Checklist, ItemCode},
    code::{Lenient, codes},
    enterprise::EnterpriseType,
    fold::fold,
    geo::{Fix, PositionRule, PositionVerdict, Wgs84, compare},
    hazard::{HazardRow, LONGEST_TEXT, Severity, check_photos, check_text},
    id::{EnterpriseId, HazardId, InspectionId, PersonId},
    person::{Colleague, Department},
    photo::PhotoHash,
    region::RegionCode,
    time::{Date, Timestamp, days_between, plus_days},
};
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet};

codes! {
    /// 检查结果
    Answer {
        /// 合格
        Pass "pass" "合格",
        /// 不合格
        Fail "fail" "不合格",
        /// 不适用
        NotApplicable "not_applicable" "不适用",
    }
}

/// The most hazards that one item has in one inspection: more than that is a list of its own, not a finding.
pub const MOST_AT_ITEM: usize = 10;
/// The most hazards of an inspection, new ones and such that are seen again: the longest checklist that is shipped has thirty
/// items, of which few fail more than once.
pub const MOST_FOUND: usize = 100;
/// The most people who take part in one inspection.
pub const MOST_PARTICIPANTS: usize = 50;

/// A hazard as found, at an item answered 不合格.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct NewHazard {
    /// Its id, made by the phone.
    pub id: HazardId,
    /// The failed item.
    pub item: ItemCode,
    /// 隐患描述, 1 to 1000 characters
    pub description: String,
    /// 隐患级别: the item's, unless a reason is given
    pub severity: Severity,
    /// Why, where the severity differs from the item's.
    pub severity_reason: Option<String>,
    /// 整治责任人, one of the participants.
    pub officer: PersonId,
    /// 整改期限, from the day of the visit to 366 days after
    pub due_on: Date,
    /// At least one.
    pub photos: Vec<PhotoHash>,
}

/// A failed item that is an open hazard already: seen again, added to (Q23).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SeenAgain {
    /// The open hazard.
    pub hazard: HazardId,
    /// The failed item.
    pub item: ItemCode,
    /// What was seen this time.
    pub text: String,
    /// Photos of this time; none is needed.
    pub photos: Vec<PhotoHash>,
}

/// Why the work goes on without a matching position: marked 定位未匹配 for the administrator.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PositionException {
    /// In the inspector's words; the administrator reads it beside 定位未匹配.
    pub reason: String,
    /// A photo of the place.
    pub photo: PhotoHash,
}

/// Everything a phone hands in at 提交检查. Its id is the operation's id.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Submission {
    /// Made by the phone when the inspection starts.
    pub id: InspectionId,
    /// The one visited; a phone may have added it a moment ago.
    pub enterprise: EnterpriseId,
    /// Its type at the time of the visit: whose checklist was answered.
    pub enterprise_type: EnterpriseType,
    /// The checklist's version that was answered.
    pub checklist_version: i32,
    /// When it started, by the phone's clock.
    pub started_at: Timestamp,
    /// When it was finished, by the phone's clock.
    pub finished_at: Timestamp,
    /// All who took part, the author among them (Q30).
    pub participants: Vec<PersonId>,
    /// The position, taken once, at the start.
    pub fix: Option<Fix>,
    /// How the phone compared the position, under the rule and the enterprise's position that it had.
    #[serde(default)]
    pub verdict: Option<PositionVerdict>,
    /// The way out where the position does not match.
    pub exception: Option<PositionException>,
    /// An answer to every item.
    pub answers: BTreeMap<ItemCode, Answer>,
    /// One for each item answered 不合格 that is not seen again.
    pub hazards: Vec<NewHazard>,
    /// Open hazards seen again.
    pub seen_again: Vec<SeenAgain>,
}

impl Submission {
    /// The photos that it names, in the order of the screen.
    pub fn photos(&self) -> impl Iterator<Item = PhotoHash> {
        let found = self.hazards.iter().flat_map(|hazard| &hazard.photos);
        let seen_again = self.seen_again.iter().flat_map(|seen| &seen.photos);
        let place = self.exception.iter().map(|exception| &exception.photo);
        found.chain(seen_again).chain(place).copied()
    }
}

impl Submission {
    /// The same visit, finished at another time: for one whose clock was wrong and that the office accepts. It lasts as
    /// long, at most a day, and its hazards are due after as many days.
    #[must_use]
    pub fn finished_by(mut self, at: Timestamp) -> Self {
        let lasted_s = self.finished_at.seconds_since(self.started_at).clamp(0, 86_400);
        let found_on = self.finished_at.date();
        for hazard in &mut self.hazards {
            let days = days_between(found_on, hazard.due_on).clamp(0, 366);
            hazard.due_on = plus_days(at.date(), days);
        }
        let (finished_at, started_at) = (at, at.plus_seconds(-lasted_s));
        if let Some(fix) = &mut self.fix {
            let after_s = fix.taken_at.seconds_since(self.started_at);
            fix.taken_at = started_at.plus_seconds(after_s);
        }
        Self { started_at, finished_at, ..self }
    }
}

/// Body of an operation of kind `begun`: an inspection is under way.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Begun {
    /// The inspection's id; the operation has an id of its own.
    pub inspection: InspectionId,
    /// Where colleagues see 正在检查.
    pub enterprise: EnterpriseId,
    /// When it started, by the phone's clock.
    pub started_at: Timestamp,
}

/// 检查补录: a visit recorded on paper, entered at the desk. No position, but photos of the paper.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Backfill {
    /// Made by the desk when the entry begins.
    pub id: InspectionId,
    /// The one that the paper names.
    pub enterprise: EnterpriseId,
    /// Its type at the time of the visit.
    pub enterprise_type: EnterpriseType,
    /// The checklist's version that was answered.
    pub checklist_version: i32,
    /// When the visit started, as the paper says.
    pub started_at: Timestamp,
    /// When it was finished, as the paper says.
    pub finished_at: Timestamp,
    /// All who took part, the first of them the one who led it.
    pub participants: Vec<PersonId>,
    /// An answer to every item.
    pub answers: BTreeMap<ItemCode, Answer>,
    /// One for each item answered 不合格 that is not seen again.
    pub hazards: Vec<NewHazard>,
    /// Open hazards seen again.
    pub seen_again: Vec<SeenAgain>,
    /// Photos of the paper, at least one.
    pub paper: Vec<PhotoHash>,
}

/// What is known when an inspection is decided on, wherever it was filled in.
#[derive(Clone, Debug)]
pub struct Facts<'a> {
    /// Who was there and answers for it.
    pub author: PersonId,
    /// Those who may have taken part: inspectors of the author's level and place at the time, the author among them.
    pub colleagues: &'a [PersonId],
    /// The checklist of the enterprise's type, in the version that was answered.
    pub checklist: &'a Checklist,
    /// The enterprise's hazards that can be seen again, closed meanwhile or not: id and item.
    pub known_hazards: &'a [(HazardId, ItemCode)],
}

/// Where the enterprise is, and how near one has to be.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Whereabouts {
    /// The enterprise's position.
    pub position: Option<Wgs84>,
    /// The region's rule.
    pub rule: PositionRule,
}

/// A submission that was decided on: nothing is left to check.
#[derive(Clone, Debug, PartialEq)]
pub struct Accepted {
    /// The submission, its texts folded.
    pub submission: Submission,
    /// How the position compared: 定位未匹配 unless both phone and server found it near.
    pub verdict: PositionVerdict,
}

/// Decides on a submission: complete and consistent. Its position is compared and never refused (Q32).
///
/// # Errors
/// The first [`Problem::Invalid`], in the order of the screen, with the field's visible name.
pub fn submit(mut submission: Submission, facts: &Facts<'_>, whereabouts: Whereabouts) -> Result<Accepted, Problem> {
    let Submission { started_at, finished_at, participants, answers, hazards, seen_again, .. } = &mut submission;
    let mut content = Content { span: (*started_at, *finished_at), participants, answers, hazards, seen_again };
    content.check(facts)?;
    let verdict = compare_position(&mut submission, whereabouts);
    Ok(Accepted { submission, verdict })
}

/// Decides on a back-fill by the same rules; in place of a position it needs photos of the paper.
///
/// # Errors
/// The first [`Problem::Invalid`], in the order of the screen, with the field's visible name.
pub fn backfill(mut backfill: Backfill, facts: &Facts<'_>) -> Result<Backfill, Problem> {
    let Backfill { started_at, finished_at, participants, answers, hazards, seen_again, .. } = &mut backfill;
    let mut content = Content { span: (*started_at, *finished_at), participants, answers, hazards, seen_again };
    content.check(facts)?;
    check_photos("纸质检查单照片", &backfill.paper)?;
    Ok(backfill)
}

/// Compares the position with what the server knows. A fix that cannot be is none; where the phone or the server found
/// it too far, the verdict says so and the exception stays.
fn compare_position(submission: &mut Submission, whereabouts: Whereabouts) -> PositionVerdict {
    submission.fix = submission.fix.and_then(|fix| fix.checked(submission.started_at).ok());
    let found = compare(whereabouts.position, submission.fix, whereabouts.rule);
    let verdict = match submission.verdict {
        Some(on_site) if found.is_accepted() && !on_site.is_accepted() => on_site,
        _ => found,
    };
    if verdict.is_accepted() {
        submission.exception = None;
    }
    if let Some(exception) = &mut submission.exception {
        exception.reason = fold(&exception.reason).chars().take(LONGEST_TEXT).collect();
    }
    verdict
}

/// What every inspection consists of, wherever it was filled in.
struct Content<'a> {
    span: (Timestamp, Timestamp),
    participants: &'a [PersonId],
    answers: &'a BTreeMap<ItemCode, Answer>,
    hazards: &'a mut [NewHazard],
    seen_again: &'a mut [SeenAgain],
}

impl Content<'_> {
    fn check(&mut self, facts: &Facts<'_>) -> Result<(), Problem> {
        if self.span.1 < self.span.0 {
            return Err(Problem::invalid("检查时间", "检查结束时间早于开始时间，请核对"));
        }
        check_participants(self.participants, facts)?;
        check_answers(self.answers, facts.checklist)?;
        self.check_number()?;
        self.check_found(facts.checklist)?;
        self.check_seen_again(facts)?;
        self.check_reported(facts.checklist)
    }

    fn check_number(&self) -> Result<(), Problem> {
        if self.hazards.len() + self.seen_again.len() > MOST_FOUND {
            return Err(Problem::invalid("隐患", format!("一次检查最多登记 {MOST_FOUND} 条隐患，请分次检查")));
        }
        let mut at_items: BTreeMap<&ItemCode, usize> = BTreeMap::new();
        for hazard in &*self.hazards {
            *at_items.entry(&hazard.item).or_default() += 1;
        }
        if at_items.values().any(|count| *count > MOST_AT_ITEM) {
            return Err(Problem::invalid("隐患", format!("每个检查项最多登记 {MOST_AT_ITEM} 条隐患，请合并填写")));
        }
        Ok(())
    }

    fn check_found(&mut self, checklist: &Checklist) -> Result<(), Problem> {
        let found_on = self.span.1.date();
        for hazard in &mut *self.hazards {
            let item = failed_item(checklist, self.answers, &hazard.item)?;
            hazard.description = check_text("隐患描述", &hazard.description)?;
            check_photos("隐患照片", &hazard.photos)?;
            hazard.severity_reason = match &hazard.severity_reason {
                Some(reason) if item.severity != hazard.severity => Some(check_text("改变级别的原因", reason)?),
                None if item.severity != hazard.severity => {
                    return Err(Problem::invalid("隐患级别", "与清单默认级别不同，请填写原因"));
                }
                _ => None,
            };
            if !self.participants.contains(&hazard.officer) {
                return Err(Problem::invalid("整治责任人", "整治责任人应是本次检查人员之一"));
            }
            if hazard.due_on < found_on || hazard.due_on > plus_days(found_on, 366) {
                return Err(Problem::invalid("整改期限", "整改期限应在检查当日至一年之内"));
            }
        }
        let ids: BTreeSet<_> = self.hazards.iter().map(|hazard| hazard.id).collect();
        if ids.len() < self.hazards.len() {
            return Err(Problem::invalid("隐患", "隐患编号重复"));
        }
        Ok(())
    }

    fn check_seen_again(&mut self, facts: &Facts<'_>) -> Result<(), Problem> {
        for seen in &mut *self.seen_again {
            failed_item(facts.checklist, self.answers, &seen.item)?;
            seen.text = check_text("隐患描述", &seen.text)?;
            if !seen.photos.is_empty() {
                check_photos("隐患照片", &seen.photos)?;
            }
            if !facts.known_hazards.contains(&(seen.hazard, seen.item.clone())) {
                return Err(Problem::invalid("隐患", "要补充的隐患不属于该企业的该检查项"));
            }
        }
        let again: BTreeSet<_> = self.seen_again.iter().map(|seen| seen.hazard).collect();
        if again.len() < self.seen_again.len() {
            return Err(Problem::invalid("隐患描述", "同一条隐患只能补充一次，请合并填写"));
        }
        Ok(())
    }

    /// Every failed item is a hazard, a new one or one seen again.
    fn check_reported(&self, checklist: &Checklist) -> Result<(), Problem> {
        let new = self.hazards.iter().map(|hazard| &hazard.item);
        let reported: BTreeSet<_> = new.chain(self.seen_again.iter().map(|seen| &seen.item)).collect();
        let missing = |(item, answer): &(&ItemCode, &Answer)| **answer == Answer::Fail && !reported.contains(item);
        match self.answers.iter().find(missing) {
            Some((item, _)) => {
                let text = checklist.item(item).map_or("", |item| item.text.as_str());
                Err(Problem::invalid("隐患描述", format!("不合格项“{text}”还没有登记隐患")))
            }
            None => Ok(()),
        }
    }
}

fn check_participants(participants: &[PersonId], facts: &Facts<'_>) -> Result<(), Problem> {
    if participants.len() > MOST_PARTICIPANTS {
        return Err(Problem::invalid("检查人员", format!("检查人员最多 {MOST_PARTICIPANTS} 人")));
    }
    let distinct: BTreeSet<_> = participants.iter().collect();
    if !distinct.contains(&facts.author) || distinct.len() < participants.len() {
        return Err(Problem::invalid("检查人员", "检查人员应包括本人，且不能重复"));
    }
    if participants.iter().any(|person| !facts.colleagues.contains(person)) {
        return Err(Problem::invalid("检查人员", "只能选择与当前岗位同级、同地区的检查员"));
    }
    Ok(())
}

fn check_answers(answers: &BTreeMap<ItemCode, Answer>, checklist: &Checklist) -> Result<(), Problem> {
    let missing = checklist.items.iter().filter(|item| !answers.contains_key(&item.code)).count();
    if missing > 0 {
        return Err(Problem::invalid("检查项", format!("还有 {missing} 项没有填写")));
    }
    if answers.len() > checklist.items.len() {
        return Err(Problem::invalid("检查项", "含有本清单没有的检查项，请刷新后重新检查"));
    }
    Ok(())
}

fn failed_item<'a>(
    checklist: &'a Checklist,
    answers: &BTreeMap<ItemCode, Answer>,
    code: &ItemCode,
) -> Result<&'a crate::checklist::ChecklistItem, Problem> {
    match (checklist.item(code), answers.get(code)) {
        (Some(item), Some(Answer::Fail)) => Ok(item),
        _ => Err(Problem::invalid("隐患", "隐患所属的检查项没有判为不合格")),
    }
}

/// The suggested 整治责任人 (Q30): the participant whose department is responsible for the item, an internal one
/// before an expert; where there is none, nobody, unless there is only one to choose.
pub fn suggest_officer<'a>(
    participants: &'a [Colleague],
    department: &crate::person::DepartmentCode,
) -> Option<&'a Colleague> {
    if let [only] = participants {
        return Some(only);
    }
    let mut responsible = participants.iter().filter(|person| &person.department.code == department);
    let first = responsible.next()?;
    if first.is_internal { Some(first) } else { Some(responsible.find(|person| person.is_internal).unwrap_or(first)) }
}

/// An inspection as lists show it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct InspectionRow {
    /// Made by the phone or the desk that began it.
    pub id: InspectionId,
    /// The one visited, or that to which the office moved it (改归属).
    pub enterprise: EnterpriseId,
    /// 企业名称
    pub enterprise_name: String,
    /// 企业类型
    pub enterprise_type: Lenient<EnterpriseType>,
    /// The enterprise's region.
    pub region: RegionCode,
    /// The region's name.
    pub region_name: String,
    /// The names of all who took part, the author first.
    pub inspectors: Vec<String>,
    /// When it started, by the phone's clock.
    pub started_at: Timestamp,
    /// When the server received it.
    pub received_at: Timestamp,
    /// How the position compared.
    pub position: Lenient<PositionVerdict>,
    /// The reason that was stated, where the position did not match.
    pub exception_reason: Option<String>,
    /// How many items were answered 不合格.
    pub failed: i64,
    /// How many items there were.
    pub items: i64,
}

impl InspectionRow {
    /// 定位未匹配: for the administrator to look at.
    pub fn is_unmatched(&self) -> bool {
        self.position.known().is_some_and(|verdict| !verdict.is_accepted())
    }
}

/// Everything about one inspection.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct InspectionDetail {
    /// As lists show it.
    pub inspection: InspectionRow,
    /// Who delivered it for its author (代传); empty where the author did so.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub carrier: String,
    /// The checklist that was answered.
    pub checklist: Checklist,
    /// One for each item of the checklist.
    pub answers: BTreeMap<ItemCode, Lenient<Answer>>,
    /// Departments of the participants, in the order of `inspectors`.
    pub departments: Vec<Department>,
    /// The hazards found.
    pub hazards: Vec<HazardRow>,
    /// The photo of the place, where the position did not match.
    pub exception_photo: Option<PhotoHash>,
}

/// 正在检查: an inspection that was begun and not yet handed in.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct UnderWay {
    /// The id that it will be handed in under.
    pub inspection: InspectionId,
    /// Who began it.
    pub author: String,
    /// When, by the phone's clock.
    pub started_at: Timestamp,
}

/// What an inspection list is narrowed to.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct InspectionFilter {
    /// Part of the enterprise's name.
    pub text: String,
    /// Only this type.
    pub enterprise_type: Option<EnterpriseType>,
    /// Only this region's subtree.
    pub region: Option<RegionCode>,
    /// From this day.
    pub from: Option<Date>,
    /// To this day.
    pub to: Option<Date>,
    /// Only those marked 定位未匹配.
    pub unmatched_only: bool,
}
