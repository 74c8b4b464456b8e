"""Which column of the ledger a key means: by the names that people give, decided by the sample's own sums where they can."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from logcost.ingest.draft.numbers import PLAIN, notations
from logcost.ingest.draft.times import form

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from logcost.ingest.draft.sample import Leaf

# The names are compared without case and separators. Of a role's names the earlier are the surer ones.
NAMES: Final = {
    "started_at": "startedat starttime timestamp ts @timestamp datetime time createdat created requesttime loggedat asctime "
    "eventtime occurredat when bucketstart bucketstarttime periodstart windowstart startdate usagedate at date day hour month "
    "period",
    "ended_at": "endtime endedat endat bucketend bucketendtime periodend windowend enddate end",
    "response_model": "responsemodel model modelname modelid modelversion llmmodel deployment engine",
    "provider_name": "provider providername vendor llmprovider customllmprovider",
    "input_tokens": "inputtokens prompttokens tokensin intokens inputtokencount prompttokencount nprompt ntokensprompt "
    "tokensprompt inputtokenstotal prompttokenstotal promptlen in input",
    "output_tokens": "outputtokens completiontokens tokensout outtokens outputtokencount completiontokencount "
    "candidatestokencount generatedtokens ncompletion tokenscompletion ntokensgenerated out output",
    "cache_read_input_tokens": "cachereadinputtokens cachedtokens cachedinputtokens cachereadtokens cacheread "
    "promptcachehittokens cachedcontenttokencount inputcachedtokens tokenscached cached cachehittokens",
    "cache_creation_5m_input_tokens": "ephemeral5minputtokens cachecreation5minputtokens cachewrite5m cachewrite5mtokens",
    "cache_creation_1h_input_tokens": "ephemeral1hinputtokens cachecreation1hinputtokens cachewrite1h cachewrite1htokens",
    "cache_creation_unsplit_input_tokens": "cachecreationinputtokens cachewritetokens cachewrite cachewriteinputtokens "
    "cachecreationtokens tokenscachewrite",
    "reasoning_output_tokens": "reasoningtokens reasoningoutputtokens thoughtstokencount thinkingtokens outputreasoningtokens "
    "tokensreasoning reasoning",
    "requests": "requests numrequests nrequests requestcount requestscount totalrequests nummodelrequests modelrequests "
    "apirequests calls ncalls numcalls callcount totalcalls apicalls invocations numinvocations generations count n",
    "total": "totaltokens totaltokencount tokenstotal tokens total",
    "dedup_key": "responseid requestid completionid generationid callid messageid id",
    "user_id": "userid enduser enduserid customerid tenant tenantid user customer",
    "session_id": "sessionid conversationid threadid chatid session",
    "project": "project projectid workspace team namespace service app",
    "workload": "workload feature operation task usecase endpoint route",
    "api_key_id": "apikeyid apikeyname keyname keyalias",
    "service_tier": "servicetier tier",
    "latency_ms": "latencyms durationms elapsedms responsetimems tookms",
    "reported_cost": "costusd cost totalcost responsecost priceusd spend usdcost costeur costgbp totalcostusd",
}
"""Names by role. ``total`` is no column: it decides what the counts include."""

_VAGUE: Final = {"count", "n", "generations"}
"""Names that count calls only where the rows are periods; else they may count anything."""
_OF_SUMS: Final = ("requests", "ended_at")
_OF_CALLS: Final = ("dedup_key", "latency_ms")
_COUNTS: Final = ("input_tokens", "output_tokens", "cache_read_input_tokens", "reasoning_output_tokens", "total", "requests")
_WRITES: Final = tuple(role for role in NAMES if role.startswith("cache_creation_"))
WHOLE: Final = {*_COUNTS, *_WRITES}
"""Roles whose values are whole numbers of 0 or more."""
NUMERIC: Final = {*WHOLE, "latency_ms", "reported_cost"}
TIMES: Final = {"started_at", "ended_at"}
_SIGNS: Final = re.compile(r"[^a-z0-9@]")
_OF_TOKENS: Final = re.compile(r"tok|usage")
_INSTANT: Final = re.compile(r"\d{4}-\d\d-\d\d[T ]\d\d:\d\d")


@dataclass(frozen=True, slots=True)
class Guess:
    """What the keys of a sample mean: the leaf of each role, and what the input and output counts include.

    ``input_includes_cache`` and ``output_includes_reasoning``: with ``decided``, shown by the totals of the sample;
    else only the habit of those who use such names. ``sums``: a row is the sum of several calls; then ``requests`` and
    ``ended_at`` are among the roles if the sample has them.
    """

    roles: Mapping[str, Leaf]
    input_includes_cache: bool
    output_includes_reasoning: bool
    decided: bool
    sums: bool


def guesses(leaves: Sequence[Leaf]) -> Guess:
    """The most likely leaf of every role."""
    roles: dict[str, Leaf] = {}
    for role in NAMES:
        free = [leaf for leaf in leaves if leaf not in roles.values()]
        fitting = [(rank, leaf) for leaf in free if (rank := _rank(role, leaf)) is not None]
        if fitting:
            roles[role] = min(fitting, key=lambda one: (one[0], len(one[1].key)))[1]
    if "started_at" not in roles and (instants := [leaf for leaf in leaves if _is_instant(leaf)]):
        roles["started_at"] = instants[0]
    sums = _are_sums(roles)
    unfit = _OF_CALLS if sums else _OF_SUMS
    return _with_rules({role: leaf for role, leaf in roles.items() if role not in unfit}, sums=sums)


def _are_sums(roles: Mapping[str, Leaf]) -> bool:
    """Each record stands for several calls: it counts them, or covers a month."""
    time = form(roles["started_at"].values) if "started_at" in roles else None
    if time is not None and time.sure:
        return True
    if "requests" not in roles:
        return False
    by_day = time is not None and time.span == "DAY"
    several = {_count(value) for value in roles["requests"].values} - {None, 1}
    vague = plain(roles["requests"].key[-1]) in _VAGUE and "ended_at" not in roles
    return by_day or (bool(several) and not vague)


def _is_instant(leaf: Leaf) -> bool:
    """All values are written as instants, whatever the name."""
    stated = [value for value in leaf.values if value is not None]
    return bool(stated) and all(isinstance(value, str) and _INSTANT.match(value) for value in stated)


def plain(name: str) -> str:
    """A name without case and separators."""
    return _SIGNS.sub("", name.lower())


def _rank(role: str, leaf: Leaf) -> int | None:
    """How good a leaf's name is for a role, 0 the best; ``None``: not at all, or its values cannot be it."""
    names = NAMES[role].split()
    found = [names.index(name) for name in _spoken(leaf.key) if name in names]
    if not found or (role in NUMERIC and not notations(leaf.values, whole=role in WHOLE)):
        return None
    if role not in NUMERIC | TIMES and any(isinstance(value, bool | float) for value in leaf.values):
        return None  # A name or id is a text or a whole number.
    if role == "dedup_key" and not _tells_apart(leaf):
        return None
    if role in TIMES and not _may_be_times(leaf):
        return None
    return min(found)


