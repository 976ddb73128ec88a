//! The hazard ledger: pages, sums, export.

use crate::{
    Gate, Permit,
    actions::{ExportHazards, ReadHazards},
    dictionary,
    permit::internal,
};
use domain::{
    Problem,
    hazard::HazardRow,
    ledger::{HazardFilter, LedgerLine, LedgerSummary},
    page::{Cursor, PAGE_ROWS, Page},
    time::Date,
};
use store::{Scope, ledger};

/// A page of the ledger.
///
/// # Errors
/// [`Problem::NotFound`] for a region outside the caller's area.
pub async fn list(
    mut permit: Permit<ReadHazards>,
    filter: HazardFilter,
    after: Option<Cursor>,
) -> Result<Page<HazardRow>, Problem> {
    domain::search::check_terms(&filter.text)?;
    let scope = permit.scope(filter.region)?;
    let today = permit.now.date();
    ledger::page(&mut permit.tx, scope, &filter, today, after.as_ref(), PAGE_ROWS).await.map_err(internal)
}

/// The ledger's sums.
///
/// # Errors
/// [`Problem::NotFound`] for a region outside the caller's area.
pub async fn summary(mut permit: Permit<ReadHazards>, filter: HazardFilter) -> Result<LedgerSummary, Problem> {
    domain::search::check_terms(&filter.text)?;
    let scope = permit.scope(filter.region)?;
    let today = permit.now.date();
    ledger::summary(&mut permit.tx, scope, &filter, today).await.map_err(internal)
}

/// The ledger's rows under a filter, in batches, for an export: the audit row is written first, then rows are read page
/// by page, so that neither a transaction nor memory grows with the ledger.
pub struct Export {
    db: store::Db,
    /// From the first rows on: whoever waits for a core holds no connection.
    tx: Option<store::Tx>,
    scope: Scope,
    filter: HazardFilter,
    today: Date,
    after: Option<Cursor>,
    is_done: bool,
}

/// Rows of one batch of an export.
const BATCH_ROWS: u32 = 1_000;

/// Begins an export of the ledger (Q14); leaves a trace.
///
/// # Errors
/// [`Problem::NotFound`] for a region outside the caller's area.
pub async fn export(gate: &Gate, mut permit: Permit<ExportHazards>, filter: HazardFilter) -> Result<Export, Problem> {
    domain::search::check_terms(&filter.text)?;
    let scope = permit.scope(filter.region)?;
    let today = permit.now.date();
    // A number that was searched for is a number still.
    let text = domain::person::mask_numbers(&filter.text);
    let region = dictionary::region_name(&mut permit.tx, filter.region).await?;
    let department = match &filter.department {
        Some(code) => store::dictionary::department(&mut permit.tx, code).await.map_err(internal)?,
        None => None,
    };
    let department = department.map(|department| department.name);
    let words = HazardFilter { text, ..filter.clone() }.in_words(region.as_deref(), department.as_deref());
    permit.commit("隐患台账", if words.is_empty() { "全部" } else { &words }).await?;
    Ok(Export { db: gate.db().clone(), tx: None, scope, filter, today, after: None, is_done: false })
}

impl Export {
    /// The date by which 逾期 is told.
    pub fn today(&self) -> Date {
        self.today
    }

    /// The next rows; empty at the end.
    ///
    /// # Errors
    /// [`Problem::Internal`] when the store fails.
    pub async fn next(&mut self) -> Result<Vec<LedgerLine>, Problem> {
        if self.is_done {
            return Ok(Vec::new());
        }
        let tx = match &mut self.tx {
            Some(tx) => tx,
            None => self.tx.insert(self.db.read_in_pieces().await.map_err(internal)?),
        };
        let after = self.after.as_ref();
        let page = ledger::lines(tx, self.scope, &self.filter, self.today, after, BATCH_ROWS).await;
        let page = page.map_err(internal)?;
        self.is_done = page.next.is_none();
        self.after = page.next;
        Ok(page.rows)
    }
}
