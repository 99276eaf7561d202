import { fsyncSync, ftruncateSync, writeSync } from 'node:fs';
import type { AppenderFiles } from '../src/record-appender.ts';

/** The error of a full disk. */
export function full(): Error {
  return Object.assign(new Error('ENOSPC: no space left on device, write'), { code: 'ENOSPC' });
}

/** The real file operations, with something happening before them; `room()` limits how much a write takes. */
export function diskThat(does: { beforeSync?: () => void; room?: () => number }): AppenderFiles {
  return {
    write(file, data) {
      const room = does.room?.() ?? Infinity;
      if (room <= 0) throw full();
      return writeSync(file, data.subarray(0, Math.min(room, data.length)));
    },
    truncate: ftruncateSync,
    sync(file) {
      does.beforeSync?.();
      fsyncSync(file);
    },
  };
}
