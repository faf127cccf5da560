"""The outbox: mail promised in the same transaction as its cause, and sent at least once.

A worker claims due messages under a lease, sends outside any transaction and marks them with the lease's token; once
another has claimed them after the lease, it cannot write a result.
"""

from booking.domain.messages.claiming import (
    LEASE,
    TRIES,
    claim,
    give_back,
    mark_expired,
    mark_pointless,
    mark_refused,
    mark_sent,
    mark_troubled,
    mark_unreachable,
)
from booking.domain.messages.forgetting import forget, forget_codes
from booking.domain.messages.message import OUTBOX, Message, MessageState, Urgency, tell
from booking.domain.messages.minding import (
    LATE_AFTER,
    Numbers,
    cancel,
    held_back,
    hold_back,
    listed,
    numbers,
    retry,
    sent_by_hour,
    with_number,
)

__all__ = [
    "LATE_AFTER",
    "LEASE",
    "OUTBOX",
    "TRIES",
    "Message",
    "MessageState",
    "Numbers",
    "Urgency",
    "cancel",
    "claim",
    "forget",
    "forget_codes",
    "give_back",
    "held_back",
    "hold_back",
    "listed",
    "mark_expired",
    "mark_pointless",
    "mark_refused",
    "mark_sent",
    "mark_troubled",
    "mark_unreachable",
    "numbers",
    "retry",
    "sent_by_hour",
    "tell",
    "with_number",
]
