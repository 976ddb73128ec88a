//! The check of 用户岗位导入填写模板: first each line by itself, then all of them against the people and posts that
//! are there (Q6–Q9, Q11, Q13, Q16, Q37, Q39).

mod checker;
mod line;

use super::findings::Findings;
use crate::{
    people::{entry::ParsedPerson, owners::Meant},
    permit::internal,
};
use checker::Checker;
use domain::{
    Problem,
    id::{PersonId, PostId},
    import::RowError,
    person::{NewPost, Post, Role},
    region::RegionCode,
    time::Timestamp,
};
use line::Vocabulary;
use std::{collections::HashMap, ops::ControlFlow, path::PathBuf};
use store::{Db, Tx};

/// The columns of the workbook, as in the preview.
pub(super) const COLUMNS: [&str; 6] = ["姓名", "手机号", "人员归属部门", "是否内部人员", "岗位", "所属区划"];

/// A line by itself: a person and a post that the caller may open, or every reason why not.
enum Line {
    Good(ParsedLine),
    Faulty(Vec<RowError>),
}

/// A line that is right by itself.
pub(super) struct ParsedLine {
    row: u32,
    person: ParsedPerson,
    role: Role,
    region: RegionCode,
}

/// What stands in a workbook, each line by itself.
pub(super) struct Lines {
    lines: Vec<Line>,
    vocabulary: Vocabulary,
}

/// Good rows, and whom each of them means.
pub(super) type Rows = Vec<(ParsedLine, Meant)>;

/// Reads a workbook. Nothing of the database is held meanwhile.
pub(super) async fn read(db: &Db, own: &Post, workbook: PathBuf) -> Result<Lines, Problem> {
    let mut tx = db.read().await.map_err(internal)?;
    let vocabulary = Vocabulary::load(&mut tx, own).await?;
    drop(tx);
    let reading = tokio::task::spawn_blocking(move || {
        let mut lines = Vec::new();
        sheets::read_people(&workbook, |line| {
            lines.push(vocabulary.parse(line));
            ControlFlow::Continue(())
        })
        .map(|()| Lines { lines, vocabulary })
    });
    Ok(reading.await.map_err(internal)??)
}

/// Checks the lines against people and posts, who stay as they are when this `is_confirmed`.
pub(super) async fn check(
    tx: &mut Tx,
    own: &Post,
    read: Lines,
    mut findings: Findings,
    is_confirmed: bool,
) -> Result<(Findings, Rows), Problem> {
    let Lines { lines, vocabulary } = read;
    let mut checker = Checker::load(tx, own.region, &lines, is_confirmed).await?;
    let mut good = Vec::new();
    for line in lines {
        let verdict = match line {
            Line::Good(line) => checker.check(&line).map(|meant| (line, meant)),
            Line::Faulty(errors) => Err(errors),
        };
        match verdict {
            Ok((line, meant)) => {
                findings.good(|| preview(&line, &vocabulary));
                good.push((line, meant));
            }
            Err(errors) => findings.faulty(errors).map_err(internal)?,
        }
    }
    findings.end().map_err(internal)?;
    Ok((findings, good))
}

/// Writes the people who are new, takes back who was deleted, then opens the posts of all.
pub(super) async fn write(tx: &mut Tx, good: &[(ParsedLine, Meant)], now: Timestamp) -> Result<(), Problem> {
    let mut ids = super::ids(now);
    let (mut people, mut former, mut posts) = (Vec::new(), Vec::new(), Vec::new());
    let mut people_of = HashMap::new();
    for (line, meant) in good {
        let person = *people_of.entry(&line.person.phone).or_insert_with(|| match *meant {
            Meant::Known(person) => person,
            Meant::Former(person) => {
                former.push((person, line.person.fields()));
                person
            }
            Meant::New => {
                let person = PersonId(ids());
                people.push((person, line.person.fields()));
                person
            }
        });
        posts.push((person, NewPost { id: PostId(ids()), role: line.role, region: line.region }));
    }
    store::people::revive(tx, &former).await.map_err(super::raced)?;
    store::imports::insert_people(tx, &people, now).await.map_err(super::raced)?;
    let granted = store::posts::grant(tx, &posts, now).await.map_err(super::raced)?;
    if granted.len() == posts.len() { Ok(()) } else { Err(super::moved()) }
}

fn preview(line: &ParsedLine, vocabulary: &Vocabulary) -> Vec<String> {
    vec![
        line.person.name.clone(),
        line.person.phone.masked(),
        line.person.department.name.clone(),
        if line.person.is_internal { "是" } else { "否" }.to_owned(),
        line.role.name().to_owned(),
        vocabulary.name(line.region).to_owned(),
    ]
}
