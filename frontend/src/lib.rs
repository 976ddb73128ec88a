//! The wasm entry: mounts the app, takes the splash away, and shows a notice if the app ever panics.
//!
//! The splash and the notice live in the shell (`shell/index.html`, `shell/loader.js`), which also works when this
//! module does not.
use std::panic;

use leptos::mount::mount_to_body;
use wasm_bindgen::prelude::wasm_bindgen;
use wasm_bindgen_futures::spawn_local;

#[wasm_bindgen]
extern "C" {
    /// Takes the splash away.
    #[wasm_bindgen(js_name = rananReady)]
    fn ready();

    /// Shows the notice with its reload button.
    #[wasm_bindgen(js_name = rananCrashed)]
    fn crashed();
}

/// Called by the browser when the module is loaded.
#[wasm_bindgen(start)]
pub fn start() {
    panic::set_hook(Box::new(|info| {
        console_error_panic_hook::hook(info);
        crashed();
    }));
    spawn_local(async {
        app::preload().await;
        mount_to_body(app::App);
        ready();
    });
}
