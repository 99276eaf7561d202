// A process of its own that holds the model, so that its processor time and memory are its own: through the library, or behind HTTP.
import { load } from 'fsad';
import { startService } from '../src/index.ts';

/** What the harness asks of it. */
export type Ask =
  | { readonly do: 'inspect'; readonly files: readonly Uint8Array[]; readonly times: number }
  | { readonly do: 'listen' }
  | { readonly do: 'usage' };

export interface Told {
  readonly scores?: readonly (number | null)[];
  readonly address?: string;
  /** Processor seconds, user and system, and bytes of memory. */
  readonly cpu: number;
  readonly rss: number;
}

const model = await load(process.argv[2], { threads: 1 });

function usage(): Told {
  const { user, system } = process.cpuUsage();
  return { cpu: (user + system) / 1e6, rss: process.memoryUsage.rss() };
}

async function answer(ask: Ask): Promise<Told> {
  if (ask.do === 'usage') return usage();
  // Time enough on a busy machine: what is looked at is whether answers are right.
  if (ask.do === 'listen')
    return { address: (await startService({ model, limits: { seconds: 600 } })).address, ...usage() };
  const scores: (number | null)[] = [];
  for (let i = 0; i < ask.times; i++) {
    scores.length = 0;
    for await (const { score } of model.inspectAll(ask.files, { map: false })) scores.push(score);
  }
  return { scores, ...usage() };
}

process.on('message', (ask: Ask) => {
  void answer(ask).then(
    (told) => process.send?.(told),
    (error: unknown) => {
      process.stderr.write(`${String(error)}\n`);
      process.exit(1);
    },
  );
});
process.on('disconnect', () => process.exit());
process.send?.(usage());
