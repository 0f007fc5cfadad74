"""`make weasyprint` compiles modules of the WeasyPrint that is installed, with its patches."""

import re
from importlib.metadata import version
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import pytest

from deploy.weasyprint import compare

DIRECTORY = Path(compare.__file__).parent
PACKAGES = ("weasyprint", "pydyf")


def compiled_modules() -> list[str]:
    """The modules that the script names, with its braces expanded."""
    script = (DIRECTORY / "build.sh").read_text()
    found = []
    for word in re.search(r"modules=\((.*?)\)", script, re.DOTALL)[1].split():
        before, brace, names = word.partition("{")
        if brace:
            found += [before + name for name in names.rstrip("}").split(",")]
        else:
            found.append(word)
    return found


def test_every_module_that_is_compiled_exists() -> None:
    found = compiled_modules()
    assert len(found) > 20
    for module in found:
        package, _, rest = module.partition("/")
        [directory] = find_spec(package).submodule_search_locations
        assert (Path(directory) / f"{rest}.py").exists(), module


@pytest.mark.parametrize("package", PACKAGES)
def test_the_installed_version_has_a_patch(package: str) -> None:
    assert (DIRECTORY / f"{package}-{version(package)}.patch").exists()


def made(module: str, **hashes: str) -> dict[str, Any]:
    return {"module": module, "hashes": hashes, "milliseconds": 100.0}


@pytest.mark.parametrize(
    ("compiled", "code", "said"),
    [
        (made("document.so", a="1", b="2"), 0, "2 documents have the same bytes;"),
        (made("document.so", a="1", b="3"), 1, "Documents that differ: b.\n"),
        (made("document.so", a="1"), 1, "Documents that differ: b.\n"),
        (made("document.py", a="1", b="2"), 1, "There is no compiled WeasyPrint in "),
    ],
)
def test_documents_must_have_the_same_bytes(
    compiled: Any, code: int, said: str, tmp_path: Path, monkeypatch: Any, capsys: Any
) -> None:
    installed = made("document.py", a="1", b="2")
    monkeypatch.setattr(compare, "rendered_with", lambda where: compiled if where else installed)
    assert compare.main(tmp_path) == code
    out, err = capsys.readouterr()
    assert (out + err).startswith(said)
