"""Templates and the logo of a shop."""

from collections.abc import Iterable
from typing import NamedTuple

from services.notify.domain import branding
from services.notify.domain.branding import Replacement
from services.notify.domain.logo import Logo
from services.notify.handlers.queue import Published
from services.notify.store.logos import NONE
from services.notify.store.templates import Key
from services.notify.work import LOGOS, TEMPLATES, Adapters, Work
from shared.contracts.assets import AssetChanged
from shared.contracts.envelope import Envelope
from shared.contracts.reason import Reason
from shared.contracts.templates import (
    GetTemplate,
    ListTemplates,
    PutTemplate,
    ResetTemplate,
    ShopTemplate,
    TemplateAnswer,
    TemplateChanged,
    TemplateList,
    TemplateName,
)
from shared.runtime.handlers import Handlers, repeatable

service = Handlers[Work]()


def named(command: PutTemplate | ResetTemplate, at: Envelope, _work: Work) -> Iterable[Key]:
    """Return the template that a command names."""
    return [(at.shop, command.kind, command.language or "")]


def shop_of(_event: AssetChanged, at: Envelope, _work: Work) -> Iterable[str]:
    """Return the shop of the changed logo."""
    return [at.shop]


class Trial(NamedTuple):
    """A template as the command would leave it, to be tried before it is stored."""

    command: PutTemplate
    replacement: Replacement


def plan_trial(command: PutTemplate, work: Work) -> Trial:
    """Return the template to try."""
    return Trial(command, _replacement(command, work))


def try_template(trial: Trial, adapters: Adapters) -> Reason | None:
    """Return why the template cannot be used, or None. It is tried on the sample mails."""
    return branding.objection(trial.command, trial.replacement, adapters.mail_writer)


@service.handles(
    PutTemplate, claim=plan_trial, act=repeatable(try_template), locks=[TEMPLATES.of(named)]
)
def put_template(command: PutTemplate, work: Work, outcome: Reason | None) -> Published | Reason:
    """Replace the text of a mail, or the layout of all mails, if the trial succeeded."""
    if outcome:
        return outcome
    work.templates.save(_key(command, work), _replacement(command, work))
    return [_changed(command, built_in=False)]


@service.handles(ResetTemplate, locks=[TEMPLATES.of(named)])
def reset_template(command: ResetTemplate, work: Work) -> Published:
    """Use the built-in template again."""
    if work.templates.get(_key(command, work)):
        work.templates.save(_key(command, work), Replacement())
    return [_changed(command, built_in=True)]


@service.handles(ListTemplates)
def list_templates(_query: ListTemplates, work: Work) -> TemplateList:
    """List the templates that the shop replaced."""
    names = []
    for kind, language in sorted(work.branding.parts):
        names.append(TemplateName(kind=kind, language=language or None))
    return TemplateList(service="notify", templates=names)


@service.handles(GetTemplate)
def get_template(query: GetTemplate, work: Work) -> TemplateAnswer:
    """Return a template as the shop set it."""
    found = work.branding.parts.get((query.kind, query.language or ""))
    put = found and ShopTemplate(kind=query.kind, language=query.language, **found.model_dump())
    return TemplateAnswer(service="notify", template=put)


@service.handles(AssetChanged, locks=[LOGOS.of(shop_of)])
def store_logo(event: AssetChanged, work: Work) -> Published:
    """Store the logo that the shop's mails show, or that there is none."""
    if event.asset == "logo":
        shown = event.small
        logo = NONE
        if shown:
            logo = Logo(
                shown.content, shown.media_type, shown.width, shown.height, shown.description
            )
        work.logos.save(work.shop, logo)
    return ()


def _replacement(command: PutTemplate, work: Work) -> Replacement:
    return branding.replacement(command, work.templates.get(_key(command, work)))


def _key(command: PutTemplate | ResetTemplate, work: Work) -> tuple[str, str, str]:
    return work.shop, command.kind, command.language or ""


def _changed(command: PutTemplate | ResetTemplate, *, built_in: bool) -> TemplateChanged:
    return TemplateChanged(
        service="notify", kind=command.kind, language=command.language, built_in=built_in
    )
