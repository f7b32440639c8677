"""Sends the mails that are due: each once, also when the sender dies or a call fails.

1. Claim up to a hundred mails: they become a batch with a new idempotency key and a lease.
2. Check each mail again: has its session changed, does its reader still want it.
3. Freeze the texts to send in the ledger. 4. Call the mail service. 5. Record the results.

If a sender dies, the lease of its batch ends. Another sender then repeats the call with the frozen
texts and the same key, without the mails that must not be sent any more. If the first call was
accepted, the changed one is rejected (409), which proves it. Only a sender that still holds the
lease may conclude that.
"""

from __future__ import annotations

import asyncio
import time
import uuid
from collections import Counter
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final, NamedTuple

from db import mails as ledger
from domain import mail_rules
from domain.mail_rules import FinalState, State, reason_to_drop
from logs import log
from mail.content import text_of
from providers.mail import BatchRefusedError, KeyReusedError, MailError, Receipt, TryLaterError

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from context import Context
    from db.database import Database
    from domain.mail_rules import DueMail
    from providers.mail import MailService
    from settings import Settings

# Stop before the next tick starts: that one cannot claim the batches that this one has leased.
TICK_BUDGET_S: Final = 45.0
# D1 allows a thousand queries an event, and a batch needs about six.
MAX_CALLS: Final = 120
# After this many failures in a row, the run ends; the next tick tries again.
MAX_FAILURES_IN_A_ROW: Final = 3


class Batch(NamedTuple):
    """Mails with one idempotency key; this sender has their lease until `lease_until`."""

    key: str
    mails: list[DueMail]
    lease_until: int

    @property
    def is_uncalled(self) -> bool:
        """True if surely no call was made with this key: a call is made after texts are frozen."""
        return all(mail.payload is None for mail in self.mails)


