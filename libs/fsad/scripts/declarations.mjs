// Type declarations of one entry and of what they mention, as files that lie where the modules do.
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import ts from 'typescript';

/**
 * Writes the declarations of `entry` into `dist`.
 * @param doors the source of every workspace module by its name; the compiler takes what it finds in node_modules for foreign and declares none of it
 * @throws Error with what the compiler complains of.
 */
export function writeDeclarations(root, entry, dist, doors) {
  const { config } = ts.readConfigFile(join(root, 'tsconfig.base.json'), (path) =>
    readFileSync(path, 'utf8'),
  );
  const { options } = ts.convertCompilerOptionsFromJson(config.compilerOptions, root);
  const program = ts.createProgram([join(root, entry)], {
    ...options,
    rootDir: root,
    paths: Object.fromEntries(Object.entries(doors).map(([name, path]) => [name, [join(root, path)]])),
    noEmit: false,
    declaration: true,
    emitDeclarationOnly: true,
  });
  const texts = new Map();
  const { diagnostics } = program.emit(undefined, (path, text) => texts.set(relative(root, path), text));
  if (diagnostics.length > 0) throw new Error(ts.formatDiagnostics(diagnostics, formatHost(root)));
  const resolve = (specifier, from) => {
    const { resolvedModule } = ts.resolveModuleName(specifier, from, program.getCompilerOptions(), ts.sys);
    return resolvedModule && declarationOf(relative(root, realPath(resolvedModule.resolvedFileName)));
  };
  const waiting = [declarationOf(entry)];
  for (const name of waiting) {
    const written = texts.get(name);
    const source = join(root, name.replace(/\.d\.ts$/, '.ts'));
    const text = withLinks(written, (specifier) => {
      const target = resolve(specifier, source);
      if (!target || !texts.has(target)) return specifier;
      if (!waiting.includes(target)) waiting.push(target);
      const path = relative(dirname(name), target)
        .replaceAll('\\', '/')
        .replace(/\.d\.ts$/, '.js');
      return path.startsWith('.') ? path : `./${path}`;
    });
    mkdirSync(dirname(join(dist, name)), { recursive: true });
    writeFileSync(join(dist, name), text);
  }
}

/** The text with every module it names renamed. */
function withLinks(text, rename) {
  const { importedFiles } = ts.preProcessFile(text, true, true);
  return importedFiles.reduceRight(
    (changed, { fileName, pos }) =>
      changed.slice(0, pos) + changed.slice(pos).replace(fileName, rename(fileName)),
    text,
  );
}

const declarationOf = (path) => path.replaceAll('\\', '/').replace(/(\.d)?\.ts$/, '.d.ts');
const realPath = (path) => ts.sys.realpath(path);
const formatHost = (root) => ({
  getCurrentDirectory: () => root,
  getCanonicalFileName: (name) => name,
  getNewLine: () => '\n',
});
