//! The field: the phone screens of inspectors. They read the phone's own copy first, so that offline equals online.

mod delivered;
mod enterprises;
mod hazards;
mod inspection;
mod layout;
mod me;
mod outbox;
mod progress;
mod workbench;
mod writing;

use crate::lazy::lazy_screens;
use leptos::prelude::*;
use leptos_router::{
    Lazy, LazyRoute,
    components::{ParentRoute, Route},
    path,
};

// What a phone opens with.
lazy_screens!(workbench {
    Field = layout::FieldLayout,
    Start = workbench::Workbench,
});

// All else, of which a visit may need anything.
lazy_screens!(visit {
    EnterpriseList = enterprises::Enterprises,
    EnterpriseNew = enterprises::AddEnterprise,
    Enterprise = enterprises::EnterprisePage,
    Inspection = inspection::InspectionPage,
    HazardList = hazards::Hazards,
    Hazard = hazards::HazardPage,
    Outbox = outbox::OutboxPage,
    Me = me::MePage,
});

/// Loads what the phone opens with.
pub async fn preload() {
    Field::preload().await;
}

/// Loads the rest.
pub async fn preload_rest() {
    Inspection::preload().await;
}

/// Everything under `/field`.
#[component(transparent)]
pub fn FieldRoutes() -> impl leptos_router::MatchNestedRoutes + Clone {
    view! {
        <ParentRoute path=path!("/field") view={Lazy::<Field>::new()}>
            <Route path=path!("") view={Lazy::<Start>::new()} />
            <Route path=path!("enterprises") view={Lazy::<EnterpriseList>::new()} />
            <Route path=path!("enterprises/new") view={Lazy::<EnterpriseNew>::new()} />
            <Route path=path!("enterprises/:id") view={Lazy::<Enterprise>::new()} />
            <Route path=path!("inspections/:id") view={Lazy::<Inspection>::new()} />
            <Route path=path!("hazards") view={Lazy::<HazardList>::new()} />
            <Route path=path!("hazards/:id") view={Lazy::<Hazard>::new()} />
            <Route path=path!("outbox") view={Lazy::<Outbox>::new()} />
            <Route path=path!("me") view={Lazy::<Me>::new()} />
        </ParentRoute>
    }
    .into_inner()
}
