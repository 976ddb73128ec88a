//! Workbooks that are none, or traps.

use super::Witness;
use crate::support::{
    UploadQuery, World, cut_off, files, raw, until,
    workbook::{ENTERPRISE_COLUMNS, enterprises, package, people, write_row},
};
use domain::{
    Problem,
    import::{ImportReport, ImportState},
};
use sheets::WorkbookError;
use std::io::Write;
use zip::CompressionMethod;

const NOODLES: [&str; 5] = ["老街米线", "餐饮企业", "关上街 1 号", "王老街", "91360727MA38QC805G"];
/// How an entry of a zip's directory begins, and where it tells the inflated size; then, how the part itself does.
const PLACES: [(&[u8], usize); 2] = [(b"PK\x01\x02", 24), (b"PK\x03\x04", 22)];

/// A sheet of so many megabytes of blanks.
fn inflating(megabytes: usize) -> Vec<u8> {
    let blanks = vec![b' '; 1 << 20];
    package(CompressionMethod::Deflated, |sheet| {
        write_row(sheet, 1, &ENTERPRISE_COLUMNS);
        for _ in 0..megabytes {
            sheet.write_all(&blanks).unwrap();
        }
    })
}

/// The same, of which it is told that it is small: by the directory, or by directory and part alike.
fn lying(mut bomb: Vec<u8>, times: usize) -> Vec<u8> {
    for (begin, size) in &PLACES[..times] {
        let at = size + bomb.windows(4).rposition(|bytes| bytes == *begin).unwrap();
        bomb[at..at + 4].copy_from_slice(&4_000_u32.to_le_bytes());
    }
    bomb
}

/// Texts that do not compress, one below the other.
fn one_column(header: &[&str], megabytes: u32) -> Vec<u8> {
    package(CompressionMethod::Stored, |sheet| {
        write_row(sheet, 1, header);
        let text = "一二三四五六七八九十".repeat(34);
        for row in 2..megabytes * 1_000 {
            write_row(sheet, row, &[&text]);
        }
    })
}

