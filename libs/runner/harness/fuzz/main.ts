import { fork } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { formats } from './formats/index.ts';
import { fuzzFormat, type Outcome } from './fuzz.ts';

// npm run fuzz: changed copies of every kind of file that is read; leaves with 0 when each was refused in words or is told from the original.

const { values } = parseArgs({
  options: {
    seed: { type: 'string', default: '1' },
    mutations: { type: 'string', default: '300' },
    format: { type: 'string', multiple: true },
    /** Given to the process that does the work of one format. */
    folder: { type: 'string' },
  },
});
/** Loading everything, or one mutation, takes less, also on a machine that is busy with other work. */
const silenceMs = 120_000;
const given = { seed: Number(values.seed), mutations: Number(values.mutations) };
const names = formats.map(({ name }) => name);
const wanted = values.format ?? names;
for (const name of wanted) {
  if (!names.includes(name)) throw new Error(`--format ${name}: there are ${names.join(', ')}`);
}

type Message = { readonly begun: number } | { readonly outcome: Outcome };

if (values.folder !== undefined) await work(wanted[0], values.folder);
else await supervise();

async function work(name: string, folder: string): Promise<void> {
  const tell = (message: Message): void => void process.send!(message);
  const format = formats.find((one) => one.name === name)!;
  tell({ outcome: await fuzzFormat(format, { ...given, folder }, (begun) => tell({ begun })) });
  process.disconnect();
}

/** A process for each format, so that one that hangs or takes all memory is found and named. */
async function supervise(): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), 'fsad-fuzz-'));
  let findings = 0;
  for (const name of wanted) {
    const { line, found } = await supervised(name, folder);
    process.stdout.write(line);
    findings += found;
  }
  rmSync(folder, { recursive: true, force: true });
  process.exitCode = findings === 0 ? 0 : 1;
}

function supervised(name: string, folder: string): Promise<{ line: string; found: number }> {
  const args = ['--seed', values.seed, '--mutations', values.mutations, '--format', name, '--folder', folder];
  const child = fork(fileURLToPath(import.meta.url), args, {
    execArgv: [...process.execArgv, '--max-old-space-size=512'],
  });
  return new Promise((resolve) => {
    let mutation = -1;
    let done = false;
    const again = `npm run fuzz -- --seed ${values.seed} --format ${name}`;
    const end = (line: string, found: number): void => {
      done = true;
      clearTimeout(timer);
      child.kill('SIGKILL');
      resolve({ line: `${name}: ${line}\n`, found });
    };
    const timer = setTimeout(() => end(`mutation ${mutation} never ended (${again})`, 1), silenceMs);
    child.on('message', (message: Message) => {
      if ('begun' in message) {
        mutation = message.begun;
        timer.refresh();
        return;
      }
      const { accepted, refused, findings } = message.outcome;
      const lines = findings.map((finding) => `\n  mutation ${finding.mutation}: ${finding.what}`);
      end(
        `${refused} refused, ${accepted} accepted, ${findings.length} faults${lines.join('')}`,
        findings.length,
      );
    });
    child.on('exit', (code, signal) => {
      if (!done) end(`ended by ${signal ?? `code ${code}`} at mutation ${mutation} (${again})`, 1);
    });
  });
}
