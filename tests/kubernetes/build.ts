import { existsSync, globSync, readFileSync, statSync } from 'node:fs';
import { dirname, join, relative, resolve } from 'node:path';
import { parse, parseAllDocuments } from 'yaml';
import { z } from 'zod';
import { applyPatch, patchSchema } from './json-patch.ts';

export const root = resolve(import.meta.dirname, '../../deploy/kubernetes');

export interface Manifest {
  apiVersion: string;
  kind: string;
  metadata: { name: string; [key: string]: unknown };
  [key: string]: unknown;
}

const target = z.strictObject({ kind: z.string(), name: z.string().optional() });

/** As much of kustomize as deploy/kubernetes uses; anything else is refused, so that nothing goes untested. */
const kustomization = z.strictObject({
  apiVersion: z.string(),
  kind: z.enum(['Kustomization', 'Component']),
  namespace: z.literal('drover').optional(),
  resources: z.array(z.string()).default([]),
  components: z.array(z.string()).default([]),
  patches: z
    .array(z.strictObject({ path: z.string().optional(), patch: z.string().optional(), target }))
    .default([]),
  images: z
    .array(z.strictObject({ name: z.string(), newName: z.string(), newTag: z.string() }))
    .default([]),
  configMapGenerator: z
    .array(
      z.strictObject({
        name: z.string(),
        behavior: z.literal('merge').optional(),
        literals: z.array(z.string()),
      }),
    )
    .default([]),
});

interface Build {
  manifests: Manifest[];
  /** Literals of the generated ConfigMaps, by name. */
  settings: Map<string, Record<string, string>>;
  images: { name: string; newName: string; newTag: string }[];
  /** Files that were read, relative to {@link root}. */
  files: Set<string>;
}

const documentsOf = (path: string): Manifest[] =>
  parseAllDocuments(readFileSync(path, 'utf8')).map((document) => {
    if (document.errors.length > 0) throw new Error(`${path}: ${document.errors.join('\n')}`);
    return document.toJS() as Manifest;
  });

const isFolder = (path: string) => existsSync(path) && statSync(path).isDirectory();

const patchAll = (
  build: Build,
  folder: string,
  patch: z.infer<typeof kustomization>['patches'][number],
) => {
  const path = patch.path && join(folder, patch.path);
  if (path) build.files.add(relative(root, path));
  const text = path ? readFileSync(path, 'utf8') : (patch.patch ?? '');
  const steps = patchSchema.parse(parse(text));
  const { kind, name } = patch.target;
  const found = build.manifests.filter(
    (it) => it.kind === kind && (name === undefined || it.metadata.name === name),
  );
  if (found.length === 0) throw new Error(`${folder}: there is no ${kind} ${name ?? ''} to patch`);
  for (const manifest of found) applyPatch(manifest, steps);
};

const addInto = (build: Build, folder: string): void => {
  const file = join(folder, 'kustomization.yaml');
  build.files.add(relative(root, file));
  const its = kustomization.parse(parse(readFileSync(file, 'utf8')));
  for (const resource of its.resources) {
    const path = join(folder, resource);
    if (isFolder(path)) {
      addInto(build, path);
      continue;
    }
    build.files.add(relative(root, path));
    build.manifests.push(...documentsOf(path));
  }
  for (const component of its.components) addInto(build, join(folder, component));
  for (const { name, behavior, literals } of its.configMapGenerator) {
    const before = build.settings.get(name);
    if ((behavior === 'merge') !== (before !== undefined)) throw new Error(`${file}: ${name}`);
    const pairs = literals.map((literal) => literal.split(/=(.*)/s).slice(0, 2));
    build.settings.set(name, { ...before, ...Object.fromEntries(pairs) });
  }
  for (const patch of its.patches) patchAll(build, folder, patch);
  build.images.push(...its.images);
};

/**
 * What `kubectl kustomize deploy/kubernetes/<folder>` makes, apart from namespaces and hashes in names.
 * @param components added to it, as who copies the folder would.
 */
export const buildOf = (folder: string, components: readonly string[] = []): Build => {
  const build: Build = { manifests: [], settings: new Map(), images: [], files: new Set() };
  for (const each of [folder, ...components]) addInto(build, join(root, each));
  return build;
};

/** Folders that are applied as a whole: all but the components. */
export const applied = globSync('**/kustomization.yaml', { cwd: root })
  .filter((file) => parse(readFileSync(join(root, file), 'utf8')).kind === 'Kustomization')
  .map(dirname)
  .toSorted();

/** Every file that there is. */
export const allFiles = globSync('**/*.yaml', { cwd: root }).toSorted();
