//! The app's root: the router, and where each address leads.

use crate::{
    console::{self, ConsoleRoutes},
    field::{self, FieldRoutes},
    login::Login,
    ui::{
        page::{Loading, ProblemView},
        session::{Session, SessionState},
        theme::{Theme, is_narrow},
        title::Title,
        toast::{Toasts, provide_toasts},
        update::UpdateBanner,
    },
};
use domain::person::Role;
use leptos::prelude::*;
use leptos_router::{
    components::{A, Redirect, Route, Router, Routes},
    path,
};

/// Loads what the page's address opens with; to be awaited before the app is mounted, while the splash is there.
pub async fn preload() {
    let path = window().location().pathname().unwrap_or_default();
    let mut segments = path.split('/').skip(1);
    let face = segments.next();
    let is_first_screen = segments.all(str::is_empty);
    match face {
        Some("field") => {
            field::preload().await;
            if !is_first_screen {
                field::preload_rest().await;
            }
        }
        Some("console") => {
            console::preload().await;
            if !is_first_screen {
                console::preload_rest().await;
            }
        }
        _ => {}
    }
}

/// The whole app, to be mounted on the body.
#[component]
pub fn App() -> impl IntoView {
    provide_toasts();
    Theme::provide();
    Session::provide();
    view! {
        <Router>
            <UpdateBanner />
            <Routes fallback=UnknownAddress>
                <Route path=path!("/") view=Home />
                <Route path=path!("/login") view=Login />
                <FieldRoutes />
                <ConsoleRoutes />
            </Routes>
        </Router>
        <Toasts />
    }
}

/// `/`: inspectors and phones go to the workbench, administrators at a desk to the console.
#[component]
fn Home() -> impl IntoView {
    let session = Session::expect();
    move || match session.state() {
        SessionState::Asking => view! { <Loading /> }.into_any(),
        SessionState::SignedOut => view! { <Redirect path="/login" /> }.into_any(),
        SessionState::Failed(problem) => view! { <ProblemView problem retry=move || session.retry() /> }.into_any(),
        SessionState::SignedIn(me) | SessionState::Expired(me) => {
            let is_desk = !is_narrow() && me.post.is_none_or(|post| post.role == Role::Administrator);
            view! { <Redirect path=if is_desk { "/console" } else { "/field" } /> }.into_any()
        }
    }
}

#[component]
fn UnknownAddress() -> impl IntoView {
    view! {
        <Title text="没有这个页面" />
        <main class="gate empty">
            <h1>"没有这个页面"</h1>
            <p>"地址可能输入有误，或该页面已经移走。"</p>
            <A href="/" attr:class="btn btn-primary">
                "返回首页"
            </A>
        </main>
    }
}
