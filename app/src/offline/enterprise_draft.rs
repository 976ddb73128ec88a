//! The draft of an enterprise that is entered on site (现场新增企业, Q18).

use super::draft::Author;
use domain::{
    Problem,
    enterprise::{EnterpriseDraft, EnterpriseRow, OnSiteEnterprise},
    geo::{Fix, PositionRule},
    id::{EnterpriseId, OperationId, PersonId},
    region::RegionCode,
};
use serde::{Deserialize, Serialize};

/// An enterprise being entered.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct NewEnterpriseDraft {
    /// The operation's id.
    pub operation: OperationId,
    /// The enterprise's id.
    pub id: EnterpriseId,
    /// Who enters it, at which post.
    pub author: Author,
    /// The seven fields as typed.
    pub fields: EnterpriseDraft,
    /// Where the inspector stands.
    pub fix: Option<Fix>,
}

impl NewEnterpriseDraft {
    /// An empty form.
    pub fn new(operation: OperationId, id: EnterpriseId, author: Author) -> Self {
        Self { operation, id, author, fields: EnterpriseDraft::default(), fix: None }
    }

    /// The key under which a draft lies in the store: a person enters one at a time.
    pub fn key(author: PersonId) -> String {
        format!("enterprise/{author}")
    }

    /// Whether nothing was typed yet.
    pub fn is_empty(&self) -> bool {
        self.fields == EnterpriseDraft::default()
    }

    /// What it is called in lists.
    pub fn title(&self) -> String {
        let name = self.fields.name.trim();
        if name.is_empty() { "未命名企业".to_owned() } else { name.to_owned() }
    }

    /// What is handed in, checked by the domain's own rules; and the row under which the phone finds it at once.
    ///
    /// # Errors
    /// Every field that is wrong.
    pub fn on_site(
        &self,
        region: RegionCode,
        region_name: String,
        rule: PositionRule,
    ) -> Result<(OnSiteEnterprise, EnterpriseRow), Vec<Problem>> {
        let entry = self.fields.parse()?;
        let fix = self.fix.filter(|fix| fix.checked(fix.taken_at).is_ok());
        let position = fix.filter(|fix| fix.accuracy_m <= rule.accuracy_cap_m).map(|fix| fix.at);
        let row = EnterpriseRow {
            id: self.id,
            name: entry.name,
            enterprise_type: entry.enterprise_type.into(),
            address: entry.address,
            legal_representative: entry.legal_representative,
            credit_code: entry.credit_code.masked(),
            licence_name: entry.licence_name,
            licence_number: entry.licence_number,
            region,
            region_name,
            position,
            closed_at: None,
            open_hazards: 0,
            last_inspected_at: None,
        };
        Ok((OnSiteEnterprise { id: self.id, draft: self.fields.clone(), fix }, row))
    }
}
