import { z } from 'zod';
import { defineView } from './define-view.ts';

export const orderDetails = defineView({
  name: 'order_details',
  summary: 'Every order with its customer and its product.',
  sql: `
    select o.number,
           o.placed_at,
           o.status,
           c.name as customer,
           c.region,
           p.sku,
           p.name as product,
           p.category,
           o.quantity,
           o.amount
      from drover_demo.orders o
      join drover_demo.customers c on c.id = o.customer_id
      join drover_demo.products p on p.id = o.product_id`,
  uniqueBy: ['number'],
  columns: {
    number: z.string(),
    placed_at: z.iso.datetime({ offset: true }),
    status: z.string(),
    customer: z.string(),
    region: z.string(),
    sku: z.string(),
    product: z.string(),
    category: z.string(),
    quantity: z.int(),
    amount: z.number(),
  },
  refresh: {
    on: ['drover_demo_orders', 'drover_demo_customers', 'drover_demo_products'],
    debounce: '2s',
    incremental: {
      key: ['number'],
      sources: {
        'drover_demo.orders': { columns: ['number'], keys: 'select number from changed' },
        'drover_demo.customers': {
          columns: ['id'],
          keys: 'select o.number from changed c join drover_demo.orders o on o.customer_id = c.id',
        },
        'drover_demo.products': {
          columns: ['id'],
          keys: 'select o.number from changed c join drover_demo.orders o on o.product_id = c.id',
        },
      },
    },
  },
  demo: true,
});
