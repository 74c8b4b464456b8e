"""Contracts that are wrong in one way each, and exactly what is said about them."""

from __future__ import annotations

from typing import Final

GALLERY: Final[dict[str, tuple[str, str]]] = {
    "unknown key": (
        '[[discount]]\nprovider = "openai"\npercnt = "5"\n',
        "logcost.toml:3: 'percnt' is no key of [[discount]]. Did you mean 'percent'?",
    ),
    "unknown table": (
        '[[discout]]\npercent = "5"\n',
        "logcost.toml:1: 'discout' is no key of the file. Did you mean 'discount'?",
    ),
    "unknown key without a near one": (
        '[[discount]]\npercent = "5"\ncolour = "red"\n',
        "logcost.toml:3: 'colour' is no key of [[discount]]. It has from, models, percent, provider, until.",
    ),
    "unknown key of a tier": (
        '[[volume]]\nprovider = "x"\ntiers = [{ abov = "0", percent = "5" }]\n',
        "logcost.toml:3: 'abov' is no key of tiers of [[volume]]. Did you mean 'above'?",
    ),
    "unknown key of the currency": (
        '[currency]\ncodes = "EUR"\n',
        "logcost.toml:2: 'codes' is no key of [currency]. Did you mean 'code'?",
    ),
    "one bracket": (
        '[discount]\npercent = "5"\n',
        "logcost.toml:1: discount must be a list, and is a table. Write [[discount]].",
    ),
    "two brackets": (
        '[[currency]]\ncode = "EUR"\n',
        "logcost.toml:1: currency must be a table, and is a list. Write [currency].",
    ),
    "a float": (
        '[[discount]]\npercent = "1"\n\n[[discount]]\nprovider = "x"\npercent = 12.5 # percent\n',
        'logcost.toml:6: discount.percent: 12.5 is written without quotes; write "12.5".',
    ),
    "a float in a tier": (
        '[[volume]]\nprovider = "x"\ntiers = [{ above = "0", percent = 0.5 }]\n',
        'logcost.toml:3: volume.tiers.percent: 0.5 is written without quotes; write "0.5".',
    ),
    "no amount": (
        '[[discount]]\npercent = "12,5"\n',
        "logcost.toml:2: discount.percent is no amount.",
    ),
    "no number at all": (
        '[[credit]]\nfrom = 2026-01-01\namount = "nan"\n',
        "logcost.toml:3: amount must be more than 0, and is NaN.",
    ),
    "missing key": (
        '[[credit]]\namount = "5"\n',
        "logcost.toml:1: [[credit]] lacks 'from'.",
    ),
    "a day in quotes": (
        '[[discount]]\npercent = "5"\nfrom = "2026"\n',
        "logcost.toml:3: discount.from must be a day such as 2026-10-01, without quotes.",
    ),
    "a time": (
        '[[discount]]\npercent = "5"\nfrom = 2026-10-01T12:00:00Z\n',
        "logcost.toml:3: discount.from must be a day such as 2026-10-01, and is a time.",
    ),
    "one name instead of a list": (
        '[[discount]]\npercent = "5"\nmodels = "gpt-5"\n',
        "logcost.toml:3: discount.models must be a list, and is text in quotes.",
    ),
    "a wrong choice": (
        '[[volume]]\nprovider = "x"\ntiers = []\napplies = "all"\n',
        'logcost.toml:4: volume.applies must be "whole" or "marginal".',
    ),
    "another currency of a credit": (
        '[[credit]]\nfrom = 2026-01-01\namount = "5"\ncurrency = "EUR"\n',
        'logcost.toml:4: credit.currency must be "USD".',
    ),
    "a number as a name": (
        '[models]\n"mine" = 5\n',
        "logcost.toml:1: models must be text in quotes, and is a whole number.",
    ),
    "more than 100 percent": (
        '[[discount]]\npercent = "101"\n',
        "logcost.toml:2: percent must be from 0 to 100, and is 101.",
    ),
    "less than 0 percent": (
        '[[discount]]\npercent = "-5"\n',
        "logcost.toml:2: percent must be from 0 to 100, and is -5.",
    ),
    "days in the wrong order": (
        '[[discount]]\npercent = "5"\nfrom = 2026-02-01\nuntil = 2026-01-31\n',
        "logcost.toml:4: until (2026-01-31) lies before from (2026-02-01).",
    ),
    "a commitment from the middle of a month": (
        '[[commitment]]\namount = "5"\nfrom = 2026-10-15\n',
        "logcost.toml:3: It is counted by the month: from must be the first of one, and is 2026-10-15.",
    ),
    "a purchase to the middle of a month": (
        '[[purchase]]\namount = "5"\nwhat = "units"\nuntil = 2026-10-15\n',
        "logcost.toml:4: It is counted by the month: until must be the last day of one, and is 2026-10-15.",
    ),
    "no tiers": (
        '[[volume]]\nprovider = "x"\ntiers = []\n',
        "logcost.toml:3: tiers is empty.",
    ),
    "tiers that descend": (
        '[[volume]]\nprovider = "x"\ntiers = [{ above = "9", percent = "5" }, { above = "9", percent = "6" }]\n',
        "logcost.toml:3: The tiers must ascend: each above is more than the one before.",
    ),
    "two discounts for all": (
        '[[discount]]\npercent = "5"\n\n[[discount]]\npercent = "6"\nfrom = 2026-10-01\n',
        "logcost.toml:4: discount 1 and discount 2 hold for the same calls at the same time.",
    ),
    "two discounts for a model": (
        '[[discount]]\npercent = "5"\nmodels = ["a", "B"]\n[[discount]]\npercent = "6"\nmodels = ["b"]\n',
        "logcost.toml:4: discount 1 and discount 2 hold for the same calls at the same time.",
    ),
    "two volumes": (
        (
            "[[volume]]\n"
            'provider = "x"\n'
            'tiers = [{ above = "0", percent = "5" }]\n'
            "[[volume]]\n"
            'provider = "X"\n'
            'tiers = [{ above = "0", percent = "6" }]\n'
        ),
        "logcost.toml:4: volume 1 and volume 2 hold for the same calls at the same time.",
    ),
    "no rates": (
        '[currency]\ncode = "EUR"\n',
        "logcost.toml:1: It needs either rates (a file, or ecb) or [[currency.rate]], and not both.",
    ),
    "no code": (
        '[currency]\ncode = "euro"\nrates = "ecb"\n',
        "logcost.toml:2: 'euro' is no code of a currency, such as EUR.",
    ),
    "a rate of nothing": (
        '[currency]\ncode = "EUR"\n[[currency.rate]]\nfrom = 2026-01-01\nusd = "0"\n',
        "logcost.toml:1: usd must be more than 0, and is 0.",
    ),
    "two rates of a day": (
        '[currency]\ncode = "EUR"\nrate = [{ from = 2026-01-01, usd = "1" }, { from = 2026-01-01, usd = "2" }]\n',
        "logcost.toml:1: There are two rates from 2026-01-01.",
    ),
    "no such file of rates": (
        '[currency]\ncode = "EUR"\nrates = "missing.csv"\n',
        "missing.csv: The file of rates cannot be read: No such file or directory.",
    ),
    "no TOML": (
        "[[discount]]\npercent = 5 %\n",
        "logcost.toml:2: This is no TOML: expected newline or end of document after a statement.",
    ),
    "a table that does not end": (
        "[[discount]\n",
        "logcost.toml:1: This is no TOML: expected ']]' at the end of an array declaration.",
    ),
    "twice the same key": (
        '[[discount]]\npercent = "5"\npercent = "6"\n',
        "logcost.toml:3: This is no TOML: cannot overwrite a value.",
    ),
}
"""Name of the mistake: the file, and the message without its remedy and slug."""
