"""Packages that can be called: ``logcost.price(frame)`` beside ``from logcost.price import PriceBook``."""

from __future__ import annotations

import sys
from types import ModuleType
from typing import Any


def make_callable(package: str, function: str) -> None:
    """Calling the imported ``package`` calls its ``function`` from now on."""

    class CallablePackage(ModuleType):
        """A package that stands for its main function."""

        def __call__(self, *arguments: Any, **options: Any) -> Any:
            """Call the main function."""
            return getattr(self, function)(*arguments, **options)

    sys.modules[package].__class__ = CallablePackage
