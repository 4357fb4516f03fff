"""Pages are made in order by one thread, unless one of them takes long."""

from __future__ import annotations

from threading import Event, Thread, current_thread

import pytest

from core.app.page_thread import PageThread, in_order


def named():
    return [current_thread().name.encode()]


def asked(application, method, path):
    return list(application({"REQUEST_METHOD": method, "PATH_INFO": path}, lambda *_: None))


def test_pages_are_made_by_one_thread_and_all_else_by_who_was_asked():
    application = in_order(lambda _environ, _start: named(), PageThread(patience=60))
    here = current_thread().name.encode()
    assert asked(application, "GET", "/records/a.b") == [b"pages_0"]
    assert asked(application, "POST", "/records/a.b") == [here]
    for path in ("/api/v1/records/a.b", "/assets/app.js", "/health"):
        assert asked(application, "GET", path) == [here]


def test_what_a_page_raises_reaches_who_has_asked_for_it():
    thread = PageThread(patience=60)

    def broken():
        raise KeyError("not there")

    with pytest.raises(KeyError, match="not there"):
        thread.make(broken)
    assert thread.make(named) == [b"pages_0"]


def test_a_page_that_takes_long_holds_up_nobody_for_longer_than_their_patience():
    thread, begun, over, found = PageThread(patience=0.01), Event(), Event(), []

    def long():
        begun.set()
        over.wait()
        return [b"long"]

    asking = Thread(target=lambda: found.append(thread.make(long)))
    asking.start()
    begun.wait()
    here = [current_thread().name.encode()]
    assert [thread.make(named), thread.make(named)] == [here, here]
    over.set()
    asking.join()
    assert found == [[b"long"]]
    patient = PageThread(patience=60)
    assert patient.make(named) == [b"pages_0"]
