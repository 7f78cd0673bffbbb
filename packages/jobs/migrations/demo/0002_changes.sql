-- Tells who listens that the shop has changed.
create trigger drover_notify after insert or update or delete or truncate on drover_demo.orders
  for each statement execute function drover.notify_change('drover_demo_orders');
create trigger drover_notify after insert or update or delete or truncate on drover_demo.customers
  for each statement execute function drover.notify_change('drover_demo_customers');
create trigger drover_notify after insert or update or delete or truncate on drover_demo.products
  for each statement execute function drover.notify_change('drover_demo_products');
