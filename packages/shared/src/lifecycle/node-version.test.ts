import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { checkNode, minimumNodeMajor } from './node-version.ts';

test.each(['24.0.0', '24.21.1', '30.1.0', process.versions.node])('Node %s will do', (version) => {
  expect(() => checkNode(version)).not.toThrow();
});

test.each(['22.18.0', '20.0.0', '9.0.0'])('Node %s is too old', (version) => {
  expect(() => checkNode(version)).toThrow(`Node ${version} is too old`);
});

test('package.json asks for the same', () => {
  const manifest = readFileSync(new URL('../../../../package.json', import.meta.url), 'utf8');
  expect(JSON.parse(manifest).engines.node).toBe(`>=${minimumNodeMajor}`);
});
