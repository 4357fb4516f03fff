"""For WSGI servers of your own: `wsgi:app`. `payvand serve` needs nothing but itself."""

from __future__ import annotations

from core.app.wsgi import application

app = application()
