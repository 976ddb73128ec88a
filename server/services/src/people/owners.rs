//! Whose numbers these are, and what the caller may be told of it: of people of the caller's own area what is known, of
//! all others only that the number is taken.

use super::entry::ParsedPerson;
use crate::permit::internal;
use domain::{
    Problem,
    id::PersonId,
    person::{Identity, PhoneNumber, Post, fold_name},
    region::RegionCode,
};
use std::collections::{HashMap, HashSet};
use store::{Tx, people::PersonRecord};

/// Whom an entry means.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Meant {
    /// Somebody new: nobody has or had the number.
    New,
    /// The person who has the number.
    Known(PersonId),
    /// A deleted person, who comes back.
    Former(PersonId),
}

/// Who has these numbers and who had them.
pub(crate) struct Owners {
    area: RegionCode,
    present: HashMap<PhoneNumber, (PersonRecord, Vec<Post>)>,
    /// The last deleted first.
    former: HashMap<PhoneNumber, Vec<PersonRecord>>,
    /// The deleted people who held posts in the area.
    former_in_area: HashSet<PersonId>,
}

impl Owners {
    /// Reads them; `area` is the caller's.
    pub(crate) async fn load(tx: &mut Tx, area: RegionCode, phones: &[&PhoneNumber]) -> Result<Self, Problem> {
        let records = store::people::by_phones(tx, phones).await.map_err(internal)?;
        let ids: Vec<PersonId> = records.iter().map(|record| record.id).collect();
        let mut posts = store::people::posts_of(tx, &ids).await.map_err(internal)?;
        let mut present = HashMap::new();
        for record in records {
            let posts = posts.remove(&record.id).unwrap_or_default();
            present.entry(record.phone.clone()).or_insert((record, posts));
        }
        let records = store::people::former(tx, phones).await.map_err(internal)?;
        let ids: Vec<PersonId> = records.iter().map(|record| record.id).collect();
        let former_in_area = store::posts::ever_in(tx, area, &ids).await.map_err(internal)?;
        let mut former: HashMap<_, Vec<_>> = HashMap::new();
        for record in records {
            former.entry(record.phone.clone()).or_default().push(record);
        }
        Ok(Self { area, present, former, former_in_area })
    }

    /// The name and the posts of the person who has this number.
    pub(crate) fn present(&self, phone: &PhoneNumber) -> Option<(&str, &[Post])> {
        self.present.get(phone).map(|(record, posts)| (record.name.as_str(), posts.as_slice()))
    }

    /// Whom an entry means. `identity` answers the question that [`Problem::FormerPerson`] asks.
    ///
    /// # Errors
    /// [`Problem::Invalid`] when the number is taken by someone of whom something else is known, [`elsewhere`] when that
    /// one is none of the caller's business; [`Problem::FormerPerson`].
    pub(crate) fn find(&self, person: &ParsedPerson, identity: Option<Identity>) -> Result<Meant, Problem> {
        if let Some((record, posts)) = self.present.get(&person.phone) {
            let is_own = posts.iter().any(|post| self.area.includes(post.region));
            return match person.check_known(record) {
                Ok(()) => Ok(Meant::Known(record.id)),
                Err(problem) if is_own => Err(problem),
                Err(_) => Err(elsewhere()),
            };
        }
        let former = self.former.get(&person.phone).map(Vec::as_slice).unwrap_or_default();
        if let Some(same) = former.iter().find(|record| fold_name(&record.name) == person.name) {
            return Ok(Meant::Former(same.id));
        }
        // Who was deleted elsewhere, under another name, is not named, and so not asked about.
        let Some(known) = former.iter().find(|record| self.former_in_area.contains(&record.id)) else {
            return Ok(Meant::New);
        };
        match identity {
            Some(Identity::Same) => Ok(Meant::Former(known.id)),
            Some(Identity::Another) => Ok(Meant::New),
            None => Err(Problem::FormerPerson { name: masked(&known.name) }),
        }
    }
}

/// The one answer for a number that is taken outside of the caller's area.
pub(crate) fn elsewhere() -> Problem {
    Problem::invalid("手机号", "该手机号已由其他地区登记，请联系其管理员或上级")
}

/// The first character of a name, which reminds whoever knows the person and tells nobody else.
fn masked(name: &str) -> String {
    name.chars().take(1).chain(['*']).collect()
}
