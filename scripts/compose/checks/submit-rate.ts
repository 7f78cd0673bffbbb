import { makeLoad } from '../../../bench/http/load/make-load.ts';
import type { Check } from './check.ts';

/** Connections at once, and how long each slice takes; the two ways take turns. */
const connections = 32;
const sliceMs = 3_000;
const turns = 3;
const share = 0.8;

const submissionsPerSecond = async (origin: string): Promise<number> => {
  const { answers, seconds } = await makeLoad({
    requests: {
      origin,
      method: 'POST',
      paths: ['/jobs'],
      headers: { authorization: 'Bearer dev', 'content-type': 'application/json' },
      body: JSON.stringify({ type: 'demo.echo', payload: { value: 1 } }),
      status: 202,
    },
    connections,
    until: { ms: sliceMs },
  });
  return answers / seconds;
};

const median = (values: readonly number[]): number =>
  values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? 0;

/** The submit rate through nginx beside that of one API addressed directly. */
export const submitRate: Check = {
  name: 'rate',
  run: async ({ stack, say }) => {
    const promise = `submit rate through nginx ≥ ${share} of one API addressed directly`;
    const [api] = await stack.containers('api');
    const format = '{{range .NetworkSettings.Networks}}{{.IPAddress}}{{end}}';
    const address = (await stack.docker(['inspect', '--format', format, api?.name ?? ''])).trim();
    const direct = `http://${address}:3000`;
    const reached = await fetch(`${direct}/live`, { signal: AbortSignal.timeout(2_000) }).catch(
      () => undefined,
    );
    // Docker Desktop keeps the containers' network to itself.
    if (!reached?.ok) return [{ promise, isMet: undefined, seen: `${direct} cannot be reached` }];

    const rates = { direct: [] as number[], nginx: [] as number[] };
    await submissionsPerSecond(direct);
    await submissionsPerSecond(stack.url);
    for (let turn = 0; turn < turns; turn += 1) {
      rates.direct.push(await submissionsPerSecond(direct));
      rates.nginx.push(await submissionsPerSecond(stack.url));
      say(
        `submissions a second: ${rates.direct.at(-1)?.toFixed(0)} direct, ${rates.nginx.at(-1)?.toFixed(0)} through nginx`,
      );
    }
    const ratio = median(rates.nginx) / median(rates.direct);
    return [
      {
        promise,
        isMet: ratio >= share,
        seen: `${ratio.toFixed(2)}: ${median(rates.nginx).toFixed(0)} of ${median(rates.direct).toFixed(0)} a second`,
      },
    ];
  },
};
