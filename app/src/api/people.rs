//! People and their posts.

use super::ApiError;
#[cfg(feature = "ssr")]
use super::{answer, permit};
#[cfg(feature = "ssr")]
use domain::person::PhoneNumber;
use domain::{
    id::{EventId, PersonId, PostId},
    page::{Cursor, Page},
    person::{Handover, Identity, NewPost, Person, PersonEntry, PersonFilter, PostCorrection},
};
use leptos::{prelude::*, server_fn::codec::Json};

/// People holding posts in the caller's area; a whole number finds whom the caller manages, and leaves a trace.
#[server(prefix = "/api", endpoint = "people/list", input = Json, client = super::Patient)]
pub async fn list_people(filter: PersonFilter, after: Option<Cursor>) -> Result<Page<Person>, ApiError> {
    answer(async {
        match PhoneNumber::parse(&filter.text) {
            Ok(phone) => services::people::find(permit().await?, &phone, &filter).await,
            Err(_) => services::people::list(permit().await?, filter, after).await,
        }
    })
    .await
}

/// Adds a person with a post, or a post to the person who has that number; `identity` says who it is where a deleted
/// person of another name had it.
#[server(prefix = "/api", endpoint = "people/add", input = Json, client = super::Patient)]
pub async fn add_person(
    id: PersonId,
    entry: PersonEntry,
    post: NewPost,
    identity: Option<Identity>,
) -> Result<Person, ApiError> {
    answer(async { services::people::add(permit().await?, id, entry, post, identity).await }).await
}

/// Corrects a person, an empty phone number stays as it is, and posts given by mistake (Q15, Q34); refused when the person
/// is not as `seen` any more.
#[server(prefix = "/api", endpoint = "people/edit", input = Json, client = super::Patient)]
pub async fn edit_person(
    id: PersonId,
    entry: PersonEntry,
    corrections: Vec<PostCorrection>,
    seen: Option<Person>,
) -> Result<Person, ApiError> {
    answer(async { services::people::edit(permit().await?, id, entry, corrections, seen).await }).await
}

/// What the person would leave behind, and who may take it over: asked before deleting.
#[server(prefix = "/api", endpoint = "people/handover", input = Json, client = super::Patient)]
pub async fn read_handover(id: PersonId) -> Result<Handover, ApiError> {
    answer(async { services::people::handover(permit().await?, id).await }).await
}

/// Withdraws posts; a person without any is deleted and signed out. `successor` takes over the open hazards.
#[server(prefix = "/api", endpoint = "people/delete", input = Json, client = super::Patient)]
pub async fn delete_person(
    event: EventId,
    id: PersonId,
    posts: Vec<PostId>,
    successor: Option<PersonId>,
) -> Result<(), ApiError> {
    answer(async { services::people::delete(permit().await?, event, id, posts, successor).await }).await
}

/// The whole phone number; leaves a trace in the audit log.
#[server(prefix = "/api", endpoint = "people/reveal_phone", input = Json, client = super::Patient)]
pub async fn reveal_phone(id: PersonId) -> Result<String, ApiError> {
    answer(async { services::people::reveal_phone(permit().await?, id).await }).await
}
