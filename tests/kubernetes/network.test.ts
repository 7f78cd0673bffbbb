import { expect, test } from 'vitest';
import { production, roles, workloads } from './manifests.ts';

interface Peer {
  ipBlock?: { cidr: string; except?: string[] };
  namespaceSelector?: { matchLabels: Record<string, string> };
}

interface Policy {
  podSelector: {
    matchLabels?: Record<string, string>;
    matchExpressions?: { key: string; values: string[] }[];
  };
  policyTypes: string[];
  ingress?: { from: Peer[]; ports: { port: number | string }[] }[];
  egress?: { to: Peer[]; ports: { port: number; endPort?: number }[] }[];
}

const policies = production.manifests
  .filter(({ kind }) => kind === 'NetworkPolicy')
  .map((it) => ({ name: it.metadata.name, ...(it['spec'] as Policy) }));

const components = workloads.map(({ metadata }) => metadata.name);

const appliesTo = ({ podSelector }: Policy, component: string): boolean => {
  const { matchLabels = {}, matchExpressions = [] } = podSelector;
  const wanted = matchLabels['app.kubernetes.io/component'];
  return (
    (wanted === undefined || wanted === component) &&
    matchExpressions.every(({ values }) => values.includes(component))
  );
};

const namesFor = (component: string) =>
  policies.filter((policy) => appliesTo(policy, component)).map(({ name }) => name);

test('nothing goes in or out unless it is named', () => {
  expect(policies.find(({ name }) => name === 'default-deny')).toEqual({
    name: 'default-deny',
    podSelector: {},
    policyTypes: ['Ingress', 'Egress'],
  });
});

test('who may reach what, and be reached by whom', () => {
  expect(Object.fromEntries(components.map((it) => [it, namesFor(it)]))).toEqual({
    api: ['default-deny', 'dns', 'postgres', 'redis', 'artifacts', 'ingress-to-api', 'prometheus'],
    worker: ['default-deny', 'dns', 'postgres', 'redis', 'worker-to-the-world', 'prometheus'],
    scheduler: ['default-deny', 'dns', 'postgres', 'redis', 'artifacts', 'prometheus'],
    migrate: ['default-deny', 'dns', 'postgres'],
  });
});

test('ports that are let in are those that processes listen on', () => {
  const ports = policies.flatMap(({ ingress = [] }) => ingress.flatMap((rule) => rule.ports));
  expect(new Set(ports.map(({ port }) => port))).toEqual(new Set(['http']));
  expect(roles.every((role) => namesFor(role).includes('prometheus'))).toBe(true);
});

test('jobs reach the metadata of no cloud, and nothing private', () => {
  const world = policies.find(({ name }) => name === 'worker-to-the-world');
  const [v4, v6] = world?.egress?.[0]?.to.map(({ ipBlock }) => ipBlock) ?? [];
  expect(v4?.except).toEqual(
    expect.arrayContaining(['10.0.0.0/8', '169.254.0.0/16', '172.16.0.0/12', '192.168.0.0/16']),
  );
  expect(v6?.except).toEqual(expect.arrayContaining(['fc00::/7', 'fe80::/10']));
});
