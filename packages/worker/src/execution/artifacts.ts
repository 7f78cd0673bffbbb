import type { JobArtifacts } from '@drover/jobs/definition/services';
import { type ArtifactStore, mediaTypeOf } from '@drover/shared/artifacts/store';

/** A job's view of the artifact store: its own files only. */
export const jobArtifacts = (store: ArtifactStore, job: string): JobArtifacts => ({
  put: async (name, content) => ({
    job,
    name,
    size: await store.put({ job, name }, content),
    mediaType: mediaTypeOf(name),
    url: `/jobs/${job}/artifacts/${name}`,
  }),
});
