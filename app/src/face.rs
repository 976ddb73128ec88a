//! The two faces. Each is a build of its own, so that a phone never loads the desk's screens; an address of the other
//! face is loaded anew, and the page's loader picks the build by the address.

#[cfg(feature = "console")]
pub use crate::console::ConsoleRoutes;
#[cfg(feature = "field")]
pub use crate::field::FieldRoutes;
#[cfg(not(all(feature = "console", feature = "field")))]
pub use other::*;

#[cfg(not(all(feature = "console", feature = "field")))]
mod other {
    use crate::ui::page::Loading;
    use leptos::prelude::*;
    use leptos_router::{components::Route, path};

    /// Everything under `/field`, in the build for the desk.
    #[cfg(not(feature = "field"))]
    #[component(transparent)]
    pub fn FieldRoutes() -> impl leptos_router::MatchNestedRoutes + Clone {
        view! { <Route path=path!("/field/*rest") view=OtherFace /> }.into_inner()
    }

    /// Everything under `/console`, in the build for phones.
    #[cfg(not(feature = "console"))]
    #[component(transparent)]
    pub fn ConsoleRoutes() -> impl leptos_router::MatchNestedRoutes + Clone {
        view! { <Route path=path!("/console/*rest") view=OtherFace /> }.into_inner()
    }

    #[component]
    fn OtherFace() -> impl IntoView {
        // After the router has put the address into the history: loaded anew, it is the other build's.
        request_animation_frame(|| {
            // Refused only by a page that is going away already.
            let _ = window().location().reload();
        });
        view! { <Loading /> }
    }
}
