import { joinPath, readFolder, removeFolder, writeFolderAtomically } from '@fsad/files';
import { readWeights } from '@fsad/features/open';
import { BadImageError } from '@fsad/images';
import { openEngine } from '@fsad/patch-network';
import { openTfjs } from '@fsad/tensors/tfjs';
import { z } from 'zod';
import type { Asked, Given, GoodPicture, MethodName, Ready, Session, Told } from '../messages.ts';
import { check } from './check.ts';
import { generate } from './generate.ts';
import { CHECKPOINTS, learn, MODEL, openKept, type Opened } from './learn.ts';
import { scalesShown } from './report.ts';
import { endSession, keepSession, keptSession, stopSession } from './session.ts';

// Without code made from text, which the page's policy forbids.
z.config({ jitless: true });

const tell = (message: Told): void => self.postMessage(message);
const fail = (error: unknown): void => tell({ type: 'failed', text: wordsOf(error) });

let model: Opened | null = null;
let learning: AbortController | null = null;
const waiting: Given[] = [];
let checking = false;

self.onmessage = ({ data }: MessageEvent<Asked>): void => void act(data).catch(fail);
void begin().catch(fail);

/** Fetches all that will be needed, so that nothing is asked of a server later, and finds what was learned before. */
async function begin(): Promise<void> {
  const [engine] = await Promise.all([
    openEngine('wasm'),
    openTfjs({ engine: 'wasm' }),
    readWeights('efficientnet-lite0-blocks-0-10.safetensors'),
  ]);
  const session = await keptSession();
  model = session ? null : await openKept();
  tell({ type: 'started', threads: engine.threads, session, model: model && described(model) });
}

async function act(asked: Asked): Promise<void> {
  switch (asked.type) {
    case 'learn':
      return learnFrom(asked.method, asked.pictures);
    case 'stop':
      return learning?.abort(new DOMException('stopped', 'AbortError'));
    case 'check':
      waiting.push(...asked.pictures);
      return checkAll();
    case 'generate':
      return tell({ type: 'generated', ...(await generate(asked.kind)) });
    case 'open':
      return openFiles(asked.files);
    case 'pack':
      return tell({ type: 'packed', files: await readFolder(MODEL) });
    case 'forget':
      return forget();
  }
}

async function learnFrom(method: MethodName, pictures: readonly GoodPicture[]): Promise<void> {
  if (learning) return;
  const { signal } = (learning = new AbortController());
  const session: Session = { method, pictures, stopped: false };
  const start = performance.now();
  waiting.length = 0;
  try {
    await keepSession(method, pictures);
    const learned = await learn(method, pictures, { signal, report: tellEvent, onScales: scalesShown(tell) });
    model?.detector.dispose();
    model = learned;
    await endSession();
    tell({ type: 'learned', model: described(learned, (performance.now() - start) / 1000) });
  } catch (error) {
    if (signal.aborted) {
      await stopSession(session);
      tell({ type: 'stopped' });
    } else {
      await endSession();
      throw error;
    }
  } finally {
    learning = null;
  }
}

function tellEvent(event: Parameters<Parameters<typeof learn>[2]['report']>[0]): void {
  if (event.type !== 'metric') return tell(event);
  const [, scale, name] = /^scale\/(\d+)\/(.+)$/.exec(event.name) ?? [];
  if (name) tell({ type: 'loss', scale: Number(scale), name, step: event.step, value: event.value });
}

/** Looks at what waits, one picture after the other, so that memory does not grow with their number. */
async function checkAll(): Promise<void> {
  if (checking) return;
  checking = true;
  try {
    for (let next = waiting.shift(); next && model; next = waiting.shift()) {
      try {
        tell({ type: 'checked', result: await check(model, next) });
      } catch (error) {
        tell({ type: 'unreadable', id: next.id, reason: reasonOf(error) });
      }
    }
  } finally {
    checking = false;
  }
}

/** Opens a model's files, as the command line writes them. What was open stays when they are none. */
async function openFiles(files: ReadonlyMap<string, Uint8Array>): Promise<void> {
  const before = await readFolder(MODEL);
  await removeFolder(MODEL);
  await writeFolderAtomically(MODEL, files);
  try {
    const opened = await openKept();
    if (!opened)
      throw new Error('there is no config.json in it: name a folder that "fsad train" wrote, or its files');
    model?.detector.dispose();
    model = opened;
    await endSession();
    tell({ type: 'learned', model: described(opened) });
  } catch (error) {
    await removeFolder(MODEL);
    if (before.size > 0) await writeFolderAtomically(MODEL, before);
    throw error;
  }
}

/** Removes everything that this browser keeps of it. */
async function forget(): Promise<void> {
  learning?.abort(new DOMException('forgotten', 'AbortError'));
  waiting.length = 0;
  model?.detector.dispose();
  model = null;
  await endSession();
  await removeFolder(CHECKPOINTS);
  await removeFolder(MODEL);
}

function described({ method, calibration, tiles }: Opened, seconds: number | null = null): Ready {
  return { method, calibration, tiles, seconds };
}

const wordsOf = (error: unknown): string =>
  (error instanceof Error ? error.message : String(error)).replaceAll(joinPath(MODEL, ''), '');

const reasonOf = (error: unknown): string => (error instanceof BadImageError ? error.reason : wordsOf(error));
