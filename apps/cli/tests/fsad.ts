import { vi } from 'vitest';
import { main } from '../src/main.ts';

/** What a run of fsad printed and the code it would exit with. */
export interface Run {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs fsad in this process with stdout and stderr caught. */
export async function fsad(...argv: string[]): Promise<Run> {
  const caught = { stdout: '', stderr: '' };
  const catchInto = (name: 'stdout' | 'stderr') =>
    vi.spyOn(process[name], 'write').mockImplementation((text) => {
      caught[name] += String(text);
      return true;
    });
  // yargs prints help through the console.
  const log = vi.spyOn(console, 'log').mockImplementation((text) => void (caught.stdout += `${text}\n`));
  const spies = [catchInto('stdout'), catchInto('stderr'), log];
  try {
    return { code: await main(argv), ...caught };
  } finally {
    for (const spy of spies) spy.mockRestore();
  }
}
