"""Commands, queries, answers and events of the service `notify`."""

from shared.contracts.notify.mails import *
from shared.contracts.notify.queries import *
from shared.contracts.notify.suppressions import *
