//! All lines together: against each other, and against the people and posts that are there.

use super::{COLUMNS, Line, ParsedLine};
use crate::{
    imports::findings::{repeated, wrong},
    people::entry::{FreeAdministrators, ParsedPerson, free_administrators},
    permit::internal,
};
use domain::{
    Problem,
    id::PersonId,
    import::RowError,
    person::{PhoneNumber, Post, Role},
    region::RegionCode,
};
use std::collections::HashMap;
use store::{Tx, people::PersonRecord};

/// A post that a line brings, and the line.
type PostOfLine = (Role, RegionCode, u32);

/// What is there, and what the lines before bring.
pub(super) struct Judge {
    known: HashMap<PhoneNumber, (PersonRecord, Vec<Post>)>,
    /// Numbers of the lines before: the first line that has it, and the posts with their lines.
    seen: HashMap<PhoneNumber, (u32, ParsedPerson, Vec<PostOfLine>)>,
    free: HashMap<RegionCode, FreeAdministrators>,
}

impl Judge {
    /// Reads what is there, of these lines only.
    pub(super) async fn load(tx: &mut Tx, lines: &[Line]) -> Result<Self, Problem> {
        let good = || lines.iter().filter_map(|line| if let Line::Good(line) = line { Some(line) } else { None });
        let mut free = HashMap::new();
        let mut places: Vec<RegionCode> =
            good().filter(|line| line.role == Role::Administrator).map(|line| line.region).collect();
        // In the order of the codes, so that two imports that wait for each other's places cannot both wait.
        places.sort_unstable();
        places.dedup();
        for region in places {
            free.insert(region, free_administrators(tx, region).await?);
        }
        let phones: Vec<&PhoneNumber> = good().map(|line| &line.person.phone).collect();
        let records = store::people::by_phones(tx, &phones).await.map_err(internal)?;
        let ids: Vec<PersonId> = records.iter().map(|record| record.id).collect();
        let mut posts = store::people::posts_of(tx, &ids).await.map_err(internal)?;
        let mut known = HashMap::new();
        for record in records {
            let posts = posts.remove(&record.id).unwrap_or_default();
            known.entry(record.phone.clone()).or_insert((record, posts));
        }
        Ok(Self { known, seen: HashMap::new(), free })
    }

    /// The person who has this number already.
    pub(super) fn known(&self, phone: &PhoneNumber) -> Option<PersonId> {
        self.known.get(phone).map(|(record, _)| record.id)
    }

    /// Whether a line can be written after those before it.
    pub(super) fn judge(&mut self, line: &ParsedLine) -> Result<(), Vec<RowError>> {
        let (row, person) = (line.row, &line.person);
        let value = |column: &str| match column {
            "姓名" => person.name.clone(),
            "人员归属部门" => person.department.name.clone(),
            "是否内部人员" => if person.is_internal { "是" } else { "否" }.to_owned(),
            _ => person.phone.masked(),
        };
        let differs = |problem: Problem, remark: &str| match problem {
            Problem::Invalid { field, message } => {
                vec![wrong(row, &field, value(&field), format!("{message}{remark}"))]
            }
            other => vec![wrong(row, COLUMNS[1], value(COLUMNS[1]), other.to_string())],
        };
        if let Some((record, posts)) = self.known.get(&person.phone) {
            person.check_known(record).map_err(|problem| differs(problem, ""))?;
            if let Some(post) = posts.iter().find(|post| post.role == line.role && post.region == line.region) {
                let what = format!("{}已有岗位“{}”", record.name, post.title());
                return Err(vec![repeated(row, COLUMNS[1], person.phone.masked(), &what)]);
            }
        }
        if let Some((first, earlier, posts)) = self.seen.get(&person.phone) {
            let same = person.check_known(&earlier.record(PersonId(uuid::Uuid::nil())));
            same.map_err(|problem| differs(problem, &format!("（第 {first} 行）")))?;
            if let Some((.., at)) = posts.iter().find(|(role, region, _)| *role == line.role && *region == line.region)
            {
                return Err(vec![repeated(row, COLUMNS[1], person.phone.masked(), &format!("与第 {at} 行重复"))]);
            }
        }
        if line.role == Role::Administrator
            && let Some(free) = self.free.get_mut(&line.region)
        {
            if free.free == 0 {
                return Err(vec![wrong(row, "岗位", line.role.name().to_owned(), free.reason())]);
            }
            free.free -= 1;
        }
        let seen = self.seen.entry(person.phone.clone()).or_insert_with(|| (row, person.clone(), Vec::new()));
        seen.2.push((line.role, line.region, row));
        Ok(())
    }
}
