-- Leave only what is still to be done for some shops: after a cell was copied to split it, each of the two does it for its own.
--   psql "$DATABASE_URL" --set=shops=south,east --file=only_shops.sql
-- Run it in the databases of all services, in both cells, each with its own shops, before their workers start.
\set ON_ERROR_STOP on
BEGIN;

-- Messages that are due later. Workers schedule those of the whole installation again when they start.
DELETE FROM schedule
WHERE convert_from(body, 'UTF8')::jsonb ->> 'shop' <> ALL (string_to_array(:'shops', ','));

-- Mails that were not sent: the other cell sends them.
SELECT to_regclass('mails') IS NOT NULL AS has_mails \gset
\if :has_mails
DELETE FROM attempts
USING mails
WHERE attempts.mail_id = mails.mail_id AND mails.state <> 'sent' AND mails.shop <> ALL (string_to_array(:'shops', ','));
DELETE FROM mails
WHERE state <> 'sent' AND shop <> ALL (string_to_array(:'shops', ','));
\endif

COMMIT;
