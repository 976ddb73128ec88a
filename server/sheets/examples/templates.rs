//! Writes the two templates into a folder, for `tests/fixtures/make.mjs` and for looking at them in a spreadsheet
//! program: `cargo run -p sheets --example templates -- /tmp`

use domain::{
    person::{Department, DepartmentCode},
    region::Region,
};
use std::{error::Error, fs, path::Path};

fn main() -> Result<(), Box<dyn Error>> {
    let folder = std::env::args().nth(1).ok_or("which folder?")?;
    let department = |code: &str, name: &str| Department { code: DepartmentCode(code.into()), name: name.into() };
    let departments = [department("housing", "住房城乡建设"), department("market_regulation", "市场监管")];
    let places = [Region { code: "530111".parse()?, name: "官渡区".into() }];
    fs::write(Path::new(&folder).join("people.xlsx"), sheets::people_template(&departments, &places, false)?)?;
    fs::write(Path::new(&folder).join("enterprises.xlsx"), sheets::enterprise_template()?)?;
    Ok(())
}
