//! What one by one and by import is the same: a parsed entry, and whether it fits the person who has the number.

use crate::permit::internal;
use domain::{
    Problem,
    id::PersonId,
    person::{Department, PersonEntry, PhoneNumber, Post, Role, fold_name, parse_name, rank},
    region::{RegionCode, RegionLevel},
};
use store::{
    Tx,
    people::{PersonFields, PersonRecord},
};

/// A person's fields, parsed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct ParsedPerson {
    /// The real name.
    pub name: String,
    /// The phone number.
    pub phone: PhoneNumber,
    /// As the dictionary has it.
    pub department: Department,
    /// 是否内部人员
    pub is_internal: bool,
}

impl ParsedPerson {
    /// As the store writes it.
    pub(crate) fn fields(&self) -> PersonFields<'_> {
        PersonFields {
            name: &self.name,
            phone: &self.phone,
            department: &self.department.code,
            is_internal: self.is_internal,
        }
    }

    /// As it will be read back.
    pub(crate) fn record(&self, id: PersonId) -> PersonRecord {
        PersonRecord {
            id,
            name: self.name.clone(),
            phone: self.phone.clone(),
            department: self.department.clone(),
            is_internal: self.is_internal,
        }
    }

    /// Whether it is the person who has this number already; otherwise, on the field that differs, what is known, but for
    /// the name: a number must not tell whose it is. A post is given to the person known, and never changes the person.
    ///
    /// # Errors
    /// [`Problem::Invalid`] on 姓名, 人员归属部门 or 是否内部人员.
    pub(crate) fn check_known(&self, known: &PersonRecord) -> Result<(), Problem> {
        let differs = |field: &str, value: &str| {
            let message = format!("该手机号已登记，{field}为“{value}”，与此处填写的不同，请核对后改为一致");
            Err(Problem::invalid(field, message))
        };
        if fold_name(&known.name) != self.name {
            Err(Problem::invalid("姓名", "该手机号已登记，姓名与此处填写的不同，请向本人核对后改为一致"))
        } else if known.department.code != self.department.code {
            differs("人员归属部门", &known.department.name)
        } else if known.is_internal != self.is_internal {
            differs("是否内部人员", if known.is_internal { "是" } else { "否" })
        } else {
            Ok(())
        }
    }
}

/// Parses an entry; an empty number is `kept`'s, when editing.
///
/// # Errors
/// [`Problem::Invalid`] on the first wrong field.
pub(crate) async fn parse(
    tx: &mut Tx,
    entry: &PersonEntry,
    kept: Option<&PhoneNumber>,
) -> Result<ParsedPerson, Problem> {
    let name = parse_name(&entry.name)?;
    let phone = match kept {
        Some(kept) if entry.phone.trim().is_empty() => kept.clone(),
        _ => PhoneNumber::parse(&entry.phone)?,
    };
    let department = store::dictionary::department(tx, &entry.department).await.map_err(internal)?;
    let department = department.ok_or_else(|| Problem::invalid("人员归属部门", "请从列表中选择部门"))?;
    Ok(ParsedPerson { name, phone, department, is_internal: entry.is_internal })
}

/// Whether this post may open such a post (Q6–Q9).
///
/// # Errors
/// [`Problem::Invalid`] on the field 岗位, saying what it may open.
pub(crate) fn check_manages(own: &Post, role: Role, region: RegionCode) -> Result<(), Problem> {
    if own.manages(role, region) {
        return Ok(());
    }
    Err(Problem::invalid("岗位", format!("当前岗位“{}”只能开通{}", own.title(), manageable(own.region.level()))))
}

/// What an administrator of this level may open, in words.
pub(crate) fn manageable(level: RegionLevel) -> String {
    let own = format!("本级的{}", rank(level, Role::Inspector));
    match level.below() {
        Some(below) => format!("{own}和下一级的{}", rank(below, Role::Administrator)),
        None => own,
    }
}

/// Whether the place may have another administrator (Q7); the caller has locked it.
///
/// # Errors
/// [`Problem::Conflict`] when it may not, naming those it has.
pub(crate) async fn check_administrators(tx: &mut Tx, region: RegionCode) -> Result<(), Problem> {
    let mut free = FreeAdministrators::load(tx, region).await?;
    free.take("").map_err(Problem::conflict)
}

/// How many administrators a place may still have, and whom it has.
#[derive(Clone, Debug)]
pub(crate) struct FreeAdministrators {
    allowed: usize,
    names: Vec<String>,
}

impl FreeAdministrators {
    /// Reads whom the place has.
    pub(crate) async fn load(tx: &mut Tx, region: RegionCode) -> Result<Self, Problem> {
        let allowed = store::settings::administrators_per_place(tx, region).await.map_err(internal)?;
        let names = store::people::administrators_at(tx, region).await.map_err(internal)?;
        Ok(Self { allowed: usize::try_from(allowed).unwrap_or_default(), names })
    }

    /// Takes one more, by name; otherwise says who is there and what to do.
    pub(crate) fn take(&mut self, name: &str) -> Result<(), String> {
        if self.names.len() >= self.allowed {
            let names = self.names.join("、");
            return Err(format!(
                "该地已有或将有 {} 名管理员（{names}），达到上限，请先删除不再履职的管理员",
                self.allowed
            ));
        }
        self.names.push(name.to_owned());
        Ok(())
    }
}
