"""One row of the review from its sums: figures, cause, finding. Says "not enough data" wherever that is the truth."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from logcost.analyse.caching import money, sessions, silence, ways
from logcost.analyse.findings import found
from logcost.analyse.findings.case import MODELLED, NOT_ENOUGH, REPLAYED, Case, Switches
from logcost.types import CachingRow

if TYPE_CHECKING:
    from decimal import Decimal

    from logcost.types import CacheLifetime, CacheRule

    Row = dict[str, Any]


def row(base: Row, sums: Row | None, rule: CacheRule | None, diagnosis: tuple[tuple[str, int], ...] = ()) -> CachingRow:
    """The row of the review. ``base``: see ``totals``; ``sums``: see ``measure``, ``None`` without replay or estimate."""
    used = ways.used_lifetime(base, rule) if rule else 0
    choice = ways.chosen(base, sums, rule, used) if rule and sums else None
    share = _share(sums, "grown") if sums else None
    grade = sessions.confidence_class(share, _share(sums, "overlap")) if sums and base["evidence"] == "C" else ""
    alone = _alone(base, choice)
    choice = None if grade == "upper bound only" else choice
    if alone and choice and choice.kept:
        choice = replace(choice, chosen=choice.kept, steps=(), further=())
    case = replace(_case(base, sums, rule, choice, grade), diagnosis=diagnosis, **_causes(sums))
    if alone:
        case = replace(case, lost=None, lost_tokens=0.0, chosen="")
    finding = found(case)
    saving = finding.saving(case) if finding else case.net_saving
    achievable = _achievable(choice)
    relative = _relative(base, sums, used) if choice else (None, None)
    return CachingRow(
        provider=base["provider"],
        model=base["model"],
        workload=base["workload"],
        evidence=base["evidence"],
        confidence=finding.confidence(case) if finding else _word(base["evidence"], grade),
        requests=base["requests"],
        input_tokens=base["tokens"],
        billed_read_tokens=case.reads,
        billed_write_tokens=case.writes,
        achievable_read_tokens=achievable,
        upper_bound_read_tokens=_upper(base, sums),
        missed_tokens=None if achievable is None or case.reads is None else max(0, achievable - case.reads),
        wasted_write_tokens=case.wasted,
        below_minimum_tokens=case.short,
        billed_hit_share=None if case.reads is None else case.reads / base["tokens"],
        achievable_hit_share=None if achievable is None else achievable / base["tokens"],
        break_even_hit_share=case.break_even,
        always_on_relative_cost=relative[0],
        foresight_relative_cost=relative[1],
        net_saving=saving,
        rule=rule,
        cause=finding.cause(case) if finding else silence.cause(case, base, relative[1], share),
        finding=finding.code if finding else None,
        title=finding.title(case) if finding else "",
        evidence_text=finding.evidence(case) if finding else "",
        fix=finding.fix(case) if finding else "",
        confidence_class=grade,
        growth_share=share,
        steps=choice.steps or choice.further if choice else (),
        way=finding.way(case) if finding else "",
        lifetime=case.used if case.chosen in {"", "keep"} else case.best,
    )


def _alone(base: Row, choice: ways.Choice | None) -> bool:
    """One call that nothing before it serves: whether a later one reads what it wrote, this log does not hold."""
    return base["evidence"] != "E" and base["records"] < 2 and not (choice and choice.rules.hits)  # noqa: PLR2004 -- one call


def _case(base: Row, sums: Row | None, rule: CacheRule | None, choice: ways.Choice | None, grade: str) -> Case:
    used = ways.used_lifetime(base, rule) if rule else 0
    options = money.lifetimes(rule) if rule else ()
    hashed = sums if sums and base["evidence"] == "B" else None
    lost = -base["billed"] if base["billed"] is not None else None
    kept = ways.billed_way(base, rule, used) if rule else None
    writes = _writes(base, rule)
    written = hashed if writes is not None else None
    return Case(
        evidence=base["evidence"],
        name=base["workload"] or base["model"] or "calls without a model",
        requests=base["requests"],
        tokens=base["tokens"],
        rule=rule,
        used=options[used] if options else None,
        best=choice.best if choice else None,
        chosen=choice.chosen.name if choice and choice.kept else "",
        reads=base["reads"] if base["known"] else None,
        writes=writes,
        hits=choice.rules.hits if choice else None,
        chosen_hits=_achievable(choice),
        steps=choice.steps if choice else (),
        net_saving=_net(base, choice),
        wasted=written[f"wasted_{used}"] if written else None,
        wasted_cost=money.to_usd(written[f"wasted_money_{used}"]) if written else None,
        early=hashed["early"] if hashed else 0,
        short=hashed[f"short_{used}"] if hashed else None,
        scopes=hashed["scopes"] if hashed else 0,
        lost=money.to_usd(lost),
        lost_tokens=-kept.units / money.SCALE if kept else 0.0,
        break_even=money.break_even(rule, options[used]) if rule else None,
        confidence_class=grade,
        depth=choice.depth if choice else None,
        topped=choice is not None and choice.chosen.topped,
        borrowed=_borrowed(hashed, choice, options),
    )


def _borrowed(sums: Row | None, choice: ways.Choice | None, options: tuple[CacheLifetime, ...]) -> int:
    """Hits of the chosen way that only calls of other workloads make possible; 0 where their writes are free."""
    if sums is None or choice is None or choice.chosen.name not in {"rules", "lifetime"}:
        return 0
    number = options.index(choice.best)
    return int(choice.chosen.hits - sums.get(f"lone_hits_{number}", choice.chosen.hits))


def _causes(sums: Row | None) -> dict[str, Any]:
    """Facts that name a cause, where hashes tell them."""
    if not sums:
        return {}
    switched = None
    if "switches" in sums:
        switched = Switches(sums["switches"], sums["switched_tokens"], money.to_usd(sums["switched_money"]))
    return {"divergence": sums.get("divergence"), "switches": switched}


def _net(base: Row, choice: ways.Choice | None) -> Decimal | None:
    """What the advised steps save; 0 when the log is priced and nothing is advised."""
    if choice is None or not base["known"]:
        return None
    return money.to_usd(choice.gained) if choice.priced else None


def _writes(base: Row, rule: CacheRule | None) -> int | None:
    if not base["writes_known"] and (rule is None or rule.write_multiplier > 1):
        return None
    return sum(int(count) for name, count in base.items() if name.startswith("written_"))


def _achievable(choice: ways.Choice | None) -> int | None:
    if choice is None:
        return None
    return choice.rules.hits if choice.chosen.name in {"keep", "off"} else choice.chosen.hits


def _upper(base: Row, sums: Row | None) -> int | None:
    if base["evidence"] == "C":
        return int(sums["upper"]) if sums else None
    return int(base["bound"] - base["cold_tokens"]) if base["evidence"] == "D" else None


def _relative(base: Row, sums: Row | None, used: int) -> tuple[float | None, float | None]:
    """Input cost relative to no caching: every prompt written, and with foresight (evidence B only)."""
    if sums is None:
        return None, None
    whole = base["tokens"] * money.SCALE
    foresight = sums.get(f"foresight_units_{used}")
    return 1 - sums[f"way_units_{used}"] / whole, None if foresight is None else 1 - foresight / whole


def _share(sums: Row, name: str) -> float | None:
    return sums[name] / sums["pairs"] if sums.get("pairs") else None


def _word(evidence: str, grade: str) -> str:
    if evidence == "C" and grade != "upper bound only":
        return MODELLED
    return REPLAYED if evidence in {"B", "E"} else NOT_ENOUGH
