"""Define every message on the wire, as frozen pydantic models, and the CloudEvents envelope around
them.

Nothing here imports the runtime. Other programs need only
`docs/reference/asyncapi.yaml`, which is generated from this package.
"""
