//! 企业台账.xlsx: the enterprise register.

use super::{
    RegionNames, WriteError, place_names,
    table::{Cell, Show, Spec, Table},
};
use domain::{enterprise::EnterpriseRow, time::Timestamp};
use std::io::{Seek, Write};

const COLUMNS: [Spec; 16] = [
    Spec("序号", 8.0, Show::Number),
    Spec("省", 12.0, Show::Shared),
    Spec("州（市）", 16.0, Show::Shared),
    Spec("县（市、区）", 16.0, Show::Shared),
    Spec("企业名称", 28.0, Show::Text),
    Spec("企业类型", 20.0, Show::Shared),
    Spec("企业住所", 36.0, Show::Text),
    Spec("法人代表", 12.0, Show::Text),
    Spec("社会统一信用代码", 22.0, Show::Text),
    Spec("许可证名称", 20.0, Show::Shared),
    Spec("许可证编号", 22.0, Show::Text),
    Spec("经度（WGS-84）", 15.0, Show::Degrees),
    Spec("纬度（WGS-84）", 15.0, Show::Degrees),
    Spec("未整改隐患", 12.0, Show::Number),
    Spec("最近检查时间", 17.0, Show::DateTime),
    Spec("停业时间", 17.0, Show::DateTime),
];

/// The enterprise register, written row by row.
///
/// Rows are packed as they come; none waits in memory. The file is a workbook from [`finish`](Self::finish) on.
pub struct EnterpriseSheet<W: Write + Seek> {
    table: Table<W>,
    names: RegionNames,
}

impl<W: Write + Seek> EnterpriseSheet<W> {
    /// A register. The caption says what it was narrowed to and stands above the header; blank for none.
    ///
    /// # Errors
    /// When the writer fails.
    pub fn new(writer: W, caption: &str, names: RegionNames) -> Result<Self, WriteError> {
        Ok(Self { table: Table::new(writer, "企业台账", caption, &COLUMNS)?, names })
    }

    /// Adds a row; past the last row of a sheet the next sheet begins.
    ///
    /// # Errors
    /// When the workbook cannot be written.
    pub fn push(&mut self, enterprise: &EnterpriseRow) -> Result<(), WriteError> {
        let [province, prefecture, county] = place_names(&self.names, enterprise.region);
        let time = |at: Option<Timestamp>| at.map_or(Cell::Blank, Cell::DateTime);
        let degrees = |value: Option<f64>| value.map_or(Cell::Blank, Cell::Number);
        #[expect(clippy::cast_precision_loss, reason = "an enterprise has few hazards")]
        let open_hazards = enterprise.open_hazards as f64;
        self.table.push([
            Cell::Number(self.table.next_number()),
            Cell::Text(province),
            Cell::Text(prefecture),
            Cell::Text(county),
            Cell::Text(&enterprise.name),
            Cell::Text(&enterprise.enterprise_type.name()),
            Cell::Text(&enterprise.address),
            Cell::Text(&enterprise.legal_representative),
            Cell::Text(&enterprise.credit_code),
            Cell::Text(&enterprise.licence_name),
            Cell::Text(&enterprise.licence_number),
            degrees(enterprise.position.map(|at| at.longitude)),
            degrees(enterprise.position.map(|at| at.latitude)),
            Cell::Number(open_hazards),
            time(enterprise.last_inspected_at),
            time(enterprise.closed_at),
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
