// What a query terminal shows while the server can't be reached: one page that it has kept beforehand, with its style.
// Only that page is kept, and it is the same for everybody. Other machines never get this worker.

const KEPT = "offline";
const PAGE = "/offline";
const WAIT = 15000; // ms after which a page that doesn't come counts as cut off

async function keep() {
  const answer = await fetch(PAGE, { cache: "no-store" });
  // No longer a terminal.
  if (answer.status === 404) await self.registration.unregister();
  if (!answer.ok) return;
  const text = await answer.clone().text();
  const beside = Array.from(text.matchAll(/(?:href|src)="(\/static\/[^"]+)"/g), (match) => match[1]);
  const cache = await caches.open(KEPT);
  await cache.addAll(beside);
  await cache.put(PAGE, answer);
}

async function arrive(event) {
  const late = new Promise((resolve, reject) => { setTimeout(reject, WAIT); });
  try {
    const answer = await Promise.race([fetch(event.request), late]);
    // What the web server in front says when the service behind it is gone.
    if (answer.status !== 502 && answer.status !== 504) {
      event.waitUntil(keep().catch(() => {}));
      return answer;
    }
  } catch (error) {
    // Cut off.
  }
  return (await caches.match(PAGE)) || Response.error();
}

self.addEventListener("install", (event) => event.waitUntil(keep().then(() => self.skipWaiting())));
self.addEventListener("activate", (event) => event.waitUntil(self.clients.claim()));
self.addEventListener("fetch", (event) => {
  const address = new URL(event.request.url);
  if (address.origin !== self.location.origin || event.request.method !== "GET") return;
  if (event.request.mode === "navigate") event.respondWith(arrive(event));
  else if (address.pathname.startsWith("/static/")) {
    event.respondWith(fetch(event.request).catch(async () => (await caches.match(event.request)) || Response.error()));
  }
});
