"""What the product's events are called and carry: mostly plain, now and then any UTF-8 at all."""

import json

OPENED, BOUGHT, SIGNED_UP, EXPOSED = "app_opened", "purchase_completed", "signed_up", "flag_exposed"
# Ordinary events and how common they are.
ORDINARY = {
    "page_viewed": 34.0, "item_opened": 20.0, "search_performed": 15.0, "report_opened": 8.0, "list_sorted": 6.0,
    "cart_updated": 5.0, "settings_opened": 3.0, "help_opened": 3.0, "notification_dismissed": 3.0,
    "Größe geändert": 0.6, "レポートを開く": 0.6, "عُرضت القائمة": 0.6, "🎉 confetti shown": 0.4,
    "zero\u200bwidth\u200dname": 0.2, "it's \"quoted\"; drop table events; --": 0.2, "tab\tand\nnewline": 0.1,
}  # fmt: skip
_TOLD: tuple[dict[str, object], ...] = (
    {}, {"page": "home"}, {"page": "orders", "position": 3}, {"page": "reports", "rows": 120},
    {"query": "blue shoes", "results": 41}, {"query": "größe 42", "results": 0}, {"query": "靴", "results": 12},
    {"item": "sku-1042", "price": 19.9}, {"item": "sku-77", "price": "19,90"}, {"sort": "price", "ascending": True},
    {"source": "push", "campaign": None}, {"nested": {"a": [1, 2, {"b": None}]}}, {"größe": "xl", "🙂": True},
    {"اسم": "قيمة"}, {"zero\u200bwidth": "a\u200db"}, {"html": "<script>alert(1)</script>"}, {"": "empty name"},
    {"referrer": "https://example.com/?q=a&b=c#d"}, {"email": "someone@example.com"}, {"big": 9007199254740993},
)  # fmt: skip
PROPERTIES = tuple(json.dumps(told, ensure_ascii=False) for told in _TOLD)
EXTRA_SLOTS = 1024
