//! At which devices one is signed in, and ending that from elsewhere (登录设备).

use crate::{
    Permit,
    actions::{EndSession, ReadSessions},
    permit::internal,
};
use domain::{Problem, id::SessionId, login::OpenSession, region::RegionCode};
use store::sessions::SessionRecord;

/// The caller's own sessions, the last used first.
///
/// # Errors
/// Only when the store fails.
pub async fn list(mut permit: Permit<ReadSessions>) -> Result<Vec<OpenSession>, Problem> {
    let (person, now) = (permit.person(), permit.now);
    let sessions = store::sessions::of(&mut permit.tx, person, now).await.map_err(internal)?;
    let shown = |session: SessionRecord| OpenSession {
        id: session.id,
        device: session.device,
        signed_in_at: session.created_at,
        seen_at: session.seen_at,
        is_current: session.token_hash == permit.caller.token_hash,
    };
    Ok(sessions.into_iter().map(shown).collect())
}

/// Ends another of one's sessions. One that ended meanwhile is no failure: that was wanted.
/// The present one is left alone: signing out ends it.
///
/// # Errors
/// Only when the store fails.
pub async fn end(mut permit: Permit<EndSession>, id: SessionId) -> Result<(), Problem> {
    let chosen = others(&mut permit).await?.into_iter().filter(|session| session.id == id).collect();
    end_all(permit, chosen).await
}

/// Ends all of one's sessions but the present one.
///
/// # Errors
/// Only when the store fails.
pub async fn end_others(mut permit: Permit<EndSession>) -> Result<(), Problem> {
    let others = others(&mut permit).await?;
    end_all(permit, others).await
}

async fn others(permit: &mut Permit<EndSession>) -> Result<Vec<SessionRecord>, Problem> {
    let (person, now) = (permit.person(), permit.now);
    let mut sessions = store::sessions::of(&mut permit.tx, person, now).await.map_err(internal)?;
    sessions.retain(|session| session.token_hash != permit.caller.token_hash);
    Ok(sessions)
}

/// Each leaves a trace of its own.
async fn end_all(mut permit: Permit<EndSession>, sessions: Vec<SessionRecord>) -> Result<(), Problem> {
    let region = permit.caller.post.as_ref().map_or(RegionCode::NATION, |post| post.region);
    for session in sessions {
        if store::sessions::end(&mut permit.tx, &session.token_hash).await.map_err(internal)? {
            permit.note(region, "", &session.device).await?;
        }
    }
    permit.finish().await
}
