"""The two units of the Iranian currency: the ledger counts Rials, most people count Tomans of ten Rials."""

from __future__ import annotations

from decimal import Decimal
from types import MappingProxyType

from core.sdk import MoneyUnit

RIAL = MoneyUnit(
    name="rial",
    currency="IRR",
    labels=MappingProxyType({"fa": "ریال", "en": "Rial"}),
    words=("rials", "IRR", "RLS", "﷼", "ریال ایران"),
)

TOMAN = MoneyUnit(
    name="toman",
    currency="IRR",
    labels=MappingProxyType({"fa": "تومان", "en": "Toman"}),
    factor=Decimal(10),
    words=("tomans", "IRT", "TMN", "تومن"),
)
