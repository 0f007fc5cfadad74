"""Define storefronts: RabbitMQ users that send commands and queries, and what they may claim."""

from fnmatch import fnmatchcase
from typing import Annotated, Any, ClassVar

from pydantic import Field

from shared.contracts.claims import NOT_EMPLOYEES
from shared.contracts.envelope import SHOP
from shared.contracts.message import Command, Value

Shop = Annotated[str, Field(pattern=SHOP, description="Key of a shop")]
MessagePattern = Annotated[str, Field(min_length=1, max_length=100)]
EmployeePattern = Annotated[str, Field(min_length=1, max_length=100)]


class Storefront(Value):
    """A RabbitMQ user, and what services accept from it."""

    user: str = Field(min_length=1, max_length=100, description="Name of the RabbitMQ user")
    shops: list[Shop] | None = Field(
        default=None, max_length=1000, description="Shops that it may speak for; null: all"
    )
    messages: list[MessagePattern] | None = Field(
        default=None,
        max_length=1000,
        description=(
            "Commands and queries that it may send; `*` stands for any characters: `cart.*`; null:"
            " all"
        ),
    )
    employees: list[EmployeePattern] = Field(
        default=[],
        max_length=1000,
        description="Employees that it may name; `*` stands for any characters: `*@shop.test`",
    )
    may_force: bool = Field(
        default=False, description="Whether it may force moves that the graph of states lacks"
    )

    def serves(self, shop: str) -> bool:
        """Return whether it may send messages for a shop."""
        return self.shops is None or shop in self.shops

    def may_send(self, name: str) -> bool:
        """Return whether it may send a command or query, such as `order.place`."""
        return self.messages is None or any(fnmatchcase(name, pattern) for pattern in self.messages)

    def may_name(self, author: str) -> bool:
        """Return whether it may name an author: `customer` and `system` always, and its
        employees.
        """
        return author in NOT_EMPLOYEES or any(
            fnmatchcase(author, pattern) for pattern in self.employees
        )


class SetStorefronts(Command, name="service.set_storefronts", internal=True):
    """Replace the storefronts that a service knows. Sent by the administrator to each service's own
    exchange. An older revision than the stored one changes nothing.
    """

    example: ClassVar[dict[str, Any]] = {
        "revision": 3,
        "storefronts": [{"user": "corner-shop", "shops": ["default"]}],
    }

    revision: int = Field(ge=1, description="Grows with each change")
    storefronts: list[Storefront] = Field(
        max_length=10_000,
        description=(
            "All storefronts. Empty: messages of every user are accepted, for every shop, since"
            " there is only one client"
        ),
    )
