import { batch } from '@preact/signals';
import { onScale, ownThreshold } from '@fsad/calibration';
import type { Asked, Checked, Given, MethodName, Session, Told } from './messages.ts';
import { openBitmap } from './pictures/decode.ts';
import { thumbnailOf } from './pictures/draw.ts';
import * as state from './state.ts';

const worker = new Worker(new URL('./worker/worker.ts', import.meta.url), { type: 'module' });
const ask = (message: Asked): void => worker.postMessage(message);

let lastId = 0;
let begun: { readonly at: number; readonly from: number } | null = null;
let whenPacked: ((files: ReadonlyMap<string, Uint8Array>) => void) | null = null;

worker.onmessage = ({ data }: MessageEvent<Told>): void => hear(data);
worker.onerror = ({ message }): void => notice(`the page's worker failed: ${message}; reload the page`);

export function notice(text: string): void {
  state.notices.value = [...state.notices.value.filter((other) => other !== text), text].slice(-5);
}

export function dismissNotices(): void {
  state.notices.value = [];
}

/** Adds pictures to learn from; those that cannot be read are named. */
export async function addGood(
  files: readonly { readonly name: string; readonly file: Blob }[],
): Promise<void> {
  if (state.phase.value === 'learning') return notice('stop learning before you add pictures to learn from');
  for (const { name, file } of files) {
    try {
      const bitmap = await openBitmap(file, name);
      const { width, height } = bitmap;
      const shown = URL.createObjectURL(await thumbnailOf(bitmap));
      bitmap.close();
      state.good.value = [...state.good.value, { id: ++lastId, name, file, width, height, shown }];
    } catch (error) {
      notice((error as Error).message);
    }
  }
  changedGood();
}

export function removeGood(id: number): void {
  for (const { shown } of state.good.value.filter((picture) => picture.id === id)) URL.revokeObjectURL(shown);
  state.good.value = state.good.value.filter((picture) => picture.id !== id);
  changedGood();
}

function changedGood(): void {
  if (state.phase.value === 'stopped') state.phase.value = 'idle';
}

export function learn(): void {
  const pictures = state.good.value.map(({ id, name, file, width, height }) => ({
    id,
    name,
    file,
    width,
    height,
  }));
  batch(() => {
    state.phase.value = 'learning';
    state.progress.value = null;
    state.losses.value = [];
    state.scales.value = [];
    state.model.value = null;
    state.learnedFrom.value = pictures.map(({ id }) => id);
    forgetFound();
  });
  begun = null;
  ask({ type: 'learn', method: state.method.value, pictures });
}

export const stop = (): void => ask({ type: 'stop' });

export function choose(method: MethodName): void {
  state.method.value = method;
  changedGood();
}

/** Adds pictures to check; they are looked at as soon as there is a model. */
export function addChecks(files: readonly { readonly name: string; readonly file: Blob }[]): void {
  const added = files.map(({ name, file }) => ({ id: ++lastId, name, file }));
  const fresh = added.map((given) => ({ ...given, mark: null, found: null, unreadable: null }));
  state.checks.value = [...state.checks.value, ...fresh];
  if (state.model.value) ask({ type: 'check', pictures: added });
}

export function clearChecks(): void {
  forgetFound();
  state.checks.value = [];
}

export function mark(id: number, value: state.Mark): void {
  change(id, (check) => ({ mark: check.mark === value ? null : value }));
}

/** Moves the threshold to where the marked pictures ask for it. */
export function thresholdByMarks(): void {
  const { good, bad } = state.errors.value;
  const calibration = state.model.value?.calibration;
  if (!calibration || good.length < 2) return;
  const raw = (some: readonly state.Judged[]): number[] => some.map(({ found }) => found.raw);
  const scaled = onScale(ownThreshold(raw(good), raw(bad)).threshold, calibration.score);
  state.threshold.value = Math.min(0.999, Math.max(0.001, Math.round(1000 * scaled) / 1000));
}

/** Draws pictures to try the page with, learns from the good ones and checks the others. */
export function tryWith(kind: 'surface' | 'part'): void {
  ask({ type: 'generate', kind });
}

export function openModel(files: ReadonlyMap<string, Uint8Array>): void {
  ask({ type: 'open', files });
}

/** The model's files, as the command line writes them. */
export function packModel(): Promise<ReadonlyMap<string, Uint8Array>> {
  ask({ type: 'pack' });
  return new Promise((resolve) => (whenPacked = resolve));
}

