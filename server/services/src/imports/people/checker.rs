//! All lines together: against each other, and against the people and posts that are there.

use super::{COLUMNS, Line, ParsedLine};
use crate::{
    imports::findings::{repeated, wrong},
    people::{
        entry::{FreeAdministrators, ParsedPerson},
        owners::{Meant, Owners},
    },
    permit::internal,
};
use domain::{
    Problem,
    id::PersonId,
    import::RowError,
    person::{PhoneNumber, Role},
    region::RegionCode,
};
use std::collections::HashMap;
use store::Tx;

/// A post that a line brings, and the line.
type PostOfLine = (Role, RegionCode, u32);

/// What is there, and what the lines before bring.
pub(super) struct Checker {
    owners: Owners,
    /// Numbers of the lines before: the first line that has it, and the posts with their lines.
    seen: HashMap<PhoneNumber, (u32, ParsedPerson, Vec<PostOfLine>)>,
    free: HashMap<RegionCode, FreeAdministrators>,
}

impl Checker {
    /// Reads what is there, of these lines only; `is_confirmed` also makes others that would change it wait.
    pub(super) async fn load(
        tx: &mut Tx,
        area: RegionCode,
        lines: &[Line],
        is_confirmed: bool,
    ) -> Result<Self, Problem> {
        let good = || lines.iter().filter_map(|line| if let Line::Good(line) = line { Some(line) } else { None });
        let mut places: Vec<RegionCode> =
            good().filter(|line| line.role == Role::Administrator).map(|line| line.region).collect();
        // In the order of the codes, so that two imports that wait for each other's places cannot both wait.
        places.sort_unstable();
        places.dedup();
        let phones: Vec<&PhoneNumber> = good().map(|line| &line.person.phone).collect();
        if is_confirmed {
            for region in &places {
                store::people::lock_region(tx, *region).await.map_err(internal)?;
            }
            store::people::lock_numbers(tx, &phones).await.map_err(internal)?;
        }
        let mut free = HashMap::new();
        for region in places {
            free.insert(region, FreeAdministrators::load(tx, region).await?);
        }
        Ok(Self { owners: Owners::load(tx, area, &phones).await?, seen: HashMap::new(), free })
    }

    /// Whether a line can be written after those before it, and whom it means: of a new person's lines, each is
    /// [`Meant::New`].
    pub(super) fn check(&mut self, line: &ParsedLine) -> Result<Meant, Vec<RowError>> {
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
            Problem::FormerPerson { name } => {
                let message = format!(
                    "该手机号曾登记为“{name}”（已删除）。是同一人改名还是换了另一人，请在“人员配置”中单独增加时选择"
                );
                vec![wrong(row, COLUMNS[1], value(COLUMNS[1]), message)]
            }
            other => vec![wrong(row, COLUMNS[1], value(COLUMNS[1]), other.to_string())],
        };
        let meant = self.owners.find(person, None).map_err(|problem| differs(problem, ""))?;
        if let Some((name, posts)) = self.owners.present(&person.phone)
            && let Some(post) = posts.iter().find(|post| post.role == line.role && post.region == line.region)
        {
            let what = format!("{name}已有岗位“{}”", post.title());
            return Err(vec![repeated(row, COLUMNS[1], person.phone.masked(), &what)]);
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
            let taken = free.take(&person.name);
            taken.map_err(|reason| vec![wrong(row, "岗位", line.role.name().to_owned(), reason)])?;
        }
        let seen = self.seen.entry(person.phone.clone()).or_insert_with(|| (row, person.clone(), Vec::new()));
        seen.2.push((line.role, line.region, row));
        Ok(meant)
    }
}
