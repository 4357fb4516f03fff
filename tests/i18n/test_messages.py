"""Translations: where they come from, which wins, what happens without."""

from __future__ import annotations

import os
from decimal import Decimal
from pathlib import Path

import pytest
from babel.messages.catalog import Catalog
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po

from core.config import Settings
from core.errors import Problem, Word
from core.i18n import Localization, Messages
from core.kernel.actor import Preferences
from tests.i18n.conftest import EASTERN, FARSI


def write_catalogue(folder: Path, language: str, entries: str, name: str = "messages") -> Path:
    path = folder / language / "LC_MESSAGES" / f"{name}.po"
    path.parent.mkdir(parents=True, exist_ok=True)
    head = (
        f'msgid ""\nmsgstr ""\n"Language: {language}\\n"\n"Content-Type: text/plain; charset=utf-8\\n"\n'
        '"Plural-Forms: nplurals=2; plural=(n > 1);\\n"\n\n'
    )
    path.write_text(head + entries, encoding="utf-8")
    return path


def test_a_message_without_translation_is_its_own() -> None:
    assert Messages().gettext("fa", "Save") == "Save"
    assert Messages().ngettext("fa", "{number} day", "{number} days", 2) == "{number} days"
    assert Messages().gettext("../../etc", "Save") == "Save"


def test_later_folders_win_and_earlier_ones_remain(tmp_path: Path) -> None:
    write_catalogue(tmp_path / "a", "fa", 'msgid "Save"\nmsgstr "ذخیره"\n\nmsgid "Cancel"\nmsgstr "لغو"\n')
    write_catalogue(tmp_path / "b", "fa", 'msgid "Save"\nmsgstr "ثبت"\n')
    messages = Messages([tmp_path / "a", tmp_path / "b"])
    assert (messages.gettext("fa", "Save"), messages.gettext("fa", "Cancel")) == ("ثبت", "لغو")


def test_a_regional_language_falls_back_on_its_base(tmp_path: Path) -> None:
    write_catalogue(tmp_path, "fa", 'msgid "Save"\nmsgstr "ذخیره"\n')
    assert Messages([tmp_path]).gettext("fa_AF", "Save") == "ذخیره"


def test_context_tells_equal_words_apart(tmp_path: Path) -> None:
    write_catalogue(
        tmp_path,
        "fa",
        'msgctxt "bank"\nmsgid "Account"\nmsgstr "حساب بانکی"\n\nmsgid "Account"\nmsgstr "حساب"\n',
    )
    messages = Messages([tmp_path])
    assert messages.gettext("fa", "Account", "bank") == "حساب بانکی"
    assert messages.gettext("fa", "Account") == "حساب"
    assert messages.entries("fa") == {"Account": "حساب"}


def test_plural_forms_follow_the_catalogue(tmp_path: Path) -> None:
    write_catalogue(
        tmp_path,
        "fa",
        'msgid "{number} day"\nmsgid_plural "{number} days"\n'
        'msgstr[0] "{number} روز"\nmsgstr[1] "{number} روزها"\n',
    )
    messages = Messages([tmp_path])
    assert messages.ngettext("fa", "{number} day", "{number} days", 1) == "{number} روز"
    assert messages.ngettext("fa", "{number} day", "{number} days", 5) == "{number} روزها"


def test_fuzzy_and_empty_translations_are_not_shown(tmp_path: Path) -> None:
    write_catalogue(tmp_path, "fa", '#, fuzzy\nmsgid "Save"\nmsgstr "؟"\n\nmsgid "Open"\nmsgstr ""\n')
    messages = Messages([tmp_path])
    assert (messages.gettext("fa", "Save"), messages.gettext("fa", "Open")) == ("Save", "Open")
    assert messages.gettext("fa", "") == ""


def test_a_file_is_read_again_only_when_it_changed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    reads: list[object] = []

    def counted(*args, **kwargs) -> Catalog:
        reads.append(args)
        return read_po(*args, **kwargs)

    monkeypatch.setattr("core.i18n.messages.read_po", counted)
    path = write_catalogue(tmp_path, "fa", 'msgid "Save"\nmsgstr "ذخیره"\n')
    messages = Messages([tmp_path])
    for _ in range(3):
        assert messages.gettext("fa", "Save") == "ذخیره"
    messages.use([tmp_path])
    assert messages.gettext("fa", "Save") == "ذخیره"
    assert len(reads) == 1
    write_catalogue(tmp_path, "fa", 'msgid "Save"\nmsgstr "ثبت"\n')
    os.utime(path, ns=(1, 1))
    messages.use([tmp_path])
    assert messages.gettext("fa", "Save") == "ثبت"
    assert len(reads) == 2


