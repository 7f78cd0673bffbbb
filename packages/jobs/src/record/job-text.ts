import { toInstant } from '@drover/shared/instant';
import { laterInstant } from './job-resource.ts';
import type { QueuedJob } from './queued-job.ts';

/** The payload as JSON: written once, stored and answered. Undefined where there is none. */
const payloadText = (job: QueuedJob): string | undefined => {
  job.payloadText ??= JSON.stringify(job.data.payload);
  return job.payloadText;
};

/** What of the data stands behind tenant and payload; most jobs have nothing there. */
const wishesText = (data: QueuedJob['data']): string => {
  const { tenant: _tenant, payload: _payload, ...wishes } = data;
  const text = JSON.stringify(wishes);
  return text === '{}' ? text.slice(1) : `,${text.slice(1)}`;
};

/** The data of a job as Redis holds it. */
export const dataText = (job: QueuedJob): string => {
  const { tenant } = job.data;
  const payload = payloadText(job);
  if (payload === undefined) return JSON.stringify(job.data);
  return `{"tenant":${JSON.stringify(tenant)},"payload":${payload}${wishesText(job.data)}`;
};

/** What `toNewResource` makes of a job, as JSON: the payload is not written a second time. */
export const newResourceText = (job: QueuedJob): string => {
  const { id, queue, name, data, opts, timestamp } = job;
  const delay = opts.delay ?? 0;
  const createdAt = toInstant(timestamp);
  const payload = payloadText(job);
  const self = `/jobs/${id}`;
  return `{"id":"${id}","type":"${name}","queue":"${queue}","tenant":${JSON.stringify(data.tenant)},\
"status":"${delay > 0 ? 'scheduled' : 'queued'}","priority":${opts.priority},"progress":0,\
"attempts":{"made":0,"max":${opts.attempts},"history":[]},\
${payload === undefined ? '' : `"payload":${payload},`}"result":null,"error":null,\
"tags":${data.tags ? JSON.stringify(data.tags) : '[]'},\
"createdAt":"${createdAt}","runAt":"${laterInstant(createdAt, delay)}","startedAt":null,"finishedAt":null,\
"links":{"self":"${self}","events":"${self}/events","logs":"${self}/logs"}}`;
};
