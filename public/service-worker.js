// Keeps the shell on the phone, so that every address opens without a network. No business logic: drafts and the
// outbox belong to the app. The bundle puts two lines before this text: VERSION (a hash of all files) and PRECACHE
// (the addresses of the first load).
const PREFIX = "ranan-";
const CACHE = PREFIX + VERSION;
const SHELL = "/index.html";
const NEVER = ["/api", "/photos", "/imports", "/exports", "/templates", "/healthz"];

const isNever = (path) => NEVER.some((root) => path === root || path.startsWith(root + "/"));

self.addEventListener("install", (event) => {
  // `reload` goes past the HTTP cache: addresses without a hash must come fresh.
  const requests = PRECACHE.map((path) => new Request(path, { cache: path.startsWith("/assets/") ? "default" : "reload" }));
  event.waitUntil(caches.open(CACHE).then((cache) => cache.addAll(requests)));
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

self.addEventListener("fetch", (event) => {
  const { request } = event;
  const url = new URL(request.url);
  if (request.method !== "GET" || url.origin !== self.location.origin || isNever(url.pathname)) return;
  if (request.mode === "navigate") {
    event.respondWith(cached(SHELL).then((shell) => shell ?? fetch(request)));
  } else if (url.pathname.startsWith("/assets/")) {
    event.respondWith(cached(request).then((held) => held ?? fetchAndKeep(request)));
  } else if (PRECACHE.includes(url.pathname)) {
    event.respondWith(cached(request).then((held) => held ?? fetch(request)));
  }
});

function cached(request) {
  return caches.open(CACHE).then((cache) => cache.match(request));
}

// Parts that are loaded late, by the pages that need them, have hashed names: once fetched they stay good.
async function fetchAndKeep(request) {
  const response = await fetch(request);
  if (response.ok) {
    const cache = await caches.open(CACHE);
    await cache.put(request, response.clone());
  }
  return response;
}
