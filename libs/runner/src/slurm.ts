import { chmod, mkdir, writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { openRun, type RunOptions } from './open-run.ts';

/** What an array script is made of. */
export interface ArrayJob {
  readonly name: string;
  readonly trials: number;
  readonly shares: number;
  /** Cores of one task; null where the engine has a whole machine or its GPU to itself. */
  readonly cores: number | null;
  /** Folder of the tasks' logs. */
  readonly logs: string;
  /** Where the command line was typed. */
  readonly folder: string;
  /** The command line without the options that made the script, and without addresses. */
  readonly words: readonly string[];
  /** Whether the tasks tell an MLflow server. */
  readonly tells: boolean;
}

/** The most tasks an array gets unless told otherwise. */
const mostShares = 100;

/** What a script was written for. */
export interface WrittenJob extends Pick<ArrayJob, 'trials' | 'shares'> {
  /** Trials that the store does not have yet. */
  readonly pending: number;
}

/**
 * Checks the plan, and writes the script that does it as an array of shares.
 * @param how.shares tasks, one a trial unless given, at most 100.
 * @param how.words the command line that asked for the script.
 * @throws PlanError or ChangedCellsError as the run would
 */
export async function writeSlurm(
  options: RunOptions,
  file: string,
  how: {
    readonly shares: number | undefined;
    readonly tells: boolean;
    readonly words: readonly string[];
    readonly folder: string;
  },
): Promise<WrittenJob> {
  const { shares, tells, words, folder } = how;
  if (options.share) throw new Error('--slurm makes the shares itself; leave --share out, or use --shares');
  const opened = await openRun(options);
  const { prepared, sorted } = opened;
  const detectors = new Set(sorted.pending.map(({ cells }) => cells[0].detector));
  const groups = [...detectors].map((detector) => prepared.engine(detector).coreGroup);
  await prepared.close();
  const { workers = 1, threads } = options;
  const logs = resolve(options.store, 'slurm');
  await mkdir(logs, { recursive: true });
  const job: ArrayJob = {
    name: `fsad-${options.request.experiment.name}`,
    trials: sorted.cells,
    shares: Math.min(shares ?? mostShares, sorted.cells),
    cores: groups.includes('all') ? null : workers * (threads ?? Math.max(1, ...groups.map(Number))),
    logs,
    folder,
    words: withoutOptions(words, ['slurm', 'shares', 'tracking-uri']),
    tells,
  };
  await writeFile(file, slurmScript(job));
  await chmod(file, 0o755);
  return { trials: job.trials, shares: job.shares, pending: sorted.pending.length };
}

/** An array script for Slurm: each task does one share of the plan, and what is done already is not done again. */
export function slurmScript({ name, trials, shares, cores, logs, folder, words, tells }: ArrayJob): string {
  return `#!/bin/sh
# ${trials} trials in ${shares} shares. Submit it with sbatch; submit it again to go on where it was stopped.
# All tasks write to one store, which must be on a disk that they share. Partition, time and memory are your site's to say:
##SBATCH --partition=
##SBATCH --time=
##SBATCH --mem=
#SBATCH --job-name=${name}
#SBATCH --array=1-${shares}
${cores === null ? '#SBATCH --gpus=1\n#SBATCH --exclusive' : `#SBATCH --cpus-per-task=${cores}`}
#SBATCH --output="${join(logs, '%A_%a.log')}"
#SBATCH --open-mode=append
# A minute before its time is over the task is told, and leaves with everything valid.
#SBATCH --signal=B:USR1@60
set -eu
${tells ? trackingCheck : ''}cd ${shellWord(folder)}
exec node ${words.map(shellWord).join(' ')} --share "$SLURM_ARRAY_TASK_ID/${shares}"
`;
}

/** Anyone may read a script: the address of the server, which may hold a password, is what the submitting shell exports. */
const trackingCheck = `# Before sbatch: export MLFLOW_TRACKING_URI=..., and MLFLOW_TRACKING_USERNAME and MLFLOW_TRACKING_PASSWORD where the server wants them.
: "\${MLFLOW_TRACKING_URI:?is not set; export it before sbatch}"
`;

/** A command line without some options that take a value, however they were written. */
export function withoutOptions(words: readonly string[], names: readonly string[]): string[] {
  return words.filter((word, i) => {
    const before = words[i - 1];
    return !names.some(
      (name) => word === `--${name}` || word.startsWith(`--${name}=`) || before === `--${name}`,
    );
  });
}

/** A word as a shell takes it. */
export function shellWord(word: string): string {
  return /^[\w./=,:@%+-]+$/.test(word) ? word : `'${word.replaceAll("'", `'\\''`)}'`;
}
