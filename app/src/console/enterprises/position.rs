//! A position as a person types it: longitude and latitude in the datum of where they were read off.

use crate::ui::form::{SelectField, TextField};
use domain::{
    Problem,
    geo::{Gcj02, Wgs84},
};
use leptos::prelude::*;

/// What the fields hold.
#[derive(Clone, Copy)]
pub struct PositionDraft {
    /// As it was; sent again only when changed.
    before: Option<Wgs84>,
    longitude: RwSignal<String>,
    latitude: RwSignal<String>,
    datum: RwSignal<String>,
}

impl PositionDraft {
    /// The position so far, in WGS-84.
    pub fn of(before: Option<Wgs84>) -> Self {
        let text =
            |degrees: Option<f64>| RwSignal::new(degrees.map(|degrees| format!("{degrees:.6}")).unwrap_or_default());
        Self {
            before,
            longitude: text(before.map(|at| at.longitude)),
            latitude: text(before.map(|at| at.latitude)),
            datum: RwSignal::new("wgs84".to_owned()),
        }
    }

    /// The new position in WGS-84, or `None` where it was not changed.
    ///
    /// # Errors
    /// [`Problem::Invalid`] on 经度 or 纬度.
    pub fn read(self) -> Result<Option<Wgs84>, Problem> {
        let [longitude, latitude, datum] = [self.longitude, self.latitude, self.datum].map(|text| text.get_untracked());
        let fresh = Self::of(self.before);
        let is_same = datum == "wgs84"
            && longitude.trim() == fresh.longitude.get_untracked()
            && latitude.trim() == fresh.latitude.get_untracked();
        if is_same || (longitude.trim().is_empty() && latitude.trim().is_empty()) {
            return Ok(None);
        }
        let degrees = |field: &str, text: &str, example: &str| {
            text.trim()
                .parse::<f64>()
                .map_err(|_| Problem::invalid(field, format!("请填写以度为单位的小数，如 {example}")))
        };
        let longitude = degrees("经度", &longitude, "102.712251")?;
        let latitude = degrees("纬度", &latitude, "25.040609")?;
        let at = match datum.as_str() {
            "gcj02" => Gcj02 { latitude, longitude }.into(),
            _ => Wgs84 { latitude, longitude },
        };
        at.checked().map(Some).map_err(|_| Problem::invalid("经度", "坐标不在国内，请检查经度和纬度是否填反"))
    }
}

/// 经度, 纬度 and 坐标系.
#[component]
pub fn PositionFields(
    /// What they hold.
    draft: PositionDraft,
    /// What the form was refused for.
    problems: RwSignal<Vec<Problem>>,
) -> impl IntoView {
    let datums = vec![
        ("wgs84".to_owned(), "WGS-84（手机定位、天地图）".to_owned()),
        ("gcj02".to_owned(), "GCJ-02（高德、腾讯等地图）".to_owned()),
    ];
    view! {
        <TextField label="经度" value=draft.longitude hint="留空则由首次现场检查确定位置" problems />
        <TextField label="纬度" value=draft.latitude problems />
        <SelectField label="坐标系" options=datums value=draft.datum problems />
    }
}