@dataclass(slots=True)
class Sender:
    """One run over all due mails, within a time budget."""

    db: Database
    settings: Settings
    make_service: Callable[[], MailService]
    clock: Callable[[], float] = time.time
    sleep: Callable[[float], Awaitable[None]] = asyncio.sleep
    budget_s: float = TICK_BUDGET_S
    tally: Counter[str] = field(default_factory=Counter)

    async def run(self) -> Counter[str]:
        """Send until nothing is due, the budget is spent, or the service keeps failing.

        Returns how many mails reached each state, and how many calls were made and failed.
        """
        deadline = self.clock() + self.budget_s
        failures = 0
        service = None
        reclaiming = True
        while self._can_continue(deadline, failures):
            batch = await self._reclaim() if reclaiming else None
            if batch is None:
                reclaiming = False
                batch = await self._claim()
            if not batch.mails:
                break
            service = service or self.make_service()
            failures = await self._send(service, batch, failures)
        return self.tally

    def _can_continue(self, deadline: float, failures: int) -> bool:
        budget_spent = self.clock() >= deadline or self.tally["calls"] >= MAX_CALLS
        return not budget_spent and failures < MAX_FAILURES_IN_A_ROW

    async def _reclaim(self) -> Batch | None:
        now = int(self.clock())
        lease_until = now + mail_rules.LEASE_S
        found = await ledger.reclaim(self.db, now=now, lease_until=lease_until)
        return Batch(*found, lease_until) if found else None

    async def _claim(self) -> Batch:
        now, key = int(self.clock()), uuid.uuid4().hex
        lease_until = now + mail_rules.LEASE_S
        mails = await ledger.claim(
            self.db, key=key, now=now, lease_until=lease_until, limit=mail_rules.BATCH_SIZE
        )
        return Batch(key, mails, lease_until)

    async def _send(self, service: MailService, batch: Batch, failures: int) -> int:
        """Send one batch. Returns how many calls in a row have failed, this one included."""
        texts = await self._prepare(batch)
        if not texts or self.clock() > batch.lease_until - mail_rules.CALL_TIMEOUT_S:
            return failures
        self.tally["calls"] += 1
        failures_now = 0
        try:
            receipts = await service.send([text for _, text in texts], batch.key)
        except KeyReusedError:
            self.tally["sent"] += await ledger.mark_sent_by_earlier_call(
                self.db, key=batch.key, lease_until=batch.lease_until, now=int(self.clock())
            )
            return 0
        except MailError as error:
            log("mail_call_failed", error=str(error), mails=len(batch.mails), key=batch.key)
            self.tally["failed_calls"] += 1
            failures_now = _failures(error, failures)
            if not (isinstance(error, BatchRefusedError) and len(texts) == 1):
                await self._requeue(batch, error)
                return failures_now
            receipts = [Receipt(refused=str(error))]
        await self._record_results(batch, [mail_id for mail_id, _ in texts], receipts)
        return failures_now

    async def _prepare(self, batch: Batch) -> list[tuple[str, str]]:
        """Check each mail again and freeze the texts to send; as (mail id, text)."""
        now = int(self.clock())
        dropped, texts, new_texts = [], [], []
        for mail in batch.mails:
            if final := reason_to_drop(mail, now):
                dropped.append((mail, final))
                continue
            text = mail.payload or text_of(mail, self.settings, now)
            if text is None:
                dropped.append((mail, FinalState(State.DEAD, "cannot be written")))
                continue
            if mail.payload is None:
                new_texts.append((mail.id, text))
            texts.append((mail.id, text))
        has_lease = await ledger.prepare(
            self.db,
            key=batch.key,
            lease_until=batch.lease_until,
            dropped=dropped,
            payloads=new_texts,
            is_uncalled=batch.is_uncalled,
        )
        if not has_lease:
            return []
        self.tally.update(final.state.value for _, final in dropped)
        return texts

    async def _record_results(self, batch: Batch, ids: list[str], receipts: list[Receipt]) -> None:
        pairs = list(zip(ids, receipts, strict=True))
        sent = [(mail_id, got.message_id) for mail_id, got in pairs if got.refused is None]
        dead = [
            (mail_id, FinalState(State.DEAD, got.refused)) for mail_id, got in pairs if got.refused
        ]
        await ledger.record_results(
            self.db,
            key=batch.key,
            lease_until=batch.lease_until,
            sent=sent,
            refused=dead,
            now=int(self.clock()),
        )
        self.tally.update({"sent": len(sent), "dead": len(dead)})

    async def _requeue(self, batch: Batch, error: MailError) -> None:
        """Requeue a batch that the service rejected, or may not have accepted."""
        now = int(self.clock())
        delay_s = mail_rules.retry_in_s(max(mail.attempts for mail in batch.mails))
        if isinstance(error, TryLaterError):
            delay_s = max(delay_s, int(error.retry_after_s or 0))
            is_surely_unsent = not error.may_be_accepted and batch.is_uncalled
            statement = ledger.RELEASE if is_surely_unsent else ledger.RETRY
        else:
            delay_s, statement = 0, ledger.SEPARATE
        await ledger.requeue(
            self.db,
            statement,
            key=batch.key,
            lease_until=batch.lease_until,
            not_before=now + delay_s,
            error=str(error),
        )


def _failures(error: MailError, before: int) -> int:
    """A rate limit or a wrong API key stops the run at once; a rejected batch counts as none."""
    if isinstance(error, TryLaterError):
        return before + 1 if error.may_be_accepted else MAX_FAILURES_IN_A_ROW
    return before


def create(ctx: Context) -> Sender:
    """The sender of this deployment: with an API key it calls Resend, else it fills the outbox."""
    return Sender(ctx.db, ctx.settings, lambda: mail_service(ctx))


def mail_service(ctx: Context) -> MailService:
    if not ctx.settings.resend_api_key:
        from providers.outbox import OutboxMail  # noqa: PLC0415

        return OutboxMail(ctx.db, time.time)
    # httpx is slow to import, and most ticks have nothing to send.
    from providers.resend import ResendMail  # noqa: PLC0415
    from web import outbound_client  # noqa: PLC0415

    client = outbound_client.client(
        ctx.http, ctx.settings.resend_api_url, timeout_s=mail_rules.CALL_TIMEOUT_S
    )
    return ResendMail(client, ctx.settings.resend_api_key, clock=time.time, sleep=asyncio.sleep)
