from __future__ import annotations

import pytest

from fieldguide.api.errors import ApiError
from fieldguide.api.rate_limit import FORGOTTEN_AFTER, LONGEST_WAIT, PER_ADDRESS, SignInLimit


class Clock:
    def __init__(self) -> None:
        self.seconds = 0.0

    def __call__(self) -> float:
        return self.seconds


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def limit(clock: Clock) -> SignInLimit:
    return SignInLimit(clock)


def wait_of(limit: SignInLimit, name: str, address: str = "a") -> int:
    with pytest.raises(ApiError, match="Too many sign-ins have failed") as refused:
        limit.begin(name, address)
    assert refused.value.status == 429
    assert refused.value.headers is not None
    return int(refused.value.headers["Retry-After"])


def test_each_failure_doubles_the_wait(limit: SignInLimit, clock: Clock) -> None:
    for _ in range(5):
        limit.begin("anna", "a")
    waits = []
    for _ in range(11):
        waits.append(wait_of(limit, "anna"))
        clock.seconds += waits[-1]
        limit.begin("anna", "a")
    assert waits == [2, 3, 5, 9, 17, 33, 65, 129, 257, 301, 301]


def test_a_refused_attempt_does_not_count(limit: SignInLimit, clock: Clock) -> None:
    for _ in range(5):
        limit.begin("anna", "a")
    assert {wait_of(limit, "anna") for _ in range(50)} == {2}
    clock.seconds += 1
    limit.begin("anna", "a")


def test_names_are_the_same_in_any_case_and_from_anywhere(limit: SignInLimit) -> None:
    for number in range(5):
        limit.begin("aNNa" if number % 2 else "anna", f"address {number}")
    wait_of(limit, "ANNA", "elsewhere")
    limit.begin("ben", "elsewhere")


def test_an_address_has_a_limit_of_its_own(limit: SignInLimit) -> None:
    for number in range(PER_ADDRESS):
        limit.begin(f"name {number}", "a")
    wait_of(limit, "another", "a")
    limit.begin("another", "b")


def test_success_forgets_one_s_own_failures_only(limit: SignInLimit) -> None:
    for number in range(PER_ADDRESS - 5):
        limit.begin(f"name {number}", "a")
    for _ in range(5):
        limit.begin("anna", "a")
    limit.succeed("ANNA", "a")
    for _ in range(5):
        limit.begin("anna", "a")
    wait_of(limit, "ben")


def test_an_own_account_does_not_help_to_guess_others(limit: SignInLimit) -> None:
    for number in range(PER_ADDRESS):
        limit.begin(f"victim {number}", "a")
        if number < PER_ADDRESS - 1:
            limit.begin("mallory", "a")
            limit.succeed("mallory", "a")
    wait_of(limit, "victim", "a")


def test_failures_are_forgotten_after_an_hour(limit: SignInLimit, clock: Clock) -> None:
    for _ in range(5):
        limit.begin("anna", "a")
    clock.seconds += FORGOTTEN_AFTER + 1
    for _ in range(5):
        limit.begin("anna", "a")
    assert wait_of(limit, "anna") == 2


def test_nobody_waits_for_longer_than_a_few_minutes(limit: SignInLimit, clock: Clock) -> None:
    for _ in range(100):
        clock.seconds += LONGEST_WAIT
        limit.begin("anna", "a")
    assert wait_of(limit, "anna") == LONGEST_WAIT + 1


def test_memory_stays_bounded(limit: SignInLimit, clock: Clock) -> None:
    for number in range(10_050):
        clock.seconds += LONGEST_WAIT
        limit.begin(f"name {number}", f"address {number}")
    assert len(limit._names) == len(limit._addresses) == 10_000
