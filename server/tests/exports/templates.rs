//! The templates offer what the caller may fill in.

use super::{Opened, texts};
use crate::support::{GUANDU, KUNMING, NATION, World, YUNNAN};
use calamine::{Data, Range, Reader, SheetVisible};
use domain::{enterprise::EnterpriseType, person::Role};

const PEOPLE: &str = "用户岗位导入填写模板";
const ENTERPRISES: &str = "企业信息收集表";

/// What stands in a column of the sheet of lists.
fn list(lists: &Range<Data>, column: u32) -> Vec<String> {
    let cells = (0..).map_while(|row| lists.get_value((row, column)));
    cells.map(ToString::to_string).filter(|cell| !cell.is_empty()).collect()
}

async fn people(world: &World, region: &str) -> Opened {
    let caller = world.sign_in_as(Role::Administrator, region).await;
    let mut book = Opened::download(caller.get("/templates/people.xlsx"), "用户岗位导入填写模板.xlsx").await;
    let sheet = book.sheet(PEOPLE);
    assert_eq!(sheet.height(), 1, "nothing is filled in");
    book
}

#[tokio::test]
async fn the_template_for_people_offers_the_posts_that_the_caller_opens() {
    let world = World::open().await;
    for (region, own, below, roles) in [
        (NATION, "全国", Some("云南省"), vec!["检查员", "管理员"]),
        (YUNNAN, "云南省", Some("昆明市"), vec!["检查员", "管理员"]),
        (KUNMING, "昆明市", Some("官渡区"), vec!["检查员", "管理员"]),
        (GUANDU, "官渡区", None, vec!["检查员"]),
    ] {
        let mut book = people(&world, region).await;
        assert_eq!(book.sheets(), ["填写说明", PEOPLE, "选项"]);
        assert_eq!(book.book.sheets_metadata()[2].visible, SheetVisible::Hidden);
        let header = texts(book.sheet(PEOPLE).rows().next().unwrap());
        assert_eq!(header, ["姓名*", "手机号*", "人员归属部门*", "是否内部人员*", "岗位*", "所属区划", "备注"]);
        let lists = book.sheet("选项");
        assert_eq!(list(&lists, 0)[..2], ["住房城乡建设", "市场监管"]);
        assert_eq!(list(&lists, 1), ["是", "否"]);
        assert_eq!(list(&lists, 2), roles);
        let places = list(&lists, 3);
        assert_eq!(places[0], own);
        match below {
            Some(below) => assert!(places[1..].iter().any(|place| place == below), "{places:?}"),
            None => assert_eq!(places.len(), 1),
        }
        assert_eq!(book.part("xl/worksheets/sheet2.xml").matches(r#"type="list""#).count(), 4);
    }
}

#[tokio::test]
async fn the_template_for_enterprises_offers_the_sixteen_types() {
    let world = World::open().await;
    let caller = world.sign_in_as(Role::Administrator, GUANDU).await;
    let mut book = Opened::download(caller.get("/templates/enterprises.xlsx"), "企业信息收集表.xlsx").await;
    assert_eq!(book.sheets(), ["填写说明", ENTERPRISES, "选项"]);
    let header = texts(book.sheet(ENTERPRISES).rows().next().unwrap());
    let expected = ["企业名称", "企业类型", "企业住所", "法人代表", "社会统一信用代码", "许可证名称", "许可证编号"];
    assert_eq!(header[..7], expected);
    assert_eq!(list(&book.sheet("选项"), 0), EnterpriseType::ALL.map(EnterpriseType::name));
}
