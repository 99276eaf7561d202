import { dirname, join, normalize } from 'node:path';

/** A page or an anchor that something points to and that does not exist. */
export interface BrokenCitation {
  readonly file: string;
  readonly line: number;
  readonly target: string;
}

/** A page of `docs/` with an anchor, or a list of anchors: `docs/presets.md#2.11, 2.12`, `docs/presets.md#4.4 to 4.10`. */
const CITATION = /(?<![\w./-])(docs\/[\w-]+\.md)(?:#([\w-]+(?:\.\w+)*)((?:(?:,| and| to) \d+\.\d+)*))?/g;
const LINK = /\]\(([^()\s]+)\)/g;

/**
 * Citations of pages under `docs/` in any text, and relative links in Markdown, whose file or anchor does not exist.
 * @param texts contents by path from the repository's root; only these count as existing.
 * @param exists whether a path that is not among them, such as a folder or a picture, exists.
 */
export function brokenCitations(
  texts: ReadonlyMap<string, string>,
  exists: (path: string) => boolean,
): BrokenCitation[] {
  const broken: BrokenCitation[] = [];
  const known = new Map<string, ReadonlySet<string>>();
  const holds = (path: string, anchor: string | undefined): boolean => {
    const text = texts.get(path);
    if (text === undefined) return anchor === undefined && exists(path);
    if (anchor === undefined || !path.endsWith('.md')) return true;
    if (!known.has(path)) known.set(path, anchorsOf(text));
    return known.get(path)!.has(anchor);
  };
  for (const [file, text] of texts) {
    for (const [i, line] of text.split('\n').entries()) {
      const check = (path: string, anchor: string | undefined): void => {
        if (holds(path, anchor)) return;
        broken.push({ file, line: i + 1, target: anchor === undefined ? path : `${path}#${anchor}` });
      };
      for (const [, path, first, more] of line.matchAll(CITATION)) {
        check(path, first);
        for (const [number] of (more ?? '').matchAll(/\d+\.\d+/g)) check(path, number);
      }
      if (!file.endsWith('.md')) continue;
      for (const [, link] of line.matchAll(LINK)) {
        if (/^[a-z]+:/.test(link)) continue;
        const [path, anchor] = link.split('#');
        const target = path === '' ? file : normalize(join(dirname(file), path)).replace(/\/$/, '');
        check(target, anchor);
      }
    }
  }
  return broken;
}

/** What a Markdown page can be entered at: explicit ids and the slugs of its headings. */
function anchorsOf(text: string): ReadonlySet<string> {
  const ids = [...text.matchAll(/<a id="([^"]+)">/g)].map(([, id]) => id);
  const headings = [...text.matchAll(/^#+ (.*)$/gm)].map(([, heading]) =>
    heading
      .replace(/<[^>]*>/g, '')
      .trim()
      .toLowerCase()
      .replace(/[^\p{L}\p{N}\s_-]/gu, '')
      .replace(/\s/g, '-'),
  );
  return new Set([...ids, ...headings]);
}
