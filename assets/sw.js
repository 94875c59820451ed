// The service worker of the citizen's pages: one build, kept whole, served without network.
//
// The story: a new build is fetched whole before it counts as installed, and then waits. It never takes over by itself: a page tells it to
// ("activate") when no draft is open. Each build has its own cache; files named by their hash are taken from an older cache where it has them, so
// an update costs what has changed. The build before this one is kept until the next, because a tab may still run it.
//
// It must never touch what is not the citizen's bundle: the server's interface, the console and the plain form pass untouched.

const BUILD = "{{build}}";
const FILES = JSON.parse('{{files}}');
const PREFIX = "lanterna-build-";
const CACHE = PREFIX + BUILD;
const PAGE = "/";
const LEFT_ALONE = ["/v1", "/console", "/openapi.json", "/healthz", "/readyz", "/metrics", "/plain", "/sw.js"];

function fresh(response, body) {
  // A response that was redirected may not answer a navigation, and the body is no longer compressed.
  const headers = new Headers(response.headers);
  for (const name of ["content-encoding", "content-length", "transfer-encoding"]) headers.delete(name);
  return new Response(body, { status: 200, headers });
}

async function keepPage(cache) {
  const response = await fetch(PAGE, { cache: "no-store", credentials: "same-origin" });
  if (!response.ok) throw new Error(`page: ${response.status}`);
  const text = await response.text();
  if (!text.includes(`content="${BUILD}"`)) throw new Error("the server has another build by now");
  await cache.put(PAGE, fresh(response, text));
}

async function keepFile(cache, address) {
  const isNamedByHash = address.startsWith("/assets/");
  if (isNamedByHash) {
    const known = await caches.match(address, { ignoreVary: true });
    if (known) return cache.put(address, known);
  }
  const response = await fetch(address, { cache: isNamedByHash ? "default" : "no-store" });
  if (!response.ok) throw new Error(`${address}: ${response.status}`);
  await cache.put(address, fresh(response, await response.arrayBuffer()));
}

async function keepAll() {
  const cache = await caches.open(CACHE);
  await keepPage(cache);
  // Four at a time: a slow line is not flooded while the page itself still loads.
  const left = [...FILES];
  const one = async () => {
    for (let address = left.shift(); address; address = left.shift()) await keepFile(cache, address);
  };
  await Promise.all([one(), one(), one(), one()]);
}

async function isComplete() {
  if (!(await caches.has(CACHE))) return false;
  const cache = await caches.open(CACHE);
  const found = await Promise.all([PAGE, ...FILES].map((address) => cache.match(address, { ignoreVary: true })));
  return found.every(Boolean);
}

async function dropOld() {
  const older = (await caches.keys()).filter((name) => name.startsWith(PREFIX) && name !== CACHE);
  await Promise.all(older.slice(0, -1).map((name) => caches.delete(name)));
}

async function page(request) {
  const cache = await caches.open(CACHE);
  return (await cache.match(PAGE, { ignoreVary: true })) || fetch(request);
}

async function file(request) {
  // By address in every cache: an older tab gets its own build's files, because names hold hashes.
  return (await caches.match(request, { ignoreVary: true })) || fetch(request);
}

self.addEventListener("install", (event) => event.waitUntil(keepAll()));

self.addEventListener("activate", (event) => event.waitUntil(dropOld().then(() => self.clients.claim())));

self.addEventListener("message", (event) => {
  const type = event.data && event.data.type;
  if (type === "activate") self.skipWaiting();
  if (type === "status" && event.ports[0]) {
    event.waitUntil(isComplete().then((complete) => event.ports[0].postMessage({ build: BUILD, complete })));
  }
});

self.addEventListener("fetch", (event) => {
  const { request } = event;
  const url = new URL(request.url);
  if (request.method !== "GET" || url.origin !== self.location.origin) return;
  if (LEFT_ALONE.some((path) => url.pathname === path || url.pathname.startsWith(`${path}/`))) return;
  if (request.mode === "navigate") event.respondWith(page(request));
  else if (url.pathname.startsWith("/assets/") || FILES.includes(url.pathname)) event.respondWith(file(request));
});
