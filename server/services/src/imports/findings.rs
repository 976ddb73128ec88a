//! What a check finds, as it finds it: sums and the first few in memory, every reason in a file beside the workbook.

use domain::{
    fold::squeeze,
    import::{RowError, RowFault, SHOWN_ERRORS},
    person::PhoneNumber,
};
use std::{
    fs::File,
    io::{self, BufRead, BufReader, BufWriter, Write},
    path::{Path, PathBuf},
};

/// How the name of a file of reasons ends that is being written.
pub(super) const UNFINISHED: &str = "errors-unfinished";
/// Bytes of reasons that are kept, of a hundred thousand rows about: a small file may hold a million wrong ones.
const MOST_KEPT: usize = 16 * 1024 * 1024;
/// Good rows of a preview.
const PREVIEW_ROWS: i64 = 20;
/// Characters of a value that its reason shows. One text may stand in a million cells of a small file.
const VALUE_CHARACTERS: usize = 60;

/// What was found so far.
#[derive(Debug)]
pub(super) struct Findings {
    /// 可导入
    pub good: i64,
    /// 重复
    pub repeated: i64,
    /// 错误
    pub wrong: i64,
    /// The first reasons.
    pub errors: Vec<RowError>,
    /// The first good rows, by column.
    pub preview: Vec<Vec<String>>,
    spool: BufWriter<File>,
    kept: usize,
    /// The first row whose reasons were not kept any more, and how many there are.
    unlisted: Option<(u32, u32)>,
    path: PathBuf,
}

impl Drop for Findings {
    fn drop(&mut self) {
        // It is not there any more where it was kept.
        drop(std::fs::remove_file(&self.path));
    }
}

impl Findings {
    /// Begins; the reasons go to a file beside the workbook, of which no other check at the same time knows.
    ///
    /// # Errors
    /// When the file cannot be made.
    pub(super) fn begin(workbook: &Path) -> io::Result<Self> {
        let path = workbook.with_extension(format!("{:08x}-{UNFINISHED}", rand::random::<u32>()));
        let spool = BufWriter::new(File::create(&path)?);
        Ok(Self {
            good: 0,
            repeated: 0,
            wrong: 0,
            errors: Vec::new(),
            preview: Vec::new(),
            spool,
            kept: 0,
            unlisted: None,
            path,
        })
    }

    /// Keeps the reasons as those of the workbook.
    ///
    /// # Errors
    /// When the file cannot be renamed.
    pub(super) fn keep(&self, workbook: &Path) -> io::Result<()> {
        std::fs::rename(&self.path, errors_path(workbook))
    }

    /// A row that can be written.
    pub(super) fn good(&mut self, columns: impl FnOnce() -> Vec<String>) {
        self.good += 1;
        if self.good <= PREVIEW_ROWS {
            self.preview.push(columns());
        }
    }

    /// A row that cannot, and all the reasons. A row that is wrong and repeated counts as wrong.
    ///
    /// # Errors
    /// When the file cannot be written.
    pub(super) fn faulty(&mut self, errors: Vec<RowError>) -> io::Result<()> {
        let is_wrong = errors.iter().any(|error| error.fault == RowFault::Error);
        *(if is_wrong { &mut self.wrong } else { &mut self.repeated }) += 1;
        if let (true, Some(first)) = (self.kept >= MOST_KEPT, errors.first()) {
            self.unlisted.get_or_insert((first.row, 0)).1 += 1;
            return Ok(());
        }
        for error in errors {
            self.keep_reason(&error)?;
            if self.errors.len() < SHOWN_ERRORS {
                self.errors.push(error);
            }
        }
        Ok(())
    }

    fn keep_reason(&mut self, error: &RowError) -> io::Result<()> {
        let line = serde_json::to_vec(error)?;
        self.kept += line.len() + 1;
        self.spool.write_all(&line)?;
        self.spool.write_all(b"\n")
    }

