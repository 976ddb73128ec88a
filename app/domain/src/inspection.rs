//! Inspections (检查): one visit to one enterprise, answered item by item.

use crate::{
    Problem,
    checklist::{Checklist, ItemCode},
    enterprise::EnterpriseType,
    geo::{Fix, PositionRule, PositionVerdict, Wgs84, compare},
    hazard::{HazardRow, Severity, check_photos, check_text},
    id::{EnterpriseId, HazardId, InspectionId, PersonId},
    person::{Colleague, Department},
    photo::PhotoHash,
    region::RegionCode,
    time::{Date, Timestamp, plus_days},
};
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet};

/// 检查结果
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Answer {
    /// 合格
    Pass,
    /// 不合格
    Fail,
    /// 不适用
    NotApplicable,
}

impl Answer {
    /// All three, in the order of the buttons.
    pub const ALL: [Self; 3] = [Self::Pass, Self::Fail, Self::NotApplicable];

    /// 合格, 不合格 or 不适用.
    pub fn name(self) -> &'static str {
        match self {
            Self::Pass => "合格",
            Self::Fail => "不合格",
            Self::NotApplicable => "不适用",
        }
    }
}

/// A hazard as found, at an item answered 不合格.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct NewHazard {
    /// Its id, made by the phone.
    pub id: HazardId,
    /// The failed item.
    pub item: ItemCode,
    /// 隐患描述
    pub description: String,
    /// 隐患级别
    pub severity: Severity,
    /// Why, where the severity differs from the item's.
    pub severity_reason: Option<String>,
    /// 整治责任人, one of the participants.
    pub officer: PersonId,
    /// 整改期限
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
    /// The reason.
    pub reason: String,
    /// A photo of the place.
    pub photo: PhotoHash,
}

/// Everything a phone hands in at 提交检查. Its id is the operation's id.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Submission {
    /// Made by the phone when the inspection starts.
    pub id: InspectionId,
    /// Which enterprise.
    pub enterprise: EnterpriseId,
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
    /// The way out where the position does not match.
    pub exception: Option<PositionException>,
    /// An answer to every item.
    pub answers: BTreeMap<ItemCode, Answer>,
    /// New hazards.
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

/// Body of an operation of kind `begun`: an inspection is under way.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Begun {
    /// The inspection's id; the operation has an id of its own.
    pub inspection: InspectionId,
    /// Which enterprise.
    pub enterprise: EnterpriseId,
    /// When it started, by the phone's clock.
    pub started_at: Timestamp,
}

/// What the server knows when it decides on a submission.
#[derive(Clone, Debug)]
pub struct Facts<'a> {
    /// Who submits.
    pub author: PersonId,
    /// Those who may take part: inspectors of the author's level and place, the author among them.
    pub colleagues: &'a [PersonId],
    /// The checklist of the enterprise's type, in the version that was answered.
    pub checklist: &'a Checklist,
    /// The enterprise's position.
    pub position: Option<Wgs84>,
    /// The region's rule for positions.
    pub rule: PositionRule,
    /// The enterprise's open hazards: id and item.
    pub open_hazards: &'a [(HazardId, ItemCode)],
    /// Now, by the server's clock.
    pub now: Timestamp,
}

/// A submission that was decided on: nothing is left to check.
#[derive(Clone, Debug, PartialEq)]
pub struct Accepted {
    /// The submission, its texts folded.
    pub submission: Submission,
    /// How the position compared.
    pub verdict: PositionVerdict,
}

/// Decides on a submission: complete, consistent, at the place.
///
/// # Errors
/// The first [`Problem`], in the order of the screen: [`Problem::Invalid`] with the field's visible name, or
/// [`Problem::PositionMismatch`] / [`Problem::PositionMissing`] where no exception is stated (Q32).
pub fn submit(mut submission: Submission, facts: &Facts<'_>) -> Result<Accepted, Problem> {
    check_times(&submission, facts.now)?;
    let verdict = check_position(&mut submission, facts)?;
    check_participants(&submission.participants, facts)?;
    check_answers(&submission, facts.checklist)?;
    check_hazards(&mut submission, facts)?;
    Ok(Accepted { submission, verdict })
}

/// A phone's clock may be off, but not by more than a day ahead; offline work may be weeks old, not a year.
fn check_times(submission: &Submission, now: Timestamp) -> Result<(), Problem> {
    let Submission { started_at, finished_at, .. } = submission;
    if finished_at < started_at
        || finished_at.seconds_since(now) > 86_400
        || now.seconds_since(*started_at) > 366 * 86_400
    {
        return Err(Problem::invalid("检查时间", "手机时间不正确，请校准手机时间后重新提交"));
    }
    Ok(())
}

fn check_position(submission: &mut Submission, facts: &Facts<'_>) -> Result<PositionVerdict, Problem> {
    let fix = submission.fix.map(|fix| fix.checked(submission.started_at)).transpose()?;
    let verdict = compare(facts.position, fix, facts.rule);
    if verdict.is_accepted() {
        submission.exception = None;
        return Ok(verdict);
    }
    match (&mut submission.exception, verdict) {
        (Some(exception), _) => {
            exception.reason = check_text("定位未匹配的原因", &exception.reason)?;
            Ok(verdict)
        }
        (None, PositionVerdict::Mismatch { distance_m, allowed_m }) => {
            Err(Problem::PositionMismatch { distance_m, allowed_m })
        }
        (None, _) => Err(Problem::PositionMissing),
    }
}

