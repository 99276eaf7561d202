import yargs, { type Argv } from 'yargs';
import { describe, expect, it } from 'vitest';
import { NUMBERS } from '../src/numbers.ts';
import { commandsFor } from '../src/verbs.ts';
import { fsad } from './fsad.ts';

const VERBS = [
  ...['train', 'score', 'calibrate', 'localize', 'serve', 'watch', 'export', 'generate', 'verify', 'doctor'],
  ...['bench', 'datasets', 'compare', 'demo', 'run', 'worker', 'report', 'sync', 'presets'],
];

/** Names of the options with a number that a verb and those below it have. */
async function numbersOf(verb: string): Promise<string[]> {
  const found = new Set<string>();
  const collect = (builder: (argv: Argv) => Argv): void => {
    const parser = yargs([]);
    const spied = new Proxy(parser, {
      get(target, key, receiver) {
        if (key === 'command')
          return (below: unknown) => {
            for (const one of [below].flat()) collect((one as { builder: (argv: Argv) => Argv }).builder);
            return receiver as Argv;
          };
        const value: unknown = Reflect.get(target, key);
        if (typeof value !== 'function') return value;
        return (...given: unknown[]) => {
          const result: unknown = value.apply(target, given);
          return result === target ? receiver : result;
        };
      },
    });
    builder(spied);
    for (const name of (parser as unknown as { getOptions(): { number: string[] } }).getOptions().number)
      if (/^[a-z-]+$/.test(name)) found.add(name);
  };
  for (const command of await commandsFor(verb, false)) {
    const { builder } = command as { builder?: unknown };
    if (typeof builder === 'function') collect(builder as (argv: Argv) => Argv);
  }
  return [...found];
}

describe('numbers', () => {
  it('of every option of every verb have a range', async () => {
    const all = new Set((await Promise.all(VERBS.map(numbersOf))).flat());
    expect([...all].filter((name) => !NUMBERS.includes(name))).toEqual([]);
    expect(NUMBERS.filter((name) => !all.has(name))).toEqual([]);
  });

  it.each([
    ['compare --dataset generated --out o --seed 1e20', '--seed takes a whole number up to 2^52'],
    ['compare --dataset generated --out o --trials 1.5', '--trials takes a whole number of at least 1'],
    ['datasets split generated --trials -1', '--trials takes a whole number of at least 1, got -1'],
    ['datasets show generated --trial -1', '--trial takes a whole number of at least 0'],
    ['datasets decode generated --resolution 0.5', '--resolution takes a whole number of at least 1'],
    ['generate m --out o.png --count 0', '--count takes a whole number of at least 1'],
    ['score m p.png --threads many', '--threads takes a whole number of at least 1, got NaN'],
    ['serve m --port 70000', '--port takes a whole number from 0 to 65535'],
    ['serve m --max-megabytes 0', '--max-megabytes takes a number above 0'],
    ['watch f --model m --csv c.csv --seconds -1', '--seconds takes a number above 0'],
    ['train --folder f --out o --iterations 1e400', '--iterations takes a whole number of at least 1'],
    ['run e.ts --memory -1', '--memory takes a number above 0'],
    ['run e.ts --workers 1.5', '--workers takes a whole number of at least 1'],
  ])('%s is refused', async (line, problem) => {
    const { code, stderr } = await fsad(...line.split(' '));
    expect(stderr).toContain(problem);
    expect(code).toBe(2);
  });
});

describe('an option without effect is refused', () => {
  it.each([
    ['score m p.png --limit 5', '--limit has no effect where pictures are named'],
    ['score m p.png --data d', '--data has no effect where pictures are named'],
    ['score m p.png --subset validation', '--subset has no effect where pictures are named'],
    ['score m --dataset mnist --threshold 0.7', '--threshold has no effect on test images'],
    ['score m --fail-on-defect', '--fail-on-defect has no effect on test images'],
    ['score m --class 3', '--class has no effect without --dataset or --folder'],
    ['bench --methods --quick', '--quick has no effect with --methods'],
    ['bench --methods --only conv', '--only has no effect with --methods'],
    [
      'compare --dataset generated --class part --out o --methods htdg --feature-weights w',
      '--feature-weights has no effect without differnet',
    ],
    [
      'train --method pixel-mse --dataset generated --class part --out o --variant a',
      'pixel-mse has no --variant',
    ],
    [
      'train --method pixel-mse --dataset generated --class part --out o --features x.onnx',
      'pixel-mse has no --features',
    ],
  ])('%s', async (line, problem) => {
    const { code, stderr } = await fsad(...line.split(' '));
    expect(stderr).toContain(problem);
    expect(code).toBe(2);
  });
});
