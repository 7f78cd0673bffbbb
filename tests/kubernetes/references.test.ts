import { expect, test } from 'vitest';
import { allFiles, applied, buildOf, type Manifest } from './build.ts';
import { production, roles, workloads } from './manifests.ts';
import { checkAgainstSchema } from './published-schemas.ts';

const ofKind = (kind: string) => production.manifests.filter((it) => it.kind === kind);
const podLabels = workloads.map(({ spec }) => spec.template.metadata.labels);

interface Selector {
  matchLabels?: Record<string, string>;
  matchExpressions?: { key: string; operator: string; values: string[] }[];
}

const selects = (selector: Selector, labels: Record<string, string>): boolean => {
  const { matchLabels = {}, matchExpressions = [] } = selector;
  return (
    Object.entries(matchLabels).every(([key, value]) => labels[key] === value) &&
    matchExpressions.every((it) => it.operator === 'In' && it.values.includes(labels[it.key] ?? ''))
  );
};

/** The components whose pods a selector picks. */
const picked = (selector: Selector): (string | undefined)[] =>
  podLabels
    .filter((labels) => selects(selector, labels))
    .map((labels) => labels['app.kubernetes.io/component']);

const selectorIn = (manifest: Manifest, name: string): Selector =>
  (manifest['spec'] as Record<string, Selector>)[name] ?? {};

const withS3Keys = buildOf('overlays/production', ['components/s3-keys']);

test('every file is part of something that is applied, or may be', () => {
  const used = [...applied.map((folder) => buildOf(folder)), withS3Keys];
  const values = 'components/requests-per-second/adapter-values.yaml';
  const files = new Set([...used.flatMap(({ files }) => [...files]), values]);
  expect([...files].toSorted()).toEqual(allFiles);
});

test('keys for the bucket go to every role, as files', () => {
  const deployments = withS3Keys.manifests.filter(({ kind }) => kind === 'Deployment');
  expect(deployments).toHaveLength(roles.length);
  for (const deployment of deployments) {
    expect(checkAgainstSchema(deployment)).toEqual([]);
    const text = JSON.stringify(deployment);
    for (const name of ['S3_ACCESS_KEY_ID', 'S3_SECRET_ACCESS_KEY']) {
      const key = name.toLowerCase();
      expect(text).toContain(
        JSON.stringify({ name: `${name}_FILE`, value: `/run/secrets/drover/${key}` }),
      );
      expect(text).toContain(JSON.stringify({ key, path: key }));
    }
  }
});

test('no two things of one kind have one name', () => {
  const names = production.manifests.map(({ kind, metadata }) => `${kind}/${metadata.name}`);
  expect(new Set(names).size).toBe(names.length);
});

test('every workload picks its own pods and no others', () => {
  for (const { metadata, spec } of workloads) {
    if (spec.selector) expect(picked(spec.selector)).toEqual([metadata.name]);
    expect(spec.template.metadata.labels['app.kubernetes.io/component']).toBe(metadata.name);
  }
});

test('the service picks the API, and the ingress the service', () => {
  const [service] = ofKind('Service');
  if (!service) throw new Error('there is no Service');
  const { selector, ports } = service['spec'] as {
    selector: Record<string, string>;
    ports: { name: string; targetPort: string }[];
  };
  expect(picked({ matchLabels: selector })).toEqual(['api']);
  expect(ports).toEqual([expect.objectContaining({ name: 'http', targetPort: 'http' })]);
  const backend = { service: { name: 'api', port: { name: 'http' } } };
  expect(ofKind('Ingress').map((it) => it['spec'])).toEqual([
    expect.objectContaining({
      rules: [
        { host: expect.any(String), http: { paths: [expect.objectContaining({ backend })] } },
      ],
    }),
  ]);
});

test('every role has a budget of its own', () => {
  const budgets = ofKind('PodDisruptionBudget');
  expect(budgets.flatMap((it) => picked(selectorIn(it, 'selector')))).toEqual([...roles]);
});

test('Prometheus asks every role, on the port that is named', () => {
  const [monitor] = ofKind('PodMonitor');
  if (!monitor) throw new Error('there is no PodMonitor');
  expect(picked(selectorIn(monitor, 'selector'))).toEqual([...roles, 'migrate']);
  const named = workloads.filter(({ spec }) =>
    spec.template.spec.containers[0].ports.some(({ name }) => name === 'http'),
  );
  expect(named.map(({ metadata }) => metadata.name)).toEqual([...roles]);
  expect(JSON.stringify(monitor)).toContain('"targetLabel":"job","replacement":"drover-$1"');
});

test('all run one image, and so does what migrates', () => {
  const images = production.images.map(({ name }) => name);
  expect(images).toEqual(['drover']);
  expect(buildOf('overlays/production/migration').images).toEqual(production.images);
  for (const { spec } of workloads) {
    expect(spec.template.spec.containers[0]['image']).toBe('drover');
  }
});

test('all secrets are entries of one, which the guide has made', () => {
  const items = workloads.flatMap(({ spec }) =>
    spec.template.spec.volumes.flatMap(({ secret }) =>
      (secret?.items ?? []).map(({ key }) => `${secret?.secretName}/${key}`),
    ),
  );
  expect([...new Set(items)].toSorted()).toEqual([
    'drover/api_keys',
    'drover/database_url',
    'drover/redis_url',
  ]);
});

test('the API alone has the keys of the API', () => {
  const holders = workloads.filter(({ spec }) => JSON.stringify(spec).includes('api_keys'));
  expect(holders.map(({ metadata }) => metadata.name)).toEqual(['api']);
});
