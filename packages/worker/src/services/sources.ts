import { PermanentError } from '@drover/jobs/definition/errors';
import type { Sources } from '@drover/jobs/definition/services';
import type { Source } from '@drover/jobs/fields/source';
import { findJob } from '@drover/jobs/record/find-job';
import type { ArtifactAddress, ArtifactStore } from '@drover/shared/artifacts/store';
import type { QueueSet } from '@drover/shared/queues/queue-set';
import { type Dispatcher, fetch } from 'undici';
import { refusalIn } from './egress-guard.ts';

const notFound = (what: string) =>
  new PermanentError(`${what} was not found`, { code: 'source-not-found' });

/** Statuses that another attempt may change: timeouts, rate limits and server errors. */
const isTransient = (status: number) => status >= 500 || status === 408 || status === 429;

/** Longest download, in milliseconds: a server that trickles must not keep a queue to itself. */
const downloadTimeoutMs = 30_000;

/** The code of a failed `fetch` that met the network: sockets and undici give their errors one. */
const networkCode = (err: unknown): string | undefined => {
  const cause = err instanceof TypeError ? err.cause : undefined;
  return cause instanceof Error && 'code' in cause ? String(cause.code) : undefined;
};

/** A failed `fetch` in words: what it says of itself is only "fetch failed". */
const describeFailure = (err: unknown): unknown => {
  const refusal = refusalIn(err);
  if (refusal || !(err instanceof TypeError)) return refusal ?? err;
  const code = networkCode(err);
  return code ? new Error(`the source cannot be reached (${code})`, { cause: err }) : refused(err);
};

/** What fetch never does: forbidden ports, credentials in the URL (its message would repeat them). */
const refused = (err: unknown) => {
  const { cause } = err as TypeError;
  const why = cause instanceof Error ? cause.message : 'its address is not a plain one';
  return new PermanentError(`the source cannot be fetched: ${why}`, { code: 'source-refused' });
};

/** All bytes of a stream. */
const collect = async (
  chunks: AsyncIterable<Uint8Array>,
  maxBytes: number,
): Promise<Uint8Array> => {
  const parts: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of chunks) {
    size += chunk.byteLength;
    if (size > maxBytes) {
      throw new PermanentError(`the source is larger than ${maxBytes} bytes`, {
        code: 'source-too-large',
      });
    }
    parts.push(chunk);
  }
  return Buffer.concat(parts, size);
};

export const createSources = (options: {
  egress: Dispatcher;
  artifacts: ArtifactStore;
  queues: QueueSet;
  maxBytes: number;
}): Sources => {
  const download = async (url: string, signal: AbortSignal): Promise<Uint8Array> => {
    const response = await fetch(url, {
      dispatcher: options.egress,
      signal: AbortSignal.any([signal, AbortSignal.timeout(downloadTimeoutMs)]),
    }).catch((err: unknown) => {
      throw describeFailure(err);
    });
    if (!response.ok || !response.body) {
      await response.body?.cancel();
      const answer = `${new URL(url).host} answered ${response.status}`;
      if (isTransient(response.status)) throw new Error(answer);
      throw new PermanentError(answer, { code: 'source-not-found' });
    }
    return collect(response.body, options.maxBytes);
  };

  /** A tenant reaches its own jobs' files only; another's is as good as missing. */
  const fromArtifact = async (at: ArtifactAddress, tenant: string): Promise<Uint8Array> => {
    const what = `the artifact ${at.job}/${at.name}`;
    const job = await findJob(options.queues, at.job, tenant);
    const file = job && (await options.artifacts.find(at));
    if (!file) throw notFound(what);
    return collect(file.open(), options.maxBytes);
  };

  return {
    read: async (source: Source, { tenant, signal }) => {
      if ('url' in source) return download(source.url, signal);
      if ('artifact' in source) return fromArtifact(source.artifact, tenant);
      return Buffer.from(source.base64, 'base64');
    },
  };
};
