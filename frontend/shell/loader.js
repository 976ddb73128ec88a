// The first script: starts the program, registers the service worker, and speaks when either fails. The glue is
// wasm-bindgen's; the bundle fills in it and the addresses of the modules.
import init from "glue";

const HOUR_MS = 3_600_000;
const PATIENCE_MS = 60_000;

// Called by the app, once its first screen is there.
window.rananReady = () => {
  clearTimeout(patience);
  document.getElementById("splash")?.remove();
  document.getElementById("unloaded").hidden = true;
  register();
};
window.rananCrashed = () => {
  window.rananReady();
  document.getElementById("crash").hidden = false;
};
for (const button of document.querySelectorAll(".crash button")) button.addEventListener("click", () => (window.rananUpdate ? window.rananUpdate() : location.reload()));

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

// After the first screen, with which its downloads would compete; but whatever became of that, for a new worker is how a
// broken version is mended.
let isRegistered = false;
function register() {
  if (isRegistered || !("serviceWorker" in navigator)) return;
  isRegistered = true;
  navigator.serviceWorker
    .register("/service-worker.js", { updateViaCache: "none" })
    .then(watch, (error) => console.warn("service worker not registered", error));
}

/** Whether the address is the desk's. */
const isDesk = location.pathname.split("/")[1] === "console";

// The pieces of the first screen come beside the main module, not after it.
for (const href of isDesk ? CONSOLE_PIECES : FIELD_PIECES) {
  document.head.append(Object.assign(document.createElement("link"), { rel: "preload", as: "fetch", crossOrigin: "", href }));
}

function failed(error) {
  console.error(error);
  window.rananReady();
  document.getElementById("unloaded").hidden = false;
}

// A network that swallows requests is told too; what comes after all takes the notice away.
const patience = setTimeout(failed, PATIENCE_MS, "the program did not come in time");
init({ module_or_path: MAIN_WASM }).catch(failed);