def _may_be_times(leaf: Leaf) -> bool:
    """In a form that is known, or at least texts that begin with a digit and are longer than a small number."""
    stated = [value for value in leaf.values if value is not None]
    if not stated or form(stated) is not None:
        return True
    return all(isinstance(value, str) and value[:1].isdigit() and not PLAIN.takes(value, whole=False) for value in stated)


def _tells_apart(leaf: Leaf) -> bool:
    """No value occurs twice: an id that several calls share (of a trace, a web request) would make them one."""
    stated = [value for value in leaf.values if value is not None]
    return len(set(stated)) == len(stated)


def _spoken(key: Sequence[str]) -> list[str]:
    """What a key may be called: its last step, the last two together; a dotted step counts as several."""
    *above, last = [part for step in key for part in step.split(".")]
    parent = plain(above[-1]) if above else ""
    of_tokens = [f"{plain(last)}tokens"] if _OF_TOKENS.search(parent) else []
    return [plain(key[-1]), f"{parent}{plain(last)}", *of_tokens, plain(last)]


def _with_rules(roles: dict[str, Leaf], *, sums: bool) -> Guess:
    written_apart = roles.get("cache_creation_unsplit_input_tokens")
    # Names of Anthropic's API, whose input excludes what was read from and written to the cache.
    habit = written_apart is not None and plain(written_apart.key[-1]) == "cachecreationinputtokens"
    allowed = _allowed(roles)
    cache = {inside for inside, _ in allowed}
    reasoning = {inside for _, inside in allowed}
    decided = len(cache) == 1
    return Guess(
        roles,
        input_includes_cache=cache.pop() if decided else not habit,
        output_includes_reasoning=reasoning.pop() if len(reasoning) == 1 else True,
        decided=decided,
        sums=sums,
    )


def _allowed(roles: Mapping[str, Leaf]) -> set[tuple[bool, bool]]:
    """What the records allow: (input includes the cache, output includes the reasoning).

    A part larger than a count is not inside it, and a total says how its parts add up.
    """
    allowed = {(True, True), (True, False), (False, True), (False, False)}
    counted = {role: leaf for role, leaf in roles.items() if role in {*_COUNTS, *_WRITES}}
    for number in range(max((len(leaf.values) for leaf in counted.values()), default=0)):
        counts = {role: _count(leaf.values[number]) for role, leaf in counted.items()}
        allowed = {one for one in allowed if _fits(counts, *one)}
    return allowed


def _fits(counts: Mapping[str, int | None], inside: bool, within: bool) -> bool:
    """Whether one record's counts can be meant so."""
    given, answered, total = (counts.get(role) for role in ("input_tokens", "output_tokens", "total"))
    cached = sum(counts.get(role) or 0 for role in ("cache_read_input_tokens", *_writes(counts)))
    thought = counts.get("reasoning_output_tokens") or 0
    if (inside and given is not None and cached > given) or (within and answered is not None and thought > answered):
        return False
    if given is None or answered is None or total is None:
        return True
    return given + answered + (0 if inside else cached) + (0 if within else thought) == total


def _writes(counts: Mapping[str, int | None]) -> tuple[str, ...]:
    """Counts of cache writes that do not repeat each other: the whole, or its parts."""
    whole = "cache_creation_unsplit_input_tokens"
    return (whole,) if counts.get(whole) is not None else tuple(role for role in _WRITES if role != whole)


def _count(value: object) -> int | None:
    found = notations([value], whole=True)
    return int(found[0].number(str(value))) if found and value is not None else None
