//! Small components that every screen is made of, and the app's dealings with the browser's window.

pub mod badge;
pub mod carry;
pub mod dialog;
pub mod enterprise;
pub mod facts;
pub mod filters;
pub mod form;
pub mod format;
pub mod fresh;
pub mod keys;
pub mod listing;
pub mod options;
pub mod page;
pub mod patience;
pub mod photos;
pub mod post;
pub mod query;
pub mod reading;
pub mod session;
pub mod sheet;
pub mod table;
pub mod theme;
pub mod title;
pub mod toast;
pub mod update;
pub mod upload;
