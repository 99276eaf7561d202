import { sha256 } from '@noble/hashes/sha2.js';

/**
 * A named random stream: a counter-based generator whose key is a hash of seed and name, so that any stream can be
 * opened at any time without the ones before it (`scale/2/noise/iteration/17`). Work can be cut anywhere and resumed.
 */
export interface RandomStream {
  /** The next uniform number in [0, 1), 32 random bits. */
  uniform(): number;
  /** The next integer in 0 .. bound - 1, without modulo bias. */
  integer(bound: number): number;
  /** `count` standard normal numbers (Box-Muller on 32-bit uniforms). */
  normal(count: number): Float32Array;
  /** The integers 0 .. count - 1 in random order (Fisher-Yates). */
  permutation(count: number): number[];
}

/** Opens the stream `name` of `seed`; equal arguments give equal numbers on every machine. */
export function randomStream(seed: number, name: string): RandomStream {
  const digest = sha256(new TextEncoder().encode(`fsad-stream-v1\0${seed}\0${name}`));
  const view = new DataView(digest.buffer, digest.byteOffset);
  const next = xoshiro128(new Uint32Array([0, 4, 8, 12].map((offset) => view.getUint32(offset, true))));
  const uniform = (): number => next() / 4294967296;
  const integer = (bound: number): number => {
    if (!Number.isInteger(bound) || bound < 1 || bound > 4294967296) {
      throw new RangeError(`a random integer needs a bound in 1 .. 2^32, got ${bound}`);
    }
    const limit = 4294967296 - (4294967296 % bound);
    for (;;) {
      const value = next();
      if (value < limit) return value % bound;
    }
  };
  return {
    uniform,
    integer,
    normal(count) {
      const values = new Float32Array(count);
      for (let i = 0; i < count; i += 2) {
        const radius = Math.sqrt(-2 * Math.log((next() + 0.5) / 4294967296));
        const angle = 2 * Math.PI * uniform();
        values[i] = radius * Math.cos(angle);
        if (i + 1 < count) values[i + 1] = radius * Math.sin(angle);
      }
      return values;
    },
    permutation(count) {
      const order = Array.from({ length: count }, (_, i) => i);
      for (let i = count - 1; i > 0; i--) {
        const j = integer(i + 1);
        [order[i], order[j]] = [order[j], order[i]];
      }
      return order;
    },
  };
}

/** xoshiro128** of Blackman and Vigna: 32 bits a call. */
function xoshiro128(state: Uint32Array): () => number {
  const rotate = (value: number, by: number): number => (value << by) | (value >>> (32 - by));
  return () => {
    const result = Math.imul(rotate(Math.imul(state[1], 5), 7), 9) >>> 0;
    const shifted = state[1] << 9;
    state[2] ^= state[0];
    state[3] ^= state[1];
    state[1] ^= state[2];
    state[0] ^= state[3];
    state[2] ^= shifted;
    state[3] = rotate(state[3], 11);
    return result;
  };
}
