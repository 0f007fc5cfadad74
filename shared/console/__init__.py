"""Serve the screens for running a shop: one more client of RabbitMQ, in a browser.

The console imports no service and has no database; what it shows and changes is what the published
contract offers. Starlette answers, Jinja2 renders on the server, one RabbitMQ connection in a
thread (`bus`) sends the requests. Pages work without JavaScript, but for what is live.

A screen is a handler, a template and its texts:

    screens = Screens()                                  # one per module of `pages`

    @screens.get("/stock/{sku}")                         # needs the permission `look`
    async def show_stock(screen: Screen) -> Response:
        found = await screen.ask("stock.get", {"sku": screen.path("sku")})
        return screen.page("stock/show.html", found=found)

    @screens.post("/stock/{sku}", needs=ORDERS)
    async def set_stock(screen: Screen) -> Response:
        fixed = {"sku": screen.path("sku")}
        here = f"/stock/{screen.path('sku')}"
        return await screen.run("stock.set", fixed, then=here, again=show_stock)

- `ask` returns the fields of the answer; a refusal becomes a page of its own (404 for something
  unknown). `ask_if_possible` returns the refusal instead.
- `run` reads the submitted form by the contract (`form_data`: names of inputs are paths of fields,
  such as `lines[0].quantity`; amounts, numbers and dates are texts) and sends the command with `by`
  and the form's message id. Then it redirects (`then`), or shows the page again (`again`) with what
  was typed and each refusal at its field. `send` sends only, and returns data or refusal.
- What the user may do is decided in `roles`: `needs=` of a route, `screen.may()` in templates,
  `screen.require()` in handlers.
- If RabbitMQ is away, the user gets their form back; handlers do nothing for it (`errors`).
- Templates extend `base.html` and are made of the macros of `ui.html`: `form`, `input`, `select`,
  `checkbox`, `submit`, `faults`, `filters`, `query`, `table`, `paging`, `sort`, `facts`, `badge`,
  `money`, `moment`, `action`, `empty`. Texts of strangers go through `ui.text`. Styles and scripts
  are never inline: the policy of the pages forbids them.
- Files and HTML that services stored are returned by `files`, under policies in which nothing runs.
- What operators see and do, and the PDFs of batches, come from `operation`, whose blocking clients
  run in threads; handlers reach it by `pages.operation.access.operations_of`.
- Texts are `t("area.key")`, in `languages/<tag>/<area>.toml` for all four languages; names of
  enumerated values are `value.<kind>.<value>`, written with `language.value(kind, value)`.
- Add the module to `pages/__init__.py`, and its area to `navigation`.
- Tests: `tests/shared/console/fakes.py` answers every query with the contract's example;
  `test_texts.py` finds missing keys and bare texts by itself.
"""
