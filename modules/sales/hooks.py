"""What the sales module answers the core."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime

from core.sdk import (
    Asking,
    Change,
    EntitySpec,
    Guard,
    Operation,
    Panel,
    Problem,
    Route,
    Task,
    TimelineEvent,
    TimelineKind,
    UnitOfWork,
    hookimpl,
)
from modules.sales.beginnings import line_amount, with_beginnings
from modules.sales.customers import OPERATIONS as CUSTOMER_ACTS
from modules.sales.customers import assign_customers
from modules.sales.events import events_of, kinds_of
from modules.sales.funnel import history_values
from modules.sales.growing import MORE_BUSINESS, make_customers
from modules.sales.lead_acts import OPERATIONS as LEAD_ACTS
from modules.sales.leads import converted_problems, hand_out, with_title
from modules.sales.moves import keep_moves
from modules.sales.needs import missing, stage_needs, unknown_needs
from modules.sales.offering import leads_wait, offer_leads
from modules.sales.panels import panels_of
from modules.sales.pipeline_moves import OPERATION as CHANGE_PIPELINE
from modules.sales.pipelines import follow_stages, keep_one_default, pipeline_problems
from modules.sales.products import category_problems
from modules.sales.quote_acts import OPERATIONS as QUOTE_ACTS
from modules.sales.quote_expiry import EXPIRE, expire_quotes
from modules.sales.quote_mail import POST, SEND_BY_MAIL, mail_events, mail_kinds, post_quote
from modules.sales.quote_pages import ROUTES
from modules.sales.quote_paper import PRINT, follow_issues, print_quote
from modules.sales.quotes import (
    line_problems,
    line_values,
    mark_sold,
    quote_beginnings,
    quote_problems,
    share_discounts,
)
from modules.sales.report_pages import ROUTES as REPORTS
from modules.sales.responding import answered, tell_owners, with_due
from modules.sales.revisions import not_sold_yet, replace_older
from modules.sales.scores import condition_problems, fade, rescore, scored_by
from modules.sales.snapshots import take_snapshot
from modules.sales.stages import forget_stages
from modules.sales.staleness import mark_stale


@hookimpl
def record_normalize(
    entity: EntitySpec, values: Mapping[str, object], uow: UnitOfWork
) -> Mapping[str, object] | None:
    """Give opportunities, leads, quotes and their lines what follows from the rest and nobody said."""
    match entity.name:
        case "sales.opportunity":
            return with_beginnings(values, uow)
        case "sales.opportunity_line":
            return line_amount(values)
        case "sales.lead":
            return {**with_title(values), **with_due(values, uow)}
        case "sales.stage_history":
            return history_values(values, uow)
        case "sales.quote":
            return quote_beginnings(values, uow)
        case "sales.quote_line":
            return line_values(values, uow)
        case _:
            return None


@hookimpl
def record_validate(change: Change, uow: UnitOfWork) -> Iterable[Problem]:
    """Hold what stages need, what a converted lead was, and conditions that can be read."""
    match change.entity.name:
        case "sales.opportunity" if change.action != "delete":
            yield from missing(change.after, uow)
        case "sales.stage" if change.action != "delete":
            yield from unknown_needs(change, uow)
            yield from pipeline_problems(change, uow)
        case "sales.quote":
            yield from quote_problems(change)
        case "sales.quote_line":
            yield from line_problems(change, uow)
        case "sales.product_category" if change.action != "delete":
            yield from category_problems(change, uow)
        case "sales.lead" if change.action == "update":
            yield from converted_problems(change)
        case "sales.score_rule" | "sales.assignment_rule" | "sales.assignment_member" if (
            change.action != "delete"
        ):
            yield from condition_problems(change, uow)


@hookimpl
def records_saved(changes: Sequence[Change], uow: UnitOfWork) -> None:
    """Keep the way through the stages, one pipeline for new opportunities, and what follows from stages."""
    match changes[0].entity.name:
        case "sales.opportunity":
            keep_moves(changes, uow)
            make_customers(changes, uow)
        case "sales.quote" | "sales.quote_line":
            share_discounts(changes, uow)
            mark_sold(changes, uow)
            follow_issues(changes, uow)
            replace_older(changes, uow)
        case "sales.pipeline":
            forget_stages(uow)
            keep_one_default(changes, uow)
        case "sales.stage":
            forget_stages(uow)
            follow_stages(changes, uow)
        case "sales.lead":
            tell_owners(changes, uow)
            hand_out(changes, uow)
            rescore(scored_by(changes), uow)
        case "activities.activity":
            answered(changes, uow)
        case "sales.lead_event":
            rescore(scored_by(changes), uow)


@hookimpl
def register_guards() -> tuple[Guard, ...]:
    """Offer what stages need as a reason not to move there, and that one revision of a quote is accepted at most."""
    return (
        Guard(name="sales.stage_needs", check=stage_needs),
        Guard(name="sales.not_sold_yet", check=not_sold_yet),
    )


@hookimpl
def register_operations() -> tuple[Operation, ...]:
    """Offer what is done with leads, customers, opportunities and quotes."""
    return (*LEAD_ACTS, *CUSTOMER_ACTS, MORE_BUSINESS, CHANGE_PIPELINE, *QUOTE_ACTS, SEND_BY_MAIL)


@hookimpl
def record_panels(entity: EntitySpec, record: Mapping[str, object], asking: Asking) -> Iterable[Panel]:
    """Show whom a lead may be, why it has its score, what went stale, and the finances of a company."""
    return panels_of(entity, record, asking)


@hookimpl
def timeline_kinds(entity: EntitySpec) -> Iterable[TimelineKind]:
    """Let people see alone what was offered, and which quotes were sent by mail."""
    return (*kinds_of(entity), *mail_kinds(entity))


@hookimpl
def timeline_events(
    entity: EntitySpec, record_id: int, asking: Asking, kind: str, before: datetime | None, limit: int
) -> Iterable[TimelineEvent]:
    """Tell on companies, people, and what is done for them which offers were made, and when which went to whom."""
    offers = list(events_of(entity, record_id, asking, kind, before, limit))
    yield from offers
    # Without offers none was sent.
    if offers or kind or before is not None or entity.name != "sales.opportunity":
        yield from mail_events(entity, record_id, asking, kind, before, limit)


@hookimpl
def register_jobs() -> tuple[Task, ...]:
    """Let scores fade, offer leads that wait, mark what has gone stale, keep what a forecast was, print, mail and expire quotes."""
    return (
        Task(name="sales.fade_scores", run=fade, daily=True),
        Task(name="sales.assign_customers", run=assign_customers, daily=True),
        Task(name="sales.offer_leads", run=offer_leads, due=leads_wait),
        Task(name="sales.mark_stale", run=mark_stale, daily=True),
        Task(name="sales.take_snapshot", run=take_snapshot, daily=True),
        Task(name=PRINT, run=print_quote),
        Task(name=POST, run=post_quote),
        Task(name=EXPIRE, run=expire_quotes, daily=True),
    )


@hookimpl
def register_routes() -> tuple[Route, ...]:
    """Offer the customer's page of a quote, and the reports."""
    return (*ROUTES, *REPORTS)
