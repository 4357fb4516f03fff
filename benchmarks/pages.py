"""What a page of a list costs the server: `python -m benchmarks.pages`; a database of its own, nothing beside it.

Each figure is a median: milliseconds of the whole request and of its processor time in this process, and of the template alone.
The budget of the template is 15 ms for 50 rows. Processor time is what a busy machine leaves as it is.
"""

from __future__ import annotations

import cProfile
import pstats
import statistics
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import date, timedelta
from pathlib import Path
from typing import Any

from core.app.web import create_app
from core.kernel.actor import system_actor
from core.kernel.site import Site
from core.log import set_up
from core.records.service import Records
from core.storage import Database
from core.storage.catalogs import Catalogs
from core.testing.postgres import TestPostgres, close_run, open_run
from core.testing.site import PASSWORD, close_site, make_account, open_site, prepare_site
from core.web.rendering import Renderer

ROWS = 50
REPEATED = 200
WARM = 20
BUDGET = 15.0
ROOT = Path(__file__).resolve().parents[1]
FOLDERS = (ROOT / "modules", ROOT / "benchmarks" / "modules")
LOGIN = "pages@example.com"


@contextmanager
def site_with_rows() -> Iterator[Site]:
    """Lend a site with more rows of the benchmark's module than a page shows."""
    run = open_run()
    try:
        with tempfile.TemporaryDirectory() as home, TestPostgres.of_run(run).database() as url:
            site = open_site(url, Path(home), FOLDERS)
            prepare_site(site, ("base", "bench", "l10n_fa"))
            make_account(site, LOGIN, ["base.administrator"], password=PASSWORD)
            system, catalog = system_actor("a benchmark"), site.get(Catalogs).current()
            with site.get(Database).unit(catalog, system) as uow:
                records = site.get(Records)
                stage = records.create(system, "bench.stage", [{"name": "Proposal"}], uow=uow)[0].id
                people = [_contact(number) for number in range(ROWS + 10)]
                contacts = [saved.id for saved in records.create(system, "bench.contact", people, uow=uow)]
                deals = [_opportunity(number, stage, contact) for number, contact in enumerate(contacts)]
                records.create(system, "bench.opportunity", deals, uow=uow)
            yield site
            close_site(site)
    finally:
        close_run(run)


def _contact(number: int) -> Mapping[str, Any]:
    return {
        "first_name": "علی",
        "last_name": f"کریمی {number}",
        "email": f"person{number}@example.com",
        "phone": f"0912 000 {number:04}",
        "city": "تهران",
        "source": "web",
    }


def _opportunity(number: int, stage: int, contact: int) -> Mapping[str, Any]:
    return {
        "name": f"Deal {number}",
        "stage": stage,
        "contact": contact,
        "amount": {"amount": str(number * 1000), "currency": "USD"},
        "close_date": (date(2026, 1, 1) + timedelta(days=number)).isoformat(),
        "probability": number % 100,
        "source": "call",
    }


@contextmanager
def rendering_timed() -> Iterator[list[float]]:
    """Note how many milliseconds of processor time each page took to render."""
    plain, taken = Renderer.page, []

    def page(*args: Any, **values: Any) -> str:
        started = time.process_time()
        made = plain(*args, **values)
        taken.append((time.process_time() - started) * 1000)
        return made

    Renderer.page = page  # type: ignore[method-assign]  # measured, and put back below
    try:
        yield taken
    finally:
        Renderer.page = plain  # type: ignore[method-assign]  # as it was


def measure(client: Any, rendered: list[float], path: str) -> tuple[float, float, float]:
    """Return the medians of a page: whole, processor, template."""
    whole: list[float] = []
    spent: list[float] = []
    rendered.clear()
    for _ in range(WARM + REPEATED):
        started, used = time.perf_counter(), time.process_time()
        answer = client.get(path)
        whole.append((time.perf_counter() - started) * 1000)
        spent.append((time.process_time() - used) * 1000)
        if answer.text.count("<tr tabindex") != ROWS:
            raise SystemExit(f"{path} does not show {ROWS} rows")
    whole_median, spent_median, template = (
        statistics.median(figures[WARM:]) for figures in (whole, spent, rendered)
    )
    return whole_median, spent_median, template


def profile(client: Any, path: str) -> None:
    """Print where the processor time of a page goes."""
    profiler = cProfile.Profile(time.process_time)
    profiler.enable()
    for _ in range(50):
        client.get(path)
    profiler.disable()
    pstats.Stats(profiler).sort_stats("tottime").print_stats(35)


def main(arguments: Sequence[str]) -> int:
    """Measure lists in both languages; 1 where a template is over its budget."""
    set_up("warning")
    worst = 0.0
    with site_with_rows() as site, rendering_timed() as rendered:
        app = create_app(site)
        for language in ("fa", "en"):
            client = app.test_client()
            client.set_cookie("payvand_language", language)
            _sign_in(client)
            for entity in ("bench.contact", "bench.opportunity"):
                path = f"/records/{entity}"
                whole, spent, template = measure(client, rendered, path)
                worst = max(worst, template)
                print(
                    f"{path:28} {language}  {whole:6.1f} ms whole  {spent:6.1f} processor  {template:6.1f} template"
                )
                if "--profile" in arguments:
                    profile(client, path)
    print(f"template at worst {worst:.1f} ms of {BUDGET:.0f}: {'kept' if worst <= BUDGET else 'MISSED'}")
    return 0 if worst <= BUDGET else 1


def _sign_in(client: Any) -> None:
    page = client.get("/sign-in").text
    token = page.partition('name="csrf" value="')[2].partition('"')[0]
    answer = client.post("/sign-in", data={"csrf": token, "login": LOGIN, "password": PASSWORD})
    if answer.status_code != 303:
        raise SystemExit(f"nobody could sign in: {answer.status_code}")


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
