import { type Probe, probes } from '@drover/shared/health/probes';
import { z } from 'zod';
import { json, type Operation } from '../operation.ts';

const status = z.enum(['ok', 'failing']);

const report = z
  .strictObject({
    status,
    checks: z.record(
      z.string(),
      z.strictObject({
        status,
        ms: z.number().describe('How long the check took'),
        message: z.string().optional().describe('What is wrong'),
      }),
    ),
  })
  .meta({ id: 'HealthReport', description: 'How the process is, check by check.' });

const questions: Record<Probe, { summary: string; description: string }> = {
  live: {
    summary: 'Is the process worth keeping?',
    description: 'Fails only for what a restart would mend.',
  },
  ready: {
    summary: 'Can the process do its work now?',
    description: 'Fails while something is missing that no call can be answered without.',
  },
  health: {
    summary: 'Is all well?',
    description: 'All that an operator wants to know: the stores, the disk and the memory too.',
  },
};

const ok = { status: 'ok', checks: { redis: { status: 'ok', ms: 0.4 } } };

const failing = {
  status: 'failing',
  checks: { redis: { status: 'failing', ms: 900.2, message: 'Redis does not answer' } },
};

/** What may be asked of a probe. */
export const probeQuery = z.object({
  check: z
    .string()
    .regex(/^[a-z]{1,32}$/, 'expected the name of a check')
    .optional()
    .describe(
      'The one check to run; default all. `process` alone fails while the process starts or stops: load balancers ask for it.',
    )
    .meta({ examples: ['process'] }),
});

const probeOperation = (probe: Probe): Operation => ({
  id: `probe${probe.charAt(0).toUpperCase()}${probe.slice(1)}`,
  tag: 'Health',
  ...questions[probe],
  query: probeQuery,
  answers: {
    200: {
      description: 'Yes.',
      content: json(report, { ok: { summary: 'All is well', value: ok } }),
    },
    503: {
      description: 'No: `checks` says why.',
      content: json(report, { failing: { summary: 'Redis is gone', value: failing } }),
    },
  },
  problems: ['invalid-parameters'],
});

/** What each probe does, by its name. */
export const probeOperations = Object.fromEntries(
  probes.map((probe) => [probe, probeOperation(probe)] as const),
) as Record<Probe, Operation>;
