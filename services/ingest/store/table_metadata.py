"""The metadata of the tables, column types, and defaults of rows inserted before a column."""

from sqlalchemy import MetaData, String, text

from shared.runtime.storage.database import NAMING

metadata = MetaData(naming_convention=NAMING)
EMPTY, ZERO, NOTHING = text("''"), text("0"), text("'[]'")
NO_CURRENCY = text("'XXX'")
Key = String(200).with_variant(String(200, collation="C"), "postgresql")
# Sorted by bytes, so that a prefix is a range.
Word = String(64).with_variant(String(64, collation="C"), "postgresql")
