"""Define the sample order that the examples in the published contract describe. Plain JSON data."""

from shared.contracts.samples.desk import *
from shared.contracts.samples.documents import *
from shared.contracts.samples.ids import *
from shared.contracts.samples.orders import *
from shared.contracts.samples.shops import *
from shared.contracts.samples.vouchers import *
