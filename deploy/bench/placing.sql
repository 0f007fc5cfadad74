-- What one new order does, as hand-written SQL: inbox by message and by order, the checks, locking loads, the order with its parts,
-- stock, sequences, outbox.
\set product random(0, :products - 1)
\set customer random(0, :customers - 1)
\set chance random(1, 2000000000)
BEGIN;
INSERT INTO inbox (source, id, period, at) VALUES ('/pgbench', gen_random_uuid()::text, current_date, now())
  ON CONFLICT DO NOTHING RETURNING id AS order_id \gset
INSERT INTO inbox (source, id, period, at) VALUES ('id default order.place', :order_id, current_date, now())
  ON CONFLICT DO NOTHING;
SELECT shop, reference FROM orders WHERE shop = 'default' AND reference = 'P-' || left(:order_id, 30);
SELECT * FROM orders WHERE order_id = CAST(:order_id AS uuid) FOR UPDATE;
SELECT * FROM cart_rules WHERE shop = 'default' AND code IS NULL AND active;
SELECT * FROM stock WHERE shop = 'default' AND sku = 'SKU-' || CAST(:product AS text) FOR UPDATE;
SELECT * FROM customers WHERE shop = 'default' AND customer_id = 'c-' || CAST(:customer AS text) FOR UPDATE;
SELECT * FROM states WHERE shop = 'default' ORDER BY position;
SELECT * FROM products WHERE shop = 'default' AND sku = 'SKU-' || CAST(:product AS text);
SELECT * FROM shops WHERE shop = 'default';
INSERT INTO first_orders (shop, customer_id, order_id)
  VALUES ('default', 'c-' || CAST(:customer AS text), CAST(:order_id AS uuid)) ON CONFLICT DO NOTHING;
INSERT INTO orders (order_id, shop, reference, placed_at, state, customer, language, currency, prices, net, tax, paid, refunded,
    payment_method, carrier, tracking_number, shipping, shipping_rate, shipping_net, shipping_tax, shipping_off, delivery_address,
    invoice_address, holds_stock, rounding_mode, rounding_per, coin, reached, customer_id, customer_sorting, payment_sorting,
    delivery_country, total, note, new_customer, exemption, shipping_taxed, exchange_rate, shipped_at, invoice_note, slip_digest)
  VALUES (CAST(:order_id AS uuid), 'default', 'P-' || left(:order_id, 30), now(), 'awaiting_bank_wire',
    '{"customer_id": "c-1001", "email": "ada@example.test", "name": "Ada Byron"}', 'en', 'EUR', 'tax_included', 2412, 458, 0, 0,
    'Bank wire', 'Swift Post', '', 490, '19', 412, 78, 0,
    '{"name": "Ada Byron", "company": "", "line1": "12 St James''s Square", "postcode": "SW1Y 4JH", "city": "London", "country": "GB"}',
    '{"name": "Ada Byron", "company": "", "line1": "12 St James''s Square", "postcode": "SW1Y 4JH", "city": "London", "country": "GB"}',
    true, 'half_up', 'total', 1, '', 'c-' || CAST(:customer AS text), 'ada byron', 'bank wire', 'GB', 2870, '', false, 'null', 'null',
    'null', NULL, '', '');
INSERT INTO order_lines (order_id, position, sku, name, price, quantity, rate, net, tax, weight_grams, "off", taxed)
  VALUES (CAST(:order_id AS uuid), 0, 'SKU-' || CAST(:product AS text), 'Mug, blue', 1190, 2, '19', 2000, 380, 350, 0, 'null');
INSERT INTO order_history (order_id, position, state, at, "by", forced, reason)
  VALUES (CAST(:order_id AS uuid), 0, 'awaiting_bank_wire', now(), 'customer', false, '');
INSERT INTO order_words (shop, order_id, part, word)
  VALUES ('default', CAST(:order_id AS uuid), 'customer', 'ada-byron'), ('default', CAST(:order_id AS uuid), 'customer', 'byron'),
    ('default', CAST(:order_id AS uuid), 'customer', 'ada-example-test'), ('default', CAST(:order_id AS uuid), 'customer', 'test'),
    ('default', CAST(:order_id AS uuid), 'customer', 'example-test'),
    ('default', CAST(:order_id AS uuid), 'reference', 'p-' || left(:order_id, 30)),
    ('default', CAST(:order_id AS uuid), 'reference', left(:order_id, 32));
UPDATE stock SET available = available - 2 WHERE shop = 'default' AND sku = 'SKU-' || CAST(:product AS text);
INSERT INTO stock_movements (shop, sku, change, cause, order_id, at)
  VALUES ('default', 'SKU-' || CAST(:product AS text), -2, 'order.place', CAST(:order_id AS uuid), now());
INSERT INTO sequence (subject, last)
  VALUES ('default/SKU-' || CAST(:product AS text), 1), ('default/' || :order_id, 1)
  ON CONFLICT (subject) DO UPDATE SET last = sequence.last + 1;
UPDATE inbox SET refusal = decode(repeat('ab', 40), 'hex')
  WHERE source = 'id default order.place' AND id = :order_id AND period = current_date;
INSERT INTO outbox (partition, route, routing_key, subject, message_id, body)
  VALUES (:chance % 16, 'event', 'order.placed', 'default/' || :order_id, md5(random()::text), convert_to(repeat('x', 3000), 'UTF8')),
    (:chance % 7, 'event', 'stock.changed', 'default/SKU-' || CAST(:product AS text), md5(random()::text),
     convert_to(repeat('x', 580), 'UTF8'));
COMMIT;
