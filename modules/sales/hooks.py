"""What the sales module answers the core."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from core.sdk import Change, EntitySpec, Problem, UnitOfWork, hookimpl
from modules.sales.beginnings import with_beginnings
from modules.sales.moves import keep_moves
from modules.sales.needs import missing, unknown_needs
from modules.sales.pipelines import follow_stages, keep_one_default, kind_problems
from modules.sales.products import category_problems
from modules.sales.stages import forget_stages


@hookimpl
def record_normalize(
    entity: EntitySpec, values: Mapping[str, object], uow: UnitOfWork
) -> Mapping[str, object] | None:
    """Give opportunities the pipeline, stage and dates that nobody said."""
    return with_beginnings(values, uow) if entity.name == "sales.opportunity" else None


@hookimpl
def record_validate(change: Change, uow: UnitOfWork) -> Iterable[Problem]:
    """Hold what stages need, and refuse stages that ask for nothing that exists."""
    match change.entity.name:
        case "sales.opportunity" if change.action != "delete":
            yield from missing(change.after, uow)
        case "sales.stage" if change.action != "delete":
            yield from unknown_needs(change, uow)
            yield from kind_problems(change, uow)
        case "sales.product_category" if change.action != "delete":
            yield from category_problems(change, uow)


@hookimpl
def records_saved(changes: Sequence[Change], uow: UnitOfWork) -> None:
    """Keep the way through the stages, one pipeline for new opportunities, and what follows from stages."""
    match changes[0].entity.name:
        case "sales.opportunity":
            keep_moves(changes, uow)
        case "sales.pipeline":
            forget_stages(uow)
            keep_one_default(changes, uow)
        case "sales.stage":
            forget_stages(uow)
            follow_stages(changes, uow)
