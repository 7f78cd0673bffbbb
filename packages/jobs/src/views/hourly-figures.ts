import { z } from 'zod';
import { figureColumns } from '../stats/columns.ts';

/** The shape of a view with figures of each hour, by tenant, type and outcome. */
export const hourlyFigures = {
  uniqueBy: ['hour', 'tenant', 'type', 'outcome'],
  columns: {
    day: z.iso.date(),
    hour: z.iso.datetime({ offset: true }),
    tenant: z.string(),
    type: z.string(),
    outcome: z.string(),
    ...figureColumns,
  },
  tenantColumn: 'tenant',
};
