//! One line by itself: what its words mean, and whether the caller may open such a post.

use super::{COLUMNS, Line, ParsedLine};
use crate::{
    imports::findings::{masked, wrong},
    people::entry::{ParsedPerson, check_manages},
    permit::internal,
};
use domain::{
    Problem,
    fold::squeeze,
    person::{Department, PhoneNumber, Post, Role, find_department, parse_is_internal, parse_name, rank},
    region::{Region, RegionCode},
};
use sheets::PersonLine;
use store::Tx;

/// What the words of a line can mean for this caller.
pub(super) struct Vocabulary {
    own: Post,
    departments: Vec<Department>,
    /// The caller's place and those one level below: the code and the name.
    places: Vec<Region>,
    /// The names from the province down to the caller's place, joined, as some write them.
    path: String,
}

impl Vocabulary {
    pub(super) async fn load(tx: &mut Tx, own: &Post) -> Result<Self, Problem> {
        let departments = store::dictionary::departments(tx).await.map_err(internal)?;
        let path = store::dictionary::path(tx, own.region).await.map_err(internal)?;
        let mut places = store::dictionary::regions(tx, own.region).await.map_err(internal)?;
        places.extend(path.last().cloned());
        let path = path.iter().skip(1).map(|region| region.name.as_str()).collect();
        Ok(Self { own: own.clone(), departments, places, path })
    }

    /// The name of one of the places.
    pub(super) fn name(&self, region: RegionCode) -> &str {
        self.places.iter().find(|place| place.code == region).map_or("", |place| &place.name)
    }

    /// Parses every field and gathers every reason, in the order of the columns.
    pub(super) fn parse(&self, line: PersonLine) -> Line {
        let PersonLine { row, name, phone, department, is_internal, role, region, remark: _, mut errors } = line;
        let found = self.region(&region);
        let is_own = found == Some(self.own.region);
        let parsed = (
            parse_name(&name).map_err(|problem| problem.to_string()),
            PhoneNumber::parse(&phone).map_err(|problem| problem.to_string()),
            find_department(&self.departments, &department).cloned().ok_or_else(|| self.department_names()),
            parse_is_internal(&is_internal).ok_or_else(|| "应填“是”或“否”".to_owned()),
            parse_role(&role, found.unwrap_or(self.own.region)).ok_or_else(|| "应填“管理员”或“检查员”".to_owned()),
            found.ok_or_else(|| self.place_names()),
        );
        let parsed = match parsed {
            (Ok(name), Ok(phone), Ok(department), Ok(is_internal), Ok(role), Ok(region)) if errors.is_empty() => {
                match check_manages(&self.own, role, region) {
                    Ok(()) => {
                        let person = ParsedPerson { name, phone, department, is_internal };
                        return Line::Good(ParsedLine { row, person, role, region });
                    }
                    // What is wrong is the place that is missing, not the role.
                    Err(_) if is_own && role == Role::Administrator && self.own.region.level().below().is_some() => {
                        let reason = "管理员开通在下一级，请填写下一级区划的名称，不能留空或填本级".to_owned();
                        [None, None, None, None, None, Some(reason)]
                    }
                    Err(problem) => [None, None, None, None, Some(problem.to_string()), None],
                }
            }
            (name, phone, department, is_internal, role, region) => {
                [name.err(), phone.err(), department.err(), is_internal.err(), role.err(), region.err()]
            }
        };
        let values = [name, masked(&phone), department, is_internal, role, region];
        for ((column, value), reason) in COLUMNS.into_iter().zip(values).zip(parsed) {
            // A cell without any usable value is blank here: its first reason is the true one.
            let is_known = errors.iter().any(|error| error.column == column);
            errors.extend(reason.filter(|_| !is_known).map(|reason| wrong(row, column, value, reason)));
        }
        let place = |column: &str| COLUMNS.iter().position(|known| *known == column);
        errors.sort_by_key(|error| place(&error.column).unwrap_or(COLUMNS.len()));
        Line::Faulty(errors)
    }

    /// One of the places, by name, by the names from the province down, or by code; blank is the caller's own.
    fn region(&self, text: &str) -> Option<RegionCode> {
        let typed = squeeze(text);
        if typed.is_empty() {
            return Some(self.own.region);
        }
        let full = |place: &Region| {
            let below = if place.code == self.own.region { "" } else { &place.name };
            squeeze(&format!("{}{below}", self.path))
        };
        let mut places = self.places.iter();
        let found = places
            .find(|place| squeeze(&place.name) == typed || place.code.to_string() == typed || full(place) == typed);
        found.map(|place| place.code)
    }

    fn department_names(&self) -> String {
        let names: Vec<&str> = self.departments.iter().map(|department| department.name.as_str()).collect();
        format!("应为下列之一：{}", names.join("、"))
    }

    fn place_names(&self) -> String {
        format!("应为本级“{}”（可留空），或其下一级区划的名称", self.own.region_name)
    }
}

/// 管理员 or 检查员, also with the level before it (县级检查员) where it is the level of the place.
fn parse_role(text: &str, region: RegionCode) -> Option<Role> {
    let typed = squeeze(text);
    let level = region.level();
    [Role::Administrator, Role::Inspector].into_iter().find(|role| typed == role.name() || typed == rank(level, *role))
}
