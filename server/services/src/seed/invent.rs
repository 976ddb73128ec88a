//! Invents names, codes, places and words from one fixed seed.

use domain::{
    credit_code::{CreditCode, check_character},
    enterprise::{EnterpriseEntry, EnterpriseType},
    geo::Wgs84,
    region::RegionCode,
};
use rand::{Rng, RngCore, SeedableRng, rngs::StdRng};
use uuid::Uuid;

const SURNAMES: [&str; 16] =
    ["王", "李", "张", "杨", "赵", "陈", "周", "刘", "马", "段", "和", "木", "刀", "普", "沙", "白"];
const GIVEN: [&str; 24] = [
    "建国", "晓梅", "永强", "丽华", "志明", "春燕", "文斌", "秀英", "国栋", "红云", "海涛", "玉兰", "家和", "云川",
    "雪松", "思源", "景行", "若水", "明远", "佳宁", "子安", "承志", "月明", "向东",
];
const SHOPS: [&str; 20] = [
    "老街",
    "滇味",
    "翠湖",
    "金马",
    "碧鸡",
    "春城",
    "彩云",
    "石屏",
    "建水",
    "过桥",
    "南门",
    "东风",
    "龙泉",
    "福满",
    "一颗印",
    "四季",
    "山茶",
    "红土",
    "临江",
    "大树",
];
const FOODS: [&str; 10] = ["米线", "火锅", "小吃", "烧烤", "饵丝", "菌子馆", "家常菜", "早点", "羊肉馆", "豆花饭"];
const ROADS: [&str; 10] =
    ["人民路", "环城路", "金源大道", "春晖路", "关上街", "文昌街", "建设路", "民航路", "新街", "石桥路"];
const PLACES: [&str; 6] = ["后厨：", "气瓶间：", "操作区：", "一楼厨房：", "用气点：", ""];
const FINDINGS: [&str; 6] =
    ["现场未做到", "抽查发现不符合", "与负责人共同核实不符合", "现场测试不合格", "查阅记录没有体现", "部分未落实"];
const CURES: [&str; 6] = [
    "已更换并经现场复核合格",
    "已安装并通气测试，复核合格",
    "已清理并张贴警示标识，复核合格",
    "已补齐记录并培训从业人员",
    "已停用并拆除，复核合格",
    "已由供气企业上门整改，复核合格",
];

/// What firms of a type call themselves.
fn firm(kind: EnterpriseType) -> &'static str {
    match kind {
        EnterpriseType::GasFilling => "燃气储配站",
        EnterpriseType::LpgRetail => "液化气供应站",
        EnterpriseType::PipelineGas => "天然气有限公司",
        EnterpriseType::ScenicArea => "古镇景区",
        EnterpriseType::CivilWelfare => "养老院",
        EnterpriseType::SeInspection => "特种设备检验所",
        EnterpriseType::IndustrialFuel => "燃料化工厂",
        EnterpriseType::DgRoadTransport => "危货运输有限公司",
        EnterpriseType::LpgProduction => "石化有限公司",
        EnterpriseType::ApplianceSales => "燃具经营部",
        EnterpriseType::ApplianceProduction => "燃具制造厂",
        EnterpriseType::CylinderPipeMfg => "管件制造厂",
        _ => "商行",
    }
}

/// A source of plausible things, the same every time.
pub struct Invent(StdRng);

impl Invent {
    pub fn new() -> Self {
        Self(StdRng::seed_from_u64(0x7261_6e61_6e00))
    }

    /// A number from zero up to, not including, `limit`.
    pub fn below(&mut self, limit: usize) -> usize {
        self.0.random_range(0..limit)
    }

    /// A UUID v7 of that instant, in microseconds.
    pub fn id(&mut self, at: i64) -> Uuid {
        let mut noise = [0; 10];
        self.0.fill_bytes(&mut noise);
        uuid::Builder::from_unix_timestamp_millis(u64::try_from(at / 1000).unwrap_or_default(), &noise).into_uuid()
    }

    fn pick(&mut self, words: &[&'static str]) -> &'static str {
        words[self.below(words.len())]
    }

    pub fn person(&mut self) -> String {
        format!("{}{}", self.pick(&SURNAMES), self.pick(&GIVEN))
    }

    /// Somewhere in Yunnan.
    pub fn centre(&mut self) -> Wgs84 {
        Wgs84 { latitude: self.0.random_range(22.5..27.5), longitude: self.0.random_range(98.5..105.0) }
    }

    /// Within some two kilometres.
    pub fn near(&mut self, centre: Wgs84) -> Wgs84 {
        Wgs84 {
            latitude: centre.latitude + self.0.random_range(-0.018..0.018),
            longitude: centre.longitude + self.0.random_range(-0.018..0.018),
        }
    }

    /// Restaurants are most of what there is to inspect.
    pub fn enterprise_type(&mut self) -> EnterpriseType {
        match self.below(100) {
            0..=61 => EnterpriseType::Catering,
            62..=71 => EnterpriseType::School,
            72..=76 => EnterpriseType::Hospital,
            77..=81 => EnterpriseType::LpgRetail,
            n => EnterpriseType::ALL[n % 16],
        }
    }

    pub fn enterprise(&mut self, kind: EnterpriseType, county: &str, region: RegionCode) -> EnterpriseEntry {
        let shop = self.pick(&SHOPS);
        let number = 1 + self.below(998);
        let name = match kind {
            EnterpriseType::Catering => format!("{shop}{}（{}店）", self.pick(&FOODS), self.pick(&ROADS)),
            EnterpriseType::School => format!("{county}{shop}{}", self.pick(&["小学", "中学", "幼儿园"])),
            EnterpriseType::Hospital => format!("{county}{shop}{}", self.pick(&["医院", "社区卫生服务中心"])),
            EnterpriseType::BlackSite => format!("{}{number}号无证存瓶点", self.pick(&ROADS)),
            _ => format!("{county}{shop}{}", firm(kind)),
        };
        let licence_name = kind.licences().first().copied().unwrap_or("无").to_owned();
        EnterpriseEntry {
            name,
            enterprise_type: kind,
            address: format!("{county}{}{}号", self.pick(&ROADS), 1 + self.below(900)),
            legal_representative: self.person(),
            credit_code: self.credit_code(region),
            licence_number: if licence_name == "无" {
                String::new()
            } else {
                format!("YN{:010}", self.below(9_999_999_999))
            },
            licence_name,
        }
    }

    /// A valid code of an invented business.
    fn credit_code(&mut self, region: RegionCode) -> CreditCode {
        let body = format!("92{region}MA{:07}", self.below(9_999_999));
        let check = check_character(body.as_bytes()).map(char::from).expect("digits, M and A are in the alphabet");
        CreditCode::Uscc(format!("{body}{check}"))
    }

    pub fn description(&mut self, item: &str) -> String {
        format!("{}{item}，{}", self.pick(&PLACES), self.pick(&FINDINGS))
    }

    pub fn cure(&mut self) -> String {
        self.pick(&CURES).to_owned()
    }
}
