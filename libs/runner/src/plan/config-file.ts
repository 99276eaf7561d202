import { readFile } from 'node:fs/promises';
import { parse } from 'yaml';
import type { AskedSetting } from './selection.ts';

/** What `--config` and `--set` override, the latter last. @throws Error naming a file that cannot be read. */
export async function settingsAsked(given: {
  readonly config?: string;
  readonly set?: readonly string[];
}): Promise<AskedSetting[]> {
  const { config, set = [] } = given;
  return config === undefined ? [...set] : [...(await settingsOfFile(config)), ...set];
}

/**
 * The settings in a file of YAML or JSON, as `--set` would be given them: keys nested or dotted, those of one method behind its name.
 * @throws Error naming the file where it cannot be read, or holds no keys.
 */
async function settingsOfFile(path: string): Promise<AskedSetting[]> {
  const from = `--config ${path}`;
  let content: unknown;
  try {
    // YAML 1.2 holds JSON.
    content = parse(await readFile(path, 'utf8'));
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    throw new Error(`${from}: ${code === 'ENOENT' ? 'there is no such file' : message.split('\n')[0]}`, {
      cause: error,
    });
  }
  if (!isGroup(content)) {
    throw new Error(`${from}: expected configuration keys, such as "training: { learningRate: 0.001 }"`);
  }
  return settingsIn(content).map((text) => ({ text, from }));
}

function settingsIn(group: Readonly<Record<string, unknown>>, path = ''): string[] {
  return Object.entries(group).flatMap(([key, value]) => {
    const name = path === '' ? key : `${path}.${key}`;
    return isGroup(value) ? settingsIn(value, name) : [`${name}=${JSON.stringify(value)}`];
  });
}

function isGroup(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
