"""XML elements in writing order: the schemas of invoices are sequences."""

from datetime import date
from decimal import Decimal
from xml.etree.ElementTree import Element, SubElement, indent, register_namespace, tostring


class Tree:
    """An element under construction; names without a namespace are in that of the writer."""

    def __init__(self, element: Element, namespace: str) -> None:
        self.element, self._namespace = element, namespace

    def add(
        self, name: str, text: object = None, /, *, namespace: str = "", **attributes: str
    ) -> "Tree":
        """Add a child, with its text if there is one, and return it."""
        child = SubElement(self.element, f"{{{namespace or self._namespace}}}{name}", attributes)
        child.text = None if text is None else str(text)
        return Tree(child, self._namespace)

    def add_optional(self, name: str, text: str, /, **attributes: str) -> None:
        """Add a child, unless its text is empty."""
        if text:
            self.add(name, text, **attributes)


def root(namespace: str, name: str, prefixes: dict[str, str], inner: str) -> Tree:
    """Return the root element; `inner` is the namespace of its descendants."""
    for prefix, uri in prefixes.items():
        register_namespace(prefix, uri)
    return Tree(Element(f"{{{namespace}}}{name}"), inner)


def written(tree: Tree) -> bytes:
    """Return the document as UTF-8, indented for readers."""
    indent(tree.element)
    text: bytes = tostring(tree.element, encoding="utf-8", xml_declaration=True)
    return text + b"\n"


def amount(value: Decimal) -> str:
    """Return an amount with two decimals (EN 16931)."""
    return f"{value:.2f}"


def number(value: Decimal) -> str:
    """Return a number without trailing zeros and without an exponent."""
    return f"{value.normalize():f}"


def day(value: date) -> str:
    """Return a date as 20261121, format 102 of UNTDID 2379."""
    return f"{value:%Y%m%d}"
