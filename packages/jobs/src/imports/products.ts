import { z } from 'zod';
import { defineImport } from './define-import.ts';

export const products = defineImport({
  name: 'products',
  summary: 'Products of the demonstration shop, told apart by their stock keeping units.',
  table: 'drover_demo.products',
  key: ['sku'],
  columns: z.object({
    sku: z.string().min(1).max(64),
    name: z.string().min(1).max(200),
    category: z.string().min(1).max(100),
    price: z.number().min(0).max(99_999_999),
  }),
  demo: true,
});
