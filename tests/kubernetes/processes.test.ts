import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, dirname, join } from 'node:path';
import { expect, test } from 'vitest';
import { fileVariable } from '../../packages/shared/src/config/value-files.ts';
import { variableNames } from '../../packages/shared/src/config/variables.ts';
import { loadConfig } from '../../packages/shared/src/config.ts';
import { probes } from '../../packages/shared/src/health/probes.ts';
import { read } from '../compose/compose-file.ts';
import { roles, settingsOf, workloadNamed, workloads } from './manifests.ts';

const named = workloads.map((it) => [it.metadata.name, it] as const);
const containerOf = (name: string) => workloadNamed(name).spec.template.spec.containers[0];

test('what runs is what Compose runs', () => {
  expect(workloads.map(({ metadata }) => metadata.name)).toEqual([...roles, 'migrate']);
  for (const [name, it] of named) {
    expect(it.spec.template.spec.containers[0].args).toEqual([name]);
    expect(read('deploy/image/drover')).toMatch(new RegExp(`\\b${name}\\b.*file=`));
  }
});

test.each(named)('%s is confined: not root, nothing to write to, no capability', (_, it) => {
  const { spec } = it.spec.template;
  expect(spec).toMatchObject({
    automountServiceAccountToken: false,
    enableServiceLinks: false,
    shareProcessNamespace: true,
    securityContext: {
      runAsNonRoot: true,
      runAsUser: 1000,
      runAsGroup: 1000,
      fsGroup: 1000,
      seccompProfile: { type: 'RuntimeDefault' },
    },
  });
  for (const key of ['hostNetwork', 'hostPID', 'hostIPC']) expect(spec).not.toHaveProperty(key);
  expect(spec.containers[0]['securityContext']).toEqual({
    allowPrivilegeEscalation: false,
    readOnlyRootFilesystem: true,
    capabilities: { drop: ['ALL'] },
  });
  for (const volume of spec.volumes) {
    expect(Object.keys(volume).filter((key) => key !== 'name')).toEqual([
      volume.secret ? 'secret' : 'emptyDir',
    ]);
  }
});

test.each(named)('%s says what it needs, and has a limit of memory and none of time', (_, it) => {
  const { requests = {}, limits = {} } = it.spec.template.spec.containers[0].resources;
  expect(requests).toMatchObject({ cpu: expect.any(String), memory: expect.any(String) });
  expect(limits['memory']).toEqual(expect.any(String));
  expect(limits).not.toHaveProperty('cpu');
});

test.each(named)('%s mounts what it has, and writes where the image does', (_, it) => {
  const { containers, volumes } = it.spec.template.spec;
  const [{ volumeMounts }] = containers;
  expect(volumeMounts.map(({ name }) => name).toSorted()).toEqual(
    volumes.map(({ name }) => name).toSorted(),
  );
  const writable = volumeMounts.filter(({ readOnly }) => !readOnly).map((it) => it.mountPath);
  expect(['/data', '/tmp']).toEqual(expect.arrayContaining(writable));
});

test.each(named)('%s is given only variables that it knows, and secrets as files', (_, it) => {
  const known = [...variableNames, ...variableNames.map(fileVariable)];
  const settings = settingsOf(it);
  expect(Object.keys(settings).filter((name) => !known.includes(name))).toEqual([]);
  const { containers, volumes } = it.spec.template.spec;
  const mount = containers[0].volumeMounts.find(({ name }) => name === 'secrets');
  const items = volumes.find(({ name }) => name === 'secrets')?.secret?.items ?? [];
  const files = Object.entries(settings).filter(([name]) => name.endsWith('_FILE'));
  expect(files.map(([, path]) => path).toSorted()).toEqual(
    items.map(({ path }) => `${mount?.mountPath}/${path}`).toSorted(),
  );
  for (const [name, path] of files) {
    expect(dirname(path)).toBe(mount?.mountPath);
    expect(fileVariable(basename(path).toUpperCase())).toBe(name);
  }
});

/** The configuration as the process would read it, with secrets that look like some. */
const configOf = (name: string) => {
  const folder = mkdtempSync(join(tmpdir(), 'drover-secrets-'));
  try {
    const secrets: Record<string, string> = {
      redis_url: 'rediss://default:secret@redis.example.com:6379\n',
      database_url: 'postgres://drover:secret@postgres.example.com:5432/drover\n',
      api_keys: '[]\n',
    };
    for (const [file, text] of Object.entries(secrets)) writeFileSync(join(folder, file), text);
    const env = Object.entries(settingsOf(workloadNamed(name))).map(([key, value]) => [
      key,
      value.replace('/run/secrets/drover', folder),
    ]);
    return loadConfig({ HOST: '0.0.0.0', DATA_DIR: '/data', ...Object.fromEntries(env) });
  } finally {
    rmSync(folder, { recursive: true });
  }
};

test.each(roles)('the configuration of %s is whole, and for production', (role) => {
  expect(configOf(role)).toMatchObject({ production: true, s3: { bucket: expect.any(String) } });
});

test.each(roles)('%s is probed where it answers', (role) => {
  const { ports, startupProbe, readinessProbe, livenessProbe } = containerOf(role);
  expect(ports).toEqual([{ name: 'http', containerPort: configOf(role).ports[role] }]);
  const asked = [startupProbe, readinessProbe, livenessProbe].map((probe) => probe?.httpGet);
  for (const get of asked) {
    expect(get?.port).toBe('http');
    expect(probes).toContain(get?.path.replace(/^\/|\?.*$/g, ''));
  }
  const [start, , live] = asked.map((get) => get?.path);
  expect([start, live]).toEqual(['/ready', '/live']);
});

test('an API without Redis stays in the service, for its answer says when to come again', () => {
  expect(containerOf('api').readinessProbe?.httpGet.path).toBe('/ready?check=process');
});

test.each(roles)('%s has the time to stop that it needs', (role) => {
  const { drainMs, graceMs } = configOf(role).lifecycle;
  const { terminationGracePeriodSeconds = 0 } = workloadNamed(role).spec.template.spec;
  expect(terminationGracePeriodSeconds * 1_000).toBeGreaterThanOrEqual(
    drainMs + graceMs + 5_000 + 5_000,
  );
});

test('only the API is sent requests, so only it goes on answering while it stops', () => {
  const drains = roles.map((role) => configOf(role).lifecycle.drainMs > 0);
  expect(drains).toEqual([true, false, false]);
});
