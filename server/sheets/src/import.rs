//! The two workbooks that are imported: their columns, and their lines as typed.

use crate::{Column, Row, WorkbookError, read};
use domain::{enterprise::EnterpriseDraft, import::RowError};
use std::{ops::ControlFlow, path::Path};

/// The sheet of 用户岗位导入填写模板.xlsx that holds the data.
pub(crate) const PEOPLE_SHEET: &str = "用户岗位导入填写模板";
/// The sheet of 企业信息收集表.xlsx that holds the data.
pub(crate) const ENTERPRISE_SHEET: &str = "企业信息收集表";

const fn required(name: &'static str, aliases: &'static [&'static str]) -> Column {
    Column { name, aliases, is_required: true }
}

const fn optional(name: &'static str, aliases: &'static [&'static str]) -> Column {
    Column { name, aliases, is_required: false }
}

pub(crate) const PEOPLE_COLUMNS: [Column; 7] = [
    required("姓名", &[]),
    required("手机号", &["手机号码", "手机", "联系电话"]),
    required("人员归属部门", &["归属部门", "部门"]),
    required("是否内部人员", &["内部人员"]),
    required("岗位", &["角色"]),
    optional("所属区划", &["区划"]),
    optional("备注", &[]),
];

pub(crate) const ENTERPRISE_COLUMNS: [Column; 10] = [
    required("企业名称", &["单位名称"]),
    required("企业类型", &["单位类型"]),
    required("企业住所", &["住所", "企业地址", "地址"]),
    required("法人代表", &["法定代表人", "法定代表人姓名"]),
    required("社会统一信用代码", &["统一社会信用代码", "信用代码"]),
    optional("许可证名称", &[]),
    optional("许可证编号", &["许可证号"]),
    optional("经度", &[]),
    optional("纬度", &[]),
    optional("坐标系", &[]),
];

/// A line of 用户岗位导入填写模板, as typed.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct PersonLine {
    /// The row's number as the spreadsheet program shows it.
    pub row: u32,
    /// 姓名
    pub name: String,
    /// 手机号
    pub phone: String,
    /// 人员归属部门
    pub department: String,
    /// 是否内部人员
    pub is_internal: String,
    /// 岗位
    pub role: String,
    /// 所属区划, by name; blank for the importing administrator's own place
    pub region: String,
    /// 备注
    pub remark: String,
    /// Cells that hold no usable value, such as a failed formula; they are blank above.
    pub errors: Vec<RowError>,
}

/// A line of 企业信息收集表, as typed.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct EnterpriseLine {
    /// The row's number as the spreadsheet program shows it.
    pub row: u32,
    /// The seven fields.
    pub draft: EnterpriseDraft,
    /// 经度
    pub longitude: String,
    /// 纬度
    pub latitude: String,
    /// 坐标系: WGS-84 or GCJ-02; blank means GCJ-02, which Chinese maps show
    pub datum: String,
    /// Cells that hold no usable value, such as a failed formula; they are blank above.
    pub errors: Vec<RowError>,
}

/// Streams the lines of a filled-in 用户岗位导入填写模板.
///
/// # Errors
/// As [`read()`].
pub fn read_people(path: &Path, mut each: impl FnMut(PersonLine) -> ControlFlow<()>) -> Result<(), WorkbookError> {
    read(path, PEOPLE_SHEET, &PEOPLE_COLUMNS, |row| {
        let Row { number, mut cells, mut errors } = row;
        // Remarks are not imported: nothing in one is a reason not to take a row, or to take it for one.
        errors.retain(|error| error.column != PEOPLE_COLUMNS[6].name);
        if errors.is_empty() && cells.iter().all(String::is_empty) {
            return ControlFlow::Continue(());
        }
        let mut cell = |index: usize| std::mem::take(&mut cells[index]);
        each(PersonLine {
            row: number,
            name: cell(0),
            phone: cell(1),
            department: cell(2),
            is_internal: cell(3),
            role: cell(4),
            region: cell(5),
            remark: cell(6),
            errors,
        })
    })
}

/// Streams the lines of a filled-in 企业信息收集表.
///
/// # Errors
/// As [`read()`].
pub fn read_enterprises(
    path: &Path,
    mut each: impl FnMut(EnterpriseLine) -> ControlFlow<()>,
) -> Result<(), WorkbookError> {
    read(path, ENTERPRISE_SHEET, &ENTERPRISE_COLUMNS, |row| {
        let Row { number, mut cells, errors } = row;
        let mut cell = |index: usize| std::mem::take(&mut cells[index]);
        each(EnterpriseLine {
            row: number,
            draft: EnterpriseDraft {
                name: cell(0),
                enterprise_type: cell(1),
                address: cell(2),
                legal_representative: cell(3),
                credit_code: cell(4),
                licence_name: cell(5),
                licence_number: cell(6),
            },
            longitude: cell(7),
            latitude: cell(8),
            datum: cell(9),
            errors,
        })
    })
}
