"""Templates and pictures of shops, tried before they are used, and drafts."""

from base64 import b64encode
from collections.abc import Iterable, Sequence
from dataclasses import replace
from typing import NamedTuple, get_args

from services.documents.domain.branding import LOGO, Asset, Branding, Template
from services.documents.domain.document import Rendered
from services.documents.domain.sample import sample
from services.documents.store.branding import AssetKey, TemplateKey
from services.documents.work import ASSETS, TEMPLATES, Adapters, Work
from shared.contracts.assets import (
    AssetAnswer,
    AssetChanged,
    AssetList,
    AssetView,
    GetAsset,
    ListAssets,
    PutAsset,
    RemoveAsset,
    SmallPicture,
)
from shared.contracts.documents import DocumentPreviewed, PreviewDocument
from shared.contracts.envelope import Envelope
from shared.contracts.message import Event
from shared.contracts.reason import Reason
from shared.contracts.snapshot import DocumentSnapshot
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
from shared.contracts.values import DocumentKind
from shared.runtime.handlers import Handlers, repeatable

TRIED_IN = ("en", "fa")  # for a template for all languages: one of each writing direction

service = Handlers[Work]()


class Trial(NamedTuple):
    """Documents to render with a branding, to see whether that works."""

    snapshots: Sequence[DocumentSnapshot]
    branding: Branding


def named(command: PutTemplate | ResetTemplate, at: Envelope, _work: Work) -> Iterable[TemplateKey]:
    """Return the template that a command names."""
    return [(at.shop, command.kind, command.language or "")]


def named_asset(command: PutAsset | RemoveAsset, at: Envelope, _work: Work) -> Iterable[AssetKey]:
    """Return the picture that a command names."""
    return [(at.shop, command.asset)]


def plan_trial(command: PutTemplate, work: Work) -> Trial | Reason:
    """Return sample documents for the new template, or why it cannot be one."""
    kind = _known(command.kind)
    if isinstance(kind, Reason):
        return kind
    languages = [command.language] if command.language else TRIED_IN
    branding = Branding(_template(command, work), work.assets.of_shop(work.shop))
    return Trial([sample(kind, language) for language in languages], branding)


def render_all(claimed: Trial | Reason, adapters: Adapters) -> Rendered | Reason:
    """Render the documents; return the last one, or the first failure."""
    if isinstance(claimed, Reason):
        return claimed
    outcomes = []
    for snapshot in claimed.snapshots:
        outcomes.append(adapters.renderer.render_strictly(snapshot, claimed.branding))
    for outcome in outcomes:
        if isinstance(outcome, Reason):
            return outcome
    return outcomes[-1]


@service.handles(
    PutTemplate, claim=plan_trial, act=repeatable(render_all), locks=[TEMPLATES.of(named)]
)
def put_template(
    command: PutTemplate, work: Work, outcome: Rendered | Reason
) -> Iterable[Event] | Reason:
    """Store the template, if the samples could be rendered with it."""
    if isinstance(outcome, Reason):
        return outcome
    key, template = (work.shop, command.kind, command.language or ""), _template(command, work)
    if work.templates.get(key) == template:
        return []
    work.templates.save(key, template)
    return [_changed(command, built_in=template == Template())]


@service.handles(ResetTemplate, locks=[TEMPLATES.of(named)])
def reset_template(command: ResetTemplate, work: Work) -> Iterable[Event] | Reason:
    """Use the built-in template again."""
    kind = _known(command.kind)
    if isinstance(kind, Reason):
        return kind
    key = (work.shop, command.kind, command.language or "")
    if (work.templates.get(key) or Template()) == Template():
        return []
    work.templates.save(key, Template())
    return [_changed(command, built_in=True)]


@service.handles(ListTemplates)
def list_templates(_query: ListTemplates, work: Work) -> TemplateList:
    """List the templates that the shop replaced."""
    found = work.templates.names(work.shop)
    names = [TemplateName(kind=kind, language=language or None) for kind, language in found]
    return TemplateList(service="documents", templates=names)


@service.handles(GetTemplate)
def get_template(query: GetTemplate, work: Work) -> TemplateAnswer | Reason:
    """Return a template as the shop set it."""
    kind = _known(query.kind)
    if isinstance(kind, Reason):
        return kind.at("kind")
    found = work.templates.get((work.shop, query.kind, query.language or "")) or Template()
    put = ShopTemplate(kind=query.kind, language=query.language, html=found.html, css=found.css)
    return TemplateAnswer(service="documents", template=None if found == Template() else put)


