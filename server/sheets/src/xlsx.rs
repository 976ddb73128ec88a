//! Streams an .xlsx with calamine, once its package is measured.

use crate::{
    WorkbookError,
    cell::{CellText, start},
    choice::{MOST_SHEETS, is_preferred, the_only},
    error::shown,
    read::{Column, Each},
    rows::Rows,
};
use calamine::{DataRef, Reader, SheetType, SheetVisible, Xlsx, XlsxError};
use std::{
    collections::HashMap,
    fs::File,
    io::{BufReader, Seek},
    ops::ControlFlow,
    panic::{AssertUnwindSafe, catch_unwind},
};

/// So many cells are looked into to find the sheet that is meant; its first row with content comes long before.
const MOST_PROBED_CELLS: u64 = 1_000_000;

type Book = Xlsx<BufReader<File>>;
/// Areas merged downwards: by the first cell, the last row.
type Merged = HashMap<(u32, u32), u32>;

pub(crate) fn read(
    mut input: BufReader<File>,
    has_merged: bool,
    preferred: &str,
    columns: &[Column],
    each: &mut Each<'_>,
) -> Result<(), WorkbookError> {
    input.rewind()?;
    let mut book: Book = guarded(|| Xlsx::new(input).map_err(WorkbookError::damaged))?;
    let sheets = book.sheets_metadata().iter();
    let tables = sheets.filter(|s| s.visible == SheetVisible::Visible && s.typ == SheetType::WorkSheet);
    let mut names: Vec<_> = tables.map(|s| s.name.clone()).collect();
    let name = match names.iter().position(|name| is_preferred(name, preferred)) {
        Some(index) => names.swap_remove(index),
        None if names.len() > MOST_SHEETS => return Err(WorkbookError::TooLarge),
        None => {
            let mut cells_left = MOST_PROBED_CELLS;
            let mut probe = |name: &String| {
                let mut each = |_| ControlFlow::Break(());
                stream(&mut book, name, &Merged::new(), Rows::new(name, columns, &mut each), &mut cells_left)
            };
            let outcomes: Vec<_> = names.iter().map(|name| (name.clone(), probe(name))).collect();
            if cells_left == 0 {
                return Err(WorkbookError::TooLarge);
            }
            the_only(outcomes)?
        }
    };
    let merged = if has_merged { merged_downwards(&mut book, &name)? } else { Merged::new() };
    let mut cells_left = u64::MAX;
    stream(&mut book, &name, &merged, Rows::new(&name, columns, each), &mut cells_left)
}

/// Streams a sheet's cells, but no more than are left.
fn stream(
    book: &mut Book,
    name: &str,
    merged: &Merged,
    mut rows: Rows<'_>,
    cells_left: &mut u64,
) -> Result<(), WorkbookError> {
    let mut cells = guarded(|| book.worksheet_cells_reader(name).map_err(WorkbookError::damaged))?;
    let mut last_row = 0;
    loop {
        let cell = match guarded(|| Ok(cells.next_cell()))? {
            Ok(Some(cell)) => cell,
            Ok(None) => return rows.finish(),
            // calamine knows seven kinds and tells no place.
            Err(XlsxError::CellError(value)) => {
                return Err(WorkbookError::FailedFormula {
                    sheet: shown(name),
                    row: last_row + 1,
                    value: start(&value),
                });
            }
            Err(error) => return Err(WorkbookError::damaged(error)),
        };
        let Some(left) = cells_left.checked_sub(1) else { return Err(WorkbookError::TooLarge) };
        *cells_left = left;
        let (row, column) = cell.get_position();
        last_row = row;
        if matches!(cell.get_value(), DataRef::Empty) {
            continue;
        }
        let area_end = merged.get(&(row, column)).copied().unwrap_or(row);
        if rows.cell((row, column), area_end, || CellText::from(cell.get_value().clone()))?.is_break() {
            return Ok(());
        }
    }
}

fn merged_downwards(book: &mut Book, name: &str) -> Result<Merged, WorkbookError> {
    #[expect(deprecated, reason = "the named replacement reads the sheet's index first and is the same otherwise")]
    let areas = guarded(|| book.worksheet_merge_cells(name).transpose().map_err(WorkbookError::damaged))?;
    let downwards = areas.unwrap_or_default().into_iter().filter(|area| area.start.0 < area.end.0);
    Ok(downwards.map(|area| (area.start, area.end.0)).collect())
}

/// Runs a parser on a file from outside: where it indexes or adds what a damaged file says and panics, the file is
/// damaged, and nothing else is.
fn guarded<T>(parse: impl FnOnce() -> Result<T, WorkbookError>) -> Result<T, WorkbookError> {
    catch_unwind(AssertUnwindSafe(parse)).unwrap_or_else(|_| Err(WorkbookError::damaged("the parser panicked")))
}
