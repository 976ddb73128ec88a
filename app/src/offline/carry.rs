//! 代为上传: delivers the file of another phone's outbox. Everything in it is sent as it is, by whoever is signed in; what
//! was delivered before is answered with the same receipt, so a file can be delivered as often as one likes.

use super::{
    operation::{Reply, Trouble},
    parcel::{Carried, Parcel},
    wire,
};
use domain::{
    operation::{Outcome, PhotoRef},
    photo::PhotoHash,
};
use js_sys::{Array, Uint8Array};
use web_sys::Blob;

/// What became of a parcel.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Carriage {
    /// Records that the server has.
    pub filed: usize,
    /// Of those, records that wait for the office.
    pub held: usize,
    /// Photos that the server has taken now.
    pub photos: usize,
    /// Photos that the server expects and the file does not have, or the server refuses.
    pub missing: usize,
    /// Records that the server does not take, and why.
    pub refused: Vec<String>,
    /// Why it stopped before the end.
    pub stopped: Option<String>,
}

/// Delivers a parcel, and tells after each record how far it is.
pub async fn deliver(parcel: &Parcel<'_>, told: impl Fn(&Carriage)) -> Carriage {
    let mut done = Carriage::default();
    for carried in &parcel.operations {
        match record(carried, parcel, &mut done).await {
            Ok(()) => told(&done),
            Err(reason) => {
                done.stopped = Some(reason);
                break;
            }
        }
    }
    done
}

/// Why the whole has to stop, for some answers.
fn stop<T>(answer: Reply<T>) -> Result<Reply<T>, String> {
    match answer {
        Reply::SignedOut => Err("登录已失效，请重新登录后再试".to_owned()),
        Reply::Later(trouble, _) => Err(match trouble {
            Trouble::Network => "没有网络或服务器没有应答，请稍后再试".to_owned(),
            other => other.text(),
        }),
        answer => Ok(answer),
    }
}

async fn record(carried: &Carried, parcel: &Parcel<'_>, done: &mut Carriage) -> Result<(), String> {
    let receipt = match stop(wire::put_operation(carried.id, &carried.bytes, true).await)? {
        Reply::Good(receipt) if receipt.operation == carried.id && receipt.content_hash == carried.content_hash => {
            receipt
        }
        Reply::Refused(problem) => {
            done.refused.push(problem.to_string());
            return Ok(());
        }
        Reply::Conflict => {
            done.refused.push("服务器上已有同一编号的另一份内容，请在原手机上处理".to_owned());
            return Ok(());
        }
        _ => return Err("没有网络或服务器没有应答，请稍后再试".to_owned()),
    };
    done.filed += 1;
    done.held += usize::from(receipt.outcome != Outcome::Applied);
    for hash in receipt.photos_expected {
        match parcel.photos.get(&hash) {
            Some(bytes) if photo(hash, bytes).await? => done.photos += 1,
            _ => done.missing += 1,
        }
    }
    Ok(())
}

async fn photo(hash: PhotoHash, bytes: &[u8]) -> Result<bool, String> {
    let size_bytes = u32::try_from(bytes.len()).unwrap_or(u32::MAX);
    let parts = Array::of1(&Uint8Array::from(bytes));
    let Ok(blob) = Blob::new_with_u8_array_sequence(&parts) else { return Ok(false) };
    let answer = stop(wire::put_photo(PhotoRef { hash, size_bytes }, blob).await)?;
    Ok(answer == Reply::Good(()))
}
