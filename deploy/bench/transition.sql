-- What one transition does, as hand-written SQL: inbox, locking load with all parts, state, history, sequence, outbox.
\set number random(1, :count)
\set chance random(1, 2000000000)
BEGIN;
INSERT INTO inbox (source, id, period, at) VALUES ('/pgbench', md5(random()::text), current_date, now())
  ON CONFLICT DO NOTHING;
SELECT o.order_id FROM orders o JOIN bench b USING (order_id) WHERE b.number = :number FOR UPDATE OF o \gset
SELECT * FROM orders WHERE order_id = CAST(:order_id AS uuid);
SELECT * FROM shops WHERE shop = 'default';
SELECT * FROM order_lines WHERE order_id = CAST(:order_id AS uuid) ORDER BY position;
SELECT * FROM order_history WHERE order_id = CAST(:order_id AS uuid) ORDER BY position;
SELECT * FROM payments WHERE order_id = CAST(:order_id AS uuid) ORDER BY position;
SELECT * FROM documents WHERE order_id = CAST(:order_id AS uuid) ORDER BY position;
UPDATE orders SET state = 'payment_error', tracking_number = '', holds_stock = true WHERE order_id = CAST(:order_id AS uuid);
INSERT INTO order_history (order_id, position, state, at, "by", forced, reason)
  VALUES (CAST(:order_id AS uuid), CAST(:chance AS integer), 'payment_error', now(), 'bench', false, '') ON CONFLICT DO NOTHING;
INSERT INTO sequence (subject, last) VALUES ('default/' || CAST(:order_id AS text), 1)
  ON CONFLICT (subject) DO UPDATE SET last = sequence.last + 1;
INSERT INTO outbox (partition, route, routing_key, subject, message_id, body)
  VALUES (:chance % 16, 'event', 'order.transitioned', 'default/' || CAST(:order_id AS text), md5(random()::text),
          convert_to(repeat('x', 1500), 'UTF8'));
COMMIT;
