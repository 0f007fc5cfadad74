"""Run `aftercart` as the next version of `orders` would be: its revisions are in the directory that
NEXT_REVISIONS names, and it writes a new column of its table `orders`.
"""

import os
from dataclasses import replace
from pathlib import Path

from sqlalchemy import Column, String

from services.orders.store.tables import orders
from services.orders.worker import service
from shared.cli.main import main
from shared.cli.services import Installation

REMARK = "written by the next version"

if __name__ == "__main__":
    orders.append_column(Column("remark", String(200), default=REMARK))
    next_version = replace(service, migrations=Path(os.environ["NEXT_REVISIONS"]))
    main(obj=Installation({"orders": lambda: next_version}))
