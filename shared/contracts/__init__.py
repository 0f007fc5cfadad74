"""The public vocabulary: every message that travels, as frozen pydantic models, and their
CloudEvents envelope.

Pure: imports nothing of the runtime. A stranger needs only `docs/asyncapi.yaml`, which is generated
from here.
"""
