//! People and their posts.

use super::ApiError;
#[cfg(feature = "ssr")]
use super::{answer, permit};
use domain::{
    id::{PersonId, PostId},
    page::{Cursor, Page},
    person::{Colleague, NewPost, Person, PersonEntry, PersonFilter},
};
use leptos::{prelude::*, server_fn::codec::Json};

/// People holding posts in the caller's area.
#[server(prefix = "/api", endpoint = "people/list", input = Json)]
pub async fn people(filter: PersonFilter, after: Option<Cursor>) -> Result<Page<Person>, ApiError> {
    answer(async { services::people::list(permit().await?, filter, after).await }).await
}

/// Adds a person with a post, or a post to the person who has that number.
#[server(prefix = "/api", endpoint = "people/add", input = Json)]
pub async fn add_person(id: PersonId, entry: PersonEntry, post: NewPost) -> Result<Person, ApiError> {
    answer(async { services::people::add(permit().await?, id, entry, post).await }).await
}

/// Corrects a person; an empty phone number stays as it is (Q15, Q34).
#[server(prefix = "/api", endpoint = "people/edit", input = Json)]
pub async fn edit_person(id: PersonId, entry: PersonEntry) -> Result<Person, ApiError> {
    answer(async { services::people::edit(permit().await?, id, entry).await }).await
}

/// Withdraws posts; a person without any is deleted and signed out.
#[server(prefix = "/api", endpoint = "people/delete", input = Json)]
pub async fn delete_person(id: PersonId, posts: Vec<PostId>) -> Result<(), ApiError> {
    answer(async { services::people::delete(permit().await?, id, posts).await }).await
}

/// The whole phone number; leaves a trace in the audit log.
#[server(prefix = "/api", endpoint = "people/reveal_phone", input = Json)]
pub async fn reveal_phone(id: PersonId) -> Result<String, ApiError> {
    answer(async { services::people::reveal_phone(permit().await?, id).await }).await
}

/// Inspectors of the current post's level and place (Q29), oneself included; at most fifty, by name.
#[server(prefix = "/api", endpoint = "people/colleagues", input = Json)]
pub async fn colleagues(text: String) -> Result<Vec<Colleague>, ApiError> {
    answer(async { services::people::colleagues(permit().await?, text).await }).await
}
