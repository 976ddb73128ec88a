//! 隐患台账.xlsx

use super::{
    RegionNames, WriteError, place_names,
    table::{Cell, Show, Spec, Table},
};
use domain::{hazard::HazardState, ledger::LedgerLine, time::Date};
use std::io::{Seek, Write};

const COLUMNS: [Spec; 22] = [
    Spec("序号", 8.0, Show::Number),
    Spec("省", 12.0, Show::Shared),
    Spec("州（市）", 16.0, Show::Shared),
    Spec("县（市、区）", 16.0, Show::Shared),
    Spec("企业名称", 28.0, Show::Text),
    Spec("企业类型", 20.0, Show::Shared),
    Spec("企业住所", 36.0, Show::Text),
    Spec("检查项", 40.0, Show::Shared),
    Spec("隐患描述", 40.0, Show::Text),
    Spec("隐患级别", 10.0, Show::Shared),
    Spec("责任部门", 16.0, Show::Shared),
    Spec("整治责任人", 12.0, Show::Shared),
    Spec("检查人员", 24.0, Show::Text),
    Spec("发现时间", 17.0, Show::DateTime),
    Spec("整改期限", 12.0, Show::Date),
    Spec("状态", 10.0, Show::Shared),
    Spec("是否逾期", 10.0, Show::Shared),
    Spec("整改时间", 17.0, Show::DateTime),
    Spec("整改情况", 40.0, Show::Text),
    Spec("管控措施", 28.0, Show::Shared),
    Spec("处罚方式", 24.0, Show::Shared),
    Spec("罚款金额（元）", 16.0, Show::Money),
];

/// The hazard ledger, written line by line.
///
/// Rows are packed as they come; none waits in memory. The file is a workbook from [`finish`](Self::finish) on.
pub struct HazardSheet<W: Write + Seek> {
    table: Table<W>,
    names: RegionNames,
    today: Date,
}

impl<W: Write + Seek> HazardSheet<W> {
    /// A ledger as of `today`. The caption says what it was narrowed to and stands above the header; blank for none.
    ///
    /// # Errors
    /// When the writer fails.
    pub fn new(writer: W, caption: &str, names: RegionNames, today: Date) -> Result<Self, WriteError> {
        Ok(Self { table: Table::new(writer, "隐患台账", caption, &COLUMNS)?, names, today })
    }

    /// Adds a line; past the last row of a sheet the next sheet begins.
    ///
    /// # Errors
    /// When the workbook cannot be written.
    pub fn push(&mut self, line: &LedgerLine) -> Result<(), WriteError> {
        let hazard = &line.hazard;
        let [province, prefecture, county] = place_names(&self.names, hazard.region);
        let is_overdue = hazard.state(self.today) == HazardState::Overdue;
        self.table.push([
            Cell::Number(self.table.next_number()),
            Cell::Text(province),
            Cell::Text(prefecture),
            Cell::Text(county),
            Cell::Text(&hazard.enterprise_name),
            Cell::Text(&hazard.enterprise_type.name()),
            Cell::Text(&hazard.address),
            Cell::Text(&hazard.item_text),
            Cell::Text(&hazard.description),
            Cell::Text(&hazard.severity.name()),
            Cell::Text(&hazard.department.name),
            Cell::Text(&hazard.officer_name),
            Cell::Text(&line.inspectors),
            Cell::DateTime(hazard.found_at),
            Cell::Date(hazard.due_on),
            Cell::Text(&hazard.stage.name()),
            Cell::Text(if is_overdue { "是" } else { "否" }),
            hazard.closed_at.map_or(Cell::Blank, Cell::DateTime),
            Cell::Text(&line.cure_text),
            joined(line.cure.measures.iter().map(|measure| measure.name())),
            joined(line.cure.enforcement.iter().map(|action| action.name())),
            line.cure.fine_fen.map_or(Cell::Blank, |fen| Cell::Number(yuan(fen))),
        ])
    }

    /// Ends the workbook, and gives back what it was written to.
    ///
    /// # Errors
    /// When it cannot be written.
    pub fn finish(self) -> Result<W, WriteError> {
        self.table.finish()
    }
}

fn joined(mut names: impl ExactSizeIterator<Item = &'static str>) -> Cell<'static> {
    match (names.len(), names.next()) {
        (1, Some(name)) => Cell::Text(name),
        (_, Some(first)) => Cell::Owned(names.fold(first.to_owned(), |all, name| all + "、" + name)),
        (_, None) => Cell::Blank,
    }
}

fn yuan(fen: i64) -> f64 {
    #[expect(clippy::cast_precision_loss, reason = "a fine is far below 2^53 fen")]
    let yuan = fen as f64 / 100.0;
    yuan
}
