"""Sends the mails that are due: each once, whatever happens to the sender or to its calls.

1. claim up to a hundred mails: they become a batch under a new idempotency key, with a lease;
2. look at each again: is its session still so, does its reader still want it;
3. freeze what will be sent, in the ledger; 4. call the mail service; 5. write the outcome down.

A sender that dies leaves a batch whose lease ends. Another one then makes the same call again:
the frozen texts, the same key. Mails that must not go any more are left out of it; should the
service have taken the first call, it refuses the changed one, and so tells that it has.
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
from domain.mail_rules import Settled, State, objection
from logs import log
from mail.content import payload_of
from providers.mail import BatchRefusedError, KeyReusedError, MailError, Receipt, TryLaterError

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from context import Context
    from db.database import Database
    from domain.mail_rules import DueMail
    from providers.mail import MailService
    from settings import Settings

# Stop in good time for the next tick, which would only find the batches that we hold.
TICK_BUDGET_S: Final = 45.0
# D1 answers a thousand queries an event, of which a batch takes about six.
CALLS_A_TICK: Final = 120
# A service that fails this often in a row is left alone until the next tick.
FAILURES_TO_STOP: Final = 3


class Batch(NamedTuple):
    """Mails under one key, ours until `lease_until`."""

    key: str
    mails: list[DueMail]
    lease_until: int

    @property
    def never_called(self) -> bool:
        """Whether surely no call was made under this key: texts are frozen before it."""
        return all(mail.payload is None for mail in self.mails)


@dataclass(slots=True)
class Sender:
    """One run over everything that is due, within a time budget."""

    db: Database
    settings: Settings
    service: Callable[[], MailService]
    clock: Callable[[], float] = time.time
    sleep: Callable[[float], Awaitable[None]] = asyncio.sleep
    budget_s: float = TICK_BUDGET_S
    tally: Counter[str] = field(default_factory=Counter)

    async def run(self) -> Counter[str]:
        """Send until nothing is due, time is up, or the service keeps failing; what happened."""
        ends = self.clock() + self.budget_s
        failures = 0
        service = None
        reclaiming = True
        while self._may_go_on(ends, failures):
            batch = await self._reclaim() if reclaiming else None
            if batch is None:
                reclaiming = False
                batch = await self._claim()
            if not batch.mails:
                break
            service = service or self.service()
            failures = await self._send(service, batch, failures)
        return self.tally

    def _may_go_on(self, ends: float, failures: int) -> bool:
        tired = self.clock() >= ends or self.tally["calls"] >= CALLS_A_TICK
        return not tired and failures < FAILURES_TO_STOP

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
        """Send one batch; how many calls have failed in a row by now."""
        wanted = await self._prepare(batch)
        if not wanted or self.clock() > batch.lease_until - mail_rules.CALL_TIMEOUT_S:
            return failures
        self.tally["calls"] += 1
        failures_by_now = 0
        try:
            receipts = await service.send([text for _, text in wanted], batch.key)
        except KeyReusedError:
            self.tally["sent"] += await ledger.settle_taken_before(
                self.db, key=batch.key, lease_until=batch.lease_until, now=int(self.clock())
            )
            return 0
        except MailError as error:
            log("mail_call_failed", error=str(error), mails=len(batch.mails), key=batch.key)
            self.tally["failed_calls"] += 1
            failures_by_now = _failures(error, failures)
            if not (isinstance(error, BatchRefusedError) and len(wanted) == 1):
                await self._put_back(batch, error)
                return failures_by_now
            receipts = [Receipt(refused=str(error))]
        await self._settle(batch, [mail_id for mail_id, _ in wanted], receipts)
        return failures_by_now

    async def _prepare(self, batch: Batch) -> list[tuple[str, str]]:
        """Look at each mail again and freeze what is to be sent, as (id, text)."""
        now = int(self.clock())
        dropped, wanted, fresh = [], [], []
        for mail in batch.mails:
            if settled := objection(mail, now):
                dropped.append((mail, settled))
                continue
            text = mail.payload or self._written(mail, now)
            if text is None:
                dropped.append((mail, Settled(State.DEAD, "cannot be written")))
                continue
            if mail.payload is None:
                fresh.append((mail.id, text))
            wanted.append((mail.id, text))
        held = await ledger.prepare(
            self.db,
            key=batch.key,
            lease_until=batch.lease_until,
            dropped=dropped,
            payloads=fresh,
            never_called=batch.never_called,
        )
        if not held:
            return []
        self.tally.update(settled.state.value for _, settled in dropped)
        return wanted

    def _written(self, mail: DueMail, now: int) -> str | None:
        """The mail's text; None for one whose data makes none, which holds up no other."""
        try:
            return payload_of(mail, self.settings, now)
        except Exception as error:  # noqa: BLE001
            log("mail_not_written", mail=mail.id, error=repr(error))
            return None

    async def _settle(self, batch: Batch, ids: list[str], receipts: list[Receipt]) -> None:
        pairs = list(zip(ids, receipts, strict=True))
        sent = [(mail_id, got.message_id) for mail_id, got in pairs if got.refused is None]
        dead = [
            (mail_id, Settled(State.DEAD, got.refused)) for mail_id, got in pairs if got.refused
        ]
        await ledger.settle(
            self.db,
            key=batch.key,
            lease_until=batch.lease_until,
            sent=sent,
            refused=dead,
            now=int(self.clock()),
        )
        self.tally.update({"sent": len(sent), "dead": len(dead)})

    async def _put_back(self, batch: Batch, error: MailError) -> None:
        """Write down that a batch was not, or perhaps not, taken, and when to go on with it."""
        now = int(self.clock())
        pause = mail_rules.retry_in_s(max(mail.attempts for mail in batch.mails))
        if isinstance(error, TryLaterError):
            pause = max(pause, int(error.retry_after_s or 0))
            surely_not = not error.may_be_taken and batch.never_called
            statement = ledger.RELEASE if surely_not else ledger.RETRY
        else:
            pause, statement = 0, ledger.SEPARATE
        await ledger.put_back(
            self.db,
            statement,
            key=batch.key,
            lease_until=batch.lease_until,
            not_before=now + pause,
            why=str(error),
        )


def _failures(error: MailError, before: int) -> int:
    """A limit or a wrong key stops the run at once; a refused batch says nothing of the others."""
    if isinstance(error, TryLaterError):
        return before + 1 if error.may_be_taken else FAILURES_TO_STOP
    return before


def sender(ctx: Context) -> Sender:
    """The sender of this deployment: Resend with a key, else the outbox."""
    return Sender(ctx.db, ctx.settings, lambda: _service(ctx))


def _service(ctx: Context) -> MailService:
    if not ctx.settings.resend_api_key:
        from providers.outbox import OutboxMail  # noqa: PLC0415

        return OutboxMail(ctx.db, time.time)
    # httpx takes long to import, and most ticks have nothing to send.
    from providers.resend import ResendMail  # noqa: PLC0415
    from web import outbound_client  # noqa: PLC0415

    client = outbound_client.client(
        ctx.http, ctx.settings.resend_api_url, timeout_s=mail_rules.CALL_TIMEOUT_S
    )
    return ResendMail(client, ctx.settings.resend_api_key, clock=time.time, sleep=asyncio.sleep)
