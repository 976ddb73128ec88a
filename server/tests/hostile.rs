//! What strangers send: each gets a typed problem in Chinese with the fitting status, nothing is written, and the
//! server goes on working.

mod photos;
mod positions;
mod requests;
mod workbooks;

use crate::support::{GUANDU, Session, UploadQuery, World};
use domain::person::Role;
use serde_json::{Value, json};

/// What an administrator of 官渡区 sees of it, newest first: whatever is written, one of the lists begins differently.
struct Witness {
    administrator: Session,
    before: Vec<Value>,
}

impl Witness {
    async fn open(world: &World) -> Self {
        let administrator = world.sign_in_as(Role::Administrator, GUANDU).await;
        let before = look(&administrator).await;
        Self { administrator, before }
    }

    /// Nothing was written, and the server works.
    async fn confirm(&self, world: &World) {
        assert_eq!(look(&self.administrator).await, self.before);
        assert_eq!(world.stranger().get("/healthz").answer().await.status(), 200);
    }
}

async fn look(administrator: &Session) -> Vec<Value> {
    let mut log: Value = administrator.call("audit/list", &json!({})).await;
    // The test's own people sign in meanwhile; and the check of a workbook leaves a trace, for it tells which numbers are known.
    let is_import = |row: &Value| row["action"].as_str().is_some_and(|action| action.ends_with(".import"));
    let is_trace = |row: &Value| is_import(row) && row["detail"].as_str().unwrap().contains("未写入");
    log["rows"].as_array_mut().unwrap().retain(|row| row["action"] != "session.sign_in" && !is_trace(row));
    let mut seen = vec![log["rows"].take()];
    for list in ["enterprises/list", "hazards/list", "inspections/list", "people/list"] {
        seen.push(administrator.call(list, &json!({ "filter": {} })).await);
    }
    seen
}
