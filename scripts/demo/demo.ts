// `docker compose --profile demo up`: submits jobs of every kind, more and fewer of them over ten minutes,
// so that queues fill, some jobs fail, and the dashboards have something to show.
import { setTimeout as sleep } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { loadCliConfig } from '../../packages/client/src/cli/config.ts';
import { type Client, createClient } from '../../packages/client/src/index.ts';
import { pickWish } from './wishes.ts';

/** One swing from few jobs to many and back, in milliseconds. */
const swingMs = 600_000;

const readRate = (): number => {
  const { values } = parseArgs({ options: { rate: { type: 'string', default: '5' } } });
  const rate = Number(values.rate);
  if (rate > 0 && rate <= 1_000) return rate;
  throw new Error(`--rate must be jobs a second from 0 to 1000, not "${values.rate}".`);
};

/** Jobs a second at a moment: a tenth of the rate at least, nearly twice the rate at most. */
const rateAt = (ms: number, mean: number): number =>
  mean * (1 + 0.9 * Math.sin((ms / swingMs) * 2 * Math.PI));

const submitOne = async (drover: Client): Promise<void> => {
  try {
    await pickWish()(drover);
  } catch (err) {
    process.stdout.write(`${err instanceof Error ? err.message : String(err)}\n`);
  }
};

const rate = readRate();
const { url, key } = loadCliConfig();
const drover = createClient({ url, key });
const stopped = new AbortController();
for (const signal of ['SIGTERM', 'SIGINT'] as const) process.once(signal, () => stopped.abort());

process.stdout.write(`submitting about ${rate} jobs a second to ${url}\n`);
while (!stopped.signal.aborted) {
  void submitOne(drover);
  const pauseMs = 1_000 / rateAt(performance.now(), rate);
  await sleep(pauseMs, undefined, { signal: stopped.signal }).catch(() => undefined);
}
