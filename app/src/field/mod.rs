//! The field: the phone screens of inspectors. They read the phone's own copy first, so that offline equals online.

mod enterprises;
mod hazards;
mod inspection;
mod layout;
mod me;
mod outbox;
mod progress;
mod workbench;
mod writing;

use enterprises::{AddEnterprise, EnterprisePage, Enterprises};
use hazards::{HazardPage, Hazards};
use inspection::InspectionPage;
use layout::FieldLayout;
use leptos::prelude::*;
use leptos_router::{
    components::{ParentRoute, Route},
    path,
};
use me::MePage;
use outbox::OutboxPage;
use workbench::Workbench;

/// Everything under `/field`.
#[component(transparent)]
pub fn FieldRoutes() -> impl leptos_router::MatchNestedRoutes + Clone {
    view! {
        <ParentRoute path=path!("/field") view=FieldLayout>
            <Route path=path!("") view=Workbench />
            <Route path=path!("enterprises") view=Enterprises />
            <Route path=path!("enterprises/new") view=AddEnterprise />
            <Route path=path!("enterprises/:id") view=EnterprisePage />
            <Route path=path!("inspections/:id") view=InspectionPage />
            <Route path=path!("hazards") view=Hazards />
            <Route path=path!("hazards/:id") view=HazardPage />
            <Route path=path!("outbox") view=OutboxPage />
            <Route path=path!("me") view=MePage />
        </ParentRoute>
    }
    .into_inner()
}
