"""The pause that StockTrim asks of all calls with a 429."""

import asyncio

_NEVER = float("-inf")


class Pause:
    """Whether a call must wait because another one was told to.

    The calls beside it wait for `longest` at most, whatever was wished: one 429 that names next year must not silence a
    process that runs for months. Then one call at a time goes ahead, until StockTrim answers one or the wish is over.
    Units: seconds; `now` and `ends` on the transport's clock.
    """

    def __init__(self, longest: float) -> None:
        self.ends = _NEVER
        self._longest = longest
        self._wished = _NEVER
        self._probe: object = None
        self._known = asyncio.Event()

    def ask(self, now: float, seconds: float) -> None:
        """Let the other calls wait from `now` on."""
        self.ends = max(self.ends, now + min(seconds, self._longest))
        self._wished = max(self._wished, now + seconds)

    def left(self, now: float, waited_for: float) -> float:
        """How long a call has to wait; one that slept through until `waited_for` is done with that pause."""
        # Whatever a clock that ran slow meanwhile may say.
        return self.ends - now if self.ends > max(now, waited_for) else 0.0

    def news(self, now: float) -> asyncio.Event | None:
        """Set once it is known how the call fared that went to see.

        None: no call is on its way to see.
        """
        return self._known if now < self._wished and self._probe is not None else None

    def go(self, call: object, now: float) -> None:
        """`call` is sent: before the wish is over, it goes to see for the others."""
        if now < self._wished:
            self._probe, self._known = call, asyncio.Event()

    def learn(self, call: object, answered: bool) -> None:
        """What became of `call`, before it asks anew: an answer to the one that went to see ends the old wish."""
        if self._probe is call:
            self._probe = None
            self._known.set()
            if answered:
                self._wished = _NEVER
