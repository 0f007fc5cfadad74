"""Commands, queries, answers and events of the service `ingest`."""

from shared.contracts.ingest.canned import *
from shared.contracts.ingest.contacts import *
from shared.contracts.ingest.desk import *
from shared.contracts.ingest.employee_messages import *
from shared.contracts.ingest.files import *
from shared.contracts.ingest.forwarding import *
from shared.contracts.ingest.mailbox_list import *
from shared.contracts.ingest.mailboxes import *
from shared.contracts.ingest.merging import *
from shared.contracts.ingest.messages import *
from shared.contracts.ingest.thread_changes import *
from shared.contracts.ingest.thread_queries import *
from shared.contracts.ingest.threads import *
from shared.contracts.ingest.timeline_entries import *
