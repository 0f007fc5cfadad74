"""What the other services publish about a shop: its pictures, and the mails of its states. Their
events may arrive in any order.
"""

from collections.abc import Iterable

from services.notify.domain.pictures import Picture
from services.notify.handlers.queue import Published
from services.notify.store.pictures import REMOVED, PictureKey, StoredPicture
from services.notify.store.state_mails import StateKey, StateMail
from services.notify.work import PICTURES, STATE_MAILS, Work
from shared.contracts.assets import AssetChanged
from shared.contracts.envelope import Envelope
from shared.contracts.orders import StateChanged
from shared.runtime.handlers import Handlers

service = Handlers[Work]()


def changed_picture(event: AssetChanged, at: Envelope, _work: Work) -> Iterable[PictureKey]:
    """Return the changed picture."""
    return [(at.shop, event.asset)]


def changed_state(event: StateChanged, at: Envelope, _work: Work) -> Iterable[StateKey]:
    """Return the changed state."""
    return [(at.shop, event.key)]


@service.handles(AssetChanged, locks=[PICTURES.of(changed_picture)])
def store_picture(event: AssetChanged, work: Work) -> Published:
    """Store a picture that the shop's mails may show, or that there is none any more."""
    small = event.small
    picture = REMOVED
    if small:
        picture = Picture(
            small.content, small.media_type, small.width, small.height, small.description
        )
    key, sequence = (work.shop, event.asset), work.envelope.sequence_number
    known = work.pictures.get(key)
    if known is None or known.sequence <= sequence:
        work.pictures.save(key, StoredPicture(picture, sequence))
    return ()


@service.handles(StateChanged, locks=[STATE_MAILS.of(changed_state)])
def store_state_mail(event: StateChanged, work: Work) -> Published:
    """Store which mail a state sends: the shop may put a template for it."""
    key, sequence = (work.shop, event.key), work.envelope.sequence_number
    known = work.state_mails.get(key)
    if known is None or known.sequence <= sequence:
        work.state_mails.save(key, StateMail(event.mail_template or "", sequence))
    return ()
