import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { parseAllDocuments } from 'yaml';
import { onPath, run } from '../../scripts/stack/commands.ts';
import { applied, buildOf, type Manifest, root } from './build.ts';

const kubectl = await onPath('kubectl');
const { output: versions } = await run(kubectl ?? '', ['version', '--client']);
const knowsComponents = /Kustomize Version: v5/.test(versions);

const kustomize = async (folder: string): Promise<Manifest[]> => {
  const at = mkdtempSync(join(tmpdir(), 'drover-kustomize-'));
  try {
    const file = join(at, 'made.yaml');
    const { code, output } = await run(kubectl ?? '', ['kustomize', folder, '-o', file], {
      cwd: root,
    });
    expect(code, output).toBe(0);
    return parseAllDocuments(readFileSync(file, 'utf8')).map((it) => it.toJS() as Manifest);
  } finally {
    rmSync(at, { recursive: true });
  }
};

/** Without what kustomize writes into manifests that we do not: the namespace, the hash in a name, the image. */
const comparable = (manifest: Manifest) =>
  JSON.parse(
    JSON.stringify(manifest, (key, value) =>
      key === 'namespace' || key === 'configMapRef' || key === 'image' ? undefined : value,
    ),
  );

const byName = (manifests: readonly Manifest[]) =>
  Object.fromEntries(
    manifests.map((it) => [`${it.kind}/${it.metadata.name}`, comparable(it)] as const),
  );

describe.skipIf(!knowsComponents)('kubectl', () => {
  test.each(applied)(
    'makes of %s what the tests beside this take it to be',
    async (folder) => {
      const made = (await kustomize(folder)).filter(({ kind }) => kind !== 'ConfigMap');
      expect(byName(made)).toEqual(byName(buildOf(folder).manifests));
    },
    60_000,
  );
});
