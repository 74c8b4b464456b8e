"""From ``logcost.toml`` to a contract. What is wrong is said with file, line, key and the nearest key there is."""

from __future__ import annotations

import difflib
import re
import tomllib
from typing import TYPE_CHECKING, Final, get_args, get_type_hints

import msgspec

from logcost import toml
from logcost.contract import check, currency, grammar
from logcost.contract.terms import Contract
from logcost.errors import ContractError

if TYPE_CHECKING:
    from pathlib import Path

_REMEDY: Final = "docs/contracts.md lists all keys."
_UNKNOWN: Final = re.compile(r"Object contains unknown field `(?P<key>.*)`$")
_MISSING: Final = re.compile(r"Object missing required field `(?P<key>.*)`$")
_EXPECTED: Final = re.compile(r"Expected `(?P<wanted>.*?)`, got `(?P<found>.*?)`$")
_WORDS: Final = {
    "array": "a list",
    "object": "a table",
    "str": "text in quotes",
    "int": "a whole number",
    "bool": "true or false",
    "datetime": "a time",
    "date": "a day",
    "date | null": "a day such as 2026-10-01",
    "str | null": "text in quotes",
    "object | null": "a table",
    "decimal": 'an amount in quotes, such as "12.5"',
}


def load(path: Path, *, code: str | None = None) -> Contract:
    """Read a contract file. ``code``: the currency to show instead of the contract's; USD: none.

    Raises ``ContractError`` for a file that cannot be read or is wrong, with the place of what is wrong in it.
    """
    try:
        text = path.read_text(encoding="utf-8")
        document = toml.read(path)
        file = msgspec.convert(document, grammar.ContractFile, strict=True)
    except OSError as error:
        raise ContractError(
            f"The contract cannot be read: {error.strerror}.", remedy="Check the path, or use --no-config.", path=str(path)
        ) from None
    except tomllib.TOMLDecodeError as error:
        raise _no_toml(error, path) from None
    except UnicodeDecodeError:
        raise ContractError("The contract is no UTF-8 text.", remedy=_REMEDY, path=str(path)) from None
    except toml.UnquotedNumberError as error:
        raise _at(path, text, error.place, f"{_key(error.place)}: {error}.") from None
    except msgspec.ValidationError as error:
        raise _invalid(error, path, text) from None
    check.file(file, lambda place, what: _at(path, text, place, what))
    return Contract(path, file, lambda place: toml.line_of(text, place), _rates(file.currency, path, code))


def _rates(stated: grammar.Currency | None, path: Path, code: str | None) -> currency.Rates | None:
    """The rates to convert with; ``None``: none are wanted."""
    wanted = code or (stated.code if stated else "USD")
    if wanted == "USD":
        return None
    if stated is None:
        what = f"--currency {wanted}: the contract has no [currency]."
        raise ContractError(what, remedy="State where the rates come from.", path=str(path))
    if stated.rates is None:
        if wanted != stated.code:
            what = f"--currency {wanted}: the contract has rates of {stated.code} only."
            raise ContractError(what, remedy="State its rates, or a file of rates.", path=str(path))
        return currency.by_hand(wanted, stated.rate, path.name)
    source = currency.packaged() if stated.rates == "ecb" else path.parent / stated.rates
    return currency.from_file(wanted, source)


def _no_toml(error: tomllib.TOMLDecodeError, path: Path) -> ContractError:
    found = re.search(r" \(at (?:line (\d+), column \d+|end of document)\)$", str(error))
    what = str(error)[: found.start()] if found else str(error)
    line = int(found[1]) if found and found[1] else None
    return ContractError(f"This is no TOML: {what[:1].lower()}{what[1:]}.", remedy=_REMEDY, path=str(path), line=line)


def _invalid(error: msgspec.ValidationError, path: Path, text: str) -> ContractError:
    message, _, place = str(error).partition(" - at `")
    place = place.rstrip("`") or "$"
    if unknown := _UNKNOWN.match(message):
        what = f"'{unknown['key']}' is no key of {_table(place)}.{_nearest(unknown['key'], place)}"
        return _at(path, text, f"{place}.{unknown['key']}", what)
    if missing := _MISSING.match(message):
        return _at(path, text, place, f"{_table(place)} lacks '{missing['key']}'.")
    return _at(path, text, place, f"{_key(place)} {_wrong_value(message, place)}")


def _wrong_value(message: str, place: str) -> str:
    """What is wrong with the value of a key, after the key's name."""
    if expected := _EXPECTED.match(message):
        wanted, found = (_WORDS.get(expected[name], expected[name]) for name in ("wanted", "found"))
        return f"must be {wanted}, and is {found}.{_header_hint(expected, place)}"
    if message == "Invalid decimal string":
        return "is no amount."
    if message.startswith("Invalid RFC3339"):
        return "must be a day such as 2026-10-01, without quotes."
    if message.startswith("Invalid enum value"):
        return f"must be {_choices(place)}."
    return f"is wrong: {message}."


def _header_hint(expected: re.Match[str], place: str) -> str:
    """A table that may come several times has two brackets, any other has one."""
    written = {("array", "object"): f" Write [[{_key(place)}]].", ("object | null", "array"): f" Write [{_key(place)}]."}
    return written.get((expected["wanted"], expected["found"]), "")


def _at(path: Path, text: str, place: str, what: str) -> ContractError:
    return ContractError(what, remedy=_REMEDY, path=str(path), line=toml.line_of(text, place))


def _key(place: str) -> str:
    """``$.volume[0].tiers[1].above`` as ``volume.tiers.above``."""
    return re.sub(r"\[[^\]]*\]", "", place).removeprefix("$").lstrip(".") or "the file"


def _table(place: str) -> str:
    """What the reader calls the table: ``[[discount]]``, ``[currency]``, ``the file``, ``tiers of [[volume]]``."""
    name, *inner = _key(place).split(".")
    if name == "the file":
        return name
    header = f"[[{name}]]" if f"$.{name}[" in place else f"[{name}]"
    return f"{inner[-1]} of {header}" if inner else header


def _nearest(key: str, place: str) -> str:
    known = sorted(_fields(_struct(place)))
    near = difflib.get_close_matches(key.lower(), known, n=1, cutoff=0.6)
    return f" Did you mean '{near[0]}'?" if near else f" It has {', '.join(known)}."


def _struct(place: str) -> type[msgspec.Struct]:
    """The kind of table at a place of the document."""
    kind: type[msgspec.Struct] = grammar.ContractFile
    for name in [] if _key(place) == "the file" else _key(place).split("."):
        hint = _fields(kind)[name]
        kind = next(one for one in (hint, *get_args(hint)) if isinstance(one, type) and issubclass(one, msgspec.Struct))
    return kind


def _choices(place: str) -> str:
    table, _, key = place.rpartition(".")
    return " or ".join(f'"{choice}"' for choice in get_args(_fields(_struct(table))[key]))


def _fields(kind: type[msgspec.Struct]) -> dict[str, object]:
    """Types of the fields by the names they have in the file."""
    hints = get_type_hints(kind)
    return {field.encode_name: hints[field.name] for field in msgspec.structs.fields(kind)}
