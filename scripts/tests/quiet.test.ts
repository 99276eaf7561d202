import { test } from 'vitest';

test.fails('a test that prints fails', () => {
  console.warn('(a line printed on purpose)');
});

test.fails('a test that writes to a stream fails', () => {
  process.stdout.write('(a line written on purpose)\n');
});

test('what TensorFlow.js says by itself is nobody’s fault', () => {
  console.warn('Platform node has already been set: tfjs-node was already registered');
});
