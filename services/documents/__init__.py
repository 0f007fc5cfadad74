"""The service `documents`: papers from snapshots, rendered once and kept for ever.

Takes: `invoice.issued`, `delivery_slip.issued`; asked `document.get`, `document.list`, `service.health`.
Tells: `document.rendered`, `document.content`, `document.failed`.
Keeps: every document as it was rendered - bytes, hash, snapshot, engine; the database refuses to change one.
Needs: Pango (Debian: `libpango-1.0-0`, `libpangoft2-1.0-0`), HarfBuzz's subset library (`libharfbuzz-subset0`) and
the Noto fonts (`fonts-noto-core`); no other service.
"""
