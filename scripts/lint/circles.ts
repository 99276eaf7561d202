import { dirname, join, normalize } from 'node:path';

/** Where the files of one workspace package are entered: specifier to path, such as `@fsad/htdg` to `libs/htdg/src/index.ts`. */
export type Doors = ReadonlyMap<string, string>;

/**
 * The circles of files that include or import one another, types too: each a list of paths in which every file needs the next and the last needs the first.
 * @param texts contents of TypeScript files and C sources by path from the repository's root.
 */
export function circles(texts: ReadonlyMap<string, string>, doors: Doors): string[][] {
  const needs = new Map([...texts].map(([path, text]) => [path, neededBy(path, text, texts, doors)]));
  return [...stronglyConnected(needs)]
    .filter((group) => group.length > 1 || needs.get(group[0])!.includes(group[0]))
    .map((group) => shortestCircle(group, needs));
}

function neededBy(
  path: string,
  text: string,
  texts: ReadonlyMap<string, string>,
  doors: Doors,
): readonly string[] {
  const pattern = /\.(c|h)$/.test(path)
    ? /^[ \t]*#[ \t]*include[ \t]+"([^"]+)"/gm
    : /^(?:import|export)\b[^'"`;]*?(?:from\s+)?'([^']+)'|\bimport\('([^']+)'\)/gm;
  const found = [...text.matchAll(pattern)].map(([, name, dynamic]) => name ?? dynamic);
  const local = (name: string): boolean => name.startsWith('.') || /\.(c|h)$/.test(path);
  return found
    .map((name) => (local(name) ? normalize(join(dirname(path), name)) : doors.get(name)))
    .filter((target): target is string => target !== undefined && texts.has(target));
}

/** Tarjan's groups of nodes that reach one another, without recursion: the graph may be deep. */
function* stronglyConnected(needs: ReadonlyMap<string, readonly string[]>): Generator<string[]> {
  const index = new Map<string, number>();
  const low = new Map<string, number>();
  const stack: string[] = [];
  const waiting = new Set<string>();
  for (const root of needs.keys()) {
    if (index.has(root)) continue;
    const calls: { node: string; next: number }[] = [];
    const enter = (node: string): void => {
      index.set(node, index.size);
      low.set(node, index.get(node)!);
      stack.push(node);
      waiting.add(node);
      calls.push({ node, next: 0 });
    };
    enter(root);
    while (calls.length > 0) {
      const call = calls[calls.length - 1];
      const target = needs.get(call.node)![call.next++];
      if (target !== undefined) {
        if (!index.has(target)) enter(target);
        else if (waiting.has(target)) low.set(call.node, Math.min(low.get(call.node)!, index.get(target)!));
        continue;
      }
      calls.pop();
      const parent = calls.at(-1)?.node;
      if (parent) low.set(parent, Math.min(low.get(parent)!, low.get(call.node)!));
      if (low.get(call.node) !== index.get(call.node)) continue;
      const group = stack.splice(stack.indexOf(call.node));
      for (const node of group) waiting.delete(node);
      yield group;
    }
  }
}

/** The shortest way from the group's first file back to it. */
function shortestCircle([start, ...rest]: string[], needs: ReadonlyMap<string, readonly string[]>): string[] {
  const inside = new Set([start, ...rest]);
  const from = new Map<string, string>();
  const queue = [start];
  for (const node of queue) {
    for (const next of needs.get(node)!) {
      if (next === start) {
        const circle = [node];
        while (circle[0] !== start) circle.unshift(from.get(circle[0])!);
        return circle;
      }
      if (!inside.has(next) || from.has(next)) continue;
      from.set(next, node);
      queue.push(next);
    }
  }
  return [start, ...rest];
}
