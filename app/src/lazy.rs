//! Screens that are loaded when they are first opened, so that a phone's first load holds none of the desk's.
//!
//! The bundle cuts the module at these points (`frontend/bundle/src/split.rs`); what two parts share lies in a file of its
//! own. All screens of one part are loaded together.

use crate::ui::{page::Unloaded, patience::carrying};
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
                        let _ = $crate::lazy::in_time(cut::load()).await;
                    }

                    async fn view(_: Self) -> leptos::prelude::AnyView {
                        $crate::lazy::shown($crate::lazy::in_time(cut::$screen()).await)
                    }
                }
            };
        )*
    };
}
pub(crate) use lazy_screens;

/// A screen, unless its part did not come.
pub type Loaded = Result<AnyView, SplitLoaderError>;

/// More bytes than any part has: what a bad line may take for them is its time.
const PART_BYTES: u32 = 400_000;

/// What came of a part; `None` when the network swallowed it. The next visit waits for it anew.
pub async fn in_time<T>(part: impl Future<Output = T>) -> Option<T> {
    carrying(PART_BYTES, part).await
}

/// The screen, or what to do instead.
pub fn shown(screen: Option<Loaded>) -> AnyView {
    screen.and_then(Result::ok).unwrap_or_else(|| view! { <Unloaded /> }.into_any())
}
