//! Any table of ours, read again.

use crate::support::file;
use domain::{
    fold::fold,
    import::{RowError, RowFault},
};
use proptest::{collection::vec, prelude::*, test_runner::RngSeed};
use sheets::{Column, Row};
use std::{io::Cursor, ops::ControlFlow};

const COLUMNS: [Column; 3] = [
    Column { name: "原因", aliases: &[], is_required: true },
    Column { name: "列", aliases: &[], is_required: true },
    Column { name: "填写内容", aliases: &[], is_required: false },
];

/// What people, and programs, put into cells.
fn text() -> impl Strategy<Value = String> {
    let pieces = prop_oneof![
        4 => any::<char>().prop_map(String::from),
        4 => "[一-龥]{1,4}",
        2 => "[ -~]{1,6}",
        1 => prop::sample::select(vec![
            " ", "\u{3000}", "\u{a0}", "\r", "\n", "\r\n", "\t", "=", "&amp;", "&#10;", "<t>", "]]>", "_x000D_", "_x005F_",
            "_x", "\u{feff}", "\u{fffe}", "\u{ffff}", "\u{0}", "\u{1b}", "\u{85}", "\u{2028}", "é", "👨‍👩‍👧", "１３８",
        ])
        .prop_map(String::from),
    ];
    vec(pieces, 0..8).prop_map(|pieces| pieces.concat())
}

/// Writes the table under a header and reads it again.
fn written_and_read(table: &[[String; 3]]) -> Vec<Row> {
    let errors = table.iter().map(|[reason, column, value]| RowError {
        row: 1,
        column: column.clone(),
        value: value.clone(),
        reason: reason.clone(),
        fault: RowFault::Error,
    });
    let bytes = sheets::errors_workbook(Cursor::new(Vec::new()), "", errors).unwrap().into_inner();
    let mut rows = Vec::new();
    let outcome = sheets::read(file(&bytes).path(), "错误明细", &COLUMNS, |row| {
        rows.push(row);
        ControlFlow::Continue(())
    });
    assert!(outcome.is_ok() || rows.is_empty(), "{outcome:?}");
    rows
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 128, rng_seed: RngSeed::Fixed(17), ..ProptestConfig::default() })]

    #[test]
    fn a_table_is_read_as_it_was_written_without_its_blank_rows(table in vec([text(), text(), text()], 0..12)) {
        let rows = (2..).zip(&table).map(|(number, cells)| Row { number, cells: cells.to_vec(), errors: Vec::new() });
        let expected: Vec<_> = rows.filter(|row| row.cells.iter().any(|cell| !fold(cell).is_empty())).collect();
        prop_assert_eq!(written_and_read(&table), expected);
    }
}
