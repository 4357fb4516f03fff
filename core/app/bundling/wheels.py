"""Wheels as files: what they are called, what they need on the target, on which machines they run."""

from __future__ import annotations

import hashlib
import re
import zipfile
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from email.message import Message
from email.parser import HeaderParser
from pathlib import Path

from packaging.requirements import Requirement
from packaging.utils import InvalidWheelFilename, canonicalize_name, parse_wheel_filename

from core.errors import BadRequest

GLIBC = re.compile(r"manylinux_(\d+)_(\d+)_")
LEGACY = {"manylinux1_": (2, 5), "manylinux2010_": (2, 12), "manylinux2014_": (2, 17)}


@dataclass(frozen=True, kw_only=True, slots=True)
class Wheel:
    """One wheel: its file, its names, what it requires, under which licence, and how much room it takes unpacked."""

    path: Path
    name: str
    version: str
    requires: Sequence[Requirement]
    licence: str
    home: str
    sha256: str
    glibc: tuple[int, int]
    room: int

    @classmethod
    def read(cls, path: Path) -> Wheel:
        """Read a wheel; raise `BadRequest` where it is none."""
        try:
            name, version, _, tags = parse_wheel_filename(path.name)
            with zipfile.ZipFile(path) as archive:
                about = next(n for n in archive.namelist() if n.endswith(".dist-info/METADATA"))
                headers = HeaderParser().parsestr(archive.read(about).decode())
                room = sum(part.file_size for part in archive.infolist())
        except (InvalidWheelFilename, zipfile.BadZipFile, StopIteration, OSError, ValueError) as fault:
            raise BadRequest("{file} is not a wheel.", code="not_a_wheel", file=str(path)) from fault
        platforms = [tag.platform for tag in tags]
        return cls(
            path=path,
            name=canonicalize_name(name),
            version=str(version),
            requires=tuple(Requirement(str(text)) for text in headers.get_all("Requires-Dist", ())),
            licence=_licence(headers),
            home=_home(headers),
            sha256=hashlib.sha256(path.read_bytes()).hexdigest(),
            glibc=min(map(_glibc, platforms), default=(0, 0)),
            room=room,
        )


def needed(wheels: Iterable[Wheel], roots: Iterable[str], python: str, machine: str) -> Needed:
    """Follow the requirements from ``roots`` as the target evaluates them, not as this Python does."""
    here = {wheel.name: wheel for wheel in wheels}
    extras: dict[str, set[str]] = {}
    missing: dict[str, Requirement] = {}
    waiting = [Requirement(canonicalize_name(root)) for root in roots]
    while waiting:
        asked = waiting.pop()
        name = canonicalize_name(asked.name)
        wheel = here.get(name)
        if wheel is None or not asked.specifier.contains(wheel.version, prereleases=True):
            missing[name] = asked
            continue
        new = ({"", *asked.extras}) - extras.get(name, set())
        extras.setdefault(name, set()).update(new)
        for extra in new:
            environment = _target(python, machine) | {"extra": extra}
            waiting += [need for need in wheel.requires if _holds(need, environment, extra)]
    return Needed(
        wheels=tuple(here[name] for name in sorted(extras)),
        missing=tuple(missing[name] for name in sorted(missing)),
    )


@dataclass(frozen=True, kw_only=True, slots=True)
class Needed:
    """What a target needs: the wheels that are here, by name, and the requirements that none of them meets."""

    wheels: Sequence[Wheel]
    missing: Sequence[Requirement]


def _holds(need: Requirement, environment: Mapping[str, str], extra: str) -> bool:
    if need.marker is None:
        return extra == ""
    return need.marker.evaluate(dict(environment))


def _target(python: str, machine: str) -> dict[str, str]:
    return {
        "implementation_name": "cpython",
        "implementation_version": f"{python}.0",
        "os_name": "posix",
        "platform_machine": machine,
        "platform_python_implementation": "CPython",
        "platform_release": "",
        "platform_system": "Linux",
        "platform_version": "",
        "python_full_version": f"{python}.0",
        "python_version": python,
        "sys_platform": "linux",
    }


def _glibc(platform: str) -> tuple[int, int]:
    """Return the glibc that a platform tag asks for; (0, 0) where it asks for none."""
    if found := GLIBC.match(platform):
        return int(found[1]), int(found[2])
    return next((version for start, version in LEGACY.items() if platform.startswith(start)), (0, 0))


def _licence(headers: Message) -> str:
    """Return the licence as the package tells it: an expression, a classifier, or its own short word."""
    if expression := headers.get("License-Expression"):
        return str(expression)
    classified = [
        str(value).rpartition(" :: ")[2]
        for name, value in headers.items()
        if name == "Classifier" and str(value).startswith("License :: ") and str(value).count(" :: ") > 1
    ]
    told = str(headers.get("License") or "").strip()
    return ", ".join(classified) or (told if told and "\n" not in told else "see the package")


def _home(headers: Message) -> str:
    links = [str(value).partition(",")[2].strip() for name, value in headers.items() if name == "Project-URL"]
    return str(headers.get("Home-page") or (links[0] if links else ""))
