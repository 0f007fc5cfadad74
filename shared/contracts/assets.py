"""Pictures of a shop for its documents."""

from typing import Annotated, Any, ClassVar

from pydantic import Base64Bytes, ConfigDict, Field

from shared.contracts import samples
from shared.contracts.message import Answer, Command, Event, Query, Value

LARGEST = 2_000_000  # bytes
AssetName = Annotated[
    str,
    Field(
        pattern="^[a-z][a-z0-9-]{0,39}$",
        description="`logo`: in the head of each document and mail",
    ),
]


class PutAsset(Command, name="asset.put", subject="asset"):
    """Keeps a picture (PNG or JPEG, base64) for the shop's documents; templates name it
    `asset:<name>`. It is made small enough to print.
    """

    example: ClassVar[dict[str, Any]] = {
        "asset": "logo",
        "content": samples.PICTURE,
        "description": "Corner Shop",
    }

    asset: AssetName
    content: Base64Bytes = Field(max_length=LARGEST)
    description: str = Field(
        min_length=1, max_length=200, description="For those who do not see it"
    )


class RemoveAsset(Command, name="asset.remove", subject="asset"):
    """Documents do without this picture from now on; what was printed keeps it."""

    example: ClassVar[dict[str, Any]] = {"asset": "logo"}

    asset: AssetName


class SmallPicture(Value):
    """A picture for screens, PNG or JPEG; `width` and `height` in pixels, of which screens of fine
    resolution show two where a page counts one.
    """

    content: Base64Bytes
    media_type: str
    width: int
    height: int
    description: str


class AssetChanged(Event, name="asset.changed", subject="asset", publishers=("documents",)):
    """A picture of the shop was kept or removed; `size` in bytes, after it was made small, 0 for
    none.
    """

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
    size: int
    small: SmallPicture | None = Field(
        default=None, description="Of the logo, for mails; null: there is none"
    )


class AssetView(Value):
    """A picture as it is kept; `size` in bytes."""

    asset: AssetName
    description: str
    media_type: str
    size: int


class AssetAnswer(Answer, AssetView, name="asset.get_answered"):
    """A picture with its bytes (base64)."""

    model_config = ConfigDict(frozen=True, extra="ignore")
    example: ClassVar[dict[str, Any]] = {
        "asset": "logo",
        "description": "Corner Shop",
        "media_type": "image/png",
        "size": 70,
        "content": samples.PICTURE,
    }

    content: Base64Bytes


class GetAsset(Query, name="asset.get", answer=AssetAnswer, subject="asset"):
    """Asks for a picture of the shop."""

    example: ClassVar[dict[str, Any]] = {"asset": "logo"}

    asset: AssetName


class AssetList(Answer, name="asset.list_answered"):
    """The shop's pictures, by name."""

    example: ClassVar[dict[str, Any]] = {
        "assets": [
            {"asset": "logo", "description": "Corner Shop", "media_type": "image/png", "size": 70}
        ],
    }

    assets: list[AssetView]


class ListAssets(Query, name="asset.list", answer=AssetList):
    """Asks which pictures the shop has for its documents."""

    example: ClassVar[dict[str, Any]] = {}
