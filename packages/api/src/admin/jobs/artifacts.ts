import { artifact } from '@drover/jobs/fields/artifact';
import type { z } from 'zod';

export type ArtifactReference = z.output<typeof artifact>;

/** Most artifacts that are listed, and values of a result that are looked at for them. */
const maxArtifacts = 100;
const maxLooks = 10_000;

/** The files that a job's result refers to. */
export const artifactsIn = (result: unknown): ArtifactReference[] => {
  const found: ArtifactReference[] = [];
  const ahead: unknown[] = [result];
  for (let looks = 0; ahead.length > 0 && looks < maxLooks; looks += 1) {
    const value = ahead.shift();
    if (typeof value !== 'object' || value === null) continue;
    const reference = artifact.safeParse(value);
    if (reference.success) found.push(reference.data);
    else ahead.push(...Object.values(value).slice(0, maxLooks));
    if (found.length === maxArtifacts) break;
  }
  return found;
};
