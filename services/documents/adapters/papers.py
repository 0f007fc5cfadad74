"""Templates and languages that come with the service, and HTML from them."""

import tomllib
from importlib.resources import files
from types import SimpleNamespace

from jinja2 import DictLoader, StrictUndefined
from jinja2.sandbox import ImmutableSandboxedEnvironment

from services.documents.domain.language import Language, choose
from services.documents.domain.view import view
from shared.contracts.snapshot import DocumentSnapshot

HOUSE = files("services.documents")


def read_languages() -> dict[str, Language]:
    """Every file of the folder `languages`, by its tag."""
    found = (file for file in (HOUSE / "languages").iterdir() if file.name.endswith(".toml"))
    languages = (read_language(file.name.removesuffix(".toml"), file.read_text("utf-8")) for file in found)
    return {language.tag: language for language in languages}


def read_language(tag: str, toml: str) -> Language:
    """A language from its file's text; raises `pydantic.ValidationError` with the name of a wrong field."""
    return Language.model_validate({"tag": tag, **tomllib.loads(toml)})


def read_templates() -> dict[str, str]:
    """Every file of the folder `templates`, by its name."""
    return {file.name: file.read_text("utf-8") for file in (HOUSE / "templates").iterdir()}


class Papers:
    """Writes snapshots as HTML. Templates are sandboxed: they reach the view they are given and nothing else."""

    def __init__(self, templates: dict[str, str], languages: dict[str, Language]) -> None:
        self.languages = languages
        self._environment = ImmutableSandboxedEnvironment(
            loader=DictLoader(templates), autoescape=True, undefined=StrictUndefined, trim_blocks=True
        )

    def write(self, snapshot: DocumentSnapshot) -> str:
        """The HTML of a document, in its language. Raises `jinja2.TemplateError`."""
        shown = view(snapshot, choose(self.languages, snapshot.language))
        template = self._environment.get_template(f"{snapshot.kind}.html")
        # Not the dict itself: `texts.items` would be its method.
        return template.render(document=shown, texts=SimpleNamespace(**shown.texts))
