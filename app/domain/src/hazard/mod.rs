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

pub use cure::{Addition, CureDetails, LONGEST_TEXT, Rectification, check_photos, check_text};
pub use decide::{Act, Change, Facts, ReviewRule, decide, may};
pub use event::{Event, EventData, EventKind, Record};
pub use life::{Cured, Hazard, Life, Stage, fold};
pub use measures::{ControlMeasure, EnforcementAction, EnforcementKind};
pub use rows::{HazardDetail, HazardEvent, HazardRow, HazardState, Officers};
pub use severity::Severity;

/// A unit enum with a stable code and a word for each variant. With `else`, one that is not known is read as that variant;
/// see `problem::Wire` for why that is not derived.
macro_rules! codes {
    ($(#[$doc:meta])* $name:ident else $unknown:ident $variants:tt) => {
        codes! {
            $(#[$doc])*
            #[serde(from = "String", into = "String")]
            $name $variants
        }

        impl From<String> for $name {
            fn from(code: String) -> Self {
                Self::from_code(&code).unwrap_or(Self::$unknown)
            }
        }

        impl From<$name> for String {
            fn from(value: $name) -> Self {
                value.code().to_owned()
            }
        }
    };
    ($(#[$doc:meta])* $name:ident { $($(#[$variant_doc:meta])* $variant:ident $code:literal $label:literal),+ $(,)? }) => {
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize, serde::Deserialize)]
        $(#[$doc])*
        pub enum $name {
            $($(#[$variant_doc])* #[serde(rename = $code)] $variant,)+
        }

        impl $name {
            /// All of them, in the order of showing.
            pub const ALL: &[Self] = &[$(Self::$variant,)+];

            /// The stable code, on the wire and in the store.
            pub fn code(self) -> &'static str {
                match self { $(Self::$variant => $code,)+ }
            }

            /// The word on screens and in workbooks.
            pub fn name(self) -> &'static str {
                match self { $(Self::$variant => $label,)+ }
            }

            /// The one with this code.
            pub fn from_code(code: &str) -> Option<Self> {
                match code { $($code => Some(Self::$variant),)+ _ => None }
            }
        }
    };
}
use codes;
