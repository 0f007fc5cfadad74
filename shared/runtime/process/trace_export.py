"""Export OpenTelemetry spans, as OpenTelemetry's own variables say.

`OTEL_TRACES_EXPORTER` names an installed exporter, such as `otlp` or `console`; the exporter reads
further variables, such as `OTEL_EXPORTER_OTLP_ENDPOINT`. Source:
https://opentelemetry.io/docs/specs/otel/configuration/sdk-environment-variables/
"""

import os
from collections.abc import Callable
from importlib import import_module
from importlib.metadata import EntryPoint, entry_points, version

from opentelemetry import trace

from shared.runtime.errors import SettingsError

VARIABLE = "OTEL_TRACES_EXPORTER"
EXPORTERS = "opentelemetry_traces_exporter"
"""The group of entry points in which packages declare exporters."""


def start_export(service: str) -> Callable[[], None]:
    """Export the spans of this process from now on, and return a function that exports the last
    ones. Without the variable nothing is recorded. Raises `SettingsError`.
    """
    name = os.environ.get(VARIABLE, "none")
    if name in ("", "none") or os.environ.get("OTEL_SDK_DISABLED", "").lower() == "true":
        return lambda: None
    exporter = _exporter(_entry_name(name)).load()
    # the SDK is optional, and takes 10 MB of a process
    sdk = import_module("opentelemetry.sdk.trace")
    export = import_module("opentelemetry.sdk.trace.export")
    resources = import_module("opentelemetry.sdk.resources")
    os.environ.setdefault("OTEL_SERVICE_NAME", f"aftercart-{service}")
    attributes = {"service.version": version("aftercart"), "process.pid": os.getpid()}
    provider = sdk.TracerProvider(resource=resources.Resource.create(attributes))
    provider.add_span_processor(export.BatchSpanProcessor(exporter()))
    trace.set_tracer_provider(provider)
    shutdown: Callable[[], None] = provider.shutdown
    return shutdown


def _entry_name(name: str) -> str:
    """Return the name of the entry point; packages declare `otlp` by its protocol."""
    if name != "otlp":
        return name
    if os.environ.get("OTEL_EXPORTER_OTLP_PROTOCOL", "").startswith("grpc"):
        return "otlp_proto_grpc"
    return "otlp_proto_http"


def _exporter(name: str) -> EntryPoint:
    installed = entry_points(group=EXPORTERS)
    for found in installed:
        if found.name == name:
            return found
    names = ", ".join(sorted({point.name for point in installed} | {"none"}))
    raise SettingsError(
        f"{VARIABLE} names '{name}', which is not installed. Installed are: {names}. The extra"
        " 'aftercart[traces]' brings 'otlp' and 'console'."
    )
