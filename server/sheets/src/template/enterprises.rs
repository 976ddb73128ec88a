//! 企业信息收集表.xlsx

use super::sheet::{Field, write};
use crate::{
    WriteError,
    import::{ENTERPRISE_COLUMNS, ENTERPRISE_SHEET},
};
use domain::enterprise::EnterpriseType;

/// The template for enterprises.
///
/// # Errors
/// When the workbook cannot be written.
pub fn enterprise_template() -> Result<Vec<u8>, WriteError> {
    let [name, kind, address, person, code, licence_name, licence_number, longitude, latitude, datum] =
        ENTERPRISE_COLUMNS;
    let fields = [
        Field::new(name, 30.0, "营业执照上的全称，不超过 100 个字；没有执照的填招牌名称"),
        Field::new(kind, 28.0, "从下拉列表中选择。一家企业有几种类型的，每种类型填一行")
            .choice(EnterpriseType::ALL.map(EnterpriseType::name)),
        Field::new(address, 40.0, "实际经营地址，写到门牌号，不超过 200 个字"),
        Field::new(person, 14.0, "法定代表人姓名；没有执照的填经营人"),
        Field::new(code, 24.0, "营业执照上的 18 位代码，系统核对校验位；没有执照的店铺填经营人手机号（11 位）"),
        Field::new(licence_name, 22.0, "如燃气经营许可证、食品经营许可证；没有的填“无”或不填"),
        Field::new(licence_number, 24.0, "许可证上的编号；没有许可证的不填"),
        Field::new(longitude, 14.0, "十进制度数，如 102.743210。不填的，第一次现场检查时由手机定位"),
        Field::new(latitude, 14.0, "十进制度数，如 25.012345。经度、纬度要么都填，要么都不填"),
        Field::new(
            datum,
            12.0,
            "从下拉列表中选择。从高德、腾讯等地图上取得的填 GCJ-02，GPS 设备测得的填 WGS-84；不填按 GCJ-02",
        )
        .choice(["GCJ-02", "WGS-84"]),
    ];
    let rules = [
        "请在“企业信息收集表”工作表中填写，从第 2 行开始，一行一家企业。",
        "前五列必须填写。不要改动表头文字，不要合并单元格，不要留密码保护。",
        "企业类型请从下拉列表中选择；手工填写的，须与列表中的文字一致。",
        "信用代码、企业类型、企业住所三项都相同的视为同一对象，只能有一行；已在系统中的按重复处理。",
        "企业归入导入人当前岗位所在的地区。",
        "上传后先校验、不写入：有问题的行会列出行号、列、内容和原因，可下载错误明细，改好后重新上传。",
    ];
    write(ENTERPRISE_SHEET, &rules, &fields)
}
