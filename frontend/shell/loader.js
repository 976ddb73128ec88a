// The first script: starts the wasm module of the face that the address asks for, registers the service worker, and
// speaks when either fails. The glues are wasm-bindgen's; the bundle fills in them and the addresses of the modules.
import initConsole from "glue-console";
import initField from "glue-field";

const HOUR_MS = 3_600_000;
const NARROW_PX = 768;

// Called by the app.
window.rananReady = () => document.getElementById("splash")?.remove();
window.rananCrashed = () => {
  window.rananReady();
  document.getElementById("crash").hidden = false;
};
for (const button of document.querySelectorAll(".crash button")) button.addEventListener("click", () => location.reload());

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

/** Whether the address is the desk's. What both faces share, such as the login, goes by the width of the window. */
function isDesk() {
  const [, first] = location.pathname.split("/");
  return first === "console" || (first !== "field" && window.innerWidth >= NARROW_PX);
}

const [init, module_or_path] = isDesk() ? [initConsole, CONSOLE_WASM] : [initField, FIELD_WASM];
init({ module_or_path }).catch((error) => {
  console.error(error);
  window.rananReady();
  document.getElementById("unloaded").hidden = false;
});
