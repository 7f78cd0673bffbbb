import type { JobArtifacts } from '@drover/jobs/definition/services';
import { type ArtifactStore, mediaTypeOf } from '@drover/shared/artifacts/store';

/** What the attempt's signal stops from being stored, even half-way. */
const untilAborted = async function* (
  content: AsyncIterable<Uint8Array>,
  signal: AbortSignal,
): AsyncGenerator<Uint8Array> {
  for await (const chunk of content) {
    signal.throwIfAborted();
    yield chunk;
  }
  signal.throwIfAborted();
};

/**
 * A job's view of the artifact store: its own files only, and only as long as the attempt is the
 * one that counts. A handler that outlives its attempt must not replace a later attempt's files.
 */
export const jobArtifacts = (
  store: ArtifactStore,
  job: string,
  signal: AbortSignal,
): JobArtifacts => ({
  put: async (name, content) => {
    signal.throwIfAborted();
    const bytes = content instanceof Uint8Array ? content : untilAborted(content, signal);
    return {
      job,
      name,
      size: await store.put({ job, name }, bytes),
      mediaType: mediaTypeOf(name),
      url: `/jobs/${job}/artifacts/${name}`,
    };
  },
});
