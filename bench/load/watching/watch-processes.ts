import { setTimeout as sleep } from 'node:timers/promises';
import { type ProcessSample, readExposition } from './exposition.ts';

const patienceMs = 5_000;

/** What one process told of itself in the course of a test. */
export interface ProcessCourse {
  readonly name: string;
  readonly memory: readonly { readonly atMs: number; readonly value: number }[];
  /** Processors that it kept busy, on the average; undefined with less than two samples. */
  readonly cores: number | undefined;
}

type Timed = ProcessSample & { readonly atMs: number };

const courseOf = (url: string, samples: readonly Timed[]): ProcessCourse => {
  const first = samples.at(0);
  const last = samples.at(-1);
  const elapsed = first && last ? last.atMs - first.atMs : 0;
  return {
    name: `${first?.role ?? 'process'} ${new URL(url).host}`,
    memory: samples.map(({ atMs, memoryBytes }) => ({ atMs, value: memoryBytes })),
    cores:
      first && last && elapsed > 0
        ? ((last.processorSeconds - first.processorSeconds) * 1_000) / elapsed
        : undefined,
  };
};

/** Asks for metrics from time to time. */
export interface ProcessWatch extends AsyncDisposable {
  courses(): readonly ProcessCourse[];
  /** Why nothing was had of some, a sentence each. */
  complaints(): readonly string[];
}

export const watchProcesses = (options: {
  readonly urls: readonly string[];
  readonly token: string | undefined;
  readonly everyMs: number;
  /** Milliseconds since the start of the test. */
  readonly now: () => number;
}): ProcessWatch => {
  const { urls, token, everyMs, now } = options;
  const stopped = new AbortController();
  const samples = new Map<string, Timed[]>(urls.map((url) => [url, []]));
  const complaints = new Map<string, string>();

  const ask = async (url: string): Promise<void> => {
    try {
      const response = await fetch(url, {
        headers: token === undefined ? {} : { authorization: `Bearer ${token}` },
        signal: AbortSignal.any([stopped.signal, AbortSignal.timeout(patienceMs)]),
      });
      const sample = readExposition(await response.text());
      if (response.ok && sample) samples.get(url)?.push({ ...sample, atMs: now() });
      else complaints.set(url, `it answered ${response.status}`);
    } catch (thrown) {
      complaints.set(url, `it did not answer (${(thrown as Error).name})`);
    }
  };
  const watching = (async () => {
    while (!stopped.signal.aborted) {
      await Promise.all(urls.map(ask));
      await sleep(everyMs, undefined, { signal: stopped.signal }).catch(() => undefined);
    }
  })();

  return {
    courses: () =>
      [...samples].filter(([, own]) => own.length > 0).map(([url, own]) => courseOf(url, own)),
    complaints: () =>
      [...complaints]
        .filter(([url]) => samples.get(url)?.length === 0)
        .map(
          ([url, why]) =>
            `Memory was not watched at ${url}: ${why}. Name the metrics of the processes with --metrics.`,
        ),
    [Symbol.asyncDispose]: async () => {
      stopped.abort();
      await watching;
    },
  };
};
