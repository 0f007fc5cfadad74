"""The public vocabulary: every message that travels, as frozen pydantic models, and the CloudEvents envelope around them.

Pure: imports nothing of the runtime. A stranger needs only `docs/asyncapi.yaml`, which is generated from here.
"""
