"""Lines of the log: one object each, also those of libraries; what opens a door is not in them."""

from __future__ import annotations

import json
import logging

import pytest
import structlog

from core.config import Settings
from core.errors import SettingsInvalid
from core.log import begin_request, end_request, get_logger, request_number, set_up, telling


@pytest.fixture(autouse=True)
def as_it_was():
    """Put back how this process logs."""
    root, before = logging.getLogger(), structlog.get_config()
    handlers, level = list(root.handlers), root.level
    yield
    end_request()
    structlog.configure(**before)
    root.handlers[:], root.level = handlers, level


def lines(capsys):
    return [json.loads(line) for line in capsys.readouterr().err.splitlines()]


def test_every_line_is_an_object_that_of_a_library_too(capsys):
    set_up("info")
    begin_request("a-number-of-mine")
    get_logger("web").info("looked", count=2)
    logging.getLogger("some.library").warning("it %s", "broke")
    ours, theirs = lines(capsys)
    assert (ours["event"], ours["room"], ours["count"], ours["level"]) == ("looked", "web", 2, "info")
    assert (theirs["event"], theirs["logger"], theirs["level"]) == ("it broke", "some.library", "warning")
    assert {ours["request"], theirs["request"]} == {"a-number-of-mine"}


def test_setting_up_twice_tells_nothing_twice(capsys):
    set_up("info")
    set_up("info")
    logging.getLogger("some.library").error("once")
    assert len(lines(capsys)) == 1


def test_for_people_a_line_is_no_object(capsys):
    set_up("info", "console")
    get_logger("web").info("looked", count=2)
    told = capsys.readouterr().err
    assert "looked" in told
    assert "count=2" in told
    assert "{" not in told


@pytest.mark.parametrize(
    ("facts", "hidden"),
    [
        ({"password": "hunter22"}, "hunter22"),
        ({"reason": "postgresql://payvand:hunter22@db.example/site refused"}, "hunter22"),
        ({"reason": "sent Authorization: Bearer pv_hunter22, refused"}, "hunter22"),
        ({"path": "/reset/Hunter22-and-more-of-the-same"}, "Hunter22"),
        ({"path": "/m/sales/offer/MTIz.Hunter22andmore.paper/paper"}, "Hunter22"),
    ],
)
def test_what_opens_a_door_is_not_told(capsys, facts, hidden):
    set_up("info")
    get_logger("web").error("broke", **facts)
    assert hidden not in capsys.readouterr().err


def test_not_even_in_a_traceback(capsys):
    set_up("info")
    try:
        raise ValueError("cannot reach smtp://me:hunter22@mail.example")
    except ValueError as failure:
        get_logger("mail").error("broke", exc_info=failure)
        logging.getLogger("some.library").exception("broke")
    ours, theirs = lines(capsys)
    for line in (ours, theirs):
        assert "ValueError" in line["exception"]
        assert "hunter22" not in str(line)


def test_paths_of_records_stay_readable(capsys):
    set_up("info")
    get_logger("web").info("answered", path="/records/shop.article/1234567")
    assert lines(capsys)[0]["path"] == "/records/shop.article/1234567"


def test_what_is_told_inside_ends_with_it(capsys):
    set_up("info")
    with telling(job=7, request=""):
        get_logger("jobs").info("one")
    get_logger("jobs").info("two")
    one, two = lines(capsys)
    assert one["job"] == 7
    assert "request" not in one
    assert "job" not in two
    assert request_number() == ""


def test_a_format_that_is_none_is_refused_by_name():
    with pytest.raises(SettingsInvalid, match="PAYVAND_LOG_FORMAT"):
        Settings.from_environment({"PAYVAND_LOG_FORMAT": "xml"})
