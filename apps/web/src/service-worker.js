// Keeps the page for offline use, and gives it the headers for shared memory where its host does not. Nothing but the page's own files passes here.
const FILES = __FILES__;
const CACHE = `fsad-${FILES.join().length}-${hash(FILES.join())}`;

self.addEventListener('install', (event) => {
  event.waitUntil(
    caches
      .open(CACHE)
      .then((cache) => cache.addAll(FILES))
      .then(() => self.skipWaiting()),
  );
});

self.addEventListener('activate', (event) => {
  event.waitUntil(
    caches
      .keys()
      .then((names) => Promise.all(names.filter((name) => name !== CACHE).map((name) => caches.delete(name))))
      .then(() => self.clients.claim()),
  );
});

self.addEventListener('fetch', (event) => {
  const { method, url, mode } = event.request;
  if (method !== 'GET' || new URL(url).origin !== self.location.origin) return;
  event.respondWith(answer(event.request, mode === 'navigate'));
});

async function answer(request, navigating) {
  const cache = await caches.open(CACHE);
  const kept = (await cache.match(request, { ignoreSearch: navigating })) ?? (await fetch(request));
  const headers = new Headers(kept.headers);
  headers.set('Cross-Origin-Opener-Policy', 'same-origin');
  headers.set('Cross-Origin-Embedder-Policy', 'require-corp');
  headers.set('Cross-Origin-Resource-Policy', 'same-origin');
  const { status, statusText } = kept;
  return new Response(kept.body, { status, statusText, headers });
}

/** FNV-1a: another list of files is another cache. */
function hash(text) {
  let value = 0x811c9dc5;
  for (let i = 0; i < text.length; i++) value = Math.imul(value ^ text.charCodeAt(i), 0x01000193);
  return (value >>> 0).toString(16);
}
