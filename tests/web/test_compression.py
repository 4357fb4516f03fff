"""Pages and assets come compressed to who takes that, and say the same."""

from __future__ import annotations

import gzip
import json

from core.web.rendering import MANIFEST

TAKES = {"Accept-Encoding": "br, gzip;q=0.8"}


def test_a_page_is_compressed_for_who_takes_it_and_says_the_same(client):
    plain, packed = client.get("/sign-in"), client.get("/sign-in", headers=TAKES)
    assert (plain.headers.get("Content-Encoding"), packed.headers["Content-Encoding"]) == (None, "gzip")
    assert "Accept-Encoding" in plain.headers["Vary"]
    assert packed.content_length == len(packed.data) < len(plain.data) / 2
    heads = [page.partition(b"</head>")[0] for page in (plain.data, gzip.decompress(packed.data))]
    assert heads[0] == heads[1]


def test_the_length_of_a_compressed_page_tells_nothing_exact(client):
    lengths = {client.get("/sign-in", headers=TAKES).content_length for _ in range(12)}
    assert len(lengths) > 2


def test_a_refusal_of_compression_is_heeded(client):
    answer = client.get("/sign-in", headers={"Accept-Encoding": "gzip;q=0, identity"})
    assert "Content-Encoding" not in answer.headers


def test_assets_come_as_the_build_has_compressed_them(client):
    for name, mime in (
        ("app.js", "text/javascript"),
        ("style.css", "text/css"),
        ("icons.svg", "image/svg+xml"),
    ):
        path = "/assets/" + json.loads(MANIFEST.read_text())[name]
        with client.get(path) as plain, client.get(path, headers=TAKES) as packed:
            assert packed.headers["Content-Encoding"] == "gzip"
            assert gzip.decompress(packed.data) == plain.data
        assert {plain.mimetype, packed.mimetype} == {mime}
        assert "immutable" in packed.headers["Cache-Control"]
        assert "Accept-Encoding" in packed.headers["Vary"]


def test_an_asset_whose_name_no_file_can_have_is_not_found(client):
    for name in ("a" * 300, "a%00b"):
        for headers in ({}, TAKES):
            assert client.get(f"/assets/{name}", headers=headers).status_code == 404