    /// Ends: every reason is in the file, or how many rows are not.
    ///
    /// # Errors
    /// When the file cannot be written.
    pub(super) fn end(&mut self) -> io::Result<()> {
        if let Some((row, number)) = self.unlisted.take() {
            let reason = format!("自本行起另有 {number} 行未列出，请先改正以上各行");
            self.keep_reason(&wrong(row, "", String::new(), reason))?;
        }
        self.spool.flush()
    }

    /// Rows with content.
    pub(super) fn rows(&self) -> i64 {
        self.good + self.repeated + self.wrong
    }
}

/// The file of reasons of a workbook that waits at this path.
pub(super) fn errors_path(workbook: &Path) -> PathBuf {
    workbook.with_extension("errors")
}

/// All reasons of a file, one by one.
///
/// # Errors
/// When there is no such file; a line that cannot be read ends it early.
pub(super) fn read_errors(path: &Path) -> io::Result<impl Iterator<Item = RowError> + Send + use<>> {
    let lines = BufReader::new(File::open(path)?).lines();
    Ok(lines.map_while(|line| serde_json::from_str(&line.ok()?).ok()))
}

/// A reason against a row.
pub(super) fn wrong(row: u32, column: &str, value: String, reason: impl Into<String>) -> RowError {
    RowError { row, column: column.to_owned(), value: shortened(value), reason: reason.into(), fault: RowFault::Error }
}

/// A repeat, of `what`; it begins with the words that the requirements fix (Q35).
pub(super) fn repeated(row: u32, column: &str, value: String, what: &str) -> RowError {
    let reason = format!("EXCEL或主表已存在该对象：{what}");
    RowError { row, column: column.to_owned(), value: shortened(value), reason, fault: RowFault::Repeat }
}

fn shortened(value: String) -> String {
    match value.char_indices().nth(VALUE_CHARACTERS) {
        Some((end, _)) => format!("{}……", &value[..end]),
        None => value,
    }
}

/// A value that is, or was to be, a phone number, as a report may show it: one of another length must not look right, so
/// each hidden character has its star, and the length is said.
pub(super) fn masked(text: &str) -> String {
    if let Ok(phone) = PhoneNumber::parse(text) {
        return phone.masked();
    }
    let typed = squeeze(text);
    let characters: Vec<char> = typed.chars().collect();
    let is_near = (8..=15).contains(&characters.len()) && characters.iter().filter(|c| c.is_ascii_digit()).count() >= 8;
    if is_near {
        let (head, tail) = (&characters[..3], &characters[characters.len() - 4..]);
        let [head, tail]: [String; 2] = [head, tail].map(|part| part.iter().collect());
        return format!("{head}{}{tail}（{} 位）", "*".repeat(characters.len() - 7), characters.len());
    }
    typed
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A small file may hold a million rows that are wrong for the same long reason.
    #[test]
    fn reasons_end_at_their_bound_with_how_many_rows_are_left_out() {
        let folder = tempfile::tempdir().unwrap();
        let workbook = folder.path().join("a.workbook");
        let mut findings = Findings::begin(&workbook).unwrap();
        let reason = "错".repeat(10_000);
        for row in 2..1_002 {
            findings.faulty(vec![wrong(row, "企业名称", String::new(), &*reason)]).unwrap();
        }
        findings.end().unwrap();
        findings.keep(&workbook).unwrap();
        let kept: Vec<_> = read_errors(&errors_path(&workbook)).unwrap().collect();
        let (last, listed) = kept.split_last().unwrap();
        assert_eq!(last.reason, format!("自本行起另有 {} 行未列出，请先改正以上各行", 1_000 - listed.len()));
        assert_eq!((last.row, findings.wrong), (listed.last().unwrap().row + 1, 1_000));
        assert!(std::fs::metadata(errors_path(&workbook)).unwrap().len() < 17 * 1024 * 1024);
    }
}
