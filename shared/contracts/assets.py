"""Define the pictures of a shop for its documents and mails."""

from typing import Annotated, Any, ClassVar

from pydantic import Base64Bytes, ConfigDict, EncodedBytes, Field

from shared.contracts import samples
from shared.contracts.message import Answer, Command, Event, Query, Value
from shared.contracts.refusals import codes
from shared.contracts.strict_base64 import Base64

MAX_BYTES = 2_000_000  # bytes
AssetName = Annotated[
    str,
    Field(
        pattern="^[a-z][a-z0-9-]{0,39}$",
        description="Name of the picture; `logo` is shown at the head of each document and mail",
    ),
]


class PutAsset(Command, name="asset.put", subject="asset"):
    """Store a picture (PNG or JPEG) for the shop's documents and mails, or replace it. Templates
    refer to it as `asset:<name>`. Large pictures are reduced to print size.
    """

    example: ClassVar[dict[str, Any]] = {
        "asset": "logo",
        "content": samples.PICTURE,
        "description": "Corner Shop",
    }
    refusal_codes: ClassVar[tuple[str, ...]] = codes("no_picture")

    asset: AssetName
    content: Annotated[bytes, EncodedBytes(encoder=Base64)] = Field(
        max_length=MAX_BYTES, description="The picture, in base64"
    )
    description: str = Field(
        min_length=1,
        max_length=200,
        description="Alternative text, for readers and programs without pictures",
    )


class RemoveAsset(Command, name="asset.remove", subject="asset"):
    """Remove a picture. Documents that were rendered with it do not change."""

    example: ClassVar[dict[str, Any]] = {"asset": "logo"}

    asset: AssetName


class SmallPicture(Value):
    """A picture for screens. High-resolution screens show two of its pixels per CSS pixel."""

    content: Base64Bytes = Field(description="The picture, in base64")
    media_type: str = Field(description="`image/png` or `image/jpeg`")
    width: int = Field(description="In pixels")
    height: int = Field(description="In pixels")
    description: str = Field(
        description="Alternative text, for readers and programs without pictures"
    )


class AssetChanged(Event, name="asset.changed", subject="asset", publishers=("documents",)):
    """A picture of the shop was stored, replaced or removed."""

    example: ClassVar[dict[str, Any]] = {
        "asset": "logo",
        "size": 70,
        "small": {
            "content": samples.PICTURE,
            "media_type": "image/png",
            "width": 1,
            "height": 1,
            "description": "Corner Shop",
        },
    }

    asset: AssetName
    size: int = Field(description="Bytes after reduction; 0: removed")
    small: SmallPicture | None = Field(
        default=None, description="Smaller version of the picture, for mails; null: removed"
    )


class AssetView(Value):
    """A stored picture."""

    asset: AssetName
    description: str = Field(
        description="Alternative text, for readers and programs without pictures"
    )
    media_type: str = Field(description="`image/png` or `image/jpeg`")
    size: int = Field(description="Size in bytes")


class AssetAnswer(Answer, AssetView, name="asset.get_answered"):
    """A picture with its content."""

    model_config = ConfigDict(frozen=True, extra="ignore")
    example: ClassVar[dict[str, Any]] = {
        "asset": "logo",
        "description": "Corner Shop",
        "media_type": "image/png",
        "size": 70,
        "content": samples.PICTURE,
    }

    content: Base64Bytes = Field(description="The picture, in base64")


class GetAsset(Query, name="asset.get", answer=AssetAnswer, subject="asset"):
    """Return a picture of the shop with its content."""

    example: ClassVar[dict[str, Any]] = {"asset": "logo"}
    refusal_codes: ClassVar[tuple[str, ...]] = codes("unknown_asset")

    asset: AssetName


class AssetList(Answer, name="asset.list_answered"):
    """The pictures of the shop, sorted by name."""

    example: ClassVar[dict[str, Any]] = {
        "assets": [
            {"asset": "logo", "description": "Corner Shop", "media_type": "image/png", "size": 70}
        ],
    }

    assets: list[AssetView] = Field(description="All pictures, without their content")


class ListAssets(Query, name="asset.list", answer=AssetList):
    """Return the pictures of the shop, without their content."""

    example: ClassVar[dict[str, Any]] = {}
