// Keeps the shell on the phone, so that every address opens without a network. No business logic: drafts and the
// outbox belong to the app. The bundle puts two lines before this text: VERSION (a hash of all files) and PRECACHE (a
// table from the addresses of the first load to the SHA-256 of what lies there, in hexadecimal).
const PREFIX = "ranan-";
const CACHE = PREFIX + VERSION;
const SHELL = "/index.html";
const LATE = /^\/assets\/ranan-([0-9a-f]{16})\.\w+$/;
const DEADLINE_MS = 60_000;

// Nothing is kept unseen: a gateway's page or a captive portal's 200 fails the installation, and the browser tries again
// at its next visit. What an older version holds already, under the same hash, is not fetched again.
self.addEventListener("install", (event) => {
  event.waitUntil(
    caches.open(CACHE).then((cache) =>
      Promise.all(Object.entries(PRECACHE).map(async ([path, hash]) => cache.put(path, (await kept(path, hash)) ?? (await proved(path, hash)))))),
  );
});

self.addEventListener("activate", (event) => {
  event.waitUntil(
    caches
      .keys()
      .then((names) => names.filter((name) => name.startsWith(PREFIX) && name !== CACHE))
      .then((old) => Promise.all(old.map((name) => caches.delete(name))))
      .then(() => self.clients.claim()),
  );
});

// A new version waits; the app asks its user and then sends this.
self.addEventListener("message", (event) => {
  if (event.data === "skip-waiting") self.skipWaiting();
});

// Only what is known is answered here: the pages of the app, what was kept, and parts whose names hold their hash. All
// else goes its way as if there were no worker.
self.addEventListener("fetch", (event) => {
  const { request } = event;
  const url = new URL(request.url);
  if (request.method !== "GET" || url.origin !== self.location.origin) return;
  if (request.mode === "navigate" && isPage(url.pathname)) event.respondWith(page(request));
  else if (url.pathname in PRECACHE) event.respondWith(held(url.pathname).then((found) => found ?? fetch(request)));
  else if (LATE.test(url.pathname)) event.respondWith(late(request, url.pathname));
});

/** The addresses of the app's pages; what the router of the server answers with files is none of them. */
function isPage(path) {
  return path === "/" || ["/field", "/console", "/login"].some((root) => path === root || path.startsWith(root + "/"));
}

const held = (path) => caches.open(CACHE).then((cache) => cache.match(path));

/** A page opens from what is kept; without that, over the network. */
async function page(request) {
  return (await held(SHELL)) ?? fetch(request);
}

/** Parts that are loaded late, by the pages that need them: once proved they stay good. */
async function late(request, path) {
  const found = await held(path);
  if (found) return found;
  const response = await fetch(request);
  const content = response.ok ? await response.clone().arrayBuffer() : undefined;
  if (content && (await sha256(content)).startsWith(LATE.exec(path)[1])) {
    const cache = await caches.open(CACHE);
    await cache.put(path, response.clone());
  }
  return response;
}

async function kept(path, hash) {
  const found = await caches.match(path);
  return found && (await sha256(await found.clone().arrayBuffer())) === hash ? found : undefined;
}

async function proved(path, hash) {
  // `no-store` goes past the HTTP cache, which may hold a gateway's page itself.
  const response = await fetch(path, { cache: "no-store", redirect: "error", signal: AbortSignal.timeout(DEADLINE_MS) });
  if (!response.ok) throw new Error(`${path}: ${response.status}`);
  const content = await response.clone().arrayBuffer();
  if ((await sha256(content)) !== hash) throw new Error(`${path}: not what was published`);
  return response;
}

async function sha256(content) {
  const digest = new Uint8Array(await crypto.subtle.digest("SHA-256", content));
  return Array.from(digest, (byte) => byte.toString(16).padStart(2, "0")).join("");
}
