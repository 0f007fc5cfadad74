"""Render the Kubernetes manifests, and check objects against the schemas of their kinds."""

import json
from functools import cache
from pathlib import Path
from typing import Any

import kubernetes_validate
import yaml
from jsonschema import Draft202012Validator

from tests.deploy.programs import run

Object = dict[str, Any]
KUBERNETES = ("1.33", "1.37")  # the oldest and the newest that docs/howto/kubernetes.md names
CRDS = Path(__file__).parent / "crds"


def render(directory: Path) -> list[Object]:
    """Return the objects of a kustomization, as `kubectl apply -k` would send them."""
    done = run("kubectl", "kustomize", directory)
    assert (done.returncode, done.stderr) == (0, "")
    return list(yaml.safe_load_all(done.stdout))


def faults(found: Object) -> list[str]:
    """Return how an object differs from the schema of its kind."""
    schema = _schemas().get((found["apiVersion"], found["kind"]))
    if schema is not None:
        errors = Draft202012Validator(schema).iter_errors(found)
        return [f"{error.json_path}: {error.message}" for error in errors]
    told = []
    for version in KUBERNETES:
        try:
            kubernetes_validate.validate(found, version, strict=True)
        except (
            kubernetes_validate.ValidationError,
            kubernetes_validate.SchemaNotFoundError,
        ) as error:
            told.append(f"{version}: {error.message}")
    return told


@cache
def _schemas() -> dict[tuple[str, str], Object]:
    found = {}
    for file in CRDS.glob("*.json"):
        one = json.loads(file.read_text())
        found[one["apiVersion"], one["kind"]] = _strict(one["schema"])
    return found


def _strict(schema: Any) -> Any:
    """Return a schema that refuses unknown fields, which Kubernetes would drop in silence."""
    if isinstance(schema, list):
        return [_strict(part) for part in schema]
    if not isinstance(schema, dict):
        return schema
    strict = {name: _strict(part) for name, part in schema.items()}
    if "properties" in schema and not schema.get("x-kubernetes-preserve-unknown-fields"):
        strict.setdefault("additionalProperties", False)
    return strict
