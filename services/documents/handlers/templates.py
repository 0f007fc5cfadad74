"""Templates of shops: tried before they are used, and stored as versions."""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from typing import NamedTuple, get_args

from services.documents.domain.branding import Branding, Template
from services.documents.domain.rendered import Rendered
from services.documents.domain.sample import sample
from services.documents.work import TEMPLATES, Adapters, Work
from shared.contracts.envelope import Envelope
from shared.contracts.message import Event
from shared.contracts.reason import Reason
from shared.contracts.snapshot import DocumentSnapshot
from shared.contracts.templates import (
    BuiltInTemplate,
    GetTemplate,
    ListedTemplate,
    ListTemplates,
    ListTemplateVersions,
    PutTemplate,
    ResetTemplate,
    RestoreTemplate,
    ShopTemplate,
    TemplateAnswer,
    TemplateChanged,
    TemplateList,
    TemplateVersion,
    TemplateVersions,
)
from shared.contracts.values import DocumentKind
from shared.runtime.handlers import Handlers, repeatable
from shared.runtime.storage.template_versions import TemplateKey, of_version
from shared.writing.suggestions import did_you_mean

TRIED_IN = ("en", "fa")  # for a template for all languages: one of each writing direction
ChangeTemplate = PutTemplate | ResetTemplate | RestoreTemplate
AskForTemplate = GetTemplate | ListTemplateVersions

service = Handlers[Work]()


class Trial(NamedTuple):
    """Documents to render with a branding, to see whether that works."""

    snapshots: Sequence[DocumentSnapshot]
    branding: Branding


def named(command: ChangeTemplate, at: Envelope, _work: Work) -> Iterable[TemplateKey]:
    """Return the template that a command names."""
    return [(at.shop, command.template, command.language or "")]


def plan_trial(command: PutTemplate | RestoreTemplate, work: Work) -> Trial | Reason:
    """Return sample documents for the new template, or why it cannot be one."""
    kind = _known(command.template)
    if isinstance(kind, Reason):
        return kind
    template = _template(command, work)
    if isinstance(template, Reason):
        return template
    branding = Branding(template, work.assets.of_shop(work.shop))
    if template == Template():
        return Trial([], branding)
    languages = [command.language] if command.language else TRIED_IN
    return Trial([sample(kind, language) for language in languages], branding)


def render_all(claimed: Trial | Reason, adapters: Adapters) -> Rendered | Reason | None:
    """Render the documents; return the last one, or the first failure."""
    if isinstance(claimed, Reason):
        return claimed
    rendered: Rendered | Reason | None = None
    for snapshot in claimed.snapshots:
        rendered = adapters.renderer.render_strictly(snapshot, claimed.branding)
        if isinstance(rendered, Reason):
            return rendered
    return rendered


@service.handles(
    PutTemplate, claim=plan_trial, act=repeatable(render_all), locks=[TEMPLATES.of(named)]
)
def put_template(
    command: PutTemplate, work: Work, outcome: Rendered | Reason | None
) -> Iterable[Event] | Reason:
    """Store the template, if the samples could be rendered with it."""
    return _store_tried(command, work, outcome)


@service.handles(
    RestoreTemplate, claim=plan_trial, act=repeatable(render_all), locks=[TEMPLATES.of(named)]
)
def restore_template(
    command: RestoreTemplate, work: Work, outcome: Rendered | Reason | None
) -> Iterable[Event] | Reason:
    """Store an earlier version as the newest one, if the samples could be rendered with it."""
    if isinstance(outcome, Reason):
        return of_version(outcome)
    return _store_tried(command, work, outcome)


@service.handles(ResetTemplate, locks=[TEMPLATES.of(named)])
def reset_template(command: ResetTemplate, work: Work) -> Iterable[Event] | Reason:
    """Use the built-in template again."""
    kind = _known(command.template)
    if isinstance(kind, Reason):
        return kind
    return _store(command, Template(), work)


@service.handles(ListTemplates)
def list_templates(_query: ListTemplates, work: Work) -> TemplateList:
    """List the templates that the shop replaced."""
    names = []
    for kind, language, template in work.templates.of_shop(work.shop):
        name = ListedTemplate(
            template=kind, language=language or None, version_number=template.version
        )
        names.append(name)
    return TemplateList(service="documents", templates=names)


