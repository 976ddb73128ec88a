//! Imports of enterprises: the workbook handed in, checked, confirmed and written.

use crate::{
    Figures,
    server::{COUNTY_ADMINISTRATOR, Server},
};
use anyhow::{Result, bail};
use domain::{credit_code::check_character, import::ImportReport};
use rust_xlsxwriter::Workbook;
use serde_json::json;
use std::time::Instant;

pub async fn measure(figures: &mut Figures, server: &Server, scale: f64) -> Result<()> {
    let session = server.sign_in(COUNTY_ADMINISTRATOR).await?;
    for (batch, rows, goal, memory) in [(1, 10_000.0, None, None), (2, 100_000.0, Some(5.0), Some(150.0))] {
        #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "the rows stay far below 2^32")]
        let rows = (rows * scale) as u32;
        let workbook = workbook(batch, rows)?;
        server.reset_peak()?;
        let begun = Instant::now();
        let answer = session.request("/imports/enterprises?name=bench.xlsx").body(workbook).send().await?;
        let (status, body) = (answer.status(), answer.bytes().await?);
        if !status.is_success() {
            bail!("import: {status}: {}", String::from_utf8_lossy(&body));
        }
        let checked: ImportReport = serde_json::from_slice(&body)?;
        let seconds_checked = begun.elapsed().as_secs_f64();
        let written: ImportReport = session.call("imports/confirm_enterprises", &json!({ "id": checked.id })).await?;
        if written.good != i64::from(rows) {
            bail!("{} of {rows} rows written", written.good);
        }
        let (engine, seconds) = (server.engine, begun.elapsed().as_secs_f64());
        figures.note(
            format!("{engine} · {rows} enterprises checked (every row, before anything is written)"),
            seconds_checked,
            "s",
            None,
        );
        figures.note(format!("{engine} · {rows} enterprises checked and written"), seconds, "s", goal);
        figures.note(format!("{engine} · {rows} enterprises: peak memory"), server.peak_mb()?, "MB", memory);
    }
    Ok(())
}

fn workbook(batch: u32, rows: u32) -> Result<Vec<u8>> {
    let mut workbook = Workbook::new();
    let sheet = workbook.add_worksheet_with_constant_memory()?;
    sheet.set_name("企业信息收集表")?;
    let columns = ["企业名称", "企业类型", "企业住所", "法人代表", "社会统一信用代码", "许可证名称", "许可证编号"];
    sheet.write_row(0, 0, columns)?;
    for row in 1..=rows {
        let body = format!("92530111MA{batch}{row:06}");
        let check = check_character(body.as_bytes()).map_or('0', char::from);
        sheet.write_string(row, 0, format!("量测餐馆{row}号店"))?;
        sheet.write_string(row, 1, "餐饮企业")?;
        sheet.write_string(row, 2, format!("官渡区量测路{row}号"))?;
        sheet.write_string(row, 3, "王量测")?;
        sheet.write_string(row, 4, format!("{body}{check}"))?;
        sheet.write_string(row, 5, "食品经营许可证")?;
        sheet.write_string(row, 6, format!("JY{row:014}"))?;
    }
    Ok(workbook.save_to_buffer()?)
}
