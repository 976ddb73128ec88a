//! Screens that are loaded when they are first opened, so that a phone's first load holds none of the desk's.
//!
//! The bundle cuts the module at these points (`frontend/bundle/src/split.rs`); what two parts share lies in a file of its
//! own. All screens of one part are loaded together.

use crate::ui::page::Unloaded;
use leptos::{prelude::*, wasm_split::SplitLoaderError};

/// Names the screens of a part, each `Name = its component`, for `Lazy::<Name>::new()` in a route.
macro_rules! lazy_screens {
    ($part:ident { $($screen:ident = $component:path),* $(,)? }) => {
        $(
            #[doc = concat!("The screen `", stringify!($component), "`, loaded when it is first opened.")]
            pub struct $screen {}

            const _: () = {
                #[expect(non_snake_case, reason = "the screens' own names")]
                mod cut {
                    use super::*;

                    #[leptos::wasm_split::wasm_split($part, wasm_split_path = ::leptos::wasm_split, preload(load), fallible)]
                    pub fn $screen() -> $crate::lazy::Loaded {
                        Ok($component().into_any())
                    }
                }

                impl leptos_router::LazyRoute for $screen {
                    fn data() -> Self {
                        Self {}
                    }

                    async fn preload() {
                        // What fails here fails again, and is told, where the view is made.
                        let _ = cut::load().await;
                    }

                    async fn view(_: Self) -> leptos::prelude::AnyView {
                        $crate::lazy::shown(cut::$screen().await)
                    }
                }
            };
        )*
    };
}
pub(crate) use lazy_screens;

/// A screen, unless its part did not come.
pub type Loaded = Result<AnyView, SplitLoaderError>;

/// The screen, or what to do instead.
pub fn shown(screen: Loaded) -> AnyView {
    screen.unwrap_or_else(|_| view! { <Unloaded /> }.into_any())
}
