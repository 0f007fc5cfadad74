"""Messages of the service `notify`."""

from shared.contracts.notify.mails import (
    Link as Link,
    MailDeferred as MailDeferred,
    MailFailed as MailFailed,
    MailRequeued as MailRequeued,
    MailSent as MailSent,
    MailState as MailState,
    MailSuppressed as MailSuppressed,
    MailView as MailView,
    OfferDownloads as OfferDownloads,
    ResendMail as ResendMail,
)
from shared.contracts.notify.questions import (
    Attempt as Attempt,
    GetMail as GetMail,
    ListMails as ListMails,
    MailAnswer as MailAnswer,
    MailList as MailList,
    MailPreview as MailPreview,
    PreviewMail as PreviewMail,
)
from shared.contracts.notify.suppressions import (
    ListSuppressions as ListSuppressions,
    ReleaseSuppression as ReleaseSuppression,
    SuppressionAdded as SuppressionAdded,
    SuppressionList as SuppressionList,
    SuppressionReleased as SuppressionReleased,
    SuppressionView as SuppressionView,
)
