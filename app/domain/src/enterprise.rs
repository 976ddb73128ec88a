//! Enterprises (企业): one row per credit code, type and address (Q21, Q38).

use crate::{
    Problem,
    code::{Code, Lenient},
    credit_code::CreditCode,
    fold::{clean, fold, squeeze},
    geo::{Fix, Wgs84},
    hazard::HazardRow,
    id::EnterpriseId,
    inspection::{InspectionRow, UnderWay},
    region::RegionCode,
    time::Timestamp,
};
use serde::{Deserialize, Serialize};
use std::str::FromStr;

macro_rules! enterprise_types {
    ($($variant:ident $code:literal $name:literal $group:literal [$($licence:literal),*]),+ $(,)?) => {
        /// The sixteen types (Q19), in the order of the requirements.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        pub enum EnterpriseType {
            $(#[doc = $name] #[serde(rename = $code)] $variant,)+
        }

        impl EnterpriseType {
            /// In the order of the requirements, which every choice of a type keeps.
            pub const ALL: [Self; 16] = [$(Self::$variant,)+];

            /// The stable code, such as `catering`.
            pub fn code(self) -> &'static str {
                match self { $(Self::$variant => $code,)+ }
            }

            /// The name on screens and in workbooks.
            pub fn name(self) -> &'static str {
                match self { $(Self::$variant => $name,)+ }
            }

            /// The group of types that it is listed under.
            pub fn group(self) -> &'static str {
                match self { $(Self::$variant => $group,)+ }
            }

            /// The licences such an enterprise usually shows; suggestions only, and 无 is always allowed.
            pub fn licences(self) -> &'static [&'static str] {
                match self { $(Self::$variant => &[$($licence),*],)+ }
            }
        }
    };
}

enterprise_types! {
    GasFilling "gas_filling" "城镇燃气充装企业" "城镇燃气企业" ["燃气经营许可证", "气瓶充装许可证", "移动式压力容器充装许可证"],
    LpgRetail "lpg_retail" "瓶装液化石油气经营企业" "城镇燃气企业" ["燃气经营许可证"],
    PipelineGas "pipeline_gas" "管道燃气经营企业" "城镇燃气企业" ["燃气经营许可证"],
    Catering "catering" "餐饮企业" "燃气用户" ["食品经营许可证", "小餐饮登记证"],
    Hospital "hospital" "医院" "燃气用户" ["医疗机构执业许可证"],
    ScenicArea "scenic_area" "旅游景区" "燃气用户" ["无"],
    School "school" "学校（含幼儿园）" "燃气用户" ["办学许可证", "事业单位法人证书"],
    CivilWelfare "civil_welfare" "民政服务机构" "燃气用户" ["养老机构备案", "民办非企业单位登记证", "事业单位法人证书"],
    SeInspection "se_inspection" "特种设备检验机构" "特种设备检验机构" ["特种设备检验机构核准证"],
    IndustrialFuel "industrial_fuel" "工业燃料生产企业" "相关企业" ["危险化学品安全生产许可证", "危险化学品经营许可证"],
    DgRoadTransport "dg_road_transport" "危险货物道路运输企业" "相关企业" ["道路运输经营许可证"],
    LpgProduction "lpg_production" "液化石油气生产企业" "相关企业" ["危险化学品安全生产许可证"],
    ApplianceSales "appliance_sales" "燃气具及配件销售企业" "相关企业" ["无"],
    ApplianceProduction "appliance_production" "燃气具及配件生产企业" "相关企业" ["强制性产品认证证书"],
    CylinderPipeMfg "cylinder_pipe_mfg" "气瓶和压力管道元件生产企业" "相关企业" ["特种设备生产许可证"],
    BlackSite "black_site" "黑窝点、黑气瓶" "黑窝点、黑气瓶" ["无"],
}

impl EnterpriseType {
    /// What was typed, forgivingly: the folded name, with or without 企业, 机构, a remark in brackets; 元件 also as 原件.
    pub fn parse(text: &str) -> Option<Self> {
        fn stem(text: &str) -> String {
            let squeezed = squeeze(text).replace("原件", "元件").replace(['、', ',', '/'], "");
            let stem = squeezed.split(['(', '（']).next().unwrap_or_default();
            stem.trim_end_matches("企业").trim_end_matches("机构").to_owned()
        }
        let typed = stem(text);
        Self::ALL.into_iter().find(|t| !typed.is_empty() && stem(t.name()) == typed)
    }
}

