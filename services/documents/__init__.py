"""The service `documents`: papers from snapshots, rendered once and kept for ever.

Takes: `invoice.issued`, `delivery_slip.issued`, `credit_slip.issued`, `return_slip.issued`,
       `order_summary.issued`;
`template.put`, `template.reset`, `asset.put`, `asset.remove`, `document.preview`,
`document.render`, `document.print_batch`; asked `document.get`, `document.list`,
`document.e_invoice`, `template.list`, `template.get`, `asset.get|list`, `service.health`. Tells:
`document.rendered`, `document.content`, `document.failed`; `document.previewed`,
       `document.batch_printed`,
`template.changed`, `asset.changed`.
Keeps: every document as it was rendered - bytes (or the place of the object store where they lie),
       hash, snapshot,
engine; the database refuses to change one. Templates and pictures of shops.
Needs: Pango (Debian: `libpango-1.0-0`, `libpangoft2-1.0-0`), HarfBuzz's subset library
       (`libharfbuzz-subset0`) and
the Noto fonts (`fonts-noto-core`); an object store, if the settings name one; no other service.
"""
