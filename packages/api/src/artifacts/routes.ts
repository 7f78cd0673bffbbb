import { Readable } from 'node:stream';
import {
  type ArtifactAddress,
  type ArtifactStore,
  isArtifactName,
  type StoredArtifact,
} from '@drover/shared/artifacts/store';
import { Problem } from '@drover/shared/http/problem';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import parseRange from 'range-parser';
import { callerOf } from '../auth/bearer.ts';
import { isKnown } from '../http/entity-tag.ts';
import { jobNotFound } from '../jobs/not-found.ts';
import type { JobStore } from '../jobs/store.ts';
import { readArtifact } from '../openapi/operations/artifacts.ts';

type ByteRange = { start: number; end: number };

/**
 * The part of the file that is asked for; undefined is all of it, which is also the right answer to
 * several ranges, to other units and to an `If-Range` that no longer holds (RFC 9110, 14.2).
 */
const rangeOf = (request: FastifyRequest, file: StoredArtifact): ByteRange | undefined => {
  const { range, 'if-range': ifRange } = request.headers;
  if (!range || (ifRange && ifRange !== file.etag)) return undefined;
  const ranges = parseRange(file.size, range, { combine: true });
  if (ranges === -1) {
    throw new Problem('range-not-satisfiable', `The file has ${file.size} bytes.`, {
      headers: { 'content-range': `bytes */${file.size}` },
    });
  }
  return ranges === -2 || ranges.type !== 'bytes' || ranges.length > 1 ? undefined : ranges[0];
};

const cachingOf = ({ etag }: StoredArtifact) => ({ etag, 'cache-control': 'private, no-cache' });

/** Files come from users: a browser must neither guess their type nor run what is in them. */
const headersFor = (name: string, file: StoredArtifact) => ({
  ...cachingOf(file),
  'accept-ranges': 'bytes',
  'content-disposition': `inline; filename="${name}"`,
  'content-security-policy': "sandbox; default-src 'none'",
  'x-content-type-options': 'nosniff',
});

const sendFile = (
  request: FastifyRequest,
  reply: FastifyReply,
  { name, file }: { name: string; file: StoredArtifact },
) => {
  // Before any header of the file is set: a refusal must not carry them.
  const range = rangeOf(request, file);
  reply
    .headers(headersFor(name, file))
    .type(file.mediaType)
    .header('content-length', range ? range.end - range.start + 1 : file.size);
  if (range)
    reply.code(206).header('content-range', `bytes ${range.start}-${range.end}/${file.size}`);
  // An empty stream: Fastify would read the file through to answer HEAD, or forget its length.
  return reply.send(request.method === 'HEAD' ? Readable.from([]) : file.open(range));
};

/** @throws Problem `store-unavailable` when the store does not answer, or not as it should. */
const findFile = async (
  request: FastifyRequest,
  artifacts: ArtifactStore,
  at: ArtifactAddress,
): Promise<StoredArtifact | undefined> => {
  if (!isArtifactName(at.name)) return undefined;
  try {
    return await artifacts.find(at);
  } catch (err) {
    request.log.warn({ requestId: request.id, err }, 'the artifact store does not answer');
    throw new Problem('store-unavailable', 'The artifact store does not answer now. Try again.', {
      headers: { 'retry-after': '1' },
      cause: err,
    });
  }
};

/**
 * Answers with a file of a job; who asks may see the job.
 * @throws Problem `artifact-not-found`, `range-not-satisfiable` or `store-unavailable`.
 */
export const sendArtifact = async (
  request: FastifyRequest,
  reply: FastifyReply,
  artifacts: ArtifactStore,
  { job, name }: ArtifactAddress,
) => {
  const file = await findFile(request, artifacts, { job, name });
  if (!file) {
    throw new Problem('artifact-not-found', `The job has no artifact "${name.slice(0, 128)}".`);
  }
  if (isKnown(request.headers['if-none-match'], file.etag)) {
    return reply.code(304).headers(cachingOf(file)).send();
  }
  return sendFile(request, reply, { name, file });
};

/** `GET /jobs/:id/artifacts/:name`: a file that a job produced. */
export const artifactRoutes = (
  scope: FastifyInstance,
  options: { store: JobStore; artifacts: ArtifactStore },
): void => {
  scope.get<{ Params: { id: string; name: string } }>(
    '/jobs/:id/artifacts/:name',
    { config: { role: 'read', operation: readArtifact } },
    async (request, reply) => {
      const { id, name } = request.params;
      const job = await options.store.find(id, callerOf(request).tenant);
      if (!job) throw jobNotFound(id);
      return sendArtifact(request, reply, options.artifacts, { job: id, name });
    },
  );
};
