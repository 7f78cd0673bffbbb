import type { QueuedBytes } from '../queued-bytes.ts';
import type { Promised } from './promise.ts';

export const queuedBytesPromise = ({
  drover,
  bare,
  ratio,
  target,
  isMet,
}: QueuedBytes): Promised => ({
  name: 'Redis memory of a queued email.send',
  figure: ratio.toFixed(2),
  note: `${drover.toFixed(0)} and ${bare.toFixed(0)} bytes`,
  target: `<= ${target.toFixed(2)}`,
  isMet,
});

export const queuedBytesNotes = ({ rounds, jobs, payloadBytes }: QueuedBytes): string =>
  `Memory: growth of used_memory over ${jobs} jobs of ${payloadBytes} bytes of payload; median of ${rounds} times, each on a fresh Redis.`;
