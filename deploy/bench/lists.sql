-- Many orders as `orders` would keep them: a third as many customers, states, countries and methods of unequal weight.
CREATE TEMPORARY TABLE made AS
SELECT n, gen_random_uuid() AS order_id, 'R-' || lpad(n::text, 8, '0') AS reference, c AS person,
       'c-' || c AS customer_id,
       (ARRAY['ada','bert','clara','david','emma','farid','grete','hassan','ines','jalal'])[1 + c % 10] || c % 997 AS given,
       (ARRAY['byron','brecht','schumann','hume','noether','ardalan','hopper','sabbah','newton','rumi'])[1 + c / 10 % 10]
           || c / 100 % 991 AS family,
       (ARRAY['delivered','delivered','delivered','delivered','delivered','shipped','cancelled','refunded',
              'payment_accepted','awaiting_bank_wire'])[1 + n % 10] AS state,
       CASE WHEN n % 5000 = 0 THEN 'IS' ELSE (ARRAY['DE','DE','DE','FR','GB','IR'])[1 + n % 6] END AS country,
       CASE WHEN n % 3000 = 0 THEN 'Cheque' ELSE (ARRAY['Card','Bank wire'])[1 + n % 2] END AS method,
       500 + (n * 7919) % 20000 AS total
FROM (SELECT n, 1 + (n * 31) % greatest(:count / 3, 1) AS c
      FROM generate_series(CAST(1 AS bigint), :count) AS n) AS numbered;

INSERT INTO orders (order_id, shop, reference, placed_at, state, customer, language, currency, prices, net, tax, paid,
                    payment_method, carrier, tracking_number, shipping, shipping_rate, shipping_net, shipping_tax,
                    delivery_address, invoice_address, holds_stock, customer_id, customer_sorting, delivery_country, total,
                    new_customer)
SELECT order_id, 'bench', reference, timestamptz '2026-11-21 12:00Z' - (:count - n) * interval '1 minute', state,
       jsonb_build_object('customer_id', customer_id, 'name', initcap(given || ' ' || family),
                          'email', given || '.' || family || '@example.test'),
       'en', 'EUR', 'tax_included', total, 0, total, method, 'Swift Post', '', 0, '0', 0, 0,
       CAST(:address AS jsonb), CAST(:address AS jsonb), true, customer_id, given || ' ' || family, country, total,
       row_number() OVER (PARTITION BY customer_id ORDER BY n) = 1
FROM made;

INSERT INTO order_words (shop, order_id, part, word)
SELECT 'bench', order_id, part, word FROM made, LATERAL (VALUES
    ('reference', 'r'), ('reference', lpad(n::text, 8, '0')), ('customer', given), ('customer', family),
    ('customer', 'example'), ('customer', 'test'), ('document', 'in' || lpad(n::text, 6, '0')),
    ('phone', (4930000000 + n)::text)) AS words (part, word);

INSERT INTO customers (shop, customer_id, email, name, language, addresses, sorting)
SELECT DISTINCT ON (customer_id) 'bench', customer_id, given || '.' || family || '@example.test',
       initcap(given || ' ' || family), 'en', CAST('[]' AS jsonb), given || ' ' || family
FROM made;

INSERT INTO customer_words (shop, customer_id, word)
SELECT DISTINCT 'bench', customer_id, word FROM made, LATERAL (VALUES
    (given), (family), ('example'), ('test')) AS words (word);
