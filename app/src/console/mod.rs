//! The console: the desktop screens of administrators.

mod audit;
mod checklists;
mod enterprises;
mod hazards;
mod head;
mod held;
mod imports;
mod inspections;
mod jobs;
mod layout;
mod menu;
mod overview;
mod people;
mod post;
mod statistics;

use crate::lazy::lazy_screens;
use leptos::prelude::*;
use leptos_router::{
    Lazy, LazyRoute,
    components::{ParentRoute, Route},
    path,
};

// What a desk opens with.
lazy_screens!(overview {
    Console = layout::ConsoleLayout,
    Start = overview::Overview,
});

// All else.
lazy_screens!(desk {
    EnterpriseList = enterprises::Enterprises,
    Enterprise = enterprises::EnterpriseSheet,
    InspectionList = inspections::Inspections,
    Inspection = inspections::InspectionSheet,
    HazardList = hazards::Hazards,
    Hazard = hazards::HazardSheet,
    HeldList = held::Held,
    HeldOperation = held::HeldSheet,
    PeopleList = people::People,
    ImportStart = imports::ImportFile,
    Import = imports::ImportResult,
    Report = statistics::Statistics,
    ChecklistList = checklists::Checklists,
    Log = audit::AuditLog,
    JobList = jobs::Jobs,
});

/// Loads what the desk opens with.
pub async fn preload() {
    Console::preload().await;
}

/// Loads the rest.
pub async fn preload_rest() {
    PeopleList::preload().await;
}

/// Everything under `/console`. A list is the parent of its side sheet, so it stays while rows are looked through.
#[component(transparent)]
pub fn ConsoleRoutes() -> impl leptos_router::MatchNestedRoutes + Clone {
    view! {
        <ParentRoute path=path!("/console") view={Lazy::<Console>::new()}>
            <Route path=path!("") view={Lazy::<Start>::new()} />
            <Route path=path!("people") view={Lazy::<PeopleList>::new()} />
            <ParentRoute path=path!("enterprises") view={Lazy::<EnterpriseList>::new()}>
                <Route path=path!("") view=|| () />
                <Route path=path!(":id") view={Lazy::<Enterprise>::new()} />
            </ParentRoute>
            <Route path=path!("imports/:kind") view={Lazy::<ImportStart>::new()} />
            <Route path=path!("imports/:kind/:id") view={Lazy::<Import>::new()} />
            <ParentRoute path=path!("inspections") view={Lazy::<InspectionList>::new()}>
                <Route path=path!("") view=|| () />
                <Route path=path!(":id") view={Lazy::<Inspection>::new()} />
            </ParentRoute>
            <ParentRoute path=path!("hazards") view={Lazy::<HazardList>::new()}>
                <Route path=path!("") view=|| () />
                <Route path=path!(":id") view={Lazy::<Hazard>::new()} />
            </ParentRoute>
            <ParentRoute path=path!("held") view={Lazy::<HeldList>::new()}>
                <Route path=path!("") view=|| () />
                <Route path=path!(":id") view={Lazy::<HeldOperation>::new()} />
            </ParentRoute>
            <Route path=path!("statistics") view={Lazy::<Report>::new()} />
            <Route path=path!("checklists") view={Lazy::<ChecklistList>::new()} />
            <Route path=path!("audit") view={Lazy::<Log>::new()} />
            <Route path=path!("jobs") view={Lazy::<JobList>::new()} />
        </ParentRoute>
    }
    .into_inner()
}
