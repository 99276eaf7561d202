import { good } from './state.ts';

/**
 * Keeps the page's files in the browser. A page whose host sends no headers for shared memory gets them from the service worker at the next load, which comes at once while nothing has been
 * begun.
 */
export async function keepOffline(): Promise<void> {
  if (!('serviceWorker' in navigator)) return;
  try {
    await navigator.serviceWorker.register('./service-worker.js');
    await navigator.serviceWorker.ready;
  } catch {
    return; // Without it the page works all the same, while there is a server.
  }
  const tried = sessionStorage.getItem('isolated');
  if (crossOriginIsolated || tried || good.value.length > 0) return;
  sessionStorage.setItem('isolated', 'tried');
  location.reload();
}
