"""Pictures of shops, for their documents and mails."""

from base64 import b64encode
from collections.abc import Iterable

from services.documents.domain.branding import Asset
from services.documents.store.branding import AssetKey
from services.documents.work import ASSETS, Adapters, Work
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
from shared.contracts.envelope import Envelope
from shared.contracts.message import Event
from shared.contracts.reason import Reason
from shared.runtime.handlers import Handlers, repeatable
from shared.writing.suggestions import did_you_mean

service = Handlers[Work]()


def named_asset(command: PutAsset | RemoveAsset, at: Envelope, _work: Work) -> Iterable[AssetKey]:
    """Return the picture that a command names."""
    return [(at.shop, command.asset)]


def picture_of(command: PutAsset, _work: Work) -> PutAsset:
    """Return the command itself, which contains the picture."""
    return command


def shrink(command: PutAsset, adapters: Adapters) -> Asset | Reason:
    """Return the picture as it is stored, or why it cannot be used."""
    return adapters.renderer.shrink(command.content, command.description, command.asset)


@service.handles(PutAsset, claim=picture_of, act=repeatable(shrink), locks=[ASSETS.of(named_asset)])
def put_asset(command: PutAsset, work: Work, outcome: Asset | Reason) -> Iterable[Event] | Reason:
    """Store the picture, if it could be decoded."""
    if isinstance(outcome, Reason):
        return outcome.at("content")
    if work.assets.get((work.shop, command.asset)) == outcome:
        return []
    work.assets.save((work.shop, command.asset), outcome)
    size = len(outcome.content)
    return [AssetChanged(asset=command.asset, size=size, small=_small(outcome))]


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
        known = did_you_mean(query.asset, work.assets.of_shop(work.shop))
        sentence = f"The shop has no picture '{query.asset}'{known}"
        return Reason("unknown_asset", sentence, field="asset")
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
