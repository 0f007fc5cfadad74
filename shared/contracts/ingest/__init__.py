"""Messages of the service `ingest`: what it takes and what it tells."""

from shared.contracts.ingest.actions import (
    ThreadForwarded as ThreadForwarded,
)
from shared.contracts.ingest.canned import (
    OrderMessagePosted as OrderMessagePosted,
)
from shared.contracts.ingest.contacts import (
    Contact as Contact,
    ContactSubmitted as ContactSubmitted,
    FormFile as FormFile,
)
from shared.contracts.ingest.mailboxes import (
    MailReceived as MailReceived,
    MailUnreadable as MailUnreadable,
    SyncMailbox as SyncMailbox,
)
from shared.contracts.ingest.threads import (
    GetThread as GetThread,
    ListThreads as ListThreads,
    ReplyThread as ReplyThread,
    Thread as Thread,
    ThreadList as ThreadList,
    ThreadMessage as ThreadMessage,
    ThreadMessageAdded as ThreadMessageAdded,
    ThreadOpened as ThreadOpened,
    ThreadReplied as ThreadReplied,
    ThreadStatus as ThreadStatus,
    ThreadView as ThreadView,
)
