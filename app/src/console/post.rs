//! What an inspector's post is told on the console (Q36).

use crate::ui::{post::use_switch, session::Session};
use domain::person::Role;
use leptos::prelude::*;
use leptos_router::components::A;

/// Tells an inspector's post that the console is for reading, and offers the administrator's post in one tap.
#[component]
pub fn InspectorHint() -> impl IntoView {
    let session = Session::expect();
    let switch = use_switch("/console");
    let offer = move || {
        let me = session.me()?;
        (me.post?.role == Role::Inspector).then(|| me.posts.into_iter().find(|post| post.role == Role::Administrator))
    };
    move || {
        offer().map(|administrator| {
            view! {
                <div class="notice" role="note">
                    <span>"当前是检查员岗位，在电脑上只能查看记录；检查和整改请在手机工作台进行。"</span>
                    {match administrator {
                        Some(post) => {
                            let title = format!("切换为 {}", post.title());
                            view! {
                                <button type="button" class="btn btn-primary" on:click=move |_| switch.run(post.id)>
                                    {title}
                                </button>
                            }
                                .into_any()
                        }
                        None => view! {
                            <A href="/field" attr:class="btn">
                                "打开工作台"
                            </A>
                        }
                        .into_any(),
                    }}
                </div>
            }
        })
    }
}
