import { describeDuration } from '../../packages/shared/src/duration.ts';
import { friendlyHost } from './addresses.ts';
import type { Report } from './report.ts';

export interface BannerFacts {
  readonly host: string;
  readonly ports: { readonly api: number; readonly worker: number; readonly scheduler: number };
  /** Whether the key `dev` is built in. */
  readonly hasDevelopmentKey: boolean;
  /** How long the start took. */
  readonly startMs: number;
}

/** One line to paste that submits a first job. */
const tryLine = (address: string, key: string) =>
  `curl -i ${address}/jobs -H 'authorization: Bearer ${key}' -H 'content-type: application/json' ` +
  `-d '{"type":"demo.echo","payload":{"value":"hello"}}'`;

/** Says where everything is, and what to try first. */
export const announceReady = (report: Report, facts: BannerFacts): void => {
  const { host, ports, hasDevelopmentKey } = facts;
  const address = (port: number) => `${friendlyHost(host)}:${port}`;
  const url = (port: number) => `http://${address(port)}`;
  const api = url(ports.api);
  const key = hasDevelopmentKey ? 'dev' : undefined;
  const password = key ?? 'an admin key of API_KEYS';
  // The demonstration jobs are off in production, and no key is known.
  const curl = key ? tryLine(address(ports.api), key) : `curl -i ${address(ports.api)}/health`;

  report.announce(
    [
      `  Drover is ready (${describeDuration(facts.startMs)}).`,
      '',
      `  API      ${api}   reference: docs/reference/http.md`,
      `  Pages    ${api}/admin   any user name, password: ${password}`,
      `  Health   ${api}/health   worker: ${url(ports.worker)}/health   scheduler: ${url(ports.scheduler)}/health`,
      ...(key ? [`  Key      ${key}`] : []),
      '',
      '  Try it:',
      '',
      curl,
      '',
      '  Ctrl-C stops everything.',
    ],
    'ready',
    {
      api,
      pages: `${api}/admin`,
      health: `${api}/health`,
      worker: url(ports.worker),
      scheduler: url(ports.scheduler),
      ...(key && { key }),
      curl,
      startMs: Math.round(facts.startMs),
    },
  );
};
