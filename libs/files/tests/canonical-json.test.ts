import { describe, expect, it } from 'vitest';
import { canonicalJson } from '../src/index.ts';

describe('canonical JSON', () => {
  it('does not depend on the order of keys', () => {
    expect(canonicalJson({ b: [1, 'x'], a: { d: null, c: true } })).toBe(
      '{"a":{"c":true,"d":null},"b":[1,"x"]}',
    );
  });
  it('refuses what JSON would silently change', () => {
    expect(() => canonicalJson({ rate: NaN })).toThrow('NaN');
    expect(() => canonicalJson(new Float32Array(2))).toThrow('Float32Array');
  });
});
