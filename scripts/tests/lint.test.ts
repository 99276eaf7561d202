import { describe, expect, it } from 'vitest';
import { brokenCitations } from '../lint/citations.ts';
import { circles } from '../lint/circles.ts';

describe('citations', () => {
  const facts = '# Facts\n\n## 2 Pyramid, and more\n\n- <a id="2.5"></a>**2.5 Sides.**\n- <a id="2.6"></a>\n';
  const broken = (files: Record<string, string>): string[] =>
    brokenCitations(
      new Map(Object.entries({ 'docs/facts.md': facts, ...files })),
      (path) => path === 'docs',
    ).map(({ file, line, target }) => `${file}:${line} ${target}`);

  it('of pages and anchors that exist are silent, in code and as links', () => {
    const code = '// Sides (docs/facts.md#2.5), more: docs/facts.md#2.5, 2.6; docs/facts.md#2.5 to 2.6\n';
    const page =
      '[a](docs/facts.md#2.5) [b](docs) [c](https://example.org/x.md#y) [d](#here) [e](docs/facts.md#2-pyramid-and-more)\n# Here\n';
    expect(
      broken({ 'libs/a.ts': code, 'README.md': page, 'libs/b/README.md': '[f](../../docs/facts.md)' }),
    ).toEqual([]);
  });

  it('of a page or an anchor that does not exist are named with their place', () => {
    expect(broken({ 'libs/a.ts': 'x\n// docs/facts.md#2.7 and docs/none.md\n' })).toEqual([
      'libs/a.ts:2 docs/facts.md#2.7',
      'libs/a.ts:2 docs/none.md',
    ]);
    expect(broken({ 'libs/a.ts': '// docs/facts.md#2.5, 2.9' })).toEqual(['libs/a.ts:1 docs/facts.md#2.9']);
    expect(broken({ 'libs/b/README.md': '[f](../docs/facts.md) [g](#there)' })).toEqual([
      'libs/b/README.md:1 libs/docs/facts.md',
      'libs/b/README.md:1 libs/b/README.md#there',
    ]);
  });
});

describe('circles of files', () => {
  const found = (files: Record<string, string>): string[][] =>
    circles(new Map(Object.entries(files)), new Map([['@fsad/b', 'libs/b/src/index.ts']]));

  it('are none where files need one another in one direction', () => {
    expect(
      found({
        'a.ts': "import { b } from './b.ts';\nimport { c } from './c.ts';",
        'b.ts': "import {\n  c,\n} from './c.ts';",
        'c.ts': "import 'node:fs';",
      }),
    ).toEqual([]);
  });

  it('are found through types, re-exports, dynamic imports and doors of packages', () => {
    const one = { 'x/b.ts': "export { a } from '../a.ts';" };
    expect(found({ 'a.ts': "import type { B } from './x/b.ts';", ...one })).toEqual([['a.ts', 'x/b.ts']]);
    expect(found({ 'a.ts': "const b = await import('./x/b.ts');", ...one })).toEqual([['a.ts', 'x/b.ts']]);
    expect(
      found({ 'libs/b/src/index.ts': "import '../a.ts';", 'libs/b/a.ts': "import '@fsad/b';" }),
    ).toHaveLength(1);
  });

  it('are the shortest of the files that reach one another', () => {
    expect(
      found({
        'a.ts': "import './b.ts';\nimport './c.ts';",
        'b.ts': "import './c.ts';",
        'c.ts': "import './a.ts';",
        'd.ts': "import './a.ts';",
      }),
    ).toEqual([expect.toSatisfy((circle: string[]) => circle.length === 2)]);
  });

  it('are found among C headers', () => {
    expect(
      found({ 'n/a.h': '#include "b.h"\n', 'n/b.h': '  #  include "a.h"\n', 'n/c.c': '#include "a.h"\n' }),
    ).toEqual([['n/a.h', 'n/b.h']]);
  });
});
