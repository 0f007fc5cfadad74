"""Templates of a shop: tried before they are used, and stored as versions."""

from collections.abc import Iterable

from services.notify.domain import branding
from services.notify.domain.branding import Replacement, Trial
from services.notify.handlers.queue import Published
from services.notify.store.templates import StoredTemplate
from services.notify.work import TEMPLATES, Adapters, Work
from shared.contracts.envelope import Envelope
from shared.contracts.reason import Reason
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
from shared.runtime.handlers import Handlers, repeatable
from shared.runtime.storage.template_versions import TemplateKey, of_version

service = Handlers[Work]()

ChangeTemplate = PutTemplate | ResetTemplate | RestoreTemplate
AskForTemplate = GetTemplate | ListTemplateVersions
NEVER_CHANGED = StoredTemplate(Replacement(), 0)


def named(command: ChangeTemplate, at: Envelope, _work: Work) -> Iterable[TemplateKey]:
    """Return the template that a command names."""
    return [(at.shop, command.template, command.language or "")]


def plan_trial(command: PutTemplate | RestoreTemplate, work: Work) -> Trial | Reason:
    """Return the template to try, or why it cannot be one."""
    wrong = branding.unknown_language(
        command.language, work.mail_writer.languages
    ) or branding.unknown_template(command.template, work.template_names)
    if wrong:
        return wrong
    brought = _replacement(command, work)
    if isinstance(brought, Reason):
        return brought
    return Trial(command.template, command.language or "", brought, work.branding.pictures)


def try_template(trial: Trial | Reason, adapters: Adapters) -> Reason | None:
    """Return why the template cannot be used, or None. It is tried on the sample mails."""
    if isinstance(trial, Reason):
        return trial
    if trial.replacement == Replacement():
        return None
    return adapters.mail_writer.objection(trial)


@service.handles(
    PutTemplate, claim=plan_trial, act=repeatable(try_template), locks=[TEMPLATES.of(named)]
)
def put_template(command: PutTemplate, work: Work, outcome: Reason | None) -> Published | Reason:
    """Replace the text of a mail, or the layout of all mails, if the trial succeeded."""
    return outcome or _store_tried(command, work)


@service.handles(
    RestoreTemplate, claim=plan_trial, act=repeatable(try_template), locks=[TEMPLATES.of(named)]
)
def restore_template(
    command: RestoreTemplate, work: Work, outcome: Reason | None
) -> Published | Reason:
    """Store an earlier version as the newest one, if the trial succeeded."""
    if outcome:
        return of_version(outcome)
    return _store_tried(command, work)


@service.handles(ResetTemplate, locks=[TEMPLATES.of(named)])
def reset_template(command: ResetTemplate, work: Work) -> Published | Reason:
    """Use the built-in template again."""
    wrong = branding.unknown_template(command.template, work.template_names)
    return wrong or _store(command, Replacement(), work)


@service.handles(ListTemplates)
def list_templates(_query: ListTemplates, work: Work) -> TemplateList:
    """List the templates that the shop replaced."""
    versions = work.templates.versions(work.shop)
    names = []
    for name, language in sorted(work.branding.parts):
        version = versions[name, language]
        names.append(
            ListedTemplate(template=name, language=language or None, version_number=version)
        )
    return TemplateList(service="notify", templates=names)


@service.handles(GetTemplate)
def get_template(query: GetTemplate, work: Work) -> TemplateAnswer | Reason:
    """Return a template as the shop set it, now or in an earlier version."""
    wrong = branding.unknown_template(query.template, work.template_names)
    if wrong:
        return wrong
    key = _key(query, work)
    current = work.templates.get(key) or NEVER_CHANGED
    stored = work.versions.find(key, query.version_number or current.version)
    if query.version_number and stored is None:
        return _unknown_version(query.version_number, current)
    template = None
    if stored and not stored.view.built_in:
        template = ShopTemplate(template=query.template, language=query.language, **stored.parts)
    built_in = work.mail_writer.built_in_template(query.template, query.language or "en")
    return TemplateAnswer(
        service="notify",
        shop_template=template,
        shown_version=stored and stored.view,
        built_in_template=BuiltInTemplate(**built_in.model_dump()),
    )


@service.handles(ListTemplateVersions)
def list_versions(query: ListTemplateVersions, work: Work) -> TemplateVersions | Reason:
    """List the versions of a template, newest first."""
    wrong = branding.unknown_template(query.template, work.template_names)
    if wrong:
        return wrong
    key = _key(query, work)
    found = work.versions.newest_first(key, query.before_version_number, query.limit)
    current = work.templates.get(key) or NEVER_CHANGED
    versions = [version.view for version in found]
    return TemplateVersions(service="notify", versions=versions, total_count=current.version)


def _store_tried(command: PutTemplate | RestoreTemplate, work: Work) -> Published | Reason:
    brought = _replacement(command, work)
    if isinstance(brought, Reason):
        return brought
    return _store(command, brought, work)


def _store(command: ChangeTemplate, brought: Replacement, work: Work) -> Published:
    """Store a template as the newest version; nothing if it is the current one."""
    key = _key(command, work)
    before = work.templates.get(key) or NEVER_CHANGED
    if brought == before.replacement:
        return []
    restored = command.version_number if isinstance(command, RestoreTemplate) else None
    version = TemplateVersion(
        version_number=before.version + 1,
        at=work.now,
        by=command.by,
        built_in=brought == Replacement(),
        restored=restored,
    )
    work.templates.save(key, StoredTemplate(brought, version.version_number))
    work.versions.add_version(key, brought.model_dump(), version)
    return [
        TemplateChanged(
            service="notify",
            template=command.template,
            language=command.language,
            built_in=version.built_in,
            version_number=version.version_number,
            restored=restored,
            by=command.by,
        )
    ]


def _replacement(command: PutTemplate | RestoreTemplate, work: Work) -> Replacement | Reason:
    """Return the template after a command, or why it cannot be one."""
    before = work.templates.get(_key(command, work)) or NEVER_CHANGED
    if isinstance(command, PutTemplate):
        brought = branding.replacement(command, before.replacement)
        return branding.unsuitable(command.template, brought) or brought
    stored = work.versions.find(_key(command, work), command.version_number)
    if stored is None:
        return _unknown_version(command.version_number, before)
    return Replacement(**stored.parts)


def _key(message: ChangeTemplate | AskForTemplate, work: Work) -> TemplateKey:
    return work.shop, message.template, message.language or ""


def _unknown_version(number: int, current: StoredTemplate) -> Reason:
    sentence = (
        f"There is no version {number} of this template; the newest is {current.version}."
        if current.version
        else "This template was never changed, so it has no versions."
    )
    return Reason("unknown_template_version", sentence, field="version_number")