fn check_participants(participants: &[PersonId], facts: &Facts<'_>) -> Result<(), Problem> {
    let distinct: BTreeSet<_> = participants.iter().collect();
    if !distinct.contains(&facts.author) || distinct.len() < participants.len() {
        return Err(Problem::invalid("检查人员", "检查人员应包括本人，且不能重复"));
    }
    if participants.iter().any(|person| !facts.colleagues.contains(person)) {
        return Err(Problem::invalid("检查人员", "只能选择与当前岗位同级、同地区的检查员"));
    }
    Ok(())
}

fn check_answers(submission: &Submission, checklist: &Checklist) -> Result<(), Problem> {
    let missing = checklist.items.iter().filter(|item| !submission.answers.contains_key(&item.code)).count();
    if missing > 0 {
        return Err(Problem::invalid("检查项", format!("还有 {missing} 项没有填写")));
    }
    if submission.answers.len() > checklist.items.len() {
        return Err(Problem::invalid("检查项", "含有本清单没有的检查项，请刷新后重新检查"));
    }
    Ok(())
}

fn check_hazards(submission: &mut Submission, facts: &Facts<'_>) -> Result<(), Problem> {
    let found_on = submission.finished_at.date();
    for hazard in &mut submission.hazards {
        let item = failed_item(facts.checklist, &submission.answers, &hazard.item)?;
        hazard.description = check_text("隐患描述", &hazard.description)?;
        check_photos("隐患照片", &hazard.photos)?;
        hazard.severity_reason = match &hazard.severity_reason {
            Some(reason) if hazard.severity != item.severity => Some(check_text("改变级别的原因", reason)?),
            None if hazard.severity != item.severity => {
                return Err(Problem::invalid("隐患级别", "与清单默认级别不同，请填写原因"));
            }
            _ => None,
        };
        if !submission.participants.contains(&hazard.officer) {
            return Err(Problem::invalid("整治责任人", "整治责任人应是本次检查人员之一"));
        }
        if hazard.due_on < found_on || hazard.due_on > plus_days(found_on, 366) {
            return Err(Problem::invalid("整改期限", "整改期限应在检查当日至一年之内"));
        }
    }
    for seen in &mut submission.seen_again {
        failed_item(facts.checklist, &submission.answers, &seen.item)?;
        seen.text = check_text("隐患描述", &seen.text)?;
        if !seen.photos.is_empty() {
            check_photos("隐患照片", &seen.photos)?;
        }
        if !facts.open_hazards.contains(&(seen.hazard, seen.item.clone())) {
            return Err(Problem::conflict("要补充的隐患已销号或不属于该企业，请改为登记新隐患"));
        }
    }
    let again: BTreeSet<_> = submission.seen_again.iter().map(|seen| seen.hazard).collect();
    if again.len() < submission.seen_again.len() {
        return Err(Problem::invalid("隐患描述", "同一条隐患只能补充一次，请合并填写"));
    }
    let ids: BTreeSet<_> = submission.hazards.iter().map(|hazard| hazard.id).collect();
    if ids.len() < submission.hazards.len() {
        return Err(Problem::invalid("隐患", "隐患编号重复"));
    }
    let reported: BTreeSet<_> = submission
        .hazards
        .iter()
        .map(|hazard| &hazard.item)
        .chain(submission.seen_again.iter().map(|seen| &seen.item))
        .collect();
    match submission.answers.iter().find(|(item, answer)| **answer == Answer::Fail && !reported.contains(item)) {
        Some((item, _)) => {
            let text = facts.checklist.item(item).map_or("", |item| item.text.as_str());
            Err(Problem::invalid("隐患描述", format!("不合格项“{text}”还没有登记隐患")))
        }
        None => Ok(()),
    }
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
    /// Its id.
    pub id: InspectionId,
    /// Which enterprise.
    pub enterprise: EnterpriseId,
    /// 企业名称
    pub enterprise_name: String,
    /// 企业类型
    pub enterprise_type: EnterpriseType,
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
    pub position: PositionVerdict,
    /// The reason, where the position did not match: 定位未匹配.
    pub exception_reason: Option<String>,
    /// How many items were answered 不合格.
    pub failed: i64,
    /// How many items there were.
    pub items: i64,
}

/// Everything about one inspection.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct InspectionDetail {
    /// The row.
    pub inspection: InspectionRow,
    /// The checklist that was answered.
    pub checklist: Checklist,
    /// The answers.
    pub answers: BTreeMap<ItemCode, Answer>,
    /// Departments of the participants, in the order of `inspectors`.
    pub departments: Vec<Department>,
    /// The hazards found.
    pub hazards: Vec<HazardRow>,
    /// The photo of the place, where the position did not match.
    pub exception_photo: Option<PhotoHash>,
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
