-- The parts of many orders, which lists do not need: a line and the first state of each.
INSERT INTO order_lines (order_id, position, sku, name, price, quantity, rate, net, tax, weight_grams, "off", taxed)
SELECT order_id, 0, 'MUG-BLUE', 'Mug, blue', total, 1, '0', total, 0, 350, 0, 'null' FROM orders;

INSERT INTO order_history (order_id, position, state, at, "by", forced, reason)
SELECT order_id, 0, state, placed_at, 'customer', false, '' FROM orders;

INSERT INTO sequence (subject, last) SELECT shop || '/' || order_id, 1 FROM orders;
