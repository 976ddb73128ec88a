//! 用户岗位导入填写模板.xlsx

use super::sheet::{Field, write};
use crate::{
    WriteError,
    import::{PEOPLE_COLUMNS, PEOPLE_SHEET},
};
use domain::{
    person::{Department, Role},
    region::Region,
};

/// The template for people, for an administrator of `places[0]`; the other places are those of the level below, whose
/// administrators may be opened if `allow_administrators`.
///
/// # Errors
/// When the workbook cannot be written.
pub fn people_template(
    departments: &[Department],
    places: &[Region],
    allow_administrators: bool,
) -> Result<Vec<u8>, WriteError> {
    let [name, phone, department, is_internal, role, region, remark] = PEOPLE_COLUMNS;
    let own = places.first().map_or("本级", |place| place.name.as_str());
    let starred = |field: Field| Field { title: format!("{}*", field.column.name), ..field };
    let departments = departments.iter().map(|department| department.name.as_str());
    let (roles, role_rule, region_rule) = if allow_administrators {
        (
            vec![Role::Inspector.name(), Role::Administrator.name()],
            "从下拉列表中选择：检查员开在本级，管理员开在下一级",
            format!("从下拉列表中选择。检查员填“{own}”或不填；管理员必须选择下一级的地区"),
        )
    } else {
        (vec![Role::Inspector.name()], "只能填“检查员”", format!("填“{own}”，或不填"))
    };
    let fields = [
        starred(Field::new(name, 14.0, "真实姓名，2 至 30 个字，不含数字和符号")),
        starred(Field::new(phone, 18.0, "本人手机号，11 位数字。登录用此号码接收验证码，填错将无法登录")),
        starred(Field::new(department, 22.0, "从下拉列表中选择，每人只能归属一个部门。外聘专家选择聘请他的部门"))
            .choice(departments),
        starred(Field::new(is_internal, 16.0, "从下拉列表中选择。本部门工作人员填“是”，外聘专家等填“否”"))
            .choice(["是", "否"]),
        starred(Field::new(role, 12.0, role_rule)).choice(roles),
        Field::new(region, 22.0, region_rule).choice(places.iter().map(|place| place.name.as_str())),
        Field::new(remark, 30.0, "供填表人自己备查，不导入系统"),
    ];
    let notes = [
        "请在“用户岗位导入填写模板”工作表中填写，从第 2 行开始，一行一人一个岗位。一人有多个岗位的，分行填写。",
        "带 * 的列必须填写。不要改动表头文字，不要合并单元格，不要留密码保护。",
        "有下拉列表的列请从列表中选择；手工填写的，须与列表中的文字一致。",
        "手机号已在系统中的，不会重复建人，只增加岗位；同一人同一岗位已存在的，按重复处理。",
        "上传后先校验、不写入：有问题的行会列出行号、列、内容和原因，可下载错误明细，改好后重新上传。",
    ];
    write(PEOPLE_SHEET, &notes, &fields)
}
