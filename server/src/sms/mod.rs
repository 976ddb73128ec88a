//! Gateways to SMS providers, behind [`services::sms::SmsGateway`]. Neither numbers nor codes reach the log, except
//! through the gateway `log`, which exists to print them.

pub mod aliyun;
mod log;

pub use aliyun::Aliyun;
pub use log::Log;
