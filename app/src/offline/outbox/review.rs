//! What was delivered is asked after, too: a photo may be proved unreadable afterwards, and a server be restored from a
//! backup that is older than the record. What the phone has let go of can only be told.

use super::Outbox;
use crate::{
    api::operations::read_operation_status,
    offline::{
        local::{self, Store},
        operation::Delivered,
    },
    ui::{format::now, patience::within},
};
use domain::{
    Problem,
    id::{OperationId, PersonId},
    time::Timestamp,
};
use leptos::prelude::*;

/// Delivered operations are asked after so often, in seconds.
const EVERY_S: i64 = 86_400;
/// The server tells of so many at once.
const MOST: usize = 500;

fn reviewed_at(person: PersonId) -> String {
    format!("reviewed/{person}")
}

impl Outbox {
    /// Asks after what this person delivered of late: once a day, or now where `is_forced`.
    ///
    /// # Errors
    /// What the server or the network said, or the disk.
    pub(super) async fn review(self, is_forced: bool) -> Result<(), Problem> {
        let Some(person) = self.author().map(|author| author.person) else { return Ok(()) };
        let (meta, now) = (reviewed_at(person), now());
        let last = local::read::<Timestamp>(Store::Meta, &meta).await?;
        if !is_forced && last.is_some_and(|at| (0..EVERY_S).contains(&now.seconds_since(at))) {
            return Ok(());
        }
        let mut own = all().await?;
        own.retain(|delivered| delivered.is_asked_after(person, now));
        own.sort_by_key(|delivered| std::cmp::Reverse(delivered.receipt.received_at));
        let ids: Vec<OperationId> = own.iter().take(MOST).map(|delivered| delivered.receipt.operation).collect();
        let known = if ids.is_empty() { Vec::new() } else { within(read_operation_status(ids)).await? };
        let has_news = local::transact(&[Store::Receipts, Store::Meta], async |tx| {
            let mut has_news = false;
            for status in &known {
                let key = status.operation.to_string();
                let Some(mut delivered) = tx.read::<Delivered>(Store::Receipts, &key).await? else { continue };
                if delivered.on_status(status) {
                    tx.write(Store::Receipts, &key, &delivered)?;
                    has_news = true;
                }
            }
            tx.write(Store::Meta, &meta, &now)?;
            Ok(has_news)
        })
        .await?;
        if has_news {
            self.reviewed.try_update(|count| *count += 1);
        }
        Ok(())
    }

    /// Delivered operations of which this person has to be told something.
    ///
    /// # Errors
    /// When the disk does not work.
    pub async fn troubles(self, person: PersonId) -> Result<Vec<Delivered>, Problem> {
        let mut own = all().await?;
        own.retain(|delivered| delivered.author == Some(person) && delivered.trouble().is_some());
        Ok(own)
    }

    /// Notes that what was found out about a delivered operation was read.
    ///
    /// # Errors
    /// When the disk does not work.
    pub async fn note_read(self, id: OperationId) -> Result<(), Problem> {
        local::transact(&[Store::Receipts], async |tx| {
            let Some(delivered) = tx.read::<Delivered>(Store::Receipts, &id.to_string()).await? else { return Ok(()) };
            tx.write(Store::Receipts, &id.to_string(), &Delivered { is_read: true, ..delivered })
        })
        .await?;
        self.reviewed.try_update(|count| *count += 1);
        Ok(())
    }
}

async fn all() -> Result<Vec<Delivered>, Problem> {
    let rows = local::texts(Store::Receipts, "").await?;
    Ok(rows.iter().filter_map(|(_, text)| serde_json::from_slice(text.as_bytes()).ok()).collect())
}
