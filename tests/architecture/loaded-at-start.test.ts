import { readFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { expect, test } from 'vitest';

const packages = resolve(import.meta.dirname, '../../packages');

/** What takes much memory and few need: loaded when it is first used. */
const onDemand = [
  '@aws-sdk/client-s3',
  '@aws-sdk/lib-storage',
  '@bull-board/api',
  '@bull-board/fastify',
  '@opentelemetry/exporter-trace-otlp-http',
  '@opentelemetry/sdk-trace',
  'cockatiel',
  'csv-parse',
  'csv-stringify',
  'node-pg-migrate',
  'nodemailer',
  'pg-copy-streams',
  'sharp',
  'undici',
  'yazl',
  // By way of shared/src/http/node-http.ts, which says why.
  'node:http',
];

const libraryOf = (specifier: string) =>
  specifier
    .split('/')
    .slice(0, specifier.startsWith('@') ? 2 : 1)
    .join('/');

/** What a module imports at once: neither types, nor what it imports later. */
const importedBy = (file: string): string[] =>
  [
    ...readFileSync(file, 'utf8').matchAll(
      /^(?:import|export)(?! type\b)(?: [^;'"]*?\bfrom)? ['"]([^'"]+)['"]/gm,
    ),
  ].map(([, specifier = '']) => specifier);

const fileOf = (specifier: string, importer: string): string | undefined => {
  if (specifier.startsWith('.')) return resolve(dirname(importer), specifier);
  const [, name, path] = /^@drover\/([^/]+)\/(.+)$/.exec(specifier) ?? [];
  return name && path && join(packages, name, 'src', `${path}.ts`);
};

/** Every library that is loaded with a module, and the first that imports it. */
const librariesOf = (entry: string): Map<string, string> => {
  const seen = new Set([entry]);
  const libraries = new Map<string, string>();
  for (const file of seen) {
    for (const specifier of importedBy(file)) {
      const own = fileOf(specifier, file);
      if (own) seen.add(own);
      else if (!libraries.has(libraryOf(specifier))) libraries.set(libraryOf(specifier), file);
    }
  }
  return libraries;
};

test.each(['api', 'worker', 'scheduler'])('%s starts without what it may not need', (name) => {
  const loaded = librariesOf(join(packages, name, 'src/app.ts'));
  expect(loaded.keys().toArray()).toContain('ioredis');
  expect(
    onDemand.filter((library) => loaded.has(library)).map((it) => [it, loaded.get(it)]),
  ).toEqual([]);
});
