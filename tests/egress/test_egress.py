"""The one client for HTTP: whom it asks, whom it never asks, and what it takes from whoever answers."""

from __future__ import annotations

import socket
import ssl
import threading
import time
from contextlib import contextmanager, suppress
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from tempfile import NamedTemporaryFile

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

from core.config import Settings
from core.egress import Egress, Failed, Forbidden, client, is_public

INSIDE = (
    *("127.0.0.1", "10.1.2.3", "172.16.0.1", "192.168.1.1", "169.254.169.254", "100.64.0.1", "0.0.0.0"),
    *(
        "192.88.99.1",
        "198.18.0.1",
        "224.0.0.1",
        "255.255.255.255",
        "192.0.0.192",
        "::1",
        "::",
        "fe80::1%eth0",
    ),
    *(
        "fec0::1",
        "fd00::1",
        "64:ff9b::a00:1",
        "64:ff9b:1::1",
        "2002:a00:1::1",
        "::ffff:8.8.8.8",
        "::ffff:0:a00:1",
        "::127.0.0.1",
    ),
    *("2001:db8::1", "ff02::1", "2001::1", "not an address", ""),
)
OUTSIDE = ("8.8.8.8", "185.143.233.1", "2a00:1450:4001::1")


class Handler(BaseHTTPRequestHandler):
    seen: list

    def do_GET(self):
        self.seen.append((self.path, dict(self.headers)))
        if self.path == "/slow":
            for _ in range(50):
                self.wfile.write(b"H")
                time.sleep(0.05)  # a server that drips, which is what is tested
            return
        body = b"x" * (client.LARGEST + 1) if self.path == "/long" else b"here"
        self.send_response(302 if self.path == "/moved" else 200)
        self.send_header("Location", "http://169.254.169.254/latest/meta-data")
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_):
        pass


@contextmanager
def server():
    Handler.seen = []
    made = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=made.serve_forever, daemon=True).start()
    try:
        yield made.server_port
    finally:
        made.shutdown()
        made.server_close()


def egress(*addresses, allow=""):
    return Egress(Settings(egress_allow=allow), lambda _host, _port: list(addresses))


@pytest.mark.parametrize("address", INSIDE)
def test_no_address_of_our_own_networks_is_public(address):
    assert not is_public(address)
    with pytest.raises(Forbidden):
        egress(address).get("http://looks.example/")


def test_addresses_outside_are_public_and_all_of_a_name_have_to_be():
    assert all(map(is_public, OUTSIDE))
    for mixed in (("8.8.8.8", "10.0.0.1"), ("10.0.0.1", "8.8.8.8"), ()):
        with pytest.raises(Forbidden):
            egress(*mixed).get("https://looks.example/")


@pytest.mark.parametrize(
    "url",
    [
        *("ftp://a.example/", "file:///etc/passwd", "gopher://a.example/", "//a.example", "", "https://"),
        *("http://u:p@a.example/", "http://u@a.example/", "http://a.example:22/", "http://a.example:99999/"),
        *("http://a.example/\r\nX: 1", "http://[::1", "http://a.example:8080/"),
    ],
)
def test_what_is_no_plain_address_of_the_web_is_not_asked(url):
    with pytest.raises(Forbidden):
        egress("8.8.8.8").get(url)


def test_the_address_that_was_looked_at_is_the_one_that_is_asked_in_the_name_that_was_given():
    with server() as port:
        asked = []

        def look_up(host, port):
            asked.append(host)
            return ["127.0.0.1"] if len(asked) == 1 else ["8.8.8.8"]

        allowed = Egress(Settings(egress_allow=f"idp.example:{port}"), look_up)
        answer = allowed.get(f"http://idp.example:{port}/a?b=c", {"Accept": "text/plain"})
        assert (answer.status, answer.body, asked) == (200, b"here", ["idp.example"])
        path, headers = Handler.seen[0]
        assert path == "/a?b=c"
        assert headers["Host"] == f"idp.example:{port}"
        with pytest.raises(Forbidden):
            Egress(Settings(egress_allow=f"other.example:{port}"), look_up).get(f"http://idp.example:{port}/")


def test_nothing_is_followed_and_answers_are_bounded_in_size_and_time(monkeypatch):
    monkeypatch.setattr(client, "SECONDS", 0.4)
    with server() as port:
        ours = egress("127.0.0.1", allow=f"idp.example:{port}")
        moved = ours.get(f"http://idp.example:{port}/moved")
        assert (moved.status, len(Handler.seen)) == (302, 1)
        assert "here" not in repr(moved)
        with pytest.raises(Failed):
            ours.get(f"http://idp.example:{port}/long")
        started = time.monotonic()
        with pytest.raises(Failed):
            ours.get(f"http://idp.example:{port}/slow")
        assert time.monotonic() - started < 2
    with pytest.raises(Failed):
        ours.get(f"http://idp.example:{port}/gone")


def test_a_server_that_speaks_no_tls_is_not_spoken_to_over_it():
    with server() as port, pytest.raises(Failed):
        egress("127.0.0.1", allow=f"idp.example:{port}").get(f"https://idp.example:{port}/")


@contextmanager
def secured(cut):
    """A server that greets once the time is over, and then drips."""
    key, name = ec.generate_private_key(ec.SECP256R1()), x509.Name([])
    now, day = datetime.now(UTC), timedelta(days=1)
    made = x509.CertificateBuilder(name, name, key.public_key(), 1, now - day, now + day)
    certificate = made.sign(key, hashes.SHA256()).public_bytes(serialization.Encoding.PEM)
    kept = (serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    with NamedTemporaryFile() as file:
        file.write(certificate + key.private_bytes(*kept))
        file.flush()
        context.load_cert_chain(file.name)

    def serve():
        accepted, _ = listening.accept()
        cut.wait(10)
        with suppress(OSError), context.wrap_socket(accepted, server_side=True) as stream:
            stream.sendall(b"HTTP/1.1 200 OK\r\n\r\n")
            for _ in range(50):
                stream.sendall(b"x")
                time.sleep(0.1)  # a server that drips, which is what is tested

    with socket.create_server(("127.0.0.1", 0)) as listening:
        thread = threading.Thread(target=serve, daemon=True)
        thread.start()
        yield listening.getsockname()[1]
        thread.join()


def test_a_greeting_that_outlasts_the_time_is_cut_as_an_answer_is(monkeypatch):
    cut, end, connect = threading.Event(), client._Pinned.cut, socket.create_connection

    def cuts(connection):
        end(connection)
        cut.set()

    monkeypatch.setattr(client, "SECONDS", 0.4)
    monkeypatch.setattr(client._Pinned, "cut", cuts)
    monkeypatch.setattr(socket, "create_connection", lambda to, timeout: connect(to, timeout=10))
    with secured(cut) as port:
        ours = egress("127.0.0.1", allow=f"idp.example:{port}")
        ours._context.check_hostname, ours._context.verify_mode = False, ssl.CERT_NONE
        started = time.monotonic()
        with pytest.raises(Failed):
            ours.get(f"https://idp.example:{port}/")
        assert time.monotonic() - started < 3
