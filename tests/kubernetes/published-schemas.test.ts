import { expect, test } from 'vitest';
import { applied, buildOf } from './build.ts';
import { checkAgainstSchema } from './published-schemas.ts';

const manifests = applied.flatMap((folder) =>
  buildOf(folder).manifests.map((manifest) => ({
    title: `${folder}: ${manifest.kind} ${manifest.metadata.name}`,
    manifest,
  })),
);

test.each(manifests)('$title fits the published schema, each of its fields', ({ manifest }) => {
  expect(checkAgainstSchema(manifest)).toEqual([]);
});

test('a misspelt field and a wrong value are found', () => {
  const [{ manifest } = { manifest: undefined }] = manifests.filter(
    (it) => it.manifest.kind === 'Deployment',
  );
  if (!manifest) throw new Error('there is no deployment');
  const misspelt = structuredClone(manifest);
  Object.assign(misspelt['spec'] as object, { revisionHistoryLimits: 5 });
  expect(checkAgainstSchema(misspelt)).toEqual(['/spec/revisionHistoryLimits']);
  const wrong = structuredClone(manifest);
  Object.assign(wrong['spec'] as object, { revisionHistoryLimit: 'five' });
  expect(() => checkAgainstSchema(wrong)).toThrow();
});