#[tokio::test]
async fn what_is_no_workbook_or_a_trap_is_refused_in_plain_words() {
    let world = World::open().await;
    let witness = Witness::open(&world).await;
    let good = enterprises(&[NOODLES]);
    let mut scrambled = good.clone();
    let middle = scrambled.len() / 2;
    scrambled[100..middle].fill(0x5A);
    let bomb = inflating(300);
    assert!(bomb.len() < 500_000, "{} bytes", bomb.len());
    let damaged = || WorkbookError::Damaged { detail: String::new() };
    let sheet = || "企业信息收集表".to_owned();
    let cases = [
        ("nothing", Vec::new(), WorkbookError::Empty),
        ("a text file", "企业名称,企业类型\n老街米线,餐饮企业\n".into(), WorkbookError::NotWorkbook),
        ("an old .xls", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1old".to_vec(), WorkbookError::OldFormat),
        ("half a workbook", good[..good.len() / 2].to_vec(), damaged()),
        ("a scrambled workbook", scrambled, damaged()),
        ("four bytes of a zip", good[..4].to_vec(), damaged()),
        ("a sheet of 300 MB in a small file", bomb.clone(), WorkbookError::TooLarge),
        ("the same with a directory that lies", lying(bomb.clone(), 1), damaged()),
        ("the same with one lie told twice", lying(bomb, 2), damaged()),
        (
            "20 MB of one column that is none of ours",
            one_column(&["备注"], 20),
            WorkbookError::MissingColumns { sheet: sheet(), columns: ENTERPRISE_COLUMNS.to_vec() },
        ),
        ("no rows", enterprises(&[]), WorkbookError::NoRows { sheet: sheet() }),
    ];
    for (what, workbook, why) in cases {
        let problem = witness.administrator.post("/imports/enterprises?name=x.xlsx").body(workbook).problem().await;
        assert_eq!(problem, Problem::from(why), "{what}");
        assert_eq!(files(&world.folder.path().join("imports")), [""; 0], "{what}");
    }
    witness.confirm(&world).await;
    let report: ImportReport = witness.administrator.post("/imports/enterprises").body(good).content().await;
    assert_eq!((report.good, report.state), (1, ImportState::Checked));
}

#[tokio::test]
async fn a_cell_beyond_all_measure_is_a_wrong_row_and_no_more() {
    let world = World::open().await;
    let witness = Witness::open(&world).await;
    let endless = "米".repeat(7 << 20);
    let workbook = package(CompressionMethod::Stored, |sheet| {
        write_row(sheet, 1, &ENTERPRISE_COLUMNS);
        write_row(sheet, 2, &["老街米线", "餐饮企业", &endless, "王老街", "91360727MA38QC805G"]);
        write_row(sheet, 3, &NOODLES);
    });
    let report: ImportReport = witness.administrator.post("/imports/enterprises").body(workbook).content().await;
    assert_eq!((report.good, report.wrong), (1, 1));
    assert_eq!((report.errors[0].row, report.errors[0].column.as_str()), (2, "企业住所"));
    assert!(report.errors[0].value.len() < 100);
    witness.confirm(&world).await;
}

#[tokio::test]
async fn a_report_does_not_grow_with_the_values_that_it_reports() {
    let world = World::open().await;
    let witness = Witness::open(&world).await;
    let long = "长".repeat(1_999);
    for (kind, workbook) in [
        ("enterprises", enterprises(&vec![[long.as_str(); 5]; 200])),
        ("people", people(&vec![[long.as_str(); 5]; 200])),
    ] {
        let upload = witness.administrator.post(&format!("/imports/{kind}")).body(workbook);
        let report: ImportReport = upload.content().await;
        assert_eq!((report.good, report.wrong), (0, 200));
        assert!(report.errors.iter().all(|error| error.value.chars().count() <= 62), "{kind}");
        let errors = world.folder.path().join("imports").join(format!("{}.errors", report.id));
        let size = std::fs::metadata(errors).unwrap().len();
        assert!(size < 200 * 5 * 1_000, "{kind}: {size} bytes of reasons");
    }
    witness.confirm(&world).await;
}

#[tokio::test]
async fn an_upload_beyond_the_limit_is_refused_whether_or_not_it_tells_its_size() {
    let world = World::open().await;
    let witness = Witness::open(&world).await;
    let too_large = Problem::TooLarge { what: "文件".into(), limit_mb: 40 };
    let told = witness.administrator.post("/imports/enterprises").body(vec![0; 41 << 20]).problem().await;
    assert_eq!(told, too_large);

    let cookie = witness.administrator.cookie();
    let head = format!(
        "POST /imports/enterprises HTTP/1.1\r\nhost: x\r\nsec-fetch-site: same-origin\r\ncookie: {cookie}\r\n\
         connection: close\r\ntransfer-encoding: chunked\r\n\r\n"
    );
    let mut request = head.into_bytes();
    for _ in 0..41 {
        write!(request, "{:x}\r\n", 1 << 20).unwrap();
        request.resize(request.len() + (1 << 20), 0);
        request.extend_from_slice(b"\r\n");
    }
    request.extend_from_slice(b"0\r\n\r\n");
    let answer = raw(&world, &request).await;
    assert!(answer.starts_with("HTTP/1.1 413 "), "{answer}");
    assert!(answer.ends_with(&serde_json::to_string(&too_large).unwrap()), "{answer}");
    assert_eq!(files(&world.folder.path().join("imports")), [""; 0]);
    witness.confirm(&world).await;
}

#[tokio::test]
async fn an_upload_that_is_cut_off_leaves_nothing_behind() {
    let world = World::open().await;
    let witness = Witness::open(&world).await;
    let cookie = witness.administrator.cookie();
    let head = format!(
        "POST /imports/people HTTP/1.1\r\nhost: x\r\nsec-fetch-site: same-origin\r\ncookie: {cookie}\r\n\
         content-length: 1000000\r\n\r\nPK\x03\x04 and no more"
    );
    cut_off(&world, head.as_bytes(), || !files(&world.folder.path().join("imports")).is_empty()).await;
    until(|| files(&world.folder.path().join("imports")).is_empty()).await;
    witness.confirm(&world).await;
}

#[tokio::test]
async fn a_name_is_shown_and_never_followed() {
    let world = World::open().await;
    let witness = Witness::open(&world).await;
    for (name, shown) in [
        ("..%2F..%2Fetc%2Fpasswd", "passwd"),
        ("C%3A%5Cfakepath%5C%E8%A1%A8.xlsx", "表.xlsx"),
        ("%2F", "企业信息收集表.xlsx"),
        ("", "企业信息收集表.xlsx"),
    ] {
        let address = format!("/imports/enterprises?name={name}");
        let upload = witness.administrator.post(&address).body(enterprises(&[NOODLES]));
        let report: ImportReport = upload.content().await;
        assert_eq!(report.file_name, shown, "{name}");
    }
    let long = format!("/imports/enterprises?name={}", "a".repeat(5_000));
    let report: ImportReport = witness.administrator.post(&long).body(enterprises(&[NOODLES])).content().await;
    assert_eq!(report.file_name.len(), 120);
    let twice = witness.administrator.post("/imports/people?name=a&name=b").body("x").problem().await;
    assert!(matches!(twice, Problem::Invalid { .. }), "{twice:?}");
    let own = files(&world.folder.path().join("imports"));
    assert!(own.iter().all(|name| name.len() > 36 && name[..36].parse::<uuid::Uuid>().is_ok()), "{own:?}");
}
