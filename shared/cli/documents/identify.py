"""Find a document by its number or its id."""

from uuid import UUID

from shared.cli.shop_client import ShopClient
from shared.runtime.errors import AftercartError


def document_id(client: ShopClient, wanted: str) -> str:
    """Return the id of the document with this id, or of the newest with this number."""
    try:
        return str(UUID(wanted))
    except ValueError:
        pass
    orders = client.request("order.list", {"filter": {"document_number": wanted}})["orders"]
    for order in orders:
        for each in client.pages("document.list", {"order_id": order["order_id"]}, "documents"):
            if each["number"].upper() == wanted.upper():
                return str(each["document_id"])
    raise AftercartError(f"There is no document '{wanted}' in the shop '{client.shop}'.")
