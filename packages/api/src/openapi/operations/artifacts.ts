import { z } from 'zod';
import type { Operation } from '../operation.ts';
import { jobParams } from './jobs.ts';

const file = { '*/*': { schema: z.string().meta({ override: { contentMediaType: '*/*' } }) } };

export const readArtifact: Operation = {
  id: 'readArtifact',
  tag: 'Jobs',
  summary: 'Read a file that a job has made',
  description:
    'The file, in the media type of its name. Its path stands in the result of the job, as `url`. Files come from users: a browser neither guesses their type nor runs what is in them.',
  params: jobParams.extend({
    name: z
      .string()
      .describe('The `name` of the artifact.')
      .meta({ examples: ['200.webp'] }),
  }),
  headers: z.object({
    Range: z
      .string()
      .optional()
      .describe('One part of the file (RFC 9110, 14.2); several parts are answered with all of it.')
      .meta({ examples: ['bytes=0-1023'] }),
    'If-Range': z.string().optional().describe('An `ETag`: all of the file if it has another.'),
    'If-None-Match': z.string().optional().describe('An `ETag` that the client has.'),
  }),
  answers: {
    200: {
      description: 'The file.',
      headers: ['Accept-Ranges', 'Content-Disposition', 'Content-Security-Policy', 'ETag'],
      content: file,
    },
    206: {
      description: 'A part of the file.',
      headers: [
        'Accept-Ranges',
        'Content-Disposition',
        'Content-Range',
        'Content-Security-Policy',
        'ETag',
      ],
      content: file,
    },
  },
  problems: ['job-not-found', 'artifact-not-found', 'range-not-satisfiable'],
  conditional: true,
};
