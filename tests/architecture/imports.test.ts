import { globSync, readFileSync } from 'node:fs';
import { dirname, join, relative, resolve } from 'node:path';
import { describe, expect, test } from 'vitest';

const root = resolve(import.meta.dirname, '../..');

/** Which packages each package may import. The three apps never import one another. */
const mayImport: Record<string, readonly string[]> = {
  shared: [],
  jobs: ['shared'],
  api: ['jobs', 'shared'],
  worker: ['jobs', 'shared'],
  scheduler: ['jobs', 'shared'],
  client: ['jobs'],
};

/**
 * What a package may import the types of and nothing else, because its users are not to install it:
 * such libraries are devDependencies.
 */
const typesOnly: Record<string, readonly string[]> = { client: ['@drover/jobs', 'zod'] };

/** Libraries that do a worker's work: loading them anywhere else would cost start-up and memory. */
const workerOnly = [
  'sharp',
  'nodemailer',
  'undici',
  'pg-copy-streams',
  'csv-parse',
  'csv-stringify',
  'yazl',
];

interface Import {
  file: string;
  package: string;
  specifier: string;
  /** `import type` or `export type`: nothing is loaded. */
  isType: boolean;
}

const sourcesOf = (name: string) =>
  globSync(`packages/${name}/src/**/*.ts`, { cwd: root }).filter(
    (file) => !file.endsWith('.test.ts'),
  );

const importsOf = (name: string): Import[] =>
  sourcesOf(name).flatMap((file) => {
    const source = readFileSync(join(root, file), 'utf8');
    const statements = source.matchAll(
      /(?:^(?:import|export)( type)? [^;'"]*?\bfrom|\bimport\(|^import)\s*['"]([^'"]+)['"]/gm,
    );
    return [...statements].map(([, typeKeyword, specifier = '']) => ({
      file,
      package: name,
      specifier,
      isType: typeKeyword !== undefined,
    }));
  });

const packages = globSync('packages/*', { cwd: root }).map((path) =>
  path.slice('packages/'.length),
);
const imports = packages.flatMap(importsOf);
const describeImport = ({ file, specifier }: Import) => `${file} imports ${specifier}`;

const dependenciesOf = (
  name: string,
  kind: 'dependencies' | 'devDependencies' = 'dependencies',
): string[] => {
  const manifest = JSON.parse(readFileSync(join(root, 'packages', name, 'package.json'), 'utf8'));
  return Object.keys(manifest[kind] ?? {});
};

const libraryOf = (specifier: string) =>
  specifier
    .split('/')
    .slice(0, specifier.startsWith('@') ? 2 : 1)
    .join('/');

const isBare = ({ specifier }: Import) =>
  !specifier.startsWith('.') && !specifier.startsWith('node:');

const isTypesOnly = ({ package: name, specifier }: Import) =>
  typesOnly[name]?.includes(libraryOf(specifier)) === true;

describe('imports point one way', () => {
  test('every package is known here, and has sources', () => {
    expect(packages.toSorted()).toEqual(Object.keys(mayImport).toSorted());
    for (const name of packages) expect(sourcesOf(name)).not.toEqual([]);
    expect(imports.length).toBeGreaterThan(100);
  });

  test('packages import only those below them', () => {
    const wrong = imports.filter(({ package: from, specifier }) => {
      const to = /^@drover\/([^/]+)/.exec(specifier)?.[1];
      return to !== undefined && !mayImport[from]?.includes(to);
    });
    expect(wrong.map(describeImport)).toEqual([]);
  });

  test('relative imports stay inside their package', () => {
    const wrong = imports.filter(({ file, package: from, specifier }) => {
      if (!specifier.startsWith('.')) return false;
      const target = relative(root, resolve(root, dirname(file), specifier));
      return !target.startsWith(`packages/${from}/src/`);
    });
    expect(wrong.map(describeImport)).toEqual([]);
  });

  test('packages declare exactly the libraries that they import', () => {
    for (const name of packages) {
      const used = new Set(
        imports
          .filter((it) => it.package === name && isBare(it) && !isTypesOnly(it))
          .map((it) => libraryOf(it.specifier)),
      );
      expect({ [name]: dependenciesOf(name).toSorted() }).toEqual({ [name]: [...used].toSorted() });
    }
  });

  test('what a package may know the types of, it never loads', () => {
    for (const [name, libraries] of Object.entries(typesOnly)) {
      expect({ [name]: dependenciesOf(name, 'devDependencies').toSorted() }).toEqual({
        [name]: libraries.toSorted(),
      });
    }
    const typed = imports.filter(isTypesOnly);
    expect(typed).not.toEqual([]);
    expect(typed.filter(({ isType }) => !isType).map(describeImport)).toEqual([]);
  });

  test('the client library runs on any platform; only its command line needs Node', () => {
    const library = sourcesOf('client').filter((file) => !file.includes('/src/cli/'));
    const wrong = importsOf('client').filter(
      ({ file, specifier }) =>
        library.includes(file) && (specifier.startsWith('node:') || specifier.includes('/cli/')),
    );
    expect(library.length).toBeGreaterThan(10);
    expect(wrong.map(describeImport)).toEqual([]);
    const globals = library.filter((file) =>
      /\b(process\.|Buffer\b|__dirname|require\()/.test(readFileSync(join(root, file), 'utf8')),
    );
    expect(globals).toEqual([]);
  });

  test('the heavy libraries are the worker’s alone', () => {
    const wrong = imports.filter(
      (it) => it.package !== 'worker' && workerOnly.includes(libraryOf(it.specifier)),
    );
    expect(wrong.map(describeImport)).toEqual([]);
  });

  test('only configuration files read the environment', () => {
    const readers = packages
      .flatMap(sourcesOf)
      .filter((file) => readFileSync(join(root, file), 'utf8').includes('process.env'));
    expect(readers.toSorted()).toEqual([
      // The command line is a program of its own, which may not import `shared`.
      'packages/client/src/cli/config.ts',
      'packages/shared/src/config.ts',
    ]);
  });
});
