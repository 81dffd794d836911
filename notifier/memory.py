"""The in-memory twin of the sender: a mail server as a list, with the answers that a test wants."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from notifier.sender import BeforeData, Envelope, Outcome, RecipientAnswer, Route, SendResult, Stage
from schemas.events import RecipientState

__all__ = ["MemorySender", "Script"]


@dataclass(frozen=True, slots=True)
class Script:
    """What the server answers. Codes: 2xx yes, 4xx not now, 5xx never, 0 the connection is lost instead."""

    connect: int = 220
    login: int = 235
    mail: int = 250
    rcpt: Mapping[str, int] = field(default_factory=dict)
    """By address; others get 250."""
    data: int = 354
    body: int = 250


class MemorySender:
    """The `Sender` of notifier.sender; `script` may be replaced between calls. `delivered` is what was taken."""

    def __init__(self, script: Script = Script()) -> None:
        self.script = script
        self.delivered: list[Envelope] = []
        """Each with the recipients that the server took."""

    async def send(self, route: Route, envelope: Envelope, before_data: BeforeData) -> SendResult:
        """See `Sender.send`."""
        script = self.script
        if script.connect // 100 != 2:
            return SendResult(Outcome.TEMPORARY, Stage.CONNECT, f"{script.connect} connect")
        if route.password is not None and script.login // 100 != 2:
            return SendResult(Outcome.TEMPORARY, Stage.LOGIN, f"{script.login} login")
        if script.mail // 100 != 2:
            return SendResult(_refusal(script.mail), Stage.MAIL, f"{script.mail} mail")
        answers: dict[str, RecipientAnswer] = {}
        for address in envelope.recipients:
            code = script.rcpt.get(address, 250)
            if code == 0:
                return SendResult(Outcome.TEMPORARY, Stage.RCPT, "connection lost", _final(answers))
            answers[address] = RecipientAnswer(_state(code), f"{code} rcpt")
        taken = tuple(address for address, answer in answers.items() if answer.state is RecipientState.PENDING)
        if not taken:
            final = all(answer.state is RecipientState.REFUSED for answer in answers.values())
            outcome = Outcome.PERMANENT if final else Outcome.TEMPORARY
            return SendResult(outcome, Stage.RCPT, "nobody was taken", answers)
        if not await before_data():
            return SendResult(Outcome.ABANDONED, Stage.RCPT, "given up before DATA")
        if script.data == 0:
            return SendResult(Outcome.TEMPORARY, Stage.DATA, "connection lost", _final(answers))
        if script.data != 354:
            return self._answered(_refusal(script.data), Stage.DATA, script.data, answers, taken)
        if script.body == 0:
            return SendResult(Outcome.UNKNOWN, Stage.BODY, "connection lost", _final(answers))
        if script.body // 100 == 2:
            self.delivered.append(Envelope(envelope.sender, taken, envelope.data))
            return self._answered(Outcome.ACCEPTED, Stage.BODY, script.body, answers, taken)
        return self._answered(_refusal(script.body), Stage.BODY, script.body, answers, taken)

    async def close(self) -> None:
        """See `Sender.close`."""

    def _answered(
        self, outcome: Outcome, stage: Stage, code: int, answers: dict[str, RecipientAnswer], taken: tuple[str, ...]
    ) -> SendResult:
        state = {Outcome.ACCEPTED: RecipientState.ACCEPTED, Outcome.PERMANENT: RecipientState.REFUSED}
        settled = state.get(outcome, RecipientState.DEFERRED)
        response = f"{code} {stage.value}"
        return SendResult(
            outcome, stage, response, answers | {address: RecipientAnswer(settled, response) for address in taken}
        )


def _refusal(code: int) -> Outcome:
    return Outcome.PERMANENT if code // 100 == 5 else Outcome.TEMPORARY


def _state(code: int) -> RecipientState:
    if code // 100 == 2:
        return RecipientState.PENDING
    return RecipientState.REFUSED if code // 100 == 5 else RecipientState.DEFERRED


def _final(answers: dict[str, RecipientAnswer]) -> dict[str, RecipientAnswer]:
    return {address: answer for address, answer in answers.items() if answer.state is not RecipientState.PENDING}
