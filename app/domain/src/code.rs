//! Codes on the wire: strict where something is handed in, decided on or stored, lenient in the rows that a server sends.
//!
//! An old phone reads the rows of a newer server. A code that it does not know must not take the row with it, nor the page:
//! in rows such a field is a [`Lenient`], which keeps the code as it came, so that it is still there when the phone has
//! learnt it. The types themselves ([`Code`]) have no arm for it: what a phone hands in, what a rule decides on and what is
//! stored is always one of those that are known.

use serde::{Deserialize, Deserializer, Serialize, Serializer};
use std::borrow::Cow;

/// A type of which each value has a stable code and a word.
pub trait Code: Copy + 'static {
    /// The one with this code.
    fn from_code(code: &str) -> Option<Self>;
    /// The stable code, on the wire and in the store.
    fn code(self) -> &'static str;
    /// The word on screens and in workbooks.
    fn name(self) -> &'static str;
}

/// A value in a row of a server, which may be newer than who reads it.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Lenient<T> {
    /// One that this version knows.
    Known(T),
    /// The code of one that it does not know, as it came.
    Unknown(String),
}

impl<T: Copy> Lenient<T> {
    /// The value, if this version knows it: whatever goes on from here is strict.
    pub fn known(&self) -> Option<T> {
        match self {
            Self::Known(value) => Some(*value),
            Self::Unknown(_) => None,
        }
    }
}

impl<T: Code> Lenient<T> {
    /// What a code says.
    pub fn of(code: String) -> Self {
        match T::from_code(&code) {
            Some(value) => Self::Known(value),
            None => Self::Unknown(code),
        }
    }

    /// The code, as it came.
    pub fn code(&self) -> &str {
        match self {
            Self::Known(value) => value.code(),
            Self::Unknown(code) => code,
        }
    }

    /// The word on screens; of what is not known, its code, which a person can at least ask about.
    pub fn name(&self) -> Cow<'static, str> {
        match self {
            Self::Known(value) => value.name().into(),
            Self::Unknown(code) => code.clone().into(),
        }
    }
}

impl<T> From<T> for Lenient<T> {
    fn from(value: T) -> Self {
        Self::Known(value)
    }
}

impl<T: PartialEq> PartialEq<T> for Lenient<T> {
    /// What is not known is none of those that are.
    fn eq(&self, other: &T) -> bool {
        matches!(self, Self::Known(value) if value == other)
    }
}

impl<T: Code> Serialize for Lenient<T> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.code())
    }
}

impl<'de, T: Code> Deserialize<'de> for Lenient<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer).map(Self::of)
    }
}

/// A unit enum with a stable code and a word for each variant, read strictly; in rows it is a [`Lenient`].
macro_rules! codes {
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

        impl $crate::code::Code for $name {
            fn from_code(code: &str) -> Option<Self> {
                Self::from_code(code)
            }

            fn code(self) -> &'static str {
                self.code()
            }

            fn name(self) -> &'static str {
                self.name()
            }
        }
    };
}
pub(crate) use codes;
