//! Hazards (隐患): found at a failed item, assigned to an officer, cured and closed, or voided.
//!
//! A hazard has a life: [`decide()`] is the only place that knows what may follow what, each [`Event`] is kept for ever, and
//! what a hazard *is* ([`Hazard`]) is the [`fold`] of its events.

mod cure;
mod decide;
mod event;
mod life;
mod measures;
mod rows;
mod severity;

use crate::code::codes;

pub use cure::{Addition, CureDetails, LONGEST_TEXT, Rectification, check_photos, check_text};
pub use decide::{Act, Change, Facts, ReviewRule, decide, may};
pub use event::{Event, EventData, EventKind, Record};
pub use life::{Cured, Hazard, Life, Stage, fold};
pub use measures::{ControlMeasure, EnforcementAction, EnforcementKind};
pub use rows::{CureRow, HazardDetail, HazardEvent, HazardRow, HazardState, Officers};
pub use severity::Severity;