impl Code for EnterpriseType {
    fn from_code(code: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.code() == code)
    }

    fn code(self) -> &'static str {
        self.code()
    }

    fn name(self) -> &'static str {
        self.name()
    }
}

impl FromStr for EnterpriseType {
    type Err = Problem;

    /// From the stable code.
    fn from_str(code: &str) -> Result<Self, Problem> {
        Self::from_code(code).ok_or_else(|| Problem::invalid("企业类型", "没有这种企业类型"))
    }
}

/// The seven fields (Q12), parsed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct EnterpriseEntry {
    /// 企业名称, cleaned, 1 to 100 characters
    pub name: String,
    /// 企业类型
    pub enterprise_type: EnterpriseType,
    /// 企业住所, cleaned, 1 to 200 characters
    pub address: String,
    /// 法人代表; for a shop without licence, whoever runs it
    pub legal_representative: String,
    /// 社会统一信用代码
    pub credit_code: CreditCode,
    /// 许可证名称; 无 where there is none
    pub licence_name: String,
    /// 许可证编号; empty where there is none
    pub licence_number: String,
}

/// The seven fields as typed, before parsing.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct EnterpriseDraft {
    /// 企业名称
    pub name: String,
    /// 企业类型: the name or the code
    pub enterprise_type: String,
    /// 企业住所
    pub address: String,
    /// 法人代表
    pub legal_representative: String,
    /// 社会统一信用代码; empty when editing means unchanged
    pub credit_code: String,
    /// 许可证名称
    pub licence_name: String,
    /// 许可证编号
    pub licence_number: String,
}

fn required(field: &str, text: &str, most: usize) -> Result<String, Problem> {
    let cleaned = clean(text);
    if cleaned.is_empty() {
        return Err(Problem::invalid(field, "不能为空"));
    }
    bounded(field, cleaned, most)
}

fn bounded(field: &str, text: String, most: usize) -> Result<String, Problem> {
    if text.chars().count() > most {
        return Err(Problem::invalid(field, format!("不能超过 {most} 个字")));
    }
    Ok(text)
}

fn keep<T>(result: Result<T, Problem>, problems: &mut Vec<Problem>) -> Option<T> {
    result.map_err(|problem| problems.push(problem)).ok()
}

impl EnterpriseDraft {
    /// Parses all seven fields and reports every wrong one, not only the first (Q20).
    ///
    /// # Errors
    /// One [`Problem::Invalid`] for each wrong field, in the order of the template.
    pub fn parse(&self) -> Result<EnterpriseEntry, Vec<Problem>> {
        let mut problems = Vec::new();
        let fields = (
            keep(required("企业名称", &self.name, 100), &mut problems),
            keep(self.parse_type(), &mut problems),
            keep(required("企业住所", &self.address, 200), &mut problems),
            keep(required("法人代表", &self.legal_representative, 50), &mut problems),
            keep(CreditCode::parse(&self.credit_code), &mut problems),
            keep(bounded("许可证名称", clean(&self.licence_name), 100), &mut problems),
            keep(bounded("许可证编号", squeeze(&self.licence_number), 100), &mut problems),
        );
        let (
            Some(name),
            Some(enterprise_type),
            Some(address),
            Some(legal_representative),
            Some(credit_code),
            Some(licence_name),
            Some(licence_number),
        ) = fields
        else {
            return Err(problems);
        };
        let licence_name = if licence_name.is_empty() { "无".into() } else { licence_name };
        Ok(EnterpriseEntry {
            name,
            enterprise_type,
            address,
            legal_representative,
            credit_code,
            licence_name,
            licence_number,
        })
    }

    /// The type alone, however it was typed.
    ///
    /// # Errors
    /// [`Problem::Invalid`], which names all types.
    pub fn parse_type(&self) -> Result<EnterpriseType, Problem> {
        let typed = &self.enterprise_type;
        EnterpriseType::parse(typed).or_else(|| typed.parse().ok()).ok_or_else(|| {
            let names: Vec<_> = EnterpriseType::ALL.iter().map(|t| t.name()).collect();
            Problem::invalid("企业类型", format!("应为下列之一：{}", names.join("、")))
        })
    }
}