/** Forgets pictures and model, here and in the browser's database. */
export function forgetAll(): void {
  ask({ type: 'forget' });
  clearChecks();
  for (const { shown } of state.good.value) URL.revokeObjectURL(shown);
  batch(() => {
    state.good.value = [];
    state.model.value = null;
    state.scales.value = [];
    state.losses.value = [];
    state.phase.value = 'idle';
  });
}

function hear(told: Told): void {
  switch (told.type) {
    case 'started':
      return started(told);
    case 'progress':
      return showProgress(told);
    case 'loss':
      return addLoss(told.scale, told.name, told.value);
    case 'scales':
      state.scales.value = told.scales;
      return;
    case 'learned':
      return learned(told);
    case 'stopped':
      if (state.phase.value === 'learning') state.phase.value = 'stopped';
      return;
    case 'checked':
      return checked(told.result);
    case 'unreadable':
      return change(told.id, () => ({ unreadable: told.reason }));
    case 'generated':
      return void generated(told.good, told.check);
    case 'packed':
      return whenPacked?.(told.files);
    case 'note':
      return notice(told.text);
    case 'failed':
      return failed(told.text);
  }
}

function started({ threads, session, model }: Extract<Told, { type: 'started' }>): void {
  batch(() => {
    state.threads.value = threads;
    state.phase.value = model ? 'learned' : 'idle';
    state.model.value = model;
    if (model) state.method.value = model.method;
  });
  if (session) void goOn(session);
  else checkWaiting();
}

/** Goes on with a training that a reload cut, or shows one that a person stopped. */
async function goOn({ method, pictures, stopped }: Session): Promise<void> {
  state.method.value = method;
  await addGood(pictures);
  if (stopped) state.phase.value = 'stopped';
  else learn();
}

/** The estimate is of the whole training, from how fast it went since it began here. */
function showProgress({ stage, done, total, whole }: Extract<Told, { type: 'progress' }>): void {
  const now = performance.now();
  const part = whole ?? (total > 0 ? done / total : 0);
  begun ??= { at: now, from: part };
  const gained = part - begun.from;
  const left = gained > 0.01 ? ((now - begun.at) / 1000 / gained) * (1 - part) : null;
  state.progress.value = { stage, done, total, whole: part, left };
}

function addLoss(scale: number, name: string, value: number): void {
  // A training that goes on begins at a later scale.
  const all = [...state.losses.value];
  while (all.length < scale) all.push({});
  const own = all[scale] ?? {};
  all[scale] = { ...own, [name]: [...(own[name] ?? []), value] };
  state.losses.value = all;
}

function learned({ model }: Extract<Told, { type: 'learned' }>): void {
  batch(() => {
    if (state.phase.value !== 'learning') state.learnedFrom.value = null;
    state.model.value = model;
    state.method.value = model.method;
    state.phase.value = 'learned';
    state.progress.value = null;
    state.threshold.value = 0.5;
    forgetFound();
  });
  checkWaiting();
}

function checkWaiting(): void {
  if (!state.model.value) return;
  const waiting = state.checks.value.filter(({ found, unreadable }) => !found && !unreadable);
  const pictures: Given[] = waiting.map(({ id, name, file }) => ({ id, name, file }));
  if (pictures.length > 0) ask({ type: 'check', pictures });
}

function checked({ id, raw, thumbnail, heat }: Checked): void {
  if (!state.checks.value.some((check) => check.id === id)) return;
  const found = { raw, thumbnail: URL.createObjectURL(thumbnail), heat: heat && URL.createObjectURL(heat) };
  change(id, () => ({ found }));
}

async function generated(
  good: Parameters<typeof addGood>[0],
  check: Parameters<typeof addChecks>[0],
): Promise<void> {
  clearChecks();
  for (const { id } of state.good.value) removeGood(id);
  await addGood(good);
  state.model.value = null;
  addChecks(check);
  learn();
}

function failed(text: string): void {
  if (state.phase.value === 'learning' || state.phase.value === 'starting') {
    state.phase.value = state.model.value ? 'learned' : 'idle';
  }
  notice(text);
}

function change(id: number, to: (check: state.Check) => Partial<state.Check>): void {
  state.checks.value = state.checks.value.map((check) =>
    check.id === id ? { ...check, ...to(check) } : check,
  );
}

function forgetFound(): void {
  for (const { found } of state.checks.value) {
    if (found) URL.revokeObjectURL(found.thumbnail);
    if (found?.heat) URL.revokeObjectURL(found.heat);
  }
  state.checks.value = state.checks.value.map((check) => ({ ...check, found: null }));
}
