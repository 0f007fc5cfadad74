"""Documents: renders invoices, slips and summaries from snapshots, and stores them unchanged.

Stores every rendered document (its bytes, or their place in the object store, with hash, snapshot
and engine; the database refuses changes), and templates and pictures of shops. Needs Pango (Debian:
`libpango-1.0-0`, `libpangoft2-1.0-0`), HarfBuzz's subset library (`libharfbuzz-subset0`), the Noto
fonts (`fonts-noto-core`), and an object store if the settings name one.

Its messages are listed in `docs/reference/messages.md`.
"""
