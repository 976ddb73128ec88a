//! Small components that every screen is made of, and the app's dealings with the browser's window.

pub mod badge;
pub mod dialog;
pub mod filters;
pub mod form;
pub mod format;
pub mod keys;
pub mod listing;
pub mod page;
pub mod query;
pub mod session;
pub mod sheet;
pub mod table;
pub mod theme;
pub mod toast;
pub mod update;
pub mod upload;
