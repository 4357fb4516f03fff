"""`ExpressionCache`: checked expressions by their text, for one catalog; whoever owns the catalog owns the cache."""

from __future__ import annotations

from collections import OrderedDict
from threading import Lock

from core.expressions.checked import Checked
from core.expressions.checker import compile_text
from core.expressions.python import compile_python
from core.expressions.python_values import Reading
from core.expressions.types import Type
from core.expressions.views import Schema

Key = tuple[str, str, Type | str | None, bool]


class ExpressionCache:
    """Keeps the ``size`` expressions used last; what is wrong is not kept.

    The schema must not change while the cache lives: a new catalog gets a new cache.
    """

    def __init__(self, schema: Schema, size: int = 1024) -> None:
        self._schema = schema
        self._size = size
        self._lock = Lock()
        self._checked: OrderedDict[Key, Checked] = OrderedDict()
        self._readings: dict[Key, Reading] = {}

    def checked(
        self, text: str, entity: str, expect: Type | str | None = None, *, old: bool = True
    ) -> Checked:
        """Return ``text`` parsed and checked, or raise `ExpressionInvalid`."""
        key = (text, entity, expect, old)
        with self._lock:
            found = self._checked.get(key)
            if found is not None:
                self._checked.move_to_end(key)
                return found
        found = compile_text(text, self._schema, entity, expect, old=old)
        with self._lock:
            self._checked[key] = found
            while len(self._checked) > self._size:
                dropped, _ = self._checked.popitem(last=False)
                self._readings.pop(dropped, None)
        return found

    def python(
        self, text: str, entity: str, expect: Type | str | None = None, *, old: bool = True
    ) -> Reading:
        """Return the Python reading of ``text``, compiled once."""
        key = (text, entity, expect, old)
        read = self._readings.get(key)
        if read is None:
            read = compile_python(self.checked(text, entity, expect, old=old))
            with self._lock:
                if key in self._checked:
                    self._readings[key] = read
        return read

    def __len__(self) -> int:
        return len(self._checked)
