//! Where this phone is: watched until the accuracy settles or the time is up, then no more.

use crate::ui::format::now;
use domain::geo::{Fix, Wgs84};
use leptos::{leptos_dom::helpers::TimeoutHandle, prelude::*};
use std::time::Duration;
use wasm_bindgen::{JsCast, closure::Closure};
use web_sys::{Geolocation, Position, PositionError, PositionOptions};

/// Near enough to stop waiting, in metres.
const SETTLED_M: f64 = 30.0;
/// Longer than this nobody waits.
const LONGEST: Duration = Duration::from_secs(30);

/// What is said wherever a position is asked for.
pub const PURPOSE: &str = "每次检查只在发起时取一次定位，用于核对是否在企业现场";

/// How far the search for a position is.
#[derive(Clone, Debug, PartialEq)]
pub enum Search {
    /// Not begun: nobody asked for a position.
    Idle,
    /// Under way; the best so far.
    Watching(Option<Fix>),
    /// Over: the best there was.
    Done(Fix),
    /// Over, with nothing: why, and what to do.
    Failed(&'static str),
}

/// A search for this phone's position.
#[derive(Clone, Copy)]
pub struct Locator {
    /// How far it is.
    pub search: RwSignal<Search>,
    watch: StoredValue<Option<Watch>, LocalStorage>,
}

/// A watch of the browser; it ends when this is dropped.
struct Watch {
    geolocation: Geolocation,
    id: i32,
    timer: Option<TimeoutHandle>,
    _found: Closure<dyn FnMut(Position)>,
    _failed: Closure<dyn FnMut(PositionError)>,
}

impl Drop for Watch {
    fn drop(&mut self) {
        self.geolocation.clear_watch(self.id);
        if let Some(timer) = self.timer.take() {
            timer.clear();
        }
    }
}

impl Locator {
    /// A locator that searches only when told to, and ends with its owner.
    pub fn new() -> Self {
        let locator = Self { search: RwSignal::new(Search::Idle), watch: StoredValue::new_local(None) };
        on_cleanup(move || drop(locator.watch.try_update_value(Option::take)));
        locator
    }

    /// Begins a search; one that is under way is given up.
    pub fn start(self) {
        self.search.set(Search::Watching(None));
        let begun = self.begin();
        if begun.is_none() {
            self.search.set(Search::Failed("这台设备或浏览器不支持定位，请换用手机浏览器打开"));
        }
        self.watch.try_update_value(|watch| *watch = begun);
    }

    /// Ends the search with the best there is.
    pub fn settle(self) {
        // The watch may call this itself: it is dropped after the call, not within.
        request_animation_frame(move || drop(self.watch.try_update_value(Option::take)));
        let Some(Search::Watching(best)) = self.search.try_get_untracked() else { return };
        self.search.set(
            best.map_or(
                Search::Failed("30 秒内没有取得定位。请打开手机的定位服务，到室外空旷处后重新定位"),
                Search::Done,
            ),
        );
    }

    fn begin(self) -> Option<Watch> {
        let geolocation = window().navigator().geolocation().ok()?;
        let found = Closure::new(move |position: Position| self.found(&position));
        let failed = Closure::new(move |error: PositionError| self.failed(error.code()));
        let options = PositionOptions::new();
        options.set_enable_high_accuracy(true);
        options.set_maximum_age(0);
        let id = geolocation
            .watch_position_with_error_callback_and_options(
                found.as_ref().unchecked_ref(),
                Some(failed.as_ref().unchecked_ref()),
                &options,
            )
            .ok()?;
        let timer = set_timeout_with_handle(move || self.settle(), LONGEST).ok();
        Some(Watch { geolocation, id, timer, _found: found, _failed: failed })
    }

    fn found(self, position: &Position) {
        let at = position.coords();
        let fix = Fix {
            // A centimetre is enough, and so few digits read the same on both sides of the wire.
            at: Wgs84 { latitude: rounded(at.latitude(), 1e7), longitude: rounded(at.longitude(), 1e7) },
            // Some devices say 0 when they do not know.
            accuracy_m: rounded(at.accuracy(), 10.0).max(1.0),
            // Not the position's own time: some phones give it on another scale.
            taken_at: now(),
        };
        let Some(Search::Watching(best)) = self.search.try_get_untracked() else { return };
        let better = best.filter(|best| best.accuracy_m <= fix.accuracy_m).unwrap_or(fix);
        self.search.set(Search::Watching(Some(better)));
        if better.accuracy_m <= SETTLED_M {
            self.settle();
        }
    }

    fn failed(self, code: u16) {
        if code == PositionError::PERMISSION_DENIED {
            self.search.set(Search::Failed("没有定位权限。请在浏览器的网站设置中允许定位，再重新定位"));
            self.settle();
        }
        // An unavailable position may become available; the timer ends the waiting.
    }
}

impl Default for Locator {
    fn default() -> Self {
        Self::new()
    }
}

fn rounded(value: f64, scale: f64) -> f64 {
    (value * scale).round() / scale
}
