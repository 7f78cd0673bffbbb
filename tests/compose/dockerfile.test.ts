import { globSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { frugalMemory, nodeOptionsOf } from '../../scripts/stack/start-apps.ts';
import { read, root } from './compose-file.ts';

const dockerfile = read('Dockerfile');
const entrypoint = read('deploy/image/drover');

test('the manifest of every package is there before the packages are installed', () => {
  const [manifests = ''] = dockerfile.split('RUN --mount');
  for (const manifest of globSync('packages/*/package.json', { cwd: root })) {
    expect(manifests).toContain(`COPY ${manifest} `);
  }
});

test('the source comes after the installation, so that its changes leave it cached', () => {
  expect(dockerfile.indexOf('COPY packages packages')).toBeGreaterThan(
    dockerfile.indexOf('--frozen-lockfile'),
  );
});

test('the image runs as node, without what only development needs', () => {
  expect(dockerfile.match(/^FROM (?!base)\S+/gm)).toEqual(['FROM node:24-slim']);
  expect(dockerfile.match(/^USER \S+$/gm)).toEqual(['USER node']);
  expect(dockerfile).toContain('--prod');
});

test.each(['api', 'worker', 'scheduler'])('%s gets the memory settings of npm start', (role) => {
  const semiSpace = nodeOptionsOf(role)
    .find((option) => option.startsWith('--max-semi-space-size='))
    ?.split('=')[1];
  const line = entrypoint
    .split('\n')
    .find((text) => new RegExp(`^  .*\\b${role}\\b.*\\) `).test(text));
  expect(line).toContain(`semi_space=${semiSpace} `);
  expect(dockerfile).toContain(`MALLOC_ARENA_MAX=${frugalMemory.MALLOC_ARENA_MAX}`);
});

test('what the entry point starts, and what is compiled ahead, exists', () => {
  const files = [
    ...`${entrypoint}${read('deploy/image/warm.mjs')}`.matchAll(
      /(?:packages|scripts)\/[\w./$-]+\.ts/g,
    ),
  ]
    .flatMap(([file]) =>
      file.includes('$role')
        ? ['api', 'worker', 'seed', 'demo'].map((role) => file.replace('$role', role))
        : [file],
    )
    .filter((file) => !/scripts\/demo\/(api|worker)|packages\/(seed|demo)|start-apps/.test(file));
  expect(files.length).toBeGreaterThan(8);
  for (const file of files) expect(statSync(join(root, file)).isFile()).toBe(true);
});

test('the builder gets no secrets, tests or history', () => {
  const [all, ...admitted] = read('.dockerignore')
    .split('\n')
    .filter((line) => line !== '' && !line.startsWith('#'));
  expect(all).toBe('*');
  expect(admitted.filter((line) => line.startsWith('!'))).not.toContain('!.env');
  expect(admitted).toEqual(expect.arrayContaining(['**/node_modules', 'packages/*/tests']));
});
