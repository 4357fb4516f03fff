"""Names tell what a thing is: no bags, no business in the core, no machine's folders, no unfinished business."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from tests.architecture.sources import (
    identifiers,
    paragraphs,
    python_files,
    read,
    repository_files,
    words_of,
)

BAGS = {"utils", "util", "helpers", "helper", "common", "misc", "stuff", "lib"}
TEXTS = (
    ".py",
    ".yaml",
    ".html",
    ".ts",
    ".css",
    ".md",
    ".cfg",
    ".toml",
    ".txt",
    ".sh",
    ".mjs",
    ".json",
    ".po",
)
LOCALE_WORDS = re.compile(r"jalali|jdatetime|toman", re.IGNORECASE)
# Written so that this file does not hold what it looks for.
MACHINE_PATHS = re.compile(r"(?<![\w.])/(?:wor[k]|tm[p]|roo[t]|hom[e])/\w")
PROVIDERS = re.compile(
    r"amazonaws|googleapis|gstatic|azure|cloudflare|cloudfront|digitalocean|heroku|s3://|gs://|boto3",
    re.IGNORECASE,
)
UNFINISHED = re.compile(r"\b(?:TO[D]O|FIX[M]E|X[X]X|HA[C]K)\b")


def core_files():
    return [name for name in repository_files() if name.startswith("core/")]


def business_words():
    words = set(paragraphs(read("tests/architecture/business_words.txt")))
    plurals = {word[:-1] + "ies" if word.endswith("y") else word + "s" for word in words}
    return words | plurals


def test_nothing_is_named_after_a_bag():
    bags = [name for name in repository_files() if BAGS & set(Path(name).with_suffix("").parts)]
    assert not bags


@pytest.mark.covers("XR-04")
def test_no_identifier_of_the_core_is_a_business_word():
    forbidden = business_words()
    found = sorted(
        {
            f"{source.name}:{line} {name}"
            for source in python_files("core")
            for name, line in identifiers(source.tree)
            if forbidden.intersection(words_of(name))
        }
    )
    assert not found


@pytest.mark.covers("XR-04")
def test_no_file_name_and_no_document_of_the_core_holds_a_business_word():
    forbidden = business_words()
    named = [name for name in core_files() if forbidden.intersection(words_of(Path(name).stem))]
    documents = [name for name in core_files() if name.endswith((".yaml", ".html", ".json"))]
    written = [
        f"{name}: {word}"
        for name in documents
        for word in sorted(forbidden.intersection(re.findall(r"[a-z]+", read(name).lower())))
    ]
    assert not named
    assert not written


def test_the_core_knows_no_calendar_or_money_unit_of_a_country():
    found = [name for name in core_files() if name.endswith(TEXTS) and LOCALE_WORDS.search(read(name))]
    assert not found


def test_no_file_names_a_folder_of_somebodys_machine():
    found = [
        f"{name}:{number}: {line.strip()[:100]}"
        for name in repository_files()
        if name.endswith(TEXTS) or name in ("Makefile", ".ci/run")
        for number, line in enumerate(read(name).splitlines(), 1)
        if MACHINE_PATHS.search(line)
    ]
    assert not found


@pytest.mark.covers("IN-31")
def test_no_provider_of_machines_is_wired_in():
    found = [
        f"{name}:{number}: {line.strip()[:100]}"
        for name in repository_files()
        if name.startswith(("core/", "modules/", "scripts/", "themes/css/", "themes/src/"))
        and name.endswith((".py", ".ts", ".css", ".html", ".yaml", ".mjs"))
        for number, line in enumerate(read(name).splitlines(), 1)
        if PROVIDERS.search(line)
    ]
    assert not found


def test_nothing_is_left_to_be_done_in_a_comment():
    found = [
        f"{name}:{number}"
        for name in repository_files()
        if name.endswith((".py", ".ts", ".css", ".html", ".yaml", ".mjs"))
        for number, line in enumerate(read(name).splitlines(), 1)
        if UNFINISHED.search(line)
    ]
    assert not found
