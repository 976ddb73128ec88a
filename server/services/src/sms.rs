//! Where SMS codes leave the house. The protocols are in `server`; here is only what a code needs.

use domain::person::PhoneNumber;
use std::{future::Future, pin::Pin};

/// A code could not be handed to the provider. The text is for the log: it holds neither number nor code.
#[derive(Debug, thiserror::Error)]
#[error("SMS not sent: {0}")]
pub struct SmsError(pub String);

/// What a send ends in.
pub type Sending<'a> = Pin<Box<dyn Future<Output = Result<(), SmsError>> + Send + 'a>>;

/// Sends codes to phones.
pub trait SmsGateway: Send + Sync {
    /// Hands a code for `phone` to the provider.
    fn send_code<'a>(&'a self, phone: &'a PhoneNumber, code: &'a str) -> Sending<'a>;
}