def plan_draft(command: PreviewDocument, work: Work) -> Trial | Reason:
    """Return the document to draw: a stored snapshot or a sample, with the shop's template or the
    one in the command.
    """
    snapshot = sample(command.kind, command.language)
    if command.document_id:
        document = work.documents.get(command.document_id)
        if document is None or (document.shop, document.kind) != (work.shop, command.kind):
            return Reason("unknown_document", f"There is no {command.kind} {command.document_id}.")
        snapshot = DocumentSnapshot.model_validate(document.snapshot)
    branding = work.branding(command.kind, snapshot.language)
    if command.html or command.css:
        branding = replace(branding, template=Template(command.html, command.css))
    return Trial([snapshot], replace(branding, draft=True))


@service.handles(PreviewDocument, claim=plan_draft, act=repeatable(render_all))
def draw_draft(
    command: PreviewDocument, _work: Work, outcome: Rendered | Reason
) -> Iterable[Event] | Reason:
    """Publish the draft without storing it."""
    if isinstance(outcome, Reason):
        return outcome
    return [
        DocumentPreviewed(
            kind=command.kind,
            language=command.language,
            document_id=command.document_id,
            content=b64encode(outcome.content),
        )
    ]


def picture_of(command: PutAsset, _work: Work) -> PutAsset:
    """Return the command itself, which contains the picture."""
    return command


def shrink(command: PutAsset, adapters: Adapters) -> Asset | Reason:
    """Return the picture as it is stored, or why it cannot be used."""
    return adapters.renderer.shrink(command.content, command.description)


@service.handles(PutAsset, claim=picture_of, act=repeatable(shrink), locks=[ASSETS.of(named_asset)])
def put_asset(command: PutAsset, work: Work, outcome: Asset | Reason) -> Iterable[Event] | Reason:
    """Store the picture, if it could be decoded."""
    if isinstance(outcome, Reason):
        return outcome.at("content")
    if work.assets.get((work.shop, command.asset)) == outcome:
        return []
    work.assets.save((work.shop, command.asset), outcome)
    small = _small(outcome) if command.asset == LOGO else None
    return [AssetChanged(asset=command.asset, size=len(outcome.content), small=small)]


@service.handles(RemoveAsset, locks=[ASSETS.of(named_asset)])
def remove_asset(command: RemoveAsset, work: Work) -> Iterable[Event]:
    """Remove a picture; without effect if there is none."""
    found = work.assets.get((work.shop, command.asset))
    if found is None or not found.content:
        return []
    work.assets.save((work.shop, command.asset), Asset(b"", ""))
    return [AssetChanged(asset=command.asset, size=0)]


@service.handles(GetAsset)
def get_asset(query: GetAsset, work: Work) -> AssetAnswer | Reason:
    """Return a picture with its bytes."""
    found = work.assets.get((work.shop, query.asset))
    if found is None or not found.content:
        return Reason("unknown_asset", f"The shop has no picture '{query.asset}'.", field="asset")
    return AssetAnswer(**dict(_view(query.asset, found)), content=b64encode(found.content))


@service.handles(ListAssets)
def list_assets(_query: ListAssets, work: Work) -> AssetList:
    """List the shop's pictures by name, without their bytes."""
    return AssetList(assets=[_view(*each) for each in work.assets.of_shop(work.shop).items()])


def _view(name: str, asset: Asset) -> AssetView:
    return AssetView(
        asset=name,
        description=asset.description,
        media_type=asset.media_type,
        size=len(asset.content),
    )


def _template(command: PutTemplate, work: Work) -> Template:
    """Return the template after the command: fields that it omits stay as the shop set them."""
    before = work.templates.get((work.shop, command.kind, command.language or "")) or Template()
    named = command.model_fields_set & {"html", "css"}
    return replace(before, **{name: getattr(command, name) for name in named})


def _small(asset: Asset) -> SmallPicture | None:
    picture = asset.thumbnail
    if picture is None:
        return None
    return SmallPicture(
        content=b64encode(picture.content),
        media_type=asset.media_type,
        width=picture.width,
        height=picture.height,
        description=asset.description,
    )


def _known(kind: str) -> DocumentKind | Reason:
    for known in get_args(DocumentKind):
        if known == kind:
            return known  # type: ignore[no-any-return]
    known = ", ".join(get_args(DocumentKind))
    return Reason("unknown_kind", f"There is no kind of document called {kind}, but: {known}.")


def _changed(command: PutTemplate | ResetTemplate, *, built_in: bool) -> TemplateChanged:
    return TemplateChanged(
        service=command.service, kind=command.kind, language=command.language, built_in=built_in
    )
