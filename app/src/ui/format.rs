//! How numbers and dates read.

use std::cell::Cell;

use domain::{
    hazard::{HazardRow, HazardState},
    time::{Date, Timestamp},
};

/// Nearer than this to the server's clock, a device's own clock is right: an answer was under way, too.
const NEAR_MS: f64 = 30_000.0;

thread_local! {
    static SERVER_AHEAD_MS: Cell<f64> = const { Cell::new(0.0) };
}

/// Now, by this device's clock, corrected by what it knows of the server's.
pub fn now() -> Timestamp {
    Timestamp::from_millis(js_sys::Date::now() + SERVER_AHEAD_MS.get())
}

/// So many milliseconds the server's clock is ahead of this device's; 0 where the two are near.
pub fn server_ahead_ms() -> f64 {
    SERVER_AHEAD_MS.get()
}

/// Takes over what was known when the page was last open.
pub fn set_server_ahead_ms(ahead: f64) {
    SERVER_AHEAD_MS.set(ahead);
}

/// Notes the time that the server named in an answer just now, in milliseconds.
pub fn note_server_time(at_ms: f64) {
    let ahead = at_ms - js_sys::Date::now();
    SERVER_AHEAD_MS.set(if ahead.abs() < NEAR_MS { 0.0 } else { ahead });
}

/// The date in China.
pub fn today() -> Date {
    now().date()
}

/// `1,284`
pub fn count(number: i64) -> String {
    let digits = number.unsigned_abs().to_string();
    let mut text = String::from(if number < 0 { "-" } else { "" });
    for (index, digit) in digits.chars().enumerate() {
        if index > 0 && (digits.len() - index).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

/// `91.3%`, or a dash where there is nothing to divide by.
pub fn per_cent(value: Option<f64>) -> String {
    value.map_or_else(|| "—".into(), |value| format!("{value:.1}%"))
}

/// Days beside a due date: `还剩 3 天`, `今天到期`, `逾期 2 天`; nothing once cured or voided, or in a stage that is not known.
pub fn days_left(hazard: &HazardRow, today: Date) -> String {
    match (hazard.state(today).known(), hazard.days_left(today)) {
        (Some(HazardState::Overdue), days) => format!("逾期 {} 天", -days),
        (Some(HazardState::Open), 0) => "今天到期".into(),
        (Some(HazardState::Open), days) => format!("还剩 {days} 天"),
        (Some(HazardState::UnderReview | HazardState::Closed | HazardState::Voided) | None, _) => String::new(),
    }
}

/// `85 m` or `1.2 km`
pub fn distance(metres: f64) -> String {
    if metres < 1000.0 { format!("{metres:.0} m") } else { format!("{:.1} km", metres / 1000.0) }
}

/// Who delivered what another did, as it follows a time: `（由李山代传）`; nothing where nobody did.
pub fn carried(carrier: &str) -> String {
    if carrier.is_empty() { String::new() } else { format!("（由{carrier}代传）") }
}

/// Fen as `1,200.00 元`.
pub fn yuan(fen: i64) -> String {
    format!("{}.{:02} 元", count(fen / 100), fen % 100)
}
