//! LibreOffice and we read each other's workbooks.

use crate::{
    support::{enterprises, fixture, people},
    written::Written,
};
use domain::import::{RowError, RowFault};
use rstest::rstest;
use sheets::{WorkbookError, errors_workbook};
use std::{
    fs,
    io::Cursor,
    path::Path,
    process::{Command, Stdio},
};

#[test]
fn a_template_that_libreoffice_saved_again_is_read_by_the_same_columns() {
    // It has no rows: that it says so means that the header was found.
    let error = people(fixture("people-template.xlsx")).unwrap_err();
    assert!(matches!(&error, WorkbookError::NoRows { sheet } if sheet == "用户岗位导入填写模板"), "{error:?}");
    let error = enterprises(fixture("enterprises-template.xlsx")).unwrap_err();
    assert!(matches!(&error, WorkbookError::NoRows { sheet } if sheet == "企业信息收集表"), "{error:?}");
}

#[rstest]
#[case("people-template.xlsx", "用户岗位导入填写模板", sheets::people_template(&[], &[], false).unwrap())]
#[case("enterprises-template.xlsx", "企业信息收集表", sheets::enterprise_template().unwrap())]
fn the_fixtures_are_of_the_template_as_it_is_now(#[case] name: &str, #[case] sheet: &str, #[case] now: Vec<u8>) {
    let saved = Written::from(fs::read(fixture(name)).unwrap());
    assert_eq!(saved.texts(sheet)[0], Written::from(now).texts(sheet)[0], "run tests/fixtures/make.mjs");
    // The lists are still behind the drop-downs.
    assert_eq!(saved.sheets(), ["填写说明", sheet, "选项"]);
    assert!(!saved.elements("xl/worksheets/sheet2.xml", "dataValidation").is_empty());
}

/// Whether `soffice` is here; under CI it must be.
fn has_libreoffice() -> bool {
    let version = Command::new("soffice").arg("--version").stdout(Stdio::null()).stderr(Stdio::null()).status();
    let is_here = version.is_ok_and(|status| status.success());
    assert!(is_here || std::env::var_os("CI").is_none(), "soffice is not here: what we write is untested");
    is_here
}

/// The first sheet of a workbook as LibreOffice shows it.
fn as_shown(workbook: &[u8]) -> Vec<Vec<String>> {
    const TABS_UTF8_AS_SHOWN: &str = "csv:Text - txt - csv (StarCalc):9,,76,1,,0,false,true,false";
    let folder = tempfile::tempdir().unwrap();
    let book = folder.path().join("book.xlsx");
    fs::write(&book, workbook).unwrap();
    let mut soffice = Command::new("soffice");
    soffice.arg(format!("-env:UserInstallation=file://{}", folder.path().join("profile").display()));
    soffice.args(["--headless", "--convert-to", TABS_UTF8_AS_SHOWN, "--outdir"]).arg(folder.path()).arg(book);
    let status = soffice.stdout(Stdio::null()).stderr(Stdio::null()).status().unwrap();
    assert!(status.success());
    lines(&folder.path().join("book.csv"))
}

fn lines(csv: &Path) -> Vec<Vec<String>> {
    let text = fs::read_to_string(csv).expect("LibreOffice opened the workbook");
    text.lines().map(|line| line.split('\t').map(ToOwned::to_owned).collect()).collect()
}

#[test]
fn libreoffice_shows_what_we_wrote() {
    if !has_libreoffice() {
        return;
    }
    let error = |row, value: &str| RowError {
        row,
        column: "社会统一信用代码".into(),
        value: value.into(),
        reason: "校验位不符，请对照营业执照核对每一位".into(),
        fault: RowFault::Error,
    };
    let values = ["915301117000000004", "=1+1", "00123", "", "<&>\u{1f525}", "+86 138"];
    let errors = values.map(|value| error(3, value));
    let book = errors_workbook(Cursor::new(Vec::new()), "企业名单.xlsx", errors).unwrap();
    let shown = as_shown(book.get_ref());
    assert_eq!(shown[0], ["企业名单.xlsx", "", "", "", ""]);
    assert_eq!(shown[1], ["行号", "列", "填写内容", "校验结果", "原因"]);
    let cells = |value: &'static str| ["3", "社会统一信用代码", value, "错误", "校验位不符，请对照营业执照核对每一位"];
    assert_eq!(shown[2..], values.map(cells));
}
