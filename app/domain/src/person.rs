//! People (人员), their posts (岗位) and departments.

use crate::{
    Problem,
    code::{Lenient, codes},
    fold::{fold, squeeze, unfloat},
    id::{PersonId, PostId},
    region::{RegionCode, RegionLevel},
};
use serde::{Deserialize, Serialize};
use std::fmt;

/// A mainland mobile number, eleven digits: `^1[3-9]\d{9}$`. It is how a person logs in (Q2, Q13).
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct PhoneNumber(String);

impl PhoneNumber {
    /// Parses what a person or a spreadsheet wrote: blanks, hyphens, `+86`, full-width digits and `.0` are folded away.
    /// A cell that holds a number has lost the plus of `+86`.
    ///
    /// # Errors
    /// [`Problem::Invalid`] on the field 手机号, saying what a number looks like.
    pub fn parse(text: &str) -> Result<Self, Problem> {
        let folded = unfloat(&squeeze(text)).replace('-', "");
        let digits = ["+86", "0086", "86"].iter().find_map(|code| folded.strip_prefix(code)).unwrap_or(&folded);
        let bytes = digits.as_bytes();
        let is_number =
            bytes.len() == 11 && bytes.iter().all(u8::is_ascii_digit) && bytes[0] == b'1' && bytes[1] >= b'3';
        if is_number {
            Ok(Self(digits.to_owned()))
        } else {
            Err(Problem::invalid("手机号", "手机号应为 1 开头的 11 位数字"))
        }
    }

    /// The eleven digits.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// `138****5678`: how a number is shown (PIPL, article 51).
    pub fn masked(&self) -> String {
        format!("{}****{}", &self.0[..3], &self.0[7..])
    }
}

impl fmt::Debug for PhoneNumber {
    /// Masked, so that no log can hold a whole number.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.masked())
    }
}

impl TryFrom<String> for PhoneNumber {
    type Error = Problem;

    fn try_from(text: String) -> Result<Self, Problem> {
        Self::parse(&text)
    }
}

impl From<PhoneNumber> for String {
    fn from(phone: PhoneNumber) -> Self {
        phone.0
    }
}

/// A text, such as what was searched for, with every number in it masked: also one with blanks or hyphens in it, in
/// full-width digits, or after `+86`.
pub fn mask_numbers(text: &str) -> String {
    let mut characters: Vec<char> = text.chars().collect();
    let digit = |c: char| match c {
        '0'..='9' => Some(c),
        '０'..='９' => char::from_u32(u32::from(c) - u32::from('０') + u32::from('0')),
        _ => None,
    };
    let mut run: Vec<(usize, char)> = Vec::new();
    for at in 0..=characters.len() {
        match characters.get(at).copied() {
            Some(c) if digit(c).is_some() => run.extend(digit(c).map(|digit| (at, digit))),
            // What people write between the digits of a number.
            Some(c) if !run.is_empty() && "-－ \u{3000}\u{a0}".contains(c) => {}
            _ => mask_run(&mut characters, &std::mem::take(&mut run)),
        }
    }
    characters.into_iter().collect()
}

/// Masks what looks like a number within the digits at these places.
fn mask_run(characters: &mut [char], run: &[(usize, char)]) {
    for window in run.windows(11) {
        if window[0].1 == '1' && window[1].1 >= '3' {
            for (at, _) in &window[3..7] {
                characters[*at] = '*';
            }
        }
    }
}

/// The code of a member department of the task force, such as `housing`; the dictionary gives its name. What comes from
/// outside has at most forty small letters, digits and `_`.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String")]
pub struct DepartmentCode(pub String);

/// A text that is no code of a department.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct BadDepartmentCode;

impl fmt::Display for BadDepartmentCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("no code of a department")
    }
}

impl TryFrom<String> for DepartmentCode {
    type Error = BadDepartmentCode;

    fn try_from(code: String) -> Result<Self, BadDepartmentCode> {
        let is_code = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'_';
        if code.len() <= 40 && code.bytes().all(is_code) { Ok(Self(code)) } else { Err(BadDepartmentCode) }
    }
}

/// 人员归属部门: an entry of the dictionary of departments.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Department {
    /// What is stored and compared; the name is only shown.
    pub code: DepartmentCode,
    /// Its name, such as 住房城乡建设.
    pub name: String,
}

codes! {
    /// Whether a post manages or inspects.
    Role {
        /// 管理员
        Administrator "administrator" "管理员",
        /// 检查员
        Inspector "inspector" "检查员",
    }
}

/// 岗位: a role at a region. A person holds many (Q39); the one in use is the current post (Q2).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Post {
    /// Stays when a withdrawn post is granted again.
    pub id: PostId,
    /// Administrator or inspector.
    pub role: Lenient<Role>,
    /// Where, and so at which level.
    pub region: RegionCode,
    /// The region's name, for showing.
    pub region_name: String,
}

impl Post {
    /// `官渡区 · 检查员`.
    pub fn title(&self) -> String {
        format!("{} · {}", self.region_name, self.role.name())
    }

    /// Whether whoever holds this post may open, edit and withdraw posts of `role` at `region`.
    ///
    /// An administrator opens inspectors of the same place and administrators of the level below (Q6–Q9).
    pub fn manages(&self, role: impl Into<Lenient<Role>>, region: RegionCode) -> bool {
        self.role == Role::Administrator
            && match role.into() {
                Lenient::Known(Role::Inspector) => region == self.region,
                Lenient::Known(Role::Administrator) => region.parent() == Some(self.region),
                Lenient::Unknown(_) => false,
            }
    }
}

