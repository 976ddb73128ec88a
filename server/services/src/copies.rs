//! A request at a desk that adds something may come again, for its answer may have been lost. A copy is told by who made it
//! and by all that it said, never by what is stored: or the answers would spell out masked numbers, one guess at a time.

use crate::{Action, Permit, permit::internal};
use domain::Problem;
use serde::Serialize;
use sha2::{Digest, Sha256};
use store::additions::{self, Addition};
use uuid::Uuid;

/// A request that adds something.
pub(crate) struct Request {
    id: Uuid,
    content_hash: String,
}

impl Request {
    /// One that brought this id and said this.
    pub(crate) fn new(id: Uuid, content: &impl Serialize) -> Self {
        let content = serde_json::to_vec(content).expect("what came as JSON is JSON");
        Self { id, content_hash: hex::encode(Sha256::digest(content)) }
    }

    /// What it added before, if it is a copy.
    ///
    /// # Errors
    /// [`Problem::OperationConflict`] when something else was added under its id, or by somebody else.
    pub(crate) async fn done<A: Action>(&self, permit: &mut Permit<A>) -> Result<Option<Uuid>, Problem> {
        match additions::find(&mut permit.tx, self.id).await.map_err(internal)? {
            Some(first) if first.person == permit.person() && first.content_hash == self.content_hash => {
                Ok(Some(first.subject))
            }
            Some(_) => Err(Problem::OperationConflict),
            None => Ok(None),
        }
    }

    /// Keeps what it added.
    ///
    /// # Errors
    /// [`Problem::OperationConflict`] when another came under its id at the same time.
    pub(crate) async fn keep<A: Action>(self, permit: &mut Permit<A>, subject: Uuid) -> Result<(), Problem> {
        let Self { id, content_hash } = self;
        let addition = Addition { id, person: permit.person(), content_hash, subject };
        match additions::keep(&mut permit.tx, &addition).await {
            Err(error) if error.is_duplicate() => Err(Problem::OperationConflict),
            kept => kept.map_err(internal),
        }
    }
}
