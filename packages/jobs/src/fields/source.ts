import { isArtifactName } from '@drover/shared/artifacts/store';
import { parseJobId } from '@drover/shared/job-id';
import { z } from 'zod';
import { httpUrl } from './http-url.ts';

const byUrl = z.strictObject({ url: httpUrl });
const inline = z.strictObject({ base64: z.base64().min(1) });
/** As it stands in a result, too: what else that says of the file is not looked at. */
const byArtifact = z.strictObject({
  artifact: z.object({
    job: z.string().refine((id) => parseJobId(id) !== undefined, 'expected a job id'),
    name: z.string().refine(isArtifactName, 'expected the name of an artifact'),
  }),
});

/** Where a job takes its input file from: the web, the submission itself, or an earlier job. */
export const source = z
  .union([byUrl, inline, byArtifact], 'expected one of {url}, {base64} and {artifact: {job, name}}')
  .describe('One of {url}, {base64} and {artifact: {job, name}}');

export type Source = z.output<typeof source>;
