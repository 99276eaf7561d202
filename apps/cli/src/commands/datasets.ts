import type { Argv, CommandModule } from 'yargs';
import { decode } from '../datasets/decode.ts';
import { fetch } from '../datasets/fetch.ts';
import { info } from '../datasets/info.ts';
import { list } from '../datasets/list.ts';
import { show } from '../datasets/show.ts';
import { split } from '../datasets/split.ts';
import { verify } from '../datasets/verify.ts';

/** `fsad datasets`: what is there, what it holds, how to get it. */
export const datasets: CommandModule = {
  command: 'datasets',
  describe: 'List, fetch, verify and look at datasets',
  builder: (argv: Argv) =>
    argv
      .command([list, fetch, verify, info, show, split, decode] as CommandModule[])
      .demandCommand(1, 'what about datasets? list, fetch, verify, info, show, split or decode'),
  handler: () => undefined,
};
