import { z } from 'zod';
import { buildOf, type Manifest } from './build.ts';

const probe = z.looseObject({ httpGet: z.strictObject({ path: z.string(), port: z.string() }) });

const container = z.looseObject({
  args: z.array(z.string()),
  env: z.array(z.strictObject({ name: z.string(), value: z.string() })),
  envFrom: z
    .array(z.strictObject({ configMapRef: z.strictObject({ name: z.string() }) }))
    .default([]),
  ports: z.array(z.strictObject({ name: z.string(), containerPort: z.int() })).default([]),
  startupProbe: probe.optional(),
  readinessProbe: probe.optional(),
  livenessProbe: probe.optional(),
  resources: z.record(z.string(), z.record(z.string(), z.string())),
  volumeMounts: z.array(
    z.strictObject({ name: z.string(), mountPath: z.string(), readOnly: z.boolean().optional() }),
  ),
});

const volume = z.looseObject({
  name: z.string(),
  secret: z
    .looseObject({
      secretName: z.string(),
      items: z.array(z.strictObject({ key: z.string(), path: z.string() })),
    })
    .optional(),
});

const podTemplate = z.looseObject({
  metadata: z.looseObject({ labels: z.record(z.string(), z.string()) }),
  spec: z.looseObject({
    containers: z.tuple([container]),
    volumes: z.array(volume),
    terminationGracePeriodSeconds: z.int().optional(),
  }),
});

const workload = z.looseObject({
  kind: z.enum(['Deployment', 'Job']),
  metadata: z.looseObject({ name: z.string() }),
  spec: z.looseObject({
    replicas: z.int().optional(),
    selector: z.strictObject({ matchLabels: z.record(z.string(), z.string()) }).optional(),
    template: podTemplate,
  }),
});

/** What runs pods, read as strictly as the tests need it. */
export type Workload = z.infer<typeof workload>;

export const roles = ['api', 'worker', 'scheduler'] as const;

const workloadsOf = (manifests: readonly Manifest[]): Workload[] =>
  manifests
    .filter(({ kind }) => kind === 'Deployment' || kind === 'Job')
    .map((manifest) => workload.parse(manifest));

export const production = buildOf('overlays/production');

const migration = buildOf('overlays/production/migration');

export const workloads = [
  ...workloadsOf(production.manifests),
  ...workloadsOf(migration.manifests),
];

export const workloadNamed = (name: string): Workload => {
  const found = workloads.find(({ metadata }) => metadata.name === name);
  if (!found) throw new Error(`nothing runs ${name}`);
  return found;
};

/** The variables of a workload's container, those of its ConfigMaps included. */
export const settingsOf = (it: Workload): Record<string, string> => {
  const [{ env, envFrom }] = it.spec.template.spec.containers;
  const shared = envFrom.map(({ configMapRef: { name } }) => {
    const settings = production.settings.get(name);
    if (!settings) throw new Error(`there is no ConfigMap ${name}`);
    return settings;
  });
  return Object.assign({}, ...shared, Object.fromEntries(env.map((e) => [e.name, e.value])));
};
