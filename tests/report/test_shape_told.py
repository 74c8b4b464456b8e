"""Sentences of ``logcost shape`` on the terminal: finding, causes, storms, advice."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from logcost.report.terminal import shape_told
from logcost.traffic import Explanation, TrafficShape
from tests.report import shapes


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("one", "One kind of traffic, around 130:1 input to output."),
        ("differ", "One kind of traffic, around 130:1 input to output, but workloads differ."),
        ("few", "Too few calls to tell (32)."),
        ("two", "Two kinds of traffic by spend: 87% ($1,626) is input-heavy, 13% ($252) output-heavy."),
        (
            "weakly",
            (
                "Perhaps two kinds of traffic by spend: 87% ($1,626) is input-heavy, 13% ($252) output-heavy, "
                "with a dent between them and no gap."
            ),
        ),
        (
            "three",
            (
                "Three kinds of traffic by spend: 82% ($1,281) is input-heavy at 130:1, 16% ($252) output-heavy, "
                "2% ($27) input-heavy at 13:1."
            ),
        ),
        ("unpriced", "Two kinds of traffic by calls: 71% (40,000 calls) is input-heavy, 29% (16,000 calls) output-heavy."),
        (
            "stormy",
            (
                "Two kinds of traffic by spend: 87% ($1,626) is input-heavy, 13% ($252) output-heavy. "
                "They are before and after a change, not two kinds at once."
            ),
        ),
    ],
)
def test_the_finding_is_one_sentence(name: str, said: str) -> None:
    assert shape_told.headline(shapes.cases()[name]) == said


def test_the_finding_by_tokens_when_few_calls_hold_it_all_and_when_it_is_indicative() -> None:
    two = replace(shapes.two_kinds(), lead="tokens")
    assert shape_told.headline(two).startswith("Two kinds of traffic by tokens: 96% (525 M tokens, $1,626) is input-heavy")
    few = replace(two.tokens, verdict="insufficient", modes=(), effective_n=41)
    assert shape_told.headline(replace(two, tokens=few, modes=())) == (
        "Too few calls to tell by tokens: a few calls hold most of it, so that 56,000 tell as much as 41 equal ones."
    )
    some = replace(two.spend, indicative=True, n=240)
    assert shape_told.headline(replace(two, lead="spend", spend=some)).endswith("output-heavy. Indicative: 240 calls only.")


@pytest.mark.parametrize(
    ("explanation", "said"),
    [
        (
            Explanation("feature mix", 0.97, 0.0, 0.9),
            (
                "The groups are these workloads: input-heavy is support-rag and code-review; output-heavy is drafts (U = 0.97). "
                "Route by workload name; no classifier is needed."
            ),
        ),
        (
            Explanation("inside features", 0.1, 0.8, 0.3, inside=shapes.BOT),
            "Both kinds occur inside ticket-bot (80% of calls): a classifier or a split is needed, by ratio 4.2:1.",
        ),
        (
            Explanation("both", 0.6, 0.3, 0.3, inside=shapes.BOT),
            (
                "The workload tells the group only in part (U = 0.60): both kinds occur inside ticket-bot (30% of calls), and a "
                "classifier or a split is needed there, by ratio 4.2:1; the others go by name."
            ),
        ),
        (
            Explanation("both", 0.3, 0.0, 0.3),
            (
                "The workload tells the group only in part (U = 0.30): where it does not, a classifier or a split is needed, by "
                "ratio 4.2:1."
            ),
        ),
        (
            Explanation("features differ", None, None, 0.44),
            "There is no valley, but workloads differ: 44% of the spread lies between them.",
        ),
        (Explanation("none", None, None, 0.08), "Workloads do not differ much: 8% of the spread lies between them."),
        (Explanation("feature mix", 0.9, 0.0, 0.9, ("provider", "model")), "They are apart already, by model; no classifier"),
        (Explanation("feature mix", 0.9, 0.0, 0.9, ("month",)), "They are different times, not two kinds at once."),
        (Explanation("feature mix", 0.9, 0.0, 0.9, ("workload", "key")), "Route by workload and key; no classifier is needed."),
    ],
)
def test_what_explains_it(explanation: Explanation, said: str) -> None:
    (section,) = (one for one in shape_told.sections(replace(shapes.two_kinds(), explanation=explanation)) if "expl" in one.title)
    assert said in section.lines[0]


def test_features_of_other_groups_than_those_shown_are_told_by_their_median() -> None:
    three = replace(shapes.cases()["three"], lead="calls", calls=shapes.two_kinds().calls)
    (line,) = next(one for one in shape_told.sections(three) if one.title == "What explains it").lines
    assert "around 1:4 is drafts; around 130:1 is support-rag and chat (U = 0.97)" in line


def test_storms_and_changes_are_told_with_dates_calls_and_dollars() -> None:
    stormy = shapes.cases()["stormy"]
    text = "\n".join([*shape_told.verdict_remarks(stormy), *(line for one in shape_told.sections(stormy) for line in one.lines)])
    for said in (
        "By calls, exact repeats within a minute count once; with all of them there would be one group.",
        "Both kinds occur inside ticket-bot (80% of calls), one after the other: no classifier is needed.",
        (
            "On 14 Oct 2026 ticket-bot moved from gpt-4.1 to gpt-5: mean call 800 in, 300 out (8,000 calls, $48) before, 820 in, "
            "3,000 out (8,000 calls, $48) after. That alone makes two groups (U = 0.93)."
        ),
        "2 storms of ten or more equal calls a minute: 9,950 calls in 5 minutes ($112).",
        "The largest is ticket-bot on gpt-5: 9,000 calls of 800 in, 300 out in 3 minutes on 14 Oct 2026 ($100).",
        (
            "Before the verdict 9,930 exact repeats within a minute ($110) were collapsed into the first of each; shares and "
            "sums count all calls."
        ),
        (
            "Of the traffic since the change, serve two parts apart, split at 4.2:1. The workload does not tell the part: a "
            "classifier or a split is needed."
        ),
    ):
        assert said in text


def test_a_change_of_one_of_two_workloads_is_not_all_of_it() -> None:
    stormy = shapes.stormy()
    both = replace(stormy.explanation, inside=({"workload": "ticket-bot"}, {"workload": "chat"}))
    partly = replace(stormy, explanation=both)
    assert shape_told.headline(partly).endswith("In part they are before and after a change.")
    lines = next(one.lines for one in shape_told.sections(partly) if one.title == "What explains it")
    assert lines[0].startswith("Both kinds occur inside ticket-bot and chat (80% of calls): a classifier or a split is needed")


def test_other_changes_and_storms() -> None:
    two = shapes.stormy()
    prompt = replace(shapes.change(None, "prompt change"), after=replace(two.changes[0].after, model="gpt-4.1"))
    told = {one.title: one.lines for one in shape_told.sections(replace(two, changes=(prompt, *two.changes * 9)))}
    assert told["What explains it"][1].startswith("On 14 Oct 2026 the calls of the untagged traffic changed, on gpt-4.1: mean")
    assert told["What explains it"][-1] == "And 2 more changes (--json lists them)."
    (storm,) = shapes.repeats().storms
    long = replace(storm, last=datetime(2026, 10, 16, tzinfo=UTC))
    coarse = shapes.repeats(storms=(long,), storms_in_all=1, confirmed=False)
    lines = next(one.lines for one in shape_told.sections(replace(two, repeats=coarse)) if one.title == "Repeats")
    assert lines[0].startswith("1 storm of ten")
    assert "from 14 Oct 2026 to 16 Oct 2026 ($100)" in lines[1]
    assert lines[2].startswith("The times are too coarse to tell repeats from traffic, so the verdict counts every call")


def advice_of(result: TrafficShape) -> tuple[str, ...]:
    return next(one.lines for one in shape_told.sections(result) if one.title == "What to do")


def test_advice_by_name_and_classifier_and_by_feature() -> None:
    two = replace(shapes.two_kinds(), explanation=Explanation("both", 0.6, 0.3, 0.3, inside=shapes.BOT))
    both = shapes.advised(two, route_by="name and classifier")
    assert advice_of(both)[0].endswith("Route by workload, but a classifier for ticket-bot.")
    assert both.advice is not None
    part = replace(both.advice.parts[0], group={"workload": None}, side="balanced", mode=None)
    features = advice_of(
        replace(both, advice=replace(both.advice, basis="features", splits=(), parts=(part, part), route_by="name"))
    )
    assert features[0] == "Serve two parts apart. Route by workload name; no classifier is needed."
    assert features[1].startswith("- (untagged), balanced, around 1:4: 13% of spend ($252), 5% of it input. Both sides count")
    assert features[-1].startswith("Quality is not measured")


@pytest.mark.parametrize(
    ("name", "why"),
    [
        ("one", "."),
        ("few", ": too few calls to tell."),
        ("unpriced", ": no call has a price."),
        ("weakly", ": between the groups is a dent and no gap."),
        ("differ", ": no two workloads with 10% of spend differ in what they pay for, or four times in ratio."),
    ],
)
def test_no_split_is_said_plainly_and_why(name: str, why: str) -> None:
    assert advice_of(shapes.cases()[name]) == (f"No split is indicated{why}",)


def test_no_split_of_strict_groups_and_after_a_change() -> None:
    two = replace(shapes.two_kinds(), advice=None)
    assert advice_of(two)[0].startswith("No split is indicated: no two groups with 10% of spend differ")
    gone = replace(shapes.stormy(), advice=None)
    assert advice_of(gone)[0].startswith("No split is indicated: since the changes there is one kind")
