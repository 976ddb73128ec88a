// The first script: starts the app's wasm module, registers the service worker, and speaks when either fails.
// `glue` is wasm-bindgen's module and WASM_URL the address of the wasm file; the bundle fills in both.
import init from "glue";

const HOUR_MS = 3_600_000;

// Called by the app.
window.rananReady = () => document.getElementById("splash")?.remove();
window.rananCrashed = () => {
  window.rananReady();
  document.getElementById("crash").hidden = false;
};
document.getElementById("crash-reload").addEventListener("click", () => location.reload());

// A new worker waits until the app calls rananUpdate(): nothing is reloaded under an open draft.
// The event may come before the app listens, so rananUpdateWaiting says the same.
window.rananUpdateWaiting = false;

function watch(registration) {
  const announce = () => {
    // Without a controller this is the first installation, not an update.
    if (!registration.waiting || !navigator.serviceWorker.controller || window.rananUpdateWaiting) return;
    window.rananUpdateWaiting = true;
    window.dispatchEvent(new CustomEvent("ranan-update"));
  };
  window.rananUpdate = () => {
    if (!registration.waiting) return location.reload();
    navigator.serviceWorker.addEventListener("controllerchange", () => location.reload(), { once: true });
    registration.waiting.postMessage("skip-waiting");
  };
  registration.addEventListener("updatefound", () =>
    registration.installing?.addEventListener("statechange", announce));
  announce();

  // An installed app may stay open for days: look for an update when it is taken up again, at most hourly.
  let checked = Date.now();
  document.addEventListener("visibilitychange", () => {
    if (document.visibilityState !== "visible" || Date.now() - checked < HOUR_MS) return;
    checked = Date.now();
    registration.update().catch(() => {}); // offline: the next time will do
  });
}

if ("serviceWorker" in navigator) {
  navigator.serviceWorker
    .register("/service-worker.js", { updateViaCache: "none" })
    .then(watch, (error) => console.warn("service worker not registered", error));
}

init({ module_or_path: WASM_URL }).catch((error) => {
  console.error(error);
  window.rananCrashed();
});
