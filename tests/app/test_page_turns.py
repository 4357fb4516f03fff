"""Pages are made in turn, by one thread of whichever process is free; what is none is made by who was asked."""

from __future__ import annotations

import multiprocessing
import os
from contextlib import closing
from threading import Event, Thread, current_thread

import pytest

from core.app.page_turns import BEGUN, LARGEST_PAGE, LARGEST_REQUEST, PageTurns, in_turn

PAGE = {
    "REQUEST_METHOD": "GET",
    "PATH_INFO": "/records/a.b",
    "QUERY_STRING": "q=%D8%B3",
    "HTTP_COOKIE": "a=1",
}
PATIENT = 60


@pytest.fixture
def turns():
    found = PageTurns()
    yield found
    found.close()


def page(text, start_response, kind="text/html; charset=utf-8"):
    body = text.encode()
    start_response("200 OK", [("Content-Type", kind), ("Content-Length", str(len(body)))])
    return [body]


def told_by_thread(_environ, start_response):
    return page(current_thread().name, start_response)


def asked(application, **changed):
    """Return what somebody gets: status, headers, text."""
    heard = []
    answer = application({**PAGE, **changed}, lambda *heads: heard.extend(heads))
    return heard[0], dict(heard[1]), b"".join(answer).decode()


def test_pages_are_made_by_one_thread_and_all_else_by_who_was_asked(turns):
    application = in_turn(told_by_thread, turns, PATIENT)
    here = current_thread().name
    assert asked(application)[2] == "pages"
    others = [
        {"PATH_INFO": path}
        for path in (
            "/api/v1/records/a.b",
            "/assets/app.js",
            "/files/1",
            "/health",
            "/records/a.b/export.csv",
        )
    ]
    others += [
        {"REQUEST_METHOD": "POST"},
        {"CONTENT_LENGTH": "3"},
        {"HTTP_TRANSFER_ENCODING": "chunked"},
        {"HTTP_X": "x" * LARGEST_REQUEST},
    ]
    assert [asked(application, **changed)[2] for changed in others] == [here] * len(others)


def test_a_page_has_its_status_its_headers_and_every_letter_and_its_maker_saw_the_whole_request(turns):
    seen = []

    def application(environ, start_response):
        seen.append(environ)
        body = "سلام\n\n".encode()
        start_response(
            "404 NOT FOUND",
            [
                ("Content-Type", "text/html"),
                ("Content-Length", str(len(body))),
                ("Set-Cookie", "a=1"),
                ("Set-Cookie", "b=2"),
            ],
        )
        return [body[:3], body[3:]]

    heard = []
    in_turn_here = in_turn(application, turns, PATIENT)
    body = b"".join(
        in_turn_here(
            {**PAGE, "wsgi.url_scheme": "https", "HOME": "/root"}, lambda *heads: heard.extend(heads)
        )
    )
    assert (heard[0], body.decode()) == ("404 NOT FOUND", "سلام\n\n")
    assert [value for name, value in heard[1] if name == "Set-Cookie"] == ["a=1", "b=2"]
    assert PAGE.items() <= seen[0].items()
    assert seen[0]["wsgi.url_scheme"] == "https"
    assert seen[0]["wsgi.input"].read() == b""
    assert "HOME" not in seen[0]


def test_a_page_may_be_made_by_another_process(turns):
    def application(_environ, start_response):
        return page(str(os.getpid()), start_response)

    def other():
        in_turn(application, turns)
        Event().wait()

    maker = multiprocessing.get_context("fork").Process(target=other, daemon=True)
    maker.start()
    try:
        told = turns.ask(PAGE, PATIENT)
        assert told is not None
        assert told.body.decode() == str(maker.pid)
    finally:
        maker.kill()
        maker.join()
        maker.close()


def test_who_has_waited_in_vain_makes_the_page_and_nobody_begins_it_again(turns):
    made = []
    assert turns.ask(PAGE, 0.01) is None

    def application(environ, start_response):
        made.append(environ["PATH_INFO"])
        return page("made", start_response)

    # The thread that comes now finds the forsaken request first, and passes it over.
    assert asked(in_turn(application, turns, PATIENT), PATH_INFO="/next")[2] == "made"
    assert made == ["/next"]


def test_who_was_asked_makes_the_page_where_its_maker_ends_or_sends_half_of_it(turns):
    for sent in (b"", b'["200 OK", [], 9', b'["200 OK", [], 9]\nhalf'):

        def maker(sent=sent):
            with closing(turns.take()[1]) as there:
                there.sendall(BEGUN + sent)

        ending = Thread(target=maker)
        ending.start()
        assert turns.ask(PAGE, PATIENT) is None
        ending.join()


@pytest.mark.parametrize("broken", ["stream", "large"])
def test_what_is_streamed_or_too_large_is_sent_by_who_was_asked(turns, broken):
    closed = []

    class Answer(list):
        def close(self):
            closed.append(current_thread().name)

    def application(_environ, start_response):
        headers = [("Content-Type", "text/html")]
        if broken != "stream":
            headers.append(("Content-Length", str(LARGEST_PAGE + 1 if broken == "large" else 4)))
        start_response("200 OK", headers)
        return Answer([current_thread().name.encode()])

    assert asked(in_turn(application, turns, PATIENT))[2] == current_thread().name
    assert closed == ["pages"]  # what was begun in vain holds nothing


def test_whatever_comes_whole_is_made_once(turns):
    made = []

    def application(_environ, start_response):
        made.append(current_thread().name)
        return page("a;b", start_response, "text/csv")

    assert asked(in_turn(application, turns, PATIENT))[2] == "a;b"
    assert made == ["pages"]


def test_a_request_whose_socket_was_lost_is_passed_over(turns):
    """As it is where the process that takes it has no handle left."""
    turns._asking.send(b"{}")
    assert asked(in_turn(told_by_thread, turns, PATIENT))[2] == "pages"


def test_what_a_page_raises_reaches_who_has_asked_for_it_and_the_thread_goes_on(turns):
    def application(environ, start_response):
        if environ["PATH_INFO"] == "/broken":
            raise KeyError("not there")
        return told_by_thread(environ, start_response)

    served = in_turn(application, turns, PATIENT)
    with pytest.raises(KeyError, match="not there"):
        asked(served, PATH_INFO="/broken")
    assert asked(served)[2] == "pages"


def test_a_page_that_takes_long_holds_up_nobody_for_longer_than_their_patience(turns):
    begun, over, found = Event(), Event(), []

    def application(environ, start_response):
        if environ["PATH_INFO"] == "/long":
            begun.set()
            over.wait()
        return told_by_thread(environ, start_response)

    served = in_turn(application, turns, 0.01)
    asking = Thread(target=lambda: found.append(asked(served, PATH_INFO="/long")[2]))
    asking.start()
    begun.wait()
    assert [asked(served)[2], asked(served)[2]] == [current_thread().name] * 2
    over.set()
    asking.join()
    assert found in (["pages"], [asking.name])  # the thread of pages, or who asked where it was slow to begin
