"""The decisions, as tables."""

import ssl
from email.utils import formatdate

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st

from stocktrim_client.retry import (
    Ending,
    Meaning,
    Phase,
    RetryPolicy,
    backoff,
    certificate_error,
    effective_class,
    is_ambiguous,
    is_applied_unread,
    is_never_retried,
    is_refused_stream,
    is_repeatable,
    is_settled,
    meaning,
    next_delay,
    parse_retry_after,
    patience,
    untraced_phase,
)

POLICY = RetryPolicy()
CLASSES = ["read", "upsert", "set", "delete", "create", "generate", "job", "purge"]
BROKEN = httpx.ReadError("broken")
NOW = 1_780_000_000.0


def failed(phase: Phase, error: Exception = BROKEN, status: int | None = None) -> Ending:
    return Ending(phase, status, error)


def answered(status: int, retry_after: float | None = None) -> Ending:
    return Ending(Phase.RESPONDED, status, retry_after=retry_after)


def wait(
    ending: Ending,
    kind: str = "read",
    *,
    policy: RetryPolicy = POLICY,
    retry: int = 1,
    elapsed: float = 0.0,
    left: float = 90.0,
    tokens: float = 20.0,
) -> float | None:
    return next_delay(policy, kind, ending, retry=retry, elapsed=elapsed, left=left, tokens=tokens, random=lambda: 0.5)


@pytest.mark.parametrize("kind", CLASSES)
def test_what_never_arrived_whole_may_always_be_sent_again(kind: str) -> None:
    assert is_repeatable(kind, failed(Phase.NOT_SENT))
    assert is_repeatable(kind, failed(Phase.INCOMPLETE))
    assert not is_ambiguous(kind, failed(Phase.INCOMPLETE))


@pytest.mark.parametrize("kind", CLASSES)
def test_what_may_have_arrived_is_repeated_only_where_that_is_harmless(kind: str) -> None:
    assert is_repeatable(kind, failed(Phase.SENT)) is (kind in ("read", "upsert", "set", "delete"))
    assert is_ambiguous(kind, failed(Phase.SENT)) is (kind != "read")


@pytest.mark.parametrize("kind", CLASSES)
def test_a_lost_body_is_fetched_again_only_by_a_read(kind: str) -> None:
    lost = failed(Phase.RESPONDED, status=200)
    assert is_repeatable(kind, lost) is (kind == "read")
    assert is_applied_unread(kind, lost) is (kind != "read")
    assert not is_ambiguous(kind, lost)


@pytest.mark.parametrize(
    ("status", "retry_after", "expected"),
    [
        *[(status, None, Meaning.DONE) for status in (200, 201, 204)],
        *[(status, None, Meaning.NOT_ACTED) for status in (408, 425, 429)],
        (503, 2.0, Meaning.NOT_ACTED),
        (503, 0.0, Meaning.NOT_ACTED),
        *[(status, None, Meaning.DOUBTFUL) for status in (500, 502, 503, 504, 520, 521, 522, 523, 524)],
        (500, 2.0, Meaning.DOUBTFUL),
        *[
            (status, None, Meaning.FINAL)
            for status in (302, 400, 401, 403, 404, 405, 409, 410, 415, 422, 501, 505, 511)
        ],
    ],
)
def test_a_status_means(status: int, retry_after: float | None, expected: Meaning) -> None:
    assert meaning(status, retry_after) is expected


@pytest.mark.parametrize("kind", CLASSES)
def test_a_status_is_answered_with_a_retry_by_its_meaning_and_the_class(kind: str) -> None:
    harmless = kind in ("read", "upsert", "set", "delete")
    assert is_repeatable(kind, answered(429))
    assert is_repeatable(kind, answered(503, 1.0))
    assert is_repeatable(kind, answered(503)) is harmless
    assert is_repeatable(kind, answered(500)) is harmless
    assert is_ambiguous(kind, answered(502)) is (kind != "read")
    for final in (200, 302, 400, 404, 501, 505, 511):
        assert not is_repeatable(kind, answered(final))
        assert not is_ambiguous(kind, answered(final))


def test_a_body_that_can_be_sent_only_once_is_not_sent_twice() -> None:
    assert is_repeatable("read", Ending(Phase.NOT_SENT, error=BROKEN, replayable=False))
    assert not is_repeatable("read", Ending(Phase.INCOMPLETE, error=BROKEN, replayable=False))
    assert not is_repeatable("read", Ending(Phase.RESPONDED, 429, replayable=False))


def test_doubt_is_ended_by_an_answer_of_stocktrim_itself_only() -> None:
    assert all(is_settled(answered(status)) for status in (200, 201, 204, 400, 404, 409, 422))
    assert not any(is_settled(answered(status)) for status in (401, 403, 408, 425, 429, 500, 501, 502, 503, 504))
    assert not is_settled(failed(Phase.NOT_SENT))
    assert not is_settled(failed(Phase.RESPONDED, status=200))


@pytest.mark.parametrize(
    ("declared", "keyed", "vouched", "expected"),
    [
        ("create", "code", "code", "upsert"),
        ("create", "code", None, "create"),
        ("create", "code", "name", "create"),
        ("create", None, None, "create"),
        ("create", None, "code", "create"),
        ("read", None, "code", "read"),
    ],
)
def test_a_create_is_an_upsert_for_whoever_vouches_for_its_key(
    declared: str, keyed: str | None, vouched: str | None, expected: str
) -> None:
    assert effective_class(declared, keyed, vouched) == expected


