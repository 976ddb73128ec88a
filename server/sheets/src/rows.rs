//! From a stream of cells to rows: finds the header, keeps the wanted columns, fills merged areas, skips blank rows.

use crate::{
    WorkbookError,
    cell::{CellText, Usable},
    error::shown,
    read::{Column, Each, MOST_ROWS, Row},
};
use domain::{
    fold::{fold, squeeze},
    import::{RowError, RowFault},
};
use std::{collections::HashMap, ops::ControlFlow};

/// The header stands in the first ten rows.
const HEADER_ROWS: u32 = 10;
/// A header is not wider than this.
pub(crate) const MOST_COLUMNS: u32 = 256;
/// The sheet's height in a spreadsheet program.
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
    /// The row being gathered, counted from 0, and its cells by column: all of them until the header is found, then
    /// the wanted.
    row: u32,
    gathered: Vec<Gathered>,
    /// Areas merged downwards that the current row may lie in: by column, the last row and the text.
    merged: HashMap<u32, (u32, String)>,
    count: usize,
}

struct Gathered {
    column: u32,
    /// The last row that the cell stands for.
    last_row: u32,
    text: Usable,
}

impl<'a> Rows<'a> {
    pub(crate) fn new(sheet: &'a str, columns: &'a [Column], each: &'a mut Each<'_>) -> Self {
        let missing = columns.iter().filter(|c| c.is_required).map(|c| c.name).collect();
        let (gathered, merged) = Default::default();
        Self { sheet, columns, each, header: None, missing, row: 0, gathered, merged, count: 0 }
    }

    /// Takes a cell; rows and columns are counted from 0. The text is made only when it is wanted.
    ///
    /// What stands in a merged area is meant for every row down to its last. Across columns it is not, since they mean
    /// different things. Where a cell is given twice, the later one counts.
    pub(crate) fn cell<'c>(
        &mut self,
        (row, column): (u32, u32),
        last_row: u32,
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
            let cell = Gathered { column, last_row, text: text().usable() };
            match self.gathered.binary_search_by_key(&column, |known| known.column) {
                Ok(at) => self.gathered[at] = cell,
                Err(at) => self.gathered.insert(at, cell),
            }
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
            Err(WorkbookError::NoRows { sheet: shown(self.sheet) })
        } else {
            Ok(())
        }
    }

    fn no_header(&mut self) -> WorkbookError {
        WorkbookError::MissingColumns { sheet: shown(self.sheet), columns: std::mem::take(&mut self.missing) }
    }

    fn end_row(&mut self) -> Result<ControlFlow<()>, WorkbookError> {
        let gathered = std::mem::take(&mut self.gathered);
        let Some(places) = &self.header else {
            self.header = self.find_header(&gathered)?;
            return Ok(ControlFlow::Continue(()));
        };
        let number = self.row + 1;
        let mut row = Row { number, cells: vec![String::new(); self.columns.len()], errors: Vec::new() };
        for Gathered { column, last_row, text } in gathered {
            let Some(index) = places.iter().position(|place| *place == Some(column)) else { continue };
            match text {
                Ok(text) => {
                    if last_row > self.row {
                        self.merged.insert(column, (last_row, text.clone()));
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
        self.merged.retain(|_, (last_row, _)| *last_row >= self.row);
        for (place, cell) in places.iter().zip(&mut row.cells) {
            if let Some((_, text)) = place.and_then(|column| self.merged.get(&column))
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
    fn find_header(&mut self, row: &[Gathered]) -> Result<Option<Vec<Option<u32>>>, WorkbookError> {
        let titles: Vec<_> = row.iter().map(|cell| (cell.column, header_name(&cell.text))).collect();
        let at = |name: &str| {
            let found = titles.iter().filter(|(_, title)| title == name);
            found.map(|(column, _)| *column).collect::<Vec<_>>()
        };
        let mut places = Vec::with_capacity(self.columns.len());
        let mut repeated = None;
        for wanted in self.columns {
            // Other names count where the own one is not there: 联系电话 beside 手机号 is another number.
            let mut found = at(wanted.name);
            if found.is_empty() {
                found = wanted.aliases.iter().flat_map(|alias| at(alias)).collect();
            }
            places.push(found.first().copied());
            if found.len() > 1 {
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
            Some(column) => Err(WorkbookError::RepeatedColumn { sheet: shown(self.sheet), column }),
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
