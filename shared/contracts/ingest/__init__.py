"""Messages of the service `ingest`: what it takes and what it tells."""

from shared.contracts.ingest.actions import (
    AddNote as AddNote,
    AssignThread as AssignThread,
    ConfirmSender as ConfirmSender,
    ForwardThread as ForwardThread,
    MarkThreadRead as MarkThreadRead,
    OrderMessagePosted as OrderMessagePosted,
    PostOrderMessage as PostOrderMessage,
    SenderConfirmed as SenderConfirmed,
    SetThreadStatus as SetThreadStatus,
    ThreadAssigned as ThreadAssigned,
    ThreadForwarded as ThreadForwarded,
    ThreadStatusChanged as ThreadStatusChanged,
    ThreadViewed as ThreadViewed,
)
from shared.contracts.ingest.canned import (
    CannedMessage as CannedMessage,
    CannedMessageAnswer as CannedMessageAnswer,
    CannedMessageChanged as CannedMessageChanged,
    CannedMessageList as CannedMessageList,
    CannedMessageRemoved as CannedMessageRemoved,
    GetCannedMessage as GetCannedMessage,
    ListCannedMessages as ListCannedMessages,
    PutCannedMessage as PutCannedMessage,
    RemoveCannedMessage as RemoveCannedMessage,
)
from shared.contracts.ingest.contacts import (
    Contact as Contact,
    ContactAnswer as ContactAnswer,
    ContactChanged as ContactChanged,
    ContactList as ContactList,
    ContactSubmitted as ContactSubmitted,
    GetContact as GetContact,
    ListContacts as ListContacts,
    ListedContact as ListedContact,
    PutContact as PutContact,
    SubmitContact as SubmitContact,
)
from shared.contracts.ingest.desk import (
    AskStatistics as AskStatistics,
    Desk as Desk,
    DeskChanged as DeskChanged,
    DeskOptions as DeskOptions,
    DeskStatistics as DeskStatistics,
    FormFiles as FormFiles,
    FormLimits as FormLimits,
    GetDesk as GetDesk,
    PutDesk as PutDesk,
    StatusLook as StatusLook,
    StatusLooks as StatusLooks,
)
from shared.contracts.ingest.files import (
    Carried as Carried,
    Enclosed as Enclosed,
    FormFile as FormFile,
)
from shared.contracts.ingest.mailboxes import (
    GetRawMail as GetRawMail,
    MailBounced as MailBounced,
    MailboxFailed as MailboxFailed,
    MailboxFault as MailboxFault,
    MailboxRecovered as MailboxRecovered,
    MailReceived as MailReceived,
    MailUnmatched as MailUnmatched,
    MailUnreadable as MailUnreadable,
    RawMail as RawMail,
    SyncMailbox as SyncMailbox,
)
from shared.contracts.ingest.merging import MergeThread as MergeThread, ThreadMerged as ThreadMerged
from shared.contracts.ingest.messages import (
    Attachment as Attachment,
    AttachmentContent as AttachmentContent,
    Fold as Fold,
    GetAttachment as GetAttachment,
    GetMessage as GetMessage,
    Mark as Mark,
    MessageContent as MessageContent,
    MessageKind as MessageKind,
    ThreadMessage as ThreadMessage,
)
from shared.contracts.ingest.threads import (
    GetThread as GetThread,
    ListedThread as ListedThread,
    ListThreads as ListThreads,
    ReplyThread as ReplyThread,
    Thread as Thread,
    ThreadCustomer as ThreadCustomer,
    ThreadList as ThreadList,
    ThreadMessageAdded as ThreadMessageAdded,
    ThreadOpened as ThreadOpened,
    ThreadOrder as ThreadOrder,
    ThreadReplied as ThreadReplied,
    ThreadStatus as ThreadStatus,
    ThreadView as ThreadView,
)
from shared.contracts.ingest.views import (
    AskTimeline as AskTimeline,
    Draft as Draft,
    DraftReply as DraftReply,
    NextThread as NextThread,
    NextUnanswered as NextUnanswered,
    Timeline as Timeline,
    TimelineEntry as TimelineEntry,
)
