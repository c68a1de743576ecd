"""How much may go out now: limits per relay and per recipient domain, shared by all workers.

Counted in Valkey or Redis by its own clock. A limit of n messages in a period holds for every
stretch of that length, not only from full hour to full hour: the period is cut in slots, and what
went out in the last whole period, rounded up to slots, is never more than n.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Protocol

import structlog
from redis import Redis
from redis.exceptions import RedisError

log = structlog.get_logger()

_SLOTS = 20
#: What mailings may use of a relay's limits; the rest is for notices.
_SHARE_OF_BULK = 0.9
_PERIODS = {"s": 1, "m": 60, "h": 3600, "d": 86400}
_LIMIT = re.compile(r"(\d+)/([smhd])")

#: KEYS: a hash per limit. ARGV: how many are wanted, then amount and seconds of each limit. Returns
#: how many are granted, and after how many milliseconds more will be, if that is none.
_SCRIPT = """
local time = redis.call('TIME')
local now = tonumber(time[1]) * 1000 + math.floor(tonumber(time[2]) / 1000)
local slots = tonumber(ARGV[1])
local granted, wait = tonumber(ARGV[2]), 0
for i, key in ipairs(KEYS) do
  local amount, length = tonumber(ARGV[2 * i + 1]), tonumber(ARGV[2 * i + 2]) * 1000 / slots
  local slot, used, oldest = math.floor(now / length), 0, nil
  local counts = redis.call('HGETALL', key)
  for j = 1, #counts, 2 do
    local its = tonumber(counts[j])
    if its < slot - slots then
      redis.call('HDEL', key, counts[j])
    else
      used = used + tonumber(counts[j + 1])
      if oldest == nil or its < oldest then oldest = its end
    end
  end
  local free = amount - used
  if free <= 0 then
    wait = math.max(wait, math.ceil((oldest + slots + 1) * length - now))
  end
  if granted > 0 then granted = math.max(0, math.min(granted, free)) end
end
-- A negative number is what a worker gives back of the present slot.
if granted ~= 0 then
  for i, key in ipairs(KEYS) do
    local length = tonumber(ARGV[2 * i + 2]) * 1000 / slots
    redis.call('HINCRBY', key, math.floor(now / length), granted)
    redis.call('PEXPIRE', key, math.ceil(length * (slots + 2)))
  end
end
return {granted, wait}
"""


@dataclass(frozen=True, slots=True)
class Limit:
    """At most `amount` messages in any `seconds`."""

    amount: int
    seconds: int


@dataclass(frozen=True, slots=True)
class Grant:
    """How many may go out now; when that is none, after how many seconds to ask again."""

    count: int
    wait: float = 0.0


class Pace(Protocol):
    """Who says how much may go out."""

    def relay(self, wanted: int, *, is_urgent: bool = False) -> Grant:
        """Ask for room at the relay for `wanted` messages; some is kept for what is urgent."""

    def give_back(self, count: int) -> None:
        """That many of what the relay had room for were not needed."""

    def domain(self, domain: str) -> Grant:
        """Ask for room at a recipient's domain for one message."""


def parse_limits(text: str) -> tuple[Limit, ...]:
    """Read "10/s 400/m 20000/d". Raises ValueError that shows the form."""
    limits = []
    for word in text.split():
        found = _LIMIT.fullmatch(word)
        if found is None or int(found[1]) == 0:
            raise ValueError(f"“{word}” is no pace: write it like 10/s, 400/m, 10000/h or 50000/d.")
        limits.append(Limit(int(found[1]), _PERIODS[found[2]]))
    return tuple(limits)


def parse_domains(text: str) -> dict[str, tuple[Limit, ...]]:
    """Read "gmail.com=20/m outlook.com=5/s,1000/h". Raises ValueError that shows the form."""
    domains = {}
    for word in text.split():
        domain, sign, limits = word.partition("=")
        if not sign:
            raise ValueError(f"“{word}” is no pace of a domain: write it like gmail.com=20/m.")
        domains[domain.casefold()] = parse_limits(limits.replace(",", " "))
    return domains


class NoPace:
    """No limits."""

    def relay(self, wanted: int, *, is_urgent: bool = False) -> Grant:
        return Grant(wanted)

    def give_back(self, count: int) -> None:
        """Nothing is counted."""

    def domain(self, domain: str) -> Grant:
        return Grant(1)


NO_PACE = NoPace()


class SharedPace:
    """Limits shared by all workers that use the same Valkey or Redis.

    Without an answer from it nothing is granted for a second: a relay's limits are kept rather
    than guessed.
    """

    def __init__(
        self, url: str, *, relay: Sequence[Limit], domains: Mapping[str, Sequence[Limit]]
    ) -> None:
        self._redis = Redis.from_url(url, socket_timeout=0.5, socket_connect_timeout=0.5)
        self._script = self._redis.register_script(_SCRIPT)
        self._relay = tuple(relay)
        # Somebody who signs up does not wait until the hour of a large mailing is over.
        self._relay_of_bulk = tuple(
            replace(limit, amount=max(1, int(limit.amount * _SHARE_OF_BULK))) for limit in relay
        )
        self._domains = domains

    def relay(self, wanted: int, *, is_urgent: bool = False) -> Grant:
        return self._ask("relay", self._relay if is_urgent else self._relay_of_bulk, wanted)

    def give_back(self, count: int) -> None:
        if self._relay and count > 0:
            self._ask("relay", self._relay, -count)

    def domain(self, domain: str) -> Grant:
        return self._ask(f"domain:{domain}", self._domains.get(domain, ()), 1)

    def _ask(self, name: str, limits: Sequence[Limit], wanted: int) -> Grant:
        if not limits:
            return Grant(wanted)
        keys = [f"bijeen:pace:{name}:{limit.seconds}" for limit in limits]
        numbers = [number for limit in limits for number in (limit.amount, limit.seconds)]
        try:
            granted, wait = self._script(keys=keys, args=[_SLOTS, wanted, *numbers])
        except RedisError as error:
            log.warning("pace_not_known", error=type(error).__name__)
            return Grant(0, wait=1.0)
        return Grant(int(granted), wait=int(wait) / 1000)


def pace_of(url: str, *, relay: str, domains: str) -> Pace:
    """Return the pace that the settings ask for. Raises ValueError that shows the form."""
    relay_limits, domain_limits = parse_limits(relay), parse_domains(domains)
    if not relay_limits and not domain_limits:
        return NO_PACE
    return SharedPace(url, relay=relay_limits, domains=domain_limits)