def test_a_compiled_catalogue_stands_for_its_source_unless_that_is_newer(tmp_path: Path) -> None:
    source = write_catalogue(tmp_path, "fa", 'msgid "Save"\nmsgstr "ذخیره"\n')
    compiled = source.with_suffix(".mo")
    catalog = Catalog(locale="fa")
    catalog.add("Save", "ثبت")
    with compiled.open("wb") as stream:
        write_mo(stream, catalog)
    os.utime(source, ns=(1, 1))
    assert Messages([tmp_path]).gettext("fa", "Save") == "ثبت"
    os.utime(compiled, ns=(0, 0))
    assert Messages([tmp_path]).gettext("fa", "Save") == "ذخیره"


def test_sentences_are_filled_after_translation(reader, messages: Messages, tmp_path: Path) -> None:
    write_catalogue(
        tmp_path,
        "fa",
        'msgid "There is no field {name}. Perhaps: {nearest}."\n'
        'msgstr "فیلدی به نام {name} نیست. شاید: {nearest}."\n\n'
        'msgid "At most {limit}."\nmsgstr "حداکثر {limit}."\n',
    )
    messages.use([tmp_path])
    style = reader("fa")
    told = Problem(
        code="unknown_field",
        message="There is no field {name}. Perhaps: {nearest}.",
        params={"name": "نام", "nearest": ("first_name", "نام۲")},
    )
    assert style.problem(told) == "فیلدی به نام نام نیست. شاید: \u2068first_name\u2069، نام۲."
    assert style._("At most {limit}.", limit=1000) == "حداکثر ۱۰۰۰."
    assert reader("en")._("At most {limit}.", limit=Decimal("2.5")) == "At most 2.5."


def test_counts_are_told_in_the_readers_digits(reader) -> None:
    assert reader("fa").ngettext("{number} record", "{number} records", 1234) == "۱٬۲۳۴ records"
    assert reader("en").ngettext("{number} record", "{number} records", 1) == "1 record"


def test_labels_of_modules_are_translated_and_those_of_the_site_are_picked(
    reader, messages, tmp_path
) -> None:
    write_catalogue(tmp_path, "fa", 'msgid "Name"\nmsgstr "نام"\n')
    messages.use([tmp_path])
    assert reader("fa").label("Name") == "نام"
    assert reader("fa").label({"en": "Tier", "fa": "سطح"}) == "سطح"
    assert reader("de").label({"en": "Tier", "fa": "سطح"}) == "Tier"
    assert reader("de").label({"fa": "سطح"}) == "سطح"
    assert reader("de").label({}) == ""


def test_a_sentence_with_braces_that_are_no_parameters_is_left_alone(reader) -> None:
    assert reader("en")._("Write {name} or {0}.", name="x") == "Write x or {0}."


def test_a_word_of_ours_is_translated_inside_a_sentence(tmp_path: Path) -> None:
    write_catalogue(
        tmp_path,
        "fa",
        'msgid "expected {what}"\nmsgstr "باید {what} باشد"\n\nmsgid "a number"\nmsgstr "یک عدد"\n\n'
        'msgid "a reference to {entity}"\nmsgstr "ارجاع به {entity}"\n',
    )
    known = Localization(Messages([tmp_path]))
    known.fill(languages=[FARSI], digits=[EASTERN])
    style = known.style(Preferences(language="fa"), Settings())
    assert style._("expected {what}", what=Word("a number")) == "باید یک عدد باشد"
    told = style._("expected {what}", what=Word("a reference to {entity}", entity="office.room"))
    assert told.replace("\u2068", "").replace("\u2069", "") == "باید ارجاع به office.room باشد"
    assert Problem(
        code="x", message="expected {what}", params={"what": Word("a {kind}", kind="list")}
    ).text() == ("expected a list")
