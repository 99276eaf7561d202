const NAME = 'fsad';
const STORE = 'files';

let opened: Promise<IDBDatabase> | null = null;

/** Runs one request on the store of files; what it wrote is durable once this resolves. @throws the database's error. */
export async function transaction<Result>(
  mode: IDBTransactionMode,
  ask: (files: IDBObjectStore) => IDBRequest<Result>,
): Promise<Result> {
  const work = (await database()).transaction(STORE, mode);
  const request = ask(work.objectStore(STORE));
  await finished(work);
  return request.result;
}

/** Visits the files whose paths begin with `start`. */
export async function eachIn(
  mode: IDBTransactionMode,
  start: string,
  visit: (cursor: IDBCursorWithValue) => void,
): Promise<void> {
  const work = (await database()).transaction(STORE, mode);
  const request = work.objectStore(STORE).openCursor(IDBKeyRange.bound(start, `${start}\uffff`));
  request.onsuccess = () => {
    const cursor = request.result;
    if (!cursor) return;
    visit(cursor);
    cursor.continue();
  };
  await finished(work);
}

function database(): Promise<IDBDatabase> {
  return (opened ??= new Promise((resolve, reject) => {
    const request = indexedDB.open(NAME, 1);
    request.onupgradeneeded = () => void request.result.createObjectStore(STORE);
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error ?? new Error('the browser keeps no database for this page'));
  }));
}

function finished(work: IDBTransaction): Promise<void> {
  return new Promise((resolve, reject) => {
    work.oncomplete = () => resolve();
    work.onabort = () => reject(work.error ?? new Error('the browser could not keep what was learned'));
  });
}
