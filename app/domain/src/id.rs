//! Newtypes of UUID v7 ids. The caller makes them (a phone makes its own), so a repeated upload is the same row.

use serde::{Deserialize, Serialize};
use std::{fmt, str::FromStr};
use uuid::Uuid;

macro_rules! ids {
    ($($(#[$doc:meta])* $name:ident),+ $(,)?) => {$(
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        #[serde(transparent)]
        pub struct $name(pub Uuid);

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                self.0.fmt(f)
            }
        }

        impl FromStr for $name {
            type Err = uuid::Error;

            fn from_str(text: &str) -> Result<Self, Self::Err> {
                text.parse().map(Self)
            }
        }

        impl From<Uuid> for $name {
            fn from(id: Uuid) -> Self {
                Self(id)
            }
        }
    )+};
}

ids! {
    /// A [`Person`](crate::person::Person); it stays when name or number change.
    PersonId,
    /// A [`Post`](crate::person::Post) of a person.
    PostId,
    /// An [enterprise](crate::enterprise::EnterpriseRow): one type at one address; a credit code may have several.
    EnterpriseId,
    /// An inspection, which is also the id of the operation that submits it.
    InspectionId,
    /// A hazard, made where it is found; its whole life is under it.
    HazardId,
    /// One event of a hazard's life, made by whoever causes it; seen twice, it happened once.
    EventId,
    /// One write that a phone asks for; seen twice, it is done once.
    OperationId,
    /// One workbook handed in for import.
    ImportId,
    /// A session of a person at one device; it opens nothing.
    SessionId,
}

impl From<OperationId> for EventId {
    fn from(id: OperationId) -> Self {
        Self(id.0)
    }
}

impl From<InspectionId> for OperationId {
    fn from(id: InspectionId) -> Self {
        Self(id.0)
    }
}
