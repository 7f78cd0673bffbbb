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
};

/** Libraries that do a worker's work: loading them anywhere else would cost start-up and memory. */
const workerOnly = ['sharp', 'nodemailer', 'undici'];

interface Import {
  file: string;
  package: string;
  specifier: string;
}

const sourcesOf = (name: string) =>
  globSync(`packages/${name}/src/**/*.ts`, { cwd: root }).filter(
    (file) => !file.endsWith('.test.ts'),
  );

const importsOf = (name: string): Import[] =>
  sourcesOf(name).flatMap((file) => {
    const source = readFileSync(join(root, file), 'utf8');
    const specifiers = source.matchAll(/(?:\bfrom|\bimport\(|^import)\s*['"]([^'"]+)['"]/gm);
    return [...specifiers].map((match) => ({ file, package: name, specifier: match[1] ?? '' }));
  });

const packages = globSync('packages/*', { cwd: root }).map((path) =>
  path.slice('packages/'.length),
);
const imports = packages.flatMap(importsOf);
const describeImport = ({ file, specifier }: Import) => `${file} imports ${specifier}`;

const dependenciesOf = (name: string): string[] => {
  const manifest = JSON.parse(readFileSync(join(root, 'packages', name, 'package.json'), 'utf8'));
  return Object.keys(manifest.dependencies);
};

const libraryOf = (specifier: string) =>
  specifier
    .split('/')
    .slice(0, specifier.startsWith('@') ? 2 : 1)
    .join('/');

const isBare = ({ specifier }: Import) =>
  !specifier.startsWith('.') && !specifier.startsWith('node:');

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
          .filter((it) => it.package === name && isBare(it))
          .map((it) => libraryOf(it.specifier)),
      );
      expect({ [name]: dependenciesOf(name).toSorted() }).toEqual({ [name]: [...used].toSorted() });
    }
  });

  test('the heavy libraries are the worker’s alone', () => {
    const wrong = imports.filter(
      (it) => it.package !== 'worker' && workerOnly.includes(libraryOf(it.specifier)),
    );
    expect(wrong.map(describeImport)).toEqual([]);
  });

  test('config.ts alone reads the environment', () => {
    const readers = packages
      .flatMap(sourcesOf)
      .filter((file) => readFileSync(join(root, file), 'utf8').includes('process.env'));
    expect(readers).toEqual(['packages/shared/src/config.ts']);
  });
});
