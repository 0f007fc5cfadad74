"""Check that a contract only grew, compared with `baseline.json`.

After an addition run `python -m tests.shared.contracts.additive` to update the baseline. It refuses
a change that is not an addition; `--even-breaking` accepts one before the first release, or when a
major version is retired.
"""

import json
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from shared.cli.messages.contract import contract_of

Json = dict[str, Any]

BASELINE = Path(__file__).with_name("baseline.json")
COMMAND = "python -m tests.shared.contracts.additive"
RECEIVED = ("command", "query", "envelope")
SENT = ("event", "refusal", "answer", "envelope")
FLOORS = ("minimum", "exclusiveMinimum", "minLength", "minItems", "minProperties")
CEILINGS = ("maximum", "exclusiveMaximum", "maxLength", "maxItems", "maxProperties")
LIMITS = (*FLOORS, *CEILINGS, "pattern", "enum")
ANY = "any"


# --- fields of a contract -------------------------------------------------------------------------


def shapes(contract: Json) -> Json:
    """Return the kind and the fields of each message and of the envelope: path -> types, whether
    required, limits.

    Paths read `data.lines[].sku`; `{}` stands for any key of a mapping. Types are joined by `|`.
    """
    schemas = contract["components"]["schemas"]
    found = {
        "envelope": {"kind": "envelope", "fields": dict(_fields(schemas["Envelope"], schemas))}
    }
    for message in contract["components"]["messages"].values():
        own = message["payload"]["allOf"][1]
        found[message["name"]] = {
            "kind": message["tags"][0]["name"],
            "fields": dict(_fields(own, schemas)),
        }
    return found


def _fields(schema: Json, schemas: Json, path: str = "") -> Iterator[tuple[str, Json]]:
    for name, part in schema.get("properties", {}).items():
        yield from _field(
            f"{path}.{name}".lstrip("."), part, schemas, required=name in schema.get("required", ())
        )


def _field(path: str, schema: Json, schemas: Json, *, required: bool) -> Iterator[tuple[str, Json]]:
    variants = list(_variants(schema, schemas))
    limits = {}
    for variant in variants:
        limits |= {name: variant[name] for name in LIMITS if name in variant}
    yield (
        path,
        {
            "types": "|".join(sorted({_type(variant) for variant in variants})),
            "required": required,
            **limits,
        },
    )
    for variant in variants:
        yield from _fields(variant, schemas, path)
        if "items" in variant:
            yield from _field(f"{path}[]", variant["items"], schemas, required=False)
        for values in _values(variant):
            yield from _field(f"{path}{{}}", values, schemas, required=False)


def _variants(schema: Json, schemas: Json) -> Iterator[Json]:
    """Yield the alternatives of a schema, without references and unions."""
    if "$ref" in schema:
        yield from _variants(schemas[schema["$ref"].rpartition("/")[2]], schemas)
    elif "anyOf" in schema or "allOf" in schema:
        for variant in (*schema.get("anyOf", ()), *schema.get("allOf", ())):
            yield from _variants(variant, schemas)
    else:
        yield {**schema, "enum": [schema["const"]]} if "const" in schema else schema


def _values(schema: Json) -> Iterator[Json]:
    yield from schema.get("patternProperties", {}).values()
    if isinstance(schema.get("additionalProperties"), dict):
        yield schema["additionalProperties"]


def _type(schema: Json) -> str:
    return ":".join(schema[name] for name in ("type", "format") if name in schema) or ANY


# --- comparison -----------------------------------------------------------------------------------


def breaches(old: Json, new: Json) -> Iterator[str]:
    """Yield a sentence for each change from `old` to `new` (both `shapes`) that is not an
    addition.
    """
    for name, was in old.items():
        if name not in new:
            yield f"{name} is gone."
        else:
            found = _message(was["fields"], new[name]["fields"], was["kind"])
            yield from (f"{name}: {sentence}" for sentence in found)


def _message(old: Json, new: Json, kind: str) -> Iterator[str]:
    for path, was in old.items():
        if path in new:
            yield from (f"'{path}' {change}." for change in _changes(was, new[path], kind))
        else:
            yield f"'{path}' was removed."
    for path in new:
        if path in old:
            continue
        parent = path.rpartition(".")[0]
        if kind in RECEIVED and new[path]["required"] and (not parent or parent in old):
            yield f"'{path}' is new and required."


def _changes(was: Json, now: Json, kind: str) -> Iterator[str]:
    old, new = set(was["types"].split("|")), set(now["types"].split("|"))
    if (kind in RECEIVED and not _covers(new, old)) or (kind in SENT and not _covers(old, new)):
        yield f"changed its type from {was['types']} to {now['types']}"
    if kind in RECEIVED and now["required"] and not was["required"]:
        yield "became required"
    if kind in SENT and was["required"] and not now["required"]:
        yield "need not be there any more"
    for limit in LIMITS:
        if kind in RECEIVED and _narrower(limit, was.get(limit), now.get(limit)):
            yield f"has a narrower {limit}"


def _covers(wide: set[str], narrow: set[str]) -> bool:
    return ANY in wide or narrow <= wide


def _narrower(limit: str, was: Any, now: Any) -> bool:
    if now is None or was == now:
        return False
    if was is None:
        return True
    if limit == "enum":
        return not set(was) <= set(now)
    if limit in FLOORS:
        return now > was
    return limit not in CEILINGS or now < was


# --- the baseline ---------------------------------------------------------------------------------


def stored_baseline() -> Json:
    """Return the baseline."""
    return json.loads(BASELINE.read_text(encoding="utf-8"))


def baseline_text(found: Json) -> str:
    """Return the text of the baseline: one line per field, so that diffs are readable."""
    messages = []
    for name, shape in sorted(found.items()):
        fields = [
            f"  {json.dumps(path)}: {json.dumps(field)}"
            for path, field in sorted(shape["fields"].items())
        ]
        body = ",\n".join(fields)
        messages.append(
            f'{json.dumps(name)}: {{"kind": "{shape["kind"]}", "fields": {{\n{body}\n}}}}'
        )
    return "{\n" + ",\n".join(messages) + "\n}\n"


def main(arguments: list[str]) -> int:
    """Update the baseline and return the exit code."""
    now = shapes(contract_of({}))
    found = list(breaches(stored_baseline(), now)) if BASELINE.exists() else []
    print(*found, sep="\n", end="\n" if found else "")
    if found and "--even-breaking" not in arguments:
        print(
            "These changes are not additions and need a new major version; the baseline was"
            " not changed."
        )
        return 1
    BASELINE.write_text(baseline_text(now), encoding="utf-8", newline="\n")
    print(f"{BASELINE.name} holds {len(now)} shapes.")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
