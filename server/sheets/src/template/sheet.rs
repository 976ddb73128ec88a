//! A template: how to fill it in, the sheet to fill in, and the lists behind its drop-downs on a hidden sheet.

use crate::{WriteError, export::header_format, read::Column};
use rust_xlsxwriter::{
    Color, DataValidation, DataValidationErrorStyle, Format, FormatAlign, FormatBorder, Formula, IgnoreError, Workbook,
};

const EXPLANATION_SHEET: &str = "填写说明";
const LIST_SHEET: &str = "选项";
const LAST_ROW: u32 = 1_048_575;

/// A column as it is filled in.
pub(super) struct Field {
    pub(super) column: Column,
    /// The header's text.
    pub(super) title: String,
    pub(super) width: f64,
    /// How to fill it in.
    pub(super) rule: String,
    /// What may be chosen; empty where it is typed.
    pub(super) options: Vec<String>,
}

impl Field {
    pub(super) fn new(column: Column, width: f64, rule: impl Into<String>) -> Self {
        Self { title: column.name.to_owned(), column, width, rule: rule.into(), options: Vec::new() }
    }

    pub(super) fn choice(mut self, options: impl IntoIterator<Item = impl Into<String>>) -> Self {
        self.options = options.into_iter().map(Into::into).collect();
        self
    }
}

/// Writes the workbook.
pub(super) fn write(sheet: &str, rules: &[&str], fields: &[Field]) -> Result<Vec<u8>, WriteError> {
    let mut workbook = Workbook::new();
    explain(&mut workbook, sheet, rules, fields)?;
    lay_out(&mut workbook, sheet, fields)?;
    list(&mut workbook, fields)?;
    Ok(workbook.save_to_buffer()?)
}

fn explain(workbook: &mut Workbook, name: &str, rules: &[&str], fields: &[Field]) -> Result<(), WriteError> {
    let sheet = workbook.add_worksheet().set_name(EXPLANATION_SHEET)?;
    let wrapped = Format::new().set_text_wrap().set_align(FormatAlign::Top);
    let framed = wrapped.clone().set_border(FormatBorder::Thin).set_border_color(Color::Silver);
    for (column, width) in [(0, 20.0), (1, 10.0), (2, 90.0)] {
        sheet.set_column_width(column, width)?;
    }
    let title = Format::new().set_bold().set_font_size(16);
    sheet.write_string_with_format(0, 0, format!("《{name}》填写说明"), &title)?;
    let mut row = 2;
    for (number, rule) in (1..).zip(rules) {
        sheet.merge_range(row, 0, row, 2, &format!("{number}. {rule}"), &wrapped)?;
        sheet.set_row_height(row, 32)?;
        row += 1;
    }
    row += 1;
    for (column, title) in (0..).zip(["列", "是否必填", "怎样填写"]) {
        sheet.write_string_with_format(row, column, title, &header_format())?;
    }
    for field in fields {
        row += 1;
        let need = if field.column.is_required { "必填" } else { "选填" };
        sheet.write_string_with_format(row, 0, field.column.name, &framed)?;
        sheet.write_string_with_format(row, 1, need, &framed)?;
        sheet.write_string_with_format(row, 2, &field.rule, &framed)?;
    }
    Ok(())
}

fn lay_out(workbook: &mut Workbook, name: &str, fields: &[Field]) -> Result<(), WriteError> {
    let sheet = workbook.add_worksheet().set_name(name)?;
    sheet.set_active(true).set_freeze_panes(1, 0)?;
    sheet.set_row_height(0, 24)?;
    // As text, a code keeps its leading zeros and its eighteenth digit.
    let text = Format::new().set_num_format("@");
    let optional = header_format().set_background_color(Color::RGB(0x5B_6B_70));
    let mut lists = 0;
    for (column, field) in (0..).zip(fields) {
        let header = if field.column.is_required { &header_format() } else { &optional };
        sheet.write_string_with_format(0, column, &field.title, header)?;
        sheet.set_column_width(column, field.width)?;
        sheet.set_column_format(column, &text)?;
        if !field.options.is_empty() {
            let source = source_range(lists, field.options.len());
            sheet.add_data_validation(1, column, LAST_ROW, column, &drop_down(field, &source)?)?;
            lists += 1;
        }
    }
    let last_column = u16::try_from(fields.len()).expect("a template has few columns") - 1;
    sheet.ignore_error_range(1, 0, LAST_ROW, last_column, IgnoreError::NumberStoredAsText)?;
    Ok(())
}

fn drop_down(field: &Field, source: &str) -> Result<DataValidation, WriteError> {
    Ok(DataValidation::new()
        .allow_list_formula(Formula::new(source))
        .set_error_style(DataValidationErrorStyle::Stop)
        .set_error_title("请从下拉列表中选择")?
        .set_error_message(format!("“{}”只能填下拉列表中的内容", field.column.name))?)
}

/// The lists have a sheet of their own: within a cell's rule they may not exceed 255 characters.
fn list(workbook: &mut Workbook, fields: &[Field]) -> Result<(), WriteError> {
    let sheet = workbook.add_worksheet().set_name(LIST_SHEET)?;
    sheet.set_hidden(true);
    for (column, field) in (0..).zip(fields.iter().filter(|field| !field.options.is_empty())) {
        sheet.write_column(0, column, &field.options)?;
    }
    Ok(())
}

fn source_range(list: u8, options: usize) -> String {
    let column = char::from(b'A' + list);
    format!("={LIST_SHEET}!${column}$1:${column}${options}")
}