@service.handles(GetTemplate)
def get_template(query: GetTemplate, work: Work) -> TemplateAnswer | Reason:
    """Return a template as the shop set it, now or in an earlier version."""
    kind = _known(query.template)
    if isinstance(kind, Reason):
        return kind
    key = _key(query, work)
    current = work.templates.get(key) or Template()
    stored = work.versions.find(key, query.version_number or current.version)
    if query.version_number and stored is None:
        return _unknown_version(query.version_number, current)
    template = None
    if stored and not stored.view.built_in:
        template = ShopTemplate(template=query.template, language=query.language, **stored.parts)
    return TemplateAnswer(
        service="documents",
        shop_template=template,
        shown_version=stored and stored.view,
        built_in_template=BuiltInTemplate(**work.adapters.built_in(kind), subject="", text=""),
    )


@service.handles(ListTemplateVersions)
def list_versions(query: ListTemplateVersions, work: Work) -> TemplateVersions | Reason:
    """List the versions of a template, newest first."""
    kind = _known(query.template)
    if isinstance(kind, Reason):
        return kind
    key = _key(query, work)
    found = work.versions.newest_first(key, query.before_version_number, query.limit)
    current = work.templates.get(key) or Template()
    versions = [version.view for version in found]
    return TemplateVersions(service="documents", versions=versions, total_count=current.version)


def _store_tried(
    command: PutTemplate | RestoreTemplate, work: Work, outcome: Rendered | Reason | None
) -> Iterable[Event] | Reason:
    if isinstance(outcome, Reason):
        return outcome
    template = _template(command, work)
    if isinstance(template, Reason):
        return template
    return _store(command, template, work)


def _store(command: ChangeTemplate, template: Template, work: Work) -> Iterable[Event]:
    """Store a template as the newest version; nothing if it is the current one."""
    key = _key(command, work)
    before = work.templates.get(key) or Template()
    if template == before:
        return []
    restored = command.version_number if isinstance(command, RestoreTemplate) else None
    version = TemplateVersion(
        version_number=before.version + 1,
        at=work.now,
        by=command.by,
        built_in=template == Template(),
        restored=restored,
    )
    work.templates.save(key, replace(template, version=version.version_number))
    work.versions.add_version(key, template.parts, version)
    return [
        TemplateChanged(
            service=command.service,
            template=command.template,
            language=command.language,
            built_in=version.built_in,
            version_number=version.version_number,
            restored=restored,
            by=command.by,
        )
    ]


def _template(command: PutTemplate | RestoreTemplate, work: Work) -> Template | Reason:
    """Return the template after the command. Fields that `template.put` omits stay as the shop set
    them.
    """
    before = work.templates.get(_key(command, work)) or Template()
    if isinstance(command, RestoreTemplate):
        stored = work.versions.find(_key(command, work), command.version_number)
        if stored is None:
            return _unknown_version(command.version_number, before)
        return Template(stored.parts["html"], stored.parts["css"])
    parts = before.parts
    for name in command.model_fields_set & parts.keys():
        part = getattr(command, name)
        parts[name] = part if part.strip() else ""
    template = Template(parts["html"], parts["css"])
    if template == Template():
        sentence = "The template is empty: give HTML or CSS, or use 'template.reset'."
        return Reason("empty", sentence, field="html")
    return template


def _key(message: ChangeTemplate | AskForTemplate, work: Work) -> TemplateKey:
    return work.shop, message.template, message.language or ""


def _known(kind: str) -> DocumentKind | Reason:
    kinds: tuple[DocumentKind, ...] = get_args(DocumentKind)
    for known in kinds:
        if known == kind:
            return known
    sentence = f"There is no template '{kind}'{did_you_mean(kind, kinds)}"
    return Reason("unknown_template", sentence, field="template")


def _unknown_version(version: int, current: Template) -> Reason:
    sentence = (
        f"There is no version {version} of this template; the newest is {current.version}."
        if current.version
        else "This template was never changed, so it has no versions."
    )
    return Reason("unknown_template_version", sentence, field="version_number")
