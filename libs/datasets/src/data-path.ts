import { homedir } from 'node:os';
import { join } from 'node:path';
import { DATASET_NAMES, factsOf, type DatasetName } from './dataset.ts';
import { DatasetError } from './errors.ts';

/** Where the person at the keyboard said data lies. */
export interface DataLocation {
  /** Values of `--data`: a dataset's own folder, or `mnist=FOLDER` for one of several. */
  readonly data?: string | readonly string[];
  /** Value of `--data-dir`: holds one folder a dataset. */
  readonly dataDir?: string;
  /** Environment, for `FSAD_DATA_DIR` and the platform's cache directory. Default: the process's. */
  readonly env?: Readonly<Record<string, string | undefined>>;
  readonly platform?: NodeJS.Platform;
  readonly home?: string;
}

/** The directory of all datasets: `--data-dir`, else `FSAD_DATA_DIR`, else `fsad/data` in the platform's cache directory. */
export function dataDirectory({
  dataDir,
  env = process.env,
  platform = process.platform,
  home = homedir(),
}: DataLocation = {}): string {
  if (dataDir) return expandHome(dataDir, home);
  if (env.FSAD_DATA_DIR) return expandHome(env.FSAD_DATA_DIR, home);
  if (platform === 'win32') return join(env.LOCALAPPDATA || join(home, 'AppData', 'Local'), 'fsad', 'data');
  if (platform === 'darwin') return join(home, 'Library', 'Caches', 'fsad', 'data');
  return join(env.XDG_CACHE_HOME || join(home, '.cache'), 'fsad', 'data');
}

/** Where decoded pictures are kept: `.decoded` in the directory of all datasets. May be deleted at any time. */
export function decodedDirectory(location: DataLocation = {}): string {
  return join(dataDirectory(location), '.decoded');
}

/**
 * The folder a dataset lies in: `--data name=FOLDER`, else `--data FOLDER`, else its folder in the data directory;
 * null for `generated`, which needs none.
 * @throws DatasetError when `--data` names the same dataset twice, or `folder` is asked for without one.
 */
export function resolveDataPath(name: DatasetName, location: DataLocation = {}): string | null {
  if (name === 'generated') return null;
  const home = location.home ?? homedir();
  const given = parseData(location.data);
  const candidates = given.filter((entry) => entry.name === name);
  const chosen = candidates.length > 0 ? candidates : given.filter((entry) => entry.name === null);
  if (chosen.length > 1) {
    throw new DatasetError(
      `--data gives two folders for ${name}: ${chosen.map(({ path }) => path).join(' and ')}`,
    );
  }
  if (chosen.length === 1) return expandHome(chosen[0].path, home);
  const { home: own } = factsOf(name);
  if (own === null)
    throw new DatasetError(
      `${name === 'folder' ? 'a folder of your own' : name} needs its path: ${name === 'folder' ? '--folder' : '--data'} PATH`,
    );
  return join(dataDirectory(location), own);
}

/** `--data` values by dataset; null stands for whichever is opened. What stands before `=` counts only when it is a dataset's name. */
function parseData(data: DataLocation['data'] = []): { name: DatasetName | null; path: string }[] {
  return (typeof data === 'string' ? [data] : data).map((entry) => {
    const [, name, path] = /^([a-z0-9-]+)=(.+)$/s.exec(entry) ?? [];
    const known = name !== 'generated' && (DATASET_NAMES as string[]).includes(name);
    return known ? { name: name as DatasetName, path } : { name: null, path: entry };
  });
}

function expandHome(path: string, home: string): string {
  return path === '~' || path.startsWith('~/') ? join(home, path.slice(1)) : path;
}
