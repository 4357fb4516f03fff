"""The manager: modules answer in order, and one that fails takes nobody along."""

from __future__ import annotations

import sys
from types import SimpleNamespace

import pytest

from core.hooks import Contribution, Plugins, hookimpl
from core.kernel.protocols import Profile
from core.metadata.specs import ModuleSpec


def plugin(**hooks):
    """Return a plugin whose hooks are the given functions."""
    return SimpleNamespace(**{name: hookimpl(function) for name, function in hooks.items()})


def languages(*names):
    return plugin(register_languages=lambda: names)


def saying(heard, name):
    def record_saved(change):
        heard.append((name, change))

    return plugin(record_saved=record_saved)


@pytest.fixture
def plugins():
    return Plugins()


def test_modules_are_asked_by_name_and_leave_out_what_they_do_not_need(plugins):
    heard = []
    assert plugins.register("a", saying(heard, "a"))
    plugins.call.record_saved(change=1, uow=None)
    assert heard == [("a", 1)]


def test_without_modules_every_hook_answers_nothing(plugins):
    assert plugins.call.record_validate(change=None, uow=None) == []
    assert plugins.call.actor_profile(account_id=1, uow=None) is None
    assert plugins.call.register_field_types() == []
    assert plugins.gather("register_jobs") == ()


def test_unknown_hooks_do_not_exist(plugins):
    with pytest.raises(AttributeError, match="there is no hook record_svaed"):
        plugins.call.record_svaed()


def test_contributions_come_with_their_module_in_the_order_of_dependencies(plugins):
    plugins.register("late", languages("xx"), requires=["early"])
    plugins.register("early", languages("aa", "bb"))
    assert plugins.modules == ("early", "late")
    assert plugins.gather("register_languages") == tuple(
        Contribution(module=m, value=v) for m, v in (("early", "aa"), ("early", "bb"), ("late", "xx"))
    )


def test_the_module_that_depends_on_others_speaks_first(plugins):
    heard = []
    plugins.register("late", saying(heard, "late"), requires=["early"])
    plugins.register("early", saying(heard, "early"))
    plugins.call.record_saved(change=1, uow=None)
    assert [name for name, _ in heard] == ["late", "early"]


def test_modules_that_require_each_other_do_not_hang(plugins):
    plugins.register("a", languages("a"), requires=["b"])
    plugins.register("b", languages("b"), requires=["a"])
    assert set(plugins.modules) == {"a", "b"}


def test_first_profile_counts(plugins):
    plugins.register("a", plugin(actor_profile=lambda account_id: Profile(name="A")))
    plugins.register("b", plugin(actor_profile=lambda account_id: None))
    assert plugins.call.actor_profile(account_id=1, uow=None) == Profile(name="A")


def test_module_with_an_unknown_hook_is_set_aside_and_the_others_go_on(plugins):
    plugins.register("good", languages("aa"))
    assert not plugins.register("bad", plugin(record_svaed=lambda change: None))
    assert plugins.modules == ("good",)
    problem = plugins.quarantined["bad"]
    assert problem.code == "quarantined"
    assert "record_svaed" in problem.text()
    assert plugins.call.register_languages() == [("aa",)]


def test_module_that_asks_for_an_unknown_argument_is_set_aside(plugins):
    assert not plugins.register("bad", plugin(record_saved=lambda change, request: None))
    assert "request" in plugins.quarantined["bad"].text()


def test_module_that_fails_in_a_registration_is_set_aside_whole_and_the_others_go_on(plugins):
    heard = []

    def broken():
        yield "aa"
        raise RuntimeError("no dictionary")

    bad = plugin(register_languages=broken, record_saved=lambda change: heard.append((1, change)))
    plugins.register("bad", bad)
    plugins.register("good", languages("bb"))
    assert plugins.call.register_languages() == [("bb",)]
    assert "RuntimeError: no dictionary" in plugins.quarantined["bad"].text()
    plugins.call.record_saved(change=1, uow=None)
    assert heard == []


def test_error_in_a_hook_that_shares_a_transaction_reaches_the_caller(plugins):
    def refuse(change):
        raise RuntimeError("no")

    plugins.register("a", plugin(record_saved=refuse))
    with pytest.raises(RuntimeError, match="no"):
        plugins.call.record_saved(change=1, uow=None)
    assert plugins.modules == ("a",)


def test_disabling_removes_exactly_the_modules_own_answers(plugins):
    heard = []
    for name in ("a", "b", "c"):
        plugins.register(name, saying(heard, name))
    plugins.unregister("b")
    plugins.call.record_saved(change=1, uow=None)
    assert sorted(name for name, _ in heard) == ["a", "c"]
    plugins.unregister("b")
    assert plugins.modules == ("a", "c")


def test_a_call_in_flight_keeps_the_set_it_started_with(plugins):
    heard = []

    def leaving(change):
        plugins.unregister("b")
        heard.append("a")

    plugins.register("b", saying(heard, "b"))
    plugins.register("a", plugin(record_saved=leaving))
    plugins.call.record_saved(change=1, uow=None)
    assert heard == ["a", ("b", 1)]
    assert plugins.modules == ("a",)


def test_registering_again_replaces_and_lifts_the_quarantine(plugins):
    plugins.register("a", plugin(nonsense=lambda: None))
    assert "a" in plugins.quarantined
    assert plugins.register("a", languages("new"))
    assert not plugins.quarantined
    assert not plugins.register("a", plugin(nonsense=lambda: None))
    assert plugins.call.register_languages() == [("new",)]


@pytest.fixture
def package(tmp_path, monkeypatch):
    """Return a function that writes a package with this ``hooks.py`` (None: without) and returns its module."""
    monkeypatch.syspath_prepend(str(tmp_path))

    def write(name, hooks):
        folder = tmp_path / name
        folder.mkdir()
        (folder / "__init__.py").write_text("")
        if hooks is not None:
            (folder / "hooks.py").write_text(hooks)
        return ModuleSpec(name=name, version="1", label=name, package=name)

    yield write
    for name in [n for n in sys.modules if n.startswith("hooked_")]:
        del sys.modules[name]


def test_hooks_of_a_module_are_found_by_their_fixed_name(plugins, package):
    source = "from core.hooks import hookimpl\n@hookimpl\ndef register_languages():\n    return ('aa',)\n"
    assert plugins.load(package("hooked_one", source))
    assert plugins.call.register_languages() == [("aa",)]


def test_module_without_hooks_is_fine(plugins, package):
    assert plugins.load(package("hooked_two", None))
    assert plugins.modules == ()


@pytest.mark.parametrize("source", ["raise RuntimeError('boom')", "import nothing_of_this_name", "def (:"])
def test_module_that_cannot_be_imported_is_set_aside(plugins, package, source):
    module = package("hooked_three", source)
    assert not plugins.load(module)
    assert "cannot be imported" in plugins.quarantined["hooked_three"].text()


def test_module_whose_package_is_gone_is_set_aside(plugins):
    assert not plugins.load(ModuleSpec(name="gone", version="1", label="Gone", package="gone_with_the_wind"))
    assert "gone" in plugins.quarantined
