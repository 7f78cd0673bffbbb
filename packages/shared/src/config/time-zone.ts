import { z } from 'zod';
import { timeZoneProblem } from '../time-zone.ts';

/** The name of an IANA time zone. */
export const timeZone = z.string().superRefine((name, context) => {
  const message = timeZoneProblem(name);
  if (message !== undefined) context.addIssue({ code: 'custom', message });
});
