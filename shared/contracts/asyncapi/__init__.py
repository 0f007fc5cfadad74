"""Generate the published contract, an AsyncAPI 3.1 document, for `aftercart contract`.

Nothing is imported from services: their interfaces are passed in as data. `document` builds the
whole, `operations`, `messages` and `schemas` its parts; `fields` and `prose` hold texts. Source:
https://www.asyncapi.com/docs/reference/specification/v3.1.0
"""
