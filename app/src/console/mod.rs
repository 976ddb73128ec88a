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

use audit::AuditLog;
use checklists::Checklists;
use enterprises::{EnterpriseSheet, Enterprises};
use hazards::{HazardSheet, Hazards};
use held::{Held, HeldSheet};
use imports::{ImportFile, ImportResult};
use inspections::{InspectionSheet, Inspections};
use jobs::Jobs;
use layout::ConsoleLayout;
use leptos::prelude::*;
use leptos_router::{
    components::{ParentRoute, Route},
    path,
};
use overview::Overview;
use people::People;
use statistics::Statistics;

/// Everything under `/console`. A list is the parent of its side sheet, so it stays while rows are looked through.
#[component(transparent)]
pub fn ConsoleRoutes() -> impl leptos_router::MatchNestedRoutes + Clone {
    view! {
        <ParentRoute path=path!("/console") view=ConsoleLayout>
            <Route path=path!("") view=Overview />
            <Route path=path!("people") view=People />
            <ParentRoute path=path!("enterprises") view=Enterprises>
                <Route path=path!("") view=|| () />
                <Route path=path!(":id") view=EnterpriseSheet />
            </ParentRoute>
            <Route path=path!("imports/:kind") view=ImportFile />
            <Route path=path!("imports/:kind/:id") view=ImportResult />
            <ParentRoute path=path!("inspections") view=Inspections>
                <Route path=path!("") view=|| () />
                <Route path=path!(":id") view=InspectionSheet />
            </ParentRoute>
            <ParentRoute path=path!("hazards") view=Hazards>
                <Route path=path!("") view=|| () />
                <Route path=path!(":id") view=HazardSheet />
            </ParentRoute>
            <ParentRoute path=path!("held") view=Held>
                <Route path=path!("") view=|| () />
                <Route path=path!(":id") view=HeldSheet />
            </ParentRoute>
            <Route path=path!("statistics") view=Statistics />
            <Route path=path!("checklists") view=Checklists />
            <Route path=path!("audit") view=AuditLog />
            <Route path=path!("jobs") view=Jobs />
        </ParentRoute>
    }
    .into_inner()
}
