"""The published contract, an AsyncAPI 3.0 document: `docs/asyncapi.yaml` is made of it by
`aftercart contract`.

Pure: services come as plain data, none is imported. `document` is the whole, `operations`,
`messages` and `schemas` are its parts, `prose` is what it says in words. Source:
https://www.asyncapi.com/docs/reference/specification/v3.0.0
"""
