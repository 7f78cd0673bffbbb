import { z } from 'zod';
import { defineImport } from './define-import.ts';

export const customers = defineImport({
  name: 'customers',
  summary: 'Customers of the demonstration shop, told apart by their e-mail addresses.',
  table: 'drover_demo.customers',
  key: ['email'],
  columns: z.object({
    email: z.email().max(254),
    name: z.string().min(1).max(200),
    region: z.string().min(1).max(100),
  }),
  demo: true,
});
