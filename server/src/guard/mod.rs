//! What every request passes before it reaches a route, one file per wall.

pub mod headers;
pub mod origin;
pub mod pace;
pub mod settle;
