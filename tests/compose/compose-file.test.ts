import { expect, test } from 'vitest';
import { fileVariable } from '../../packages/shared/src/config/value-files.ts';
import { variableNames } from '../../packages/shared/src/config/variables.ts';
import { parseDuration } from '../../packages/shared/src/duration.ts';
import { composeFile, oneShots, read, services } from './compose-file.ts';

const roles = ['api', 'worker', 'scheduler'] as const;

test.each(services)(
  '%s is confined: not root, nothing to write to, no capability',
  (_, service) => {
    expect(service).toMatchObject({
      read_only: true,
      init: true,
      cap_drop: ['ALL'],
      security_opt: ['no-new-privileges:true'],
      user: expect.not.stringMatching(/^(root|0)(:|$)/),
    });
  },
);

test('ports are open to this machine only', () => {
  const ports = services.flatMap(([, service]) => service.ports);
  expect(ports.length).toBeGreaterThan(0);
  for (const port of ports) expect(port).toMatch(/^127\.0\.0\.1:/);
});

test('what runs on is restarted; what runs once is waited for', () => {
  expect(oneShots.map(([name]) => name).toSorted()).toEqual(['migrate', 'secrets', 'seed']);
  const once = oneShots.map(([name]) => name);
  for (const [name, { restart, depends_on }] of services) {
    if (!once.includes(name)) expect(restart, name).toBe('unless-stopped');
    for (const [other, { condition }] of Object.entries(depends_on)) {
      const expected = once.includes(other) ? 'service_completed_successfully' : 'service_healthy';
      expect(condition, `${name} on ${other}`).toBe(expected);
    }
  }
});

test.each(roles)('two replicas of %s, which stop in good time', (role) => {
  const service = composeFile.services[role];
  expect(service?.deploy?.replicas).toBe(2);
  const ms = (text = '') => parseDuration(text.replace(/^\$\{\w+:-(.*)\}$/, '$1')) ?? Number.NaN;
  const { SHUTDOWN_DRAIN, SHUTDOWN_GRACE } = service?.environment ?? {};
  const stopping = ms(SHUTDOWN_DRAIN) + ms(SHUTDOWN_GRACE) + 5_000;
  expect(ms(service?.stop_grace_period)).toBeGreaterThan(stopping);
});

test.each(roles)('%s starts on whole stores with a migrated database', (role) => {
  expect(composeFile.services[role]?.depends_on).toEqual({
    redis: { condition: 'service_healthy' },
    postgres: { condition: 'service_healthy' },
    migrate: { condition: 'service_completed_successfully' },
  });
});

test('a role is given only variables that it knows', () => {
  const known = [...variableNames, ...variableNames.map(fileVariable)];
  for (const role of [...roles, 'migrate', 'seed']) {
    const { environment = {} } = composeFile.services[role] ?? {};
    expect(Object.keys(environment).filter((name) => !known.includes(name))).toEqual([]);
  }
});

test('secrets come from files, and each volume of them goes only to those who need it', () => {
  for (const [name, { environment }] of services) {
    for (const [variable, value] of Object.entries(environment)) {
      const isSecret = /PASSWORD|API_KEYS|REDIS_URL|DATABASE_URL/.test(variable);
      if (isSecret) expect(value, `${name}: ${variable}`).toMatch(/^\/run\/secrets\//);
    }
  }
  const readers = (volume: string) =>
    services.filter(([, it]) => it.volumes.includes(`${volume}:/run/secrets:ro`)).map(([n]) => n);
  expect(readers('redis-secrets')).toEqual(['redis']);
  expect(readers('postgres-secrets')).toEqual(['postgres']);
  expect(readers('drover-secrets')).not.toContain('nginx');
});

test('one image is built once, for all roles', () => {
  const ours = services.filter(([, { image }]) => image.includes('drover'));
  expect(new Set(ours.map(([, { image }]) => image)).size).toBe(1);
  expect(ours.filter(([, { build }]) => build !== undefined).map(([name]) => name)).toEqual([
    'secrets',
  ]);
});

test('every volume that is mounted is declared', () => {
  const named = services
    .flatMap(([, { volumes }]) => volumes.map((volume) => volume.split(':')[0] ?? ''))
    .filter((source) => !source.startsWith('.'));
  expect([...new Set(named)].toSorted()).toEqual(Object.keys(composeFile.volumes).toSorted());
});

test('Redis writes down what it answers, and evicts nothing', () => {
  const lines = read('deploy/compose/redis.conf').split('\n');
  expect(lines).toEqual(
    expect.arrayContaining([
      'appendonly yes',
      'appendfsync everysec',
      'maxmemory-policy noeviction',
    ]),
  );
});

test('the profiles add what they are named for', () => {
  const inProfile = (profile: string) =>
    services.filter(([, { profiles }]) => profiles.includes(profile)).map(([name]) => name);
  expect(inProfile('observability')).toEqual(['prometheus', 'grafana']);
  expect(inProfile('demo')).toEqual(['seed', 'demo']);
});
