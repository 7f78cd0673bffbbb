import { workerList } from '@drover/jobs/contract/operations';
import { json, type Operation } from '../operation.ts';
import { runningJob } from './examples.ts';

export const listLiveWorkers: Operation = {
  id: 'listWorkers',
  tag: 'Workers',
  summary: 'List the workers',
  description:
    'The worker processes that are alive, and the jobs that they run now. One that died is gone from the list 15 seconds after it last wrote.',
  answers: {
    200: {
      description: 'All live workers.',
      headers: ['ETag'],
      content: json(workerList, {
        workers: {
          summary: 'One worker, with a job',
          value: {
            items: [
              {
                id: 'host-a:4711:x7k2',
                host: 'host-a',
                pid: 4_711,
                version: '0.1.0',
                state: 'running',
                startedAt: '2026-08-30T08:00:00.000Z',
                lastHeartbeatAt: '2026-08-30T09:12:04.000Z',
                queues: [{ name: 'media', concurrency: 2 }],
                memory: { residentBytes: 112_394_240, heapBytes: 31_457_280 },
                eventLoopDelayMs: 10.9,
                running: [
                  {
                    id: runningJob.id,
                    type: runningJob.type,
                    attempt: 1,
                    startedAt: runningJob.startedAt,
                  },
                ],
              },
            ],
          },
        },
      }),
    },
  },
  problems: [],
  conditional: true,
};