/// A person, as the person itself and its administrators see it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Person {
    /// Stays when name and number change.
    pub id: PersonId,
    /// The real name.
    pub name: String,
    /// The phone number, masked.
    pub phone_masked: String,
    /// The one department (Q40).
    pub department: Department,
    /// 是否内部人员; outside experts are not (Q16, Q37).
    pub is_internal: bool,
    /// The posts, highest level first.
    pub posts: Vec<Post>,
}

impl Person {
    /// Whether all that a form corrects in a person is alike in both; posts are corrected one by one, by their ids.
    pub fn reads_as(&self, other: &Self) -> bool {
        let written = |person: &Self| {
            (person.name.clone(), person.phone_masked.clone(), person.department.code.clone(), person.is_internal)
        };
        written(self) == written(other)
    }
}

/// What an administrator writes about a person.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PersonEntry {
    /// The real name.
    pub name: String,
    /// The phone number; empty when editing means unchanged.
    pub phone: String,
    /// 人员归属部门: exactly one (Q40).
    pub department: DepartmentCode,
    /// 是否内部人员.
    pub is_internal: bool,
}

/// A post to be opened for a person.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct NewPost {
    /// Its id, made by the caller.
    pub id: PostId,
    /// Administrator or inspector.
    pub role: Role,
    /// The place; [`Post::manages`] says who may open a post there.
    pub region: RegionCode,
}

/// Who it is that is entered under the number of a deleted person with another name: numbers are given out anew, and
/// people change their names.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Identity {
    /// 是同一人，改名
    Same,
    /// 是另一人
    Another,
}

impl Identity {
    /// Both, in the order in which they are offered.
    pub const ALL: [Self; 2] = [Self::Same, Self::Another];

    /// The words under which it is offered.
    pub fn name(self) -> &'static str {
        match self {
            Self::Same => "是同一人，改名",
            Self::Another => "是另一人",
        }
    }
}

/// A post that was given by mistake, and what it should have been: the wrong one is withdrawn and the right one granted
/// in one act (Q15, Q34). Work done under the wrong one stays what it was.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PostCorrection {
    /// The wrong one.
    pub wrong: PostId,
    /// The right one.
    pub right: NewPost,
}

/// A person who may be chosen as co-inspector (Q29): no phone number at all.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Colleague {
    /// Which a submission lists among its participants.
    pub id: PersonId,
    /// The real name.
    pub name: String,
    /// The department, which decides whom a hazard is suggested to (Q30).
    pub department: Department,
    /// 是否内部人员.
    pub is_internal: bool,
}

/// What an inspector who goes would leave behind at a place.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Handover {
    /// Open hazards whose officer this is.
    pub open: i64,
    /// Inspectors of the place who may take them over.
    pub candidates: Vec<Colleague>,
}

/// What a person list is narrowed to.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct PersonFilter {
    /// Part of the name, or the whole number: parts of a number find nothing, or a masked one could be spelt out.
    pub text: String,
    /// Only posts of this role.
    pub role: Option<Role>,
    /// Only this department.
    pub department: Option<DepartmentCode>,
    /// Only posts in this region's subtree.
    pub region: Option<RegionCode>,
}

/// A name as it is kept and compared: folded, without the blanks between Chinese characters with which names of two
/// characters are padded to the width of three. 阿卜杜拉·买买提 and names in letters keep theirs.
pub fn fold_name(text: &str) -> String {
    let folded = fold(text);
    let characters: Vec<char> = folded.chars().collect();
    let is_han = |at: Option<usize>| at.and_then(|at| characters.get(at)).copied().is_some_and(is_han);
    let is_padding = |at: usize| characters[at] == ' ' && is_han(at.checked_sub(1)) && is_han(Some(at + 1));
    (0..characters.len()).filter(|at| !is_padding(*at)).map(|at| characters[at]).collect()
}

/// Whether it is a Chinese character; names have rare ones, of the later blocks too.
fn is_han(c: char) -> bool {
    matches!(c, '〇' | '\u{3400}'..='\u{4dbf}' | '\u{4e00}'..='\u{9fff}' | '\u{f900}'..='\u{faff}' | '\u{20000}'..='\u{323af}')
}

/// Checks a name: 2 to 30 characters after [`fold_name`], no markup, no digits.
///
/// # Errors
/// [`Problem::Invalid`] on the field 姓名.
pub fn parse_name(text: &str) -> Result<String, Problem> {
    let name = fold_name(text);
    match name.chars().count() {
        0 => Err(Problem::invalid("姓名", "不能为空")),
        2..=30 if !name.chars().any(|c| c.is_ascii_digit() || "<>@=\"".contains(c)) => Ok(name),
        _ => Err(Problem::invalid("姓名", "姓名应为 2 至 30 个字，不含数字和符号")),
    }
}

/// Finds a department by what was typed: the folded name, or the name with 局, 委, 部 or 厅 at its end.
pub fn find_department<'a>(departments: &'a [Department], text: &str) -> Option<&'a Department> {
    let typed = squeeze(text);
    let stem = typed.trim_end_matches(['局', '委', '部', '厅']);
    departments.iter().find(|d| squeeze(&d.name) == typed).or_else(|| {
        let mut near = departments.iter().filter(|d| !stem.is_empty() && squeeze(&d.name) == stem);
        near.next().filter(|_| near.next().is_none())
    })
}

/// 是否内部人员 as typed: 是 or 否, after folding (Q11, Q37).
pub fn parse_is_internal(text: &str) -> Option<bool> {
    match squeeze(text).as_str() {
        "是" => Some(true),
        "否" => Some(false),
        _ => None,
    }
}

/// The name of a post's level and role: 县级管理员.
pub fn rank(level: RegionLevel, role: impl Into<Lenient<Role>>) -> String {
    format!("{}{}", level.name(), role.into().name())
}
