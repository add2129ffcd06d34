"""Texts that counters stumble over, drawn from a seed: what people write, and what nobody should."""

from __future__ import annotations

import random
from collections.abc import Iterator

__all__ = ["HOSTILE", "SPECIAL", "draw", "texts"]

SPECIAL = (
    "<|endoftext|>",
    "<|endofprompt|>",
    "<|im_start|>",
    "<|im_end|>",
    "<|start|>",
    "<|message|>",
    "<|begin_of_text|>",
    "<|start_header_id|>",
    "<|eot_id|>",
    "<|fim_prefix|>",
    "<｜begin▁of▁sentence｜>",
    "[/INST]",
)
"""What tokenizers use as control tokens. In a text they are ordinary text, whoever wrote it."""

HOSTILE = {
    "one letter": "a",
    "one capital": "A",
    "one digit": "7",
    "one mark": "!",
    "blanks": " ",
    "wide blanks": "\u3000",
    "line ends": "\n",
    "line ends and blanks": "\n ",
    "blanks, then a word": " " * 999 + "x",
    "Chinese": "的一是不了人我在有他这中大来上国",
    "Thai": "กรุณายืนยันที่อยู่",
    "emoji": "👩\u200d👩\u200d👧🙏🏽🎉",
    "combining marks": "\u0301",
    "surrogates": "\ud800",
    "control characters": "\x00\x01\x1b\x7f",
    "contractions": "'s",
    "special tokens": "<|endoftext|>",
}
"""What a megabyte of is counted in seconds, by name: each is repeated."""

_WORDS = (
    *("the refund is not due before Thursday", "Please confirm: 50.00 EUR (order #4711)!", "don't, we'll see; it's"),
    *("Größe überprüfen, sonst schließt das Lager", "l'adresse n'a pas été trouvée", "¿Dónde está mi paquete?"),
    *("Пожалуйста, подтвердите адрес", "Παρακαλούμε επιβεβαιώστε", "נא לאשר את הכתובת", "يرجى تأكيد العنوان"),
    *(
        "请在星期四之前确认收货地址。",
        "お届け先の住所をご確認ください。",
        "배송지 주소를 확인해 주세요.",
        "กรุณายืนยันที่อยู่จัดส่ง",
    ),
    *("कृपया पता पक्का करें।", "முகவரியை உறுதி செய்யவும்.", "გთხოვთ დაადასტუროთ", "vui lòng xác nhận địa chỉ"),
    *('{"id": 17, "tags": ["a", "b"]}', "if (x != NULL) { return -1; } // ok", "def f(a):\n    return a[0] ** 2\n"),
    *(
        "https://example.com/a?b=c&d=%20",
        "- [ ] one\n- [x] two\n",
        "| a | b |\n|---|---|\n",
        "camelCaseWordsAndHTTPServer2Go",
    ),
)
_PIECES = (
    *("\n", "\n\n", "\r\n", "\r", " ", "  ", "\t", " \n", "\n ", "\u00a0", "\u3000", "\u2028", "\v", "\x85", ""),
    *("'", "'s", "'LL", "’s", "/", "//", ".", "...", "!?", "-", "--", "_", "“", "”", "…", "。", "、"),
    *("1", "12", "1234567", "²", "½", "٣", "a", "A", "é", "e\u0301", "\u0301", "ß", "ſ", "İ", "ﬁ", "的", "ア", "한"),
    *(
        "👍",
        "👍🏽",
        "👨\u200d👩\u200d👧",
        "🇩🇪",
        "\ufe0f",
        "\u200b",
        "\u200d",
        "\ufeff",
        "\x00",
        "\x1b",
        "\x7f",
        "\ufffd",
        "\U000e0041",
    ),
    *("\ud800", "\udfff", "\udc00\ud800", "\ud83d", "\U0010ffff", "\ue000", "\uffff"),
)


def texts(seed: int) -> Iterator[str]:
    """Texts without end, the same ones for the same seed; the first are every piece, special string and sentence."""
    yield from (*_PIECES, *SPECIAL, *_WORDS)
    source = random.Random(seed)
    while True:
        yield draw(source)


def draw(source: random.Random) -> str:
    """A text of 1 to 60 pieces, words and strange characters, drawn from `source`."""
    return "".join([_piece(source) for _ in range(source.choice((1, 2, 3, 5, 12, 60)))])


def _piece(source: random.Random) -> str:
    kind = source.random()
    if kind < 0.35:
        return source.choice(_PIECES)
    if kind < 0.75:
        words = source.choice(_WORDS)
        start = source.randrange(len(words))
        return words[start : start + source.choice((1, 3, 9, 99))]
    if kind < 0.85:
        return source.choice(_PIECES) * source.choice((2, 3, 17))
    if kind < 0.9:
        return source.choice(SPECIAL)
    return chr(source.randrange(source.choice((0x80, 0x250, 0x3100, 0x11000, 0x110000))))
