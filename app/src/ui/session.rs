//! The person signed in: asked from the server, and kept on the device so that a reload without network still opens.

use crate::{
    api,
    ui::{
        format::note_server_time,
        page::{Loading, ProblemView},
        patience::within,
    },
};
use domain::{
    Problem,
    action::Action,
    login::Me,
    person::{Post, Role},
};
use gloo_storage::{LocalStorage, Storage};
use leptos::{ev, prelude::*, task::spawn_local};
use leptos_router::{components::Redirect, hooks::use_location};
use serde::{Deserialize, Serialize};

/// Where the copy lies in local storage. It holds no whole phone number and no token.
const COPY: &str = "ranan.me";

/// What is known about who is signed in.
#[derive(Clone, Debug, PartialEq)]
pub enum SessionState {
    /// Nothing kept, and the server has not answered yet.
    Asking,
    /// Signed in, as far as is known.
    SignedIn(Me),
    /// The server ended the session; what lies on the phone is still this person's.
    Expired(Me),
    /// Nobody is signed in.
    SignedOut,
    /// Nothing kept, and the server could not be asked.
    Failed(Problem),
}

/// The one context about the person signed in.
#[derive(Clone, Copy)]
pub struct Session(RwSignal<SessionState>);

impl Session {
    /// Puts the session into the context, from the kept copy, and asks the server.
    pub fn provide() -> Self {
        let session = Self(RwSignal::new(kept().unwrap_or(SessionState::Asking)));
        provide_context(session);
        session.retry();
        // Another tab signed in or out, or switched the post: both share one cookie, so both must agree. That the session
        // ended each finds by itself: what another was told may be of the session before.
        window_event_listener(ev::storage, move |event| {
            if event.key().as_deref() == Some(COPY) {
                match kept() {
                    Some(SessionState::Expired(_)) => {}
                    state => session.0.set(state.unwrap_or(SessionState::SignedOut)),
                }
            }
        });
        session
    }

    /// The session of the context.
    pub fn expect() -> Self {
        expect_context()
    }

    /// What is known; reactive.
    pub fn state(self) -> SessionState {
        self.0.get()
    }

    /// The person, also when the session has expired; reactive.
    pub fn me(self) -> Option<Me> {
        match self.0.get() {
            SessionState::SignedIn(me) | SessionState::Expired(me) => Some(me),
            _ => None,
        }
    }

    /// The current post; reactive.
    pub fn post(self) -> Option<Post> {
        self.me().and_then(|me| me.post)
    }

    /// Whether the server ended the session and the person should sign in again; reactive.
    pub fn is_expired(self) -> bool {
        self.0.with(|state| matches!(state, SessionState::Expired(_)))
    }

    /// Whether the current post may do this; reactive.
    pub fn may(self, action: Action) -> bool {
        action.who().includes(self.post().as_ref())
    }

    /// Whether the current post administers; reactive.
    pub fn is_administrator(self) -> bool {
        self.post().is_some_and(|post| post.role == Role::Administrator)
    }

    /// Takes over what the server said about the person, and keeps a copy.
    pub fn enter(self, mut me: Me) {
        if let Some(at) = me.now.take() {
            note_server_time(at.millis());
        }
        keep(&me, false);
        self.0.set(SessionState::SignedIn(me));
    }

    /// Forgets the person, after signing out.
    pub fn leave(self) {
        LocalStorage::delete(COPY);
        self.0.set(SessionState::SignedOut);
    }

    /// Notes that the server answered [`Problem::NotSignedIn`].
    pub fn expire(self) {
        match self.0.get_untracked() {
            SessionState::SignedIn(me) | SessionState::Expired(me) => {
                keep(&me, true);
                self.0.set(SessionState::Expired(me));
            }
            _ => self.0.set(SessionState::SignedOut),
        }
    }

    /// Asks the server who is signed in (同步用户刷新).
    ///
    /// # Errors
    /// What the server or the network said; the kept copy stays in use.
    pub async fn refresh(self) -> Result<Me, Problem> {
        match within(api::session::read_self()).await {
            Ok(me) => {
                self.enter(me.clone());
                Ok(me)
            }
            Err(problem) => {
                if problem == Problem::NotSignedIn {
                    self.expire();
                } else if matches!(self.0.get_untracked(), SessionState::Asking | SessionState::Failed(_)) {
                    self.0.set(SessionState::Failed(problem.clone()));
                }
                Err(problem)
            }
        }
    }

    /// Asks again in the background; the state shows the outcome.
    pub fn retry(self) {
        spawn_local(async move {
            let _ = self.refresh().await;
        });
    }
}

/// The copy. That the session ended is kept too, or a reload would take the person for signed in until the server answers.
#[derive(Serialize, Deserialize)]
struct SessionCopy {
    me: Me,
    is_expired: bool,
}

fn keep(me: &Me, is_expired: bool) {
    // Without a copy only the reload without network is lost, so a full storage is no failure here.
    let _ = LocalStorage::set(COPY, SessionCopy { me: me.clone(), is_expired });
}

fn kept() -> Option<SessionState> {
    let SessionCopy { me, is_expired } = LocalStorage::get(COPY).ok()?;
    Some(if is_expired { SessionState::Expired(me) } else { SessionState::SignedIn(me) })
}

/// Shows its children to a person who is signed in, and sends everyone else to the login page and back.
#[component]
pub fn RequireSession(
    /// Whether an expired session will do: on a phone, what was entered must stay within reach.
    #[prop(optional)]
    even_expired: bool,
    children: ChildrenFn,
) -> impl IntoView {
    let session = Session::expect();
    // A memo without the person in it, so that a refresh does not build the screens anew.
    let gate = Memo::new(move |_| match session.state() {
        SessionState::SignedIn(_) => SessionGate::Open,
        SessionState::Expired(_) if even_expired => SessionGate::Open,
        SessionState::Asking => SessionGate::Wait,
        SessionState::Failed(problem) => SessionGate::Failed(problem),
        SessionState::Expired(_) | SessionState::SignedOut => SessionGate::Closed,
    });
    move || match gate.get() {
        SessionGate::Open => children(),
        SessionGate::Wait => view! { <Loading /> }.into_any(),
        SessionGate::Failed(problem) => view! { <ProblemView problem retry=move || session.retry() /> }.into_any(),
        SessionGate::Closed => view! { <Redirect path=login_address() /> }.into_any(),
    }
}

#[derive(Clone, PartialEq)]
enum SessionGate {
    Open,
    Wait,
    Failed(Problem),
    Closed,
}

/// `/login?next=…` with the present address, to come back to.
pub fn login_address() -> String {
    let location = use_location();
    let here = location.pathname.get_untracked()
        + &location.query.with_untracked(leptos_router::params::ParamsMap::to_query_string);
    format!("/login?next={}", String::from(js_sys::encode_uri_component(&here)))
}
