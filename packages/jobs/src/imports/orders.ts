import { z } from 'zod';
import { defineImport } from './define-import.ts';

export const orders = defineImport({
  name: 'orders',
  summary: 'Orders of the demonstration shop, told apart by their numbers.',
  table: 'drover_demo.orders',
  key: ['number'],
  columns: z.object({
    number: z.string().min(1).max(64),
    customer_id: z.int().positive(),
    product_id: z.int().positive(),
    quantity: z.int().min(1).max(1_000_000),
    amount: z.number().min(0).max(9_999_999_999),
    status: z.enum(['paid', 'shipped', 'delivered', 'canceled', 'refunded']),
    placed_at: z.iso.datetime({ offset: true }).optional(),
  }),
  demo: true,
});
