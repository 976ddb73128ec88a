//! Signing in, the person signed in, and the current post.

use super::ApiError;
#[cfg(feature = "ssr")]
use super::{answer, browser, gate, lasting_browser, permit, set_session, token, user_agent};
use domain::{
    id::{PostId, SessionId},
    login::{CodeSent, Me, OpenSession},
};
use leptos::{prelude::*, server_fn::codec::Json};

/// Sends a code to the number. `address` limits are kept by the router.
#[server(prefix = "/api", endpoint = "session/request_code", input = Json, client = super::Patient)]
pub async fn request_code(phone: String) -> Result<CodeSent, ApiError> {
    answer(async { services::login::request_code(&gate(), &lasting_browser(), &phone).await }).await
}

/// Signs in with number and code; the session's token goes into a cookie.
#[server(prefix = "/api", endpoint = "session/sign_in", input = Json, client = super::Patient)]
pub async fn sign_in(phone: String, code: String) -> Result<Me, ApiError> {
    answer(async {
        let (token, me) = services::login::sign_in(&gate(), browser().as_ref(), &user_agent(), &phone, &code).await?;
        set_session(Some(&token));
        Ok(me)
    })
    .await
}

/// Who is signed in, read afresh (同步用户刷新).
#[server(prefix = "/api", endpoint = "session/me", input = Json, client = super::Patient)]
pub async fn read_self() -> Result<Me, ApiError> {
    // Before it asks for a code: a lost answer to that must not cost the code in the hand.
    if browser().is_none() {
        lasting_browser();
    }
    answer(async { services::login::me(permit().await?).await }).await
}

/// Makes another of one's posts the current one (切换岗位).
#[server(prefix = "/api", endpoint = "session/switch_post", input = Json, client = super::Patient)]
pub async fn switch_post(post: PostId) -> Result<Me, ApiError> {
    answer(async { services::login::switch_post(permit().await?, post).await }).await
}

/// Ends the session.
#[server(prefix = "/api", endpoint = "session/sign_out", input = Json, client = super::Patient)]
pub async fn sign_out() -> Result<(), ApiError> {
    answer(async {
        services::login::sign_out(&gate(), token().as_deref()).await?;
        set_session(None);
        Ok(())
    })
    .await
}

/// At which devices one is signed in (登录设备).
#[server(prefix = "/api", endpoint = "session/list", input = Json, client = super::Patient)]
pub async fn list_sessions() -> Result<Vec<OpenSession>, ApiError> {
    answer(async { services::sessions::list(permit().await?).await }).await
}

/// Signs another of one's devices out.
#[server(prefix = "/api", endpoint = "session/end", input = Json, client = super::Patient)]
pub async fn end_session(id: SessionId) -> Result<(), ApiError> {
    answer(async { services::sessions::end(permit().await?, id).await }).await
}

/// Signs all of one's other devices out.
#[server(prefix = "/api", endpoint = "session/end_others", input = Json, client = super::Patient)]
pub async fn end_other_sessions() -> Result<(), ApiError> {
    answer(async { services::sessions::end_others(permit().await?).await }).await
}
