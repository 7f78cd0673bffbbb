import { PermanentError } from '@drover/jobs/definition/errors';
import type { OpenedSource, Sources } from '@drover/jobs/definition/services';
import type { Source } from '@drover/jobs/fields/source';
import { isTransient, postponed, retryAfterMs } from '@drover/jobs/http/retry-after';
import { findJob } from '@drover/jobs/record/find-job';
import type { ArtifactAddress, ArtifactStore } from '@drover/shared/artifacts/store';
import type { QueueSet } from '@drover/shared/queues/queue-set';
import { collect, limited } from './http/size-limit.ts';
import type { WebAnswer, WebClient } from './http/web-client.ts';

/** Longest download into memory, in milliseconds: a server that trickles must not keep a queue to itself. */
const downloadTimeoutMs = 30_000;

type Options = Parameters<Sources['open']>[1];

const notFound = (what: string) =>
  new PermanentError(`${what} was not found`, { code: 'source-not-found' });

/** The error of an answer that is not the file. */
const turnedAway = ({ status, url, headers }: WebAnswer, key: string | undefined): Error => {
  const answer = `${new URL(url).host} answered ${status}`;
  if (!isTransient(status)) return new PermanentError(answer, { code: 'source-not-found' });
  const wait = retryAfterMs(headers.get('retry-after'));
  return wait === undefined ? new Error(answer) : postponed(key, wait, answer);
};

/** What the server says of the size; it need not be true, and says nothing of what is compressed. */
const sizeOf = ({ headers }: WebAnswer): number | undefined => {
  const length = headers.get('content-length');
  return length && !headers.has('content-encoding') ? Number(length) : undefined;
};

const opened = (content: AsyncIterable<Uint8Array>, size: number | undefined): OpenedSource => ({
  content,
  ...(size !== undefined && { size }),
});

/**
 * @param options.maxBytes largest source that is read into memory.
 * @param options.maxStreamBytes largest source that is streamed.
 */
export const createSources = (options: {
  web: WebClient;
  artifacts: ArtifactStore;
  queues: QueueSet;
  maxBytes: number;
  maxStreamBytes: number;
}): Sources => {
  const download = async (url: string, { tenant, key, signal }: Options) => {
    const hop = { method: 'GET', url, headers: {}, body: undefined };
    const answer = await options.web.send(hop, { tenant, key, signal, refused: 'source-refused' });
    if (answer.status >= 200 && answer.status < 300) return opened(answer.body, sizeOf(answer));
    for await (const _ of answer.body) break;
    throw turnedAway(answer, key);
  };

  /** A tenant reaches its own jobs' files only; another's is as good as missing. */
  const openArtifact = async (at: ArtifactAddress, tenant: string) => {
    const job = await findJob(options.queues, at.job, tenant);
    const file = job && (await options.artifacts.find(at));
    if (!file) throw notFound(`the artifact ${at.job}/${at.name}`);
    return opened(file.open(), file.size);
  };

  const inline = (base64: string) => {
    const bytes = Buffer.from(base64, 'base64');
    return opened(
      (async function* () {
        yield bytes;
      })(),
      bytes.byteLength,
    );
  };

  const openUpTo = async (maxBytes: number, source: Source, { tenant, key, signal }: Options) => {
    const limit = { maxBytes, what: 'the source', code: 'source-too-large' };
    const { content, size } =
      'url' in source
        ? await download(source.url, { tenant, key, signal })
        : 'artifact' in source
          ? await openArtifact(source.artifact, tenant)
          : inline(source.base64);
    return opened(limited(content, limit), size);
  };

  return {
    open: (source, given) => openUpTo(options.maxStreamBytes, source, given),
    read: async (source, given) => {
      const signal = AbortSignal.any([given.signal, AbortSignal.timeout(downloadTimeoutMs)]);
      const { content } = await openUpTo(options.maxBytes, source, { ...given, signal });
      return collect(content);
    },
  };
};