def test_without_trace_events_only_a_missing_connection_counts_as_not_sent() -> None:
    for error in (
        httpx.ConnectError(""),
        httpx.ConnectTimeout(""),
        httpx.PoolTimeout(""),
        httpx.UnsupportedProtocol(""),
    ):
        assert untraced_phase(error) is Phase.NOT_SENT
    for error in (httpx.ReadTimeout(""), httpx.ReadError(""), httpx.WriteError(""), OSError()):
        assert untraced_phase(error) is Phase.SENT


def test_some_errors_would_only_be_met_again() -> None:
    distrusted = httpx.ConnectError("")
    distrusted.__cause__ = OSError()
    distrusted.__cause__.__cause__ = ssl.SSLCertVerificationError("self-signed")
    for error in (httpx.UnsupportedProtocol(""), httpx.LocalProtocolError(""), httpx.PoolTimeout(""), distrusted):
        assert is_never_retried(error)
        assert not is_repeatable("read", failed(Phase.NOT_SENT, error))
    assert certificate_error(distrusted) is not None
    assert not is_never_retried(httpx.ConnectError("refused"))


def test_a_chain_of_causes_that_bites_its_tail_ends() -> None:
    first, second = httpx.ConnectError(""), OSError()
    first.__cause__, second.__cause__ = second, first
    assert certificate_error(first) is None


def test_a_refused_stream_is_known_by_its_code_alone() -> None:
    class StreamReset:
        def __init__(self, error_code: int) -> None:
            self.error_code = error_code

    for code, expected in ((7, True), (8, False)):
        error = httpx.RemoteProtocolError("reset")
        error.__cause__ = Exception(StreamReset(code))
        assert is_refused_stream(error) is expected


@pytest.mark.parametrize(
    ("value", "date", "expected"),
    [
        (None, None, None),
        ("", None, None),
        ("soon", None, None),
        ("-5", None, None),
        ("nan", None, None),
        ("inf", None, None),
        ("1e400", None, None),
        ("0", None, 0.0),
        ("3", None, 3.0),
        (" 3 ", None, 3.0),
        ("1.5", None, 1.5),
        (formatdate(NOW + 7, usegmt=True), formatdate(NOW, usegmt=True), 7.0),
        (formatdate(NOW + 7, usegmt=True), formatdate(NOW + 3600, usegmt=True), None),
        (formatdate(NOW + 9, usegmt=True), None, 9.0),
        (formatdate(NOW + 9, usegmt=True), "yesterday", 9.0),
        ("Wed, 99 Foo 2026 99:99:99 GMT", None, None),
        ("Sun, 06 Nov 99999 08:49:37 GMT", None, None),
    ],
)
def test_retry_after_is_a_number_or_a_date_or_nothing(
    value: str | None, date: str | None, expected: float | None
) -> None:
    assert parse_retry_after(value, date, NOW) == expected


@given(st.text(max_size=40), st.none() | st.text(max_size=40))
def test_no_header_makes_retry_after_fail_or_negative(value: str, date: str | None) -> None:
    seconds = parse_retry_after(value, date, NOW)
    assert seconds is None or 0 <= seconds < float("inf")


def test_the_usual_backoff_doubles_up_to_sixteen_seconds() -> None:
    assert [backoff(POLICY, retry, 0.5) for retry in (1, 2, 3, 4, 5, 6, 100_000)] == [1, 2, 4, 8, 16, 16, 16]
    assert [backoff(POLICY, retry, 0.0) for retry in (1, 5)] == [0.75, 12]
    assert [backoff(POLICY, retry, 1.0) for retry in (1, 5)] == [1.25, 20]


@given(st.floats(0.001, 60), st.floats(0, 1), st.integers(1, 10))
def test_a_server_never_waits_in_vain(retry_after: float, chance: float, retry: int) -> None:
    assert retry_after <= patience(POLICY, retry, retry_after, chance) <= 1.25 * retry_after + 1e-9


def test_a_pause_of_nothing_is_the_usual_backoff() -> None:
    assert patience(POLICY, 2, 0.0, 0.5) == 2


def test_retrying_ends_with_the_number_the_time_the_budget_or_the_servers_wish() -> None:
    broken = answered(502)
    assert wait(broken, retry=5) == 16
    assert wait(broken, retry=6) is None
    assert wait(broken, left=1.0) is None
    assert wait(broken, left=1.01) == 1
    assert wait(broken, tokens=0.5) is None
    assert wait(answered(429, 60.0)) == 67.5
    assert wait(answered(429, 61.0)) is None
    assert wait(answered(429, 30.0), left=29.0) is None
    assert wait(answered(500), policy=RetryPolicy(retries_of_500=0)) is None
    assert wait(answered(502), policy=RetryPolicy(retries_of_500=0)) == 1
    assert wait(answered(429), "create") == 1


def test_a_set_is_not_repeated_once_it_is_a_minute_old() -> None:
    timeout = failed(Phase.SENT, httpx.ReadTimeout(""))
    assert wait(timeout, "set", elapsed=58.0) == 1
    assert wait(timeout, "set", elapsed=59.5) is None
    assert wait(timeout, "upsert", elapsed=59.5) == 1


def test_the_pool_has_room_for_attempts_whose_caller_has_left() -> None:
    limits = RetryPolicy(concurrency=4).limits()
    assert (limits.max_connections, limits.max_keepalive_connections, limits.keepalive_expiry) == (8, 20, 30.0)
