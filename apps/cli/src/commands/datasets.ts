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
  builder: (argv: Argv) =>
    argv
      .command([list, fetch, verify, info, show, split, decode] as CommandModule[])
      .example(
        '$0 datasets fetch mnist',
        'download, check and unpack it where the other commands look for it',
      )
      .example('$0 datasets info --dataset mvtec --data my/mvtec', 'what a copy holds, and what it lacks')
      .demandCommand(1, 'what about datasets? list, fetch, verify, info, show, split or decode'),
  handler: () => undefined,
};
