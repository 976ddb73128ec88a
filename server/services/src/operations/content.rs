//! The content of a held operation in lines of field and value, for the office to read.

use super::letter::{Body, Letter};
use domain::{
    enterprise::EnterpriseDraft,
    fold::clean_lines,
    hazard::Rectification,
    id::{EnterpriseId, HazardId},
    inspection::{Answer, Submission},
    person::mask_numbers,
};
use store::{Result, Scope, Tx};

/// The most characters shown in one line: of a content that is not understood, or does not keep to the rules.
const LONGEST_LINE: usize = 4_000;
/// The most lines.
const MOST_LINES: usize = 250;

type Lines = Vec<(String, String)>;

fn push(lines: &mut Lines, field: &str, value: impl Into<String>) {
    if lines.len() < MOST_LINES {
        let value: String = value.into().chars().take(LONGEST_LINE).collect();
        lines.push((field.to_owned(), clean_lines(&value)));
    }
}

/// Stands for the name of what lies in another area than the office's.
const ELSEWHERE: &str = "不在本地区";

/// What an operation says, as far as this version understands it, and an office of this scope may know what it names.
pub(super) async fn lines(tx: &mut Tx, scope: Scope, letter: &Letter<'_>) -> Result<Lines> {
    let mut lines = Vec::new();
    match &letter.envelope.body {
        Body::Enterprise(new) => of_draft(&mut lines, &new.draft),
        Body::Begun(begun) => {
            push(&mut lines, "企业名称", name_of(tx, scope, begun.enterprise).await?);
            push(&mut lines, "开始时间", begun.started_at.to_string());
        }
        Body::Inspection(submission) => of_inspection(tx, scope, &mut lines, submission).await?,
        Body::Rectification(rectification) => of_cure(tx, scope, &mut lines, rectification).await?,
        Body::Addition(addition) => {
            push(&mut lines, "隐患描述", described(tx, scope, addition.hazard).await?);
            push(&mut lines, "补充说明", addition.text.clone());
        }
        Body::Unread(_) => push(&mut lines, "原始内容", mask_numbers(letter.text)),
    }
    Ok(lines)
}

fn of_draft(lines: &mut Lines, draft: &EnterpriseDraft) {
    push(lines, "企业名称", draft.name.clone());
    push(lines, "企业类型", draft.enterprise_type.clone());
    push(lines, "企业住所", draft.address.clone());
    push(lines, "法人代表", draft.legal_representative.clone());
    push(lines, "社会统一信用代码", mask_numbers(&draft.credit_code));
    push(lines, "许可证名称", draft.licence_name.clone());
    push(lines, "许可证编号", draft.licence_number.clone());
}

async fn of_inspection(tx: &mut Tx, scope: Scope, lines: &mut Lines, submission: &Submission) -> Result<()> {
    push(lines, "企业名称", name_of(tx, scope, submission.enterprise).await?);
    push(lines, "企业类型", submission.enterprise_type.name());
    push(lines, "检查时间", format!("{} 至 {}", submission.started_at, submission.finished_at));
    let people = store::people::named(tx, &submission.participants).await?;
    let names: Vec<String> = people.into_iter().map(|person| person.name).collect();
    push(lines, "检查人员", names.join("、"));
    let count = |wanted: Answer| submission.answers.values().filter(|answer| **answer == wanted).count();
    let counts = Answer::ALL.iter().map(|answer| format!("{} {} 项", answer.name(), count(*answer)));
    push(lines, "检查结果", counts.collect::<Vec<_>>().join("，"));
    for hazard in &submission.hazards {
        let line = format!("{}（{}，{} 前整改）", hazard.description, hazard.severity.name(), hazard.due_on);
        push(lines, "隐患", line);
    }
    for seen in &submission.seen_again {
        push(lines, "补充隐患", format!("{}：{}", described(tx, scope, seen.hazard).await?, seen.text));
    }
    if let Some(exception) = &submission.exception {
        push(lines, "定位未匹配的原因", exception.reason.clone());
    }
    Ok(())
}

async fn of_cure(tx: &mut Tx, scope: Scope, lines: &mut Lines, cure: &Rectification) -> Result<()> {
    push(lines, "隐患描述", described(tx, scope, cure.hazard).await?);
    push(lines, "整改时间", cure.recorded_at.to_string());
    push(lines, "整改情况", cure.text.clone());
    push(lines, "管控措施", cure.measures.iter().map(|measure| measure.name()).collect::<Vec<_>>().join("、"));
    push(lines, "处罚方式", cure.enforcement.iter().map(|action| action.name()).collect::<Vec<_>>().join("、"));
    Ok(())
}

async fn name_of(tx: &mut Tx, scope: Scope, id: EnterpriseId) -> Result<String> {
    let site = store::enterprises::site(tx, id).await?;
    Ok(match site {
        Some(site) if scope.admits(site.region, Some(site.enterprise_type)) => site.name,
        Some(_) => ELSEWHERE.to_owned(),
        None => "系统中没有该企业".to_owned(),
    })
}

async fn described(tx: &mut Tx, scope: Scope, id: HazardId) -> Result<String> {
    let hazard = store::hazards::get(tx, id).await?;
    Ok(match hazard {
        Some(hazard) if scope.admits(hazard.region, hazard.enterprise_type.known()) => hazard.description,
        Some(_) => ELSEWHERE.to_owned(),
        None => "系统中没有该隐患".to_owned(),
    })
}