impl EnterpriseEntry {
    /// What makes it unique within its region (Q21): code, type, and the address without blanks and punctuation, but for
    /// what stands between two digits: 1-2号 is not 12号.
    pub fn unique_key(&self) -> String {
        let mut key = format!("{}|{}|", self.credit_code.as_str(), self.enterprise_type.code());
        let mut is_apart = false;
        for c in fold(&self.address).chars() {
            if !c.is_alphanumeric() {
                is_apart = true;
                continue;
            }
            if is_apart && c.is_ascii_digit() && key.ends_with(|last: char| last.is_ascii_digit()) {
                key.push('-');
            }
            is_apart = false;
            key.extend(c.to_uppercase());
        }
        key
    }
}

/// Body of an operation of kind `enterprise`: 现场新增企业, with its position, made without asking the server (Q18).
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct OnSiteEnterprise {
    /// Its id, made by the phone. The operation has an id of its own.
    pub id: EnterpriseId,
    /// The seven fields as typed.
    pub draft: EnterpriseDraft,
    /// Where the inspector stood, if the phone knew.
    pub fix: Option<Fix>,
}

/// An enterprise as lists show it. The credit code is masked when it is a phone number.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct EnterpriseRow {
    /// Made by the phone for 现场新增企业, by the server for an imported one.
    pub id: EnterpriseId,
    /// 企业名称
    pub name: String,
    /// 企业类型
    pub enterprise_type: Lenient<EnterpriseType>,
    /// 企业住所
    pub address: String,
    /// 法人代表
    pub legal_representative: String,
    /// 社会统一信用代码, masked when a phone number
    pub credit_code: String,
    /// 许可证名称
    pub licence_name: String,
    /// 许可证编号
    pub licence_number: String,
    /// Where it is.
    pub region: RegionCode,
    /// The region's name.
    pub region_name: String,
    /// Where exactly, once an inspection or an administrator fixed it (Q33).
    pub position: Option<Wgs84>,
    /// When it went out of business, if it did.
    pub closed_at: Option<Timestamp>,
    /// Hazards not yet cured.
    pub open_hazards: i64,
    /// When it was last inspected.
    pub last_inspected_at: Option<Timestamp>,
}

impl EnterpriseRow {
    /// Whether the seven fields are alike in both, as far as they are shown.
    pub fn reads_as(&self, other: &Self) -> bool {
        let written = |row: &Self| {
            let texts = [&row.name, &row.address, &row.legal_representative, &row.credit_code];
            let licence = [&row.licence_name, &row.licence_number];
            (texts.map(String::clone), licence.map(String::clone), row.enterprise_type.code().to_owned())
        };
        written(self) == written(other)
    }

    /// Whether both have the same position, to a tenth of a metre: numbers are rounded on their way.
    pub fn lies_as(&self, other: &Self) -> bool {
        match (self.position, other.position) {
            (Some(here), Some(there)) => here.distance_m(there) < 0.1,
            (here, there) => here.is_none() && there.is_none(),
        }
    }
}

/// An enterprise with its history, as an inspector sees it before starting (Q23).
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct EnterpriseDetail {
    /// As lists show it.
    pub enterprise: EnterpriseRow,
    /// 未整改隐患, oldest first.
    pub open_hazards: Vec<HazardRow>,
    /// 检查历史, newest first, at most twenty.
    pub inspections: Vec<InspectionRow>,
    /// 正在检查: begun within three days and not handed in.
    #[serde(default)]
    pub under_way: Vec<UnderWay>,
}

/// An enterprise as a phone keeps it, to be found without a network.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct LocalEnterprise {
    /// As lists show it.
    pub row: EnterpriseRow,
    /// The initials of the name's pinyin: one lower-case letter for each Chinese character, other letters and digits as
    /// they are, nothing for blanks and punctuation. Where characters have several readings there are several words,
    /// separated by a blank: 长乐火锅店 is `clhgd cyhgd zlhgd zyhgd`. So what is typed is found as a substring.
    pub initials: String,
    /// Ids that phones gave to it before it was known to be this one: what they keep under these belongs here.
    #[serde(default)]
    pub aliases: Vec<EnterpriseId>,
}

/// What an enterprise list is narrowed to.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct EnterpriseFilter {
    /// Part of name, address or credit code.
    pub text: String,
    /// Only this type.
    pub enterprise_type: Option<EnterpriseType>,
    /// Only this region's subtree.
    pub region: Option<RegionCode>,
    /// Only enterprises never inspected (`false`) or inspected at least once (`true`).
    pub is_inspected: Option<bool>,
}
