import { afterEach, beforeEach, expect } from 'vitest';

/** What TensorFlow.js prints by itself when it is first opened, whoever opens it. */
const GREETING =
  /Hi, looks like you are running TensorFlow\.js|was already registered|tfjs-node|oneDNN|cpu_feature_guard/;

const METHODS = ['log', 'info', 'warn', 'error', 'debug'] as const;
let written: string[] = [];
let restore: (() => void)[] = [];

/** Remembers `text`, unless nobody would see it or TensorFlow.js greets. */
function note(text: string): void {
  if (text !== '' && !GREETING.test(text)) written.push(text);
}

beforeEach(() => {
  written = [];
  restore = [];
  for (const stream of [process.stdout, process.stderr]) {
    const write = stream.write.bind(stream);
    stream.write = ((chunk: string | Uint8Array, ...rest: unknown[]) => {
      note(typeof chunk === 'string' ? chunk : new TextDecoder().decode(chunk));
      return (write as (...all: unknown[]) => boolean)(chunk, ...rest);
    }) as typeof stream.write;
    restore.push(() => (stream.write = write));
  }
  for (const method of METHODS) {
    const print = console[method].bind(console);
    console[method] = (...values: unknown[]) => {
      note(values.map(String).join(' '));
      print(...values);
    };
    restore.push(() => (console[method] = print));
  }
});

/** A test that prints says something that its reader should check: it catches the text and expects it. */
afterEach(() => {
  for (const back of restore) back();
  expect(written, 'printed by the test').toEqual([]);
});
