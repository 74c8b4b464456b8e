"""The whole page: the sections in reading order."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from logcost.report.view import caching, lede, method, quality, savings, shape, spend, whatif
from logcost.report.view.context import Context

if TYPE_CHECKING:
    from logcost.report.model import ReportModel
    from logcost.report.view.caching import CachingView
    from logcost.report.view.lede import LedeView
    from logcost.report.view.method import MethodView
    from logcost.report.view.quality import QualityView
    from logcost.report.view.savings import SavingsView
    from logcost.report.view.shape import ShapeView
    from logcost.report.view.spend import SpendView
    from logcost.report.view.whatif import WhatIfView


@dataclass(frozen=True, slots=True)
class Page:
    """``empty`` pages have the lede, quality and method only. ``slug`` names downloads: ``2026-10``."""

    title: str
    slug: str
    lede: LedeView
    savings: SavingsView | None
    spend: SpendView | None
    shape: ShapeView | None
    caching: CachingView | None
    whatif: WhatIfView | None
    quality: QualityView
    method: MethodView


def view(model: ReportModel) -> Page:
    """Everything that the templates need."""
    context = Context(model)
    where = spend.view(context)
    top = lede.view(context, where.table)
    full = not top.empty
    return Page(
        title=f"{top.title} · {top.meta[0]}" if model.title else top.title,
        slug=_slug(context),
        lede=top,
        savings=savings.view(context) if full else None,
        spend=where if full else None,
        shape=shape.view(context) if full else None,
        caching=caching.view(context, savings.links(context)) if full else None,
        whatif=whatif.view(context) if full else None,
        quality=quality.view(context),
        method=method.view(context),
    )


def _slug(context: Context) -> str:
    if context.days is None:
        return "all"
    first, last = context.days
    return f"{first:%Y-%m}" if context.is_month else f"{first}-to-{last}"
