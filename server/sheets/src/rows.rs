//! From a stream of cells to rows: finds the header, keeps the wanted columns, fills merged areas, skips blank rows.

use crate::{
    WorkbookError,
    cell::{CellText, Usable},
    read::{Column, Each, MOST_ROWS, Row},
};
use calamine::Dimensions;
use domain::{
    fold::{fold, squeeze},
    import::{RowError, RowFault},
};
use std::{collections::HashMap, ops::ControlFlow};

/// The header stands in the first ten rows.
const HEADER_ROWS: u32 = 10;
/// The sheet's width and height in a spreadsheet program.
const MOST_COLUMNS: u32 = 16_384;
const MOST_SHEET_ROWS: u32 = 1_048_576;

/// Takes the cells of one sheet in the order of the file and hands out rows.
pub(crate) struct Rows<'a> {
    sheet: &'a str,
    columns: &'a [Column],
    each: &'a mut Each<'a>,
    /// Where each wanted column stands in the sheet, once the header is found.
    header: Option<Vec<Option<u32>>>,
    /// Required columns that the likeliest header so far lacks.
    missing: Vec<&'static str>,
    /// The row being gathered, counted from 0, and its cells: all of them until the header is found, then the wanted.
    row: u32,
    gathered: Vec<(u32, Usable)>,
    /// Areas merged downwards: by their first cell, the last row.
    merged: HashMap<(u32, u32), u32>,
    /// Of these, the ones that the current row may lie in: by column, the last row and the text.
    open: HashMap<u32, (u32, String)>,
    count: usize,
}

impl<'a> Rows<'a> {
    pub(crate) fn new(sheet: &'a str, columns: &'a [Column], each: &'a mut Each<'_>) -> Self {
        let missing = columns.iter().filter(|c| c.is_required).map(|c| c.name).collect();
        let (gathered, merged, open) = Default::default();
        Self { sheet, columns, each, header: None, missing, row: 0, gathered, merged, open, count: 0 }
    }

    /// Names the merged areas: what stands in the first cell is meant for every row that the area covers. Across
    /// columns it is not, since they mean different things.
    pub(crate) fn merge(&mut self, areas: Vec<Dimensions>) {
        let downwards = areas.into_iter().filter(|area| area.start.0 < area.end.0);
        self.merged = downwards.map(|area| (area.start, area.end.0)).collect();
    }

    /// Takes a cell; row and column are counted from 0. The text is made only when it is wanted.
    pub(crate) fn cell<'c>(
        &mut self,
        row: u32,
        column: u32,
        text: impl FnOnce() -> CellText<'c>,
    ) -> Result<ControlFlow<()>, WorkbookError> {
        if row >= MOST_SHEET_ROWS {
            return Err(WorkbookError::damaged("a row beyond the last"));
        }
        if row != self.row {
            if self.end_row()?.is_break() {
                return Ok(ControlFlow::Break(()));
            }
            self.row = row;
        }
        let is_wanted = match &self.header {
            Some(places) => places.contains(&Some(column)),
            None if row >= HEADER_ROWS => return Err(self.no_header()),
            None => column < MOST_COLUMNS,
        };
        if is_wanted {
            self.gathered.push((column, text().usable()));
        }
        Ok(ControlFlow::Continue(()))
    }

    /// Takes the end of the sheet.
    pub(crate) fn finish(mut self) -> Result<(), WorkbookError> {
        if self.end_row()?.is_break() {
            Ok(())
        } else if self.header.is_none() {
            Err(self.no_header())
        } else if self.count == 0 {
            Err(WorkbookError::NoRows { sheet: self.sheet.to_owned() })
        } else {
            Ok(())
        }
    }

    fn no_header(&mut self) -> WorkbookError {
        WorkbookError::MissingColumns { sheet: self.sheet.to_owned(), columns: std::mem::take(&mut self.missing) }
    }

    fn end_row(&mut self) -> Result<ControlFlow<()>, WorkbookError> {
        let gathered = std::mem::take(&mut self.gathered);
        let Some(places) = &self.header else {
            self.header = self.find_header(&gathered)?;
            return Ok(ControlFlow::Continue(()));
        };
        let number = self.row + 1;
        let mut row = Row { number, cells: vec![String::new(); self.columns.len()], errors: Vec::new() };
        for (column, text) in gathered {
            let Some(index) = places.iter().position(|place| *place == Some(column)) else { continue };
            match text {
                Ok(text) => {
                    if let Some(last_row) = self.merged.get(&(self.row, column)) {
                        self.open.insert(column, (*last_row, text.clone()));
                    }
                    row.cells[index] = text;
                }
                Err((value, reason)) => row.errors.push(RowError {
                    row: number,
                    column: self.columns[index].name.to_owned(),
                    value,
                    reason: reason.to_owned(),
                    fault: RowFault::Error,
                }),
            }
        }
        if row.errors.is_empty() && row.cells.iter().all(|cell| is_blank(cell)) {
            return Ok(ControlFlow::Continue(()));
        }
        self.open.retain(|_, (last_row, _)| *last_row >= self.row);
        for (place, cell) in places.iter().zip(&mut row.cells) {
            if let Some((_, text)) = place.and_then(|column| self.open.get(&column))
                && is_blank(cell)
            {
                cell.clone_from(text);
            }
        }
        self.count += 1;
        if self.count > MOST_ROWS {
            return Err(WorkbookError::TooManyRows);
        }
        Ok((self.each)(row))
    }

    /// The place of each wanted column, when this row has all required ones.
    fn find_header(&mut self, row: &[(u32, Usable)]) -> Result<Option<Vec<Option<u32>>>, WorkbookError> {
        let names: Vec<_> = row.iter().map(|(column, text)| (*column, header_name(text))).collect();
        let mut places = Vec::with_capacity(self.columns.len());
        let mut repeated = None;
        for wanted in self.columns {
            let is_name = |name: &str| name == wanted.name || wanted.aliases.contains(&name);
            let mut found = names.iter().filter(|(_, name)| is_name(name)).map(|(column, _)| *column);
            places.push(found.next());
            if found.next().is_some() {
                repeated = repeated.or(Some(wanted.name));
            }
        }
        let lacking = self.columns.iter().zip(&places).filter(|(wanted, place)| wanted.is_required && place.is_none());
        let missing: Vec<_> = lacking.map(|(wanted, _)| wanted.name).collect();
        if !missing.is_empty() {
            if missing.len() < self.missing.len() {
                self.missing = missing;
            }
            return Ok(None);
        }
        match repeated {
            Some(column) => Err(WorkbookError::RepeatedColumn { sheet: self.sheet.to_owned(), column }),
            None => Ok(Some(places)),
        }
    }
}

/// A header's text without what is written around it: `＊姓 名（必填）` is `姓名`.
fn header_name(text: &Usable) -> String {
    let Ok(text) = text else { return String::new() };
    let squeezed = squeeze(text);
    squeezed.split('(').next().unwrap_or_default().trim_matches(['*', ':']).to_owned()
}

fn is_blank(text: &str) -> bool {
    text.is_empty() || fold(text).is_empty()
}
