import type { JobArtifacts } from '@drover/jobs/definition/services';
import { type ArtifactStore, mediaTypeOf } from '@drover/shared/artifacts/store';

/** Knows whether the attempt is still the one that counts. */
export interface Guard {
  /** @throws why the attempt must end, when it must. */
  throwIfInterrupted(): void;
}

/** What the end of the attempt stops from being stored, even half-way. */
const whileItCounts = async function* (
  content: AsyncIterable<Uint8Array>,
  guard: Guard,
): AsyncGenerator<Uint8Array> {
  for await (const chunk of content) {
    guard.throwIfInterrupted();
    yield chunk;
  }
  guard.throwIfInterrupted();
};

/**
 * A job's view of the artifact store: its own files only, and only as long as the attempt is the
 * one that counts. A handler that outlives its attempt must not replace a later attempt's files.
 */
export const jobArtifacts = (store: ArtifactStore, job: string, guard: Guard): JobArtifacts => ({
  put: async (name, content) => {
    guard.throwIfInterrupted();
    const bytes = content instanceof Uint8Array ? content : whileItCounts(content, guard);
    return {
      job,
      name,
      size: await store.put({ job, name }, bytes),
      mediaType: mediaTypeOf(name),
      url: `/jobs/${job}/artifacts/${name}`,
    };
  },
});
