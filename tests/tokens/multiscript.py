"""Sentences in many scripts, and texts generated from them, for measuring counters. Own sentences, no quotations."""

from __future__ import annotations

import json
import random

__all__ = ["LETTERS", "SENTENCES", "noise", "text"]

SENTENCES: dict[str, tuple[str, ...]] = {
    "english": (
        "Please confirm the delivery address before the courier leaves the warehouse on Thursday.",
        "We could not find an order with that number, but a refund may still be possible.",
        "The assistant answers briefly, cites the policy, and never promises more than 50 EUR.",
        "It's raining, so let's move the workshop indoors; they'll bring chairs if there's room.",
    ),
    "code": (
        "def total(items: list[Item]) -> Decimal:\n    return sum((i.price * i.count for i in items), Decimal(0))\n",
        'const res = await fetch(`${baseUrl}/v1/orders?id=${orderId}`, { method: "GET" });\n',
        "SELECT customer_id, COUNT(*) AS n FROM tickets WHERE state != 'closed' GROUP BY 1 HAVING n > 3;\n",
        "    if (ptr == NULL || len < HEADER_SIZE) { errno = EINVAL; return -1; }\n",
    ),
    "german": (
        "Bitte prüfen Sie die Lieferadresse, bevor das Paket am Donnerstag verschickt wird.",
        "Leider können wir für diese Bestellung keine Rückerstattung über fünfzig Euro zusagen.",
    ),
    "french": (
        "Merci de vérifier l'adresse de livraison avant que le colis ne parte jeudi matin.",
        "Nous n'avons pas trouvé de commande à ce numéro, mais un remboursement reste possible.",
    ),
    "spanish": (
        "Confirme la dirección de entrega antes de que el mensajero salga del almacén el jueves.",
        "¿Dónde está mi paquete? Llevo diez días esperando y nadie me contesta.",
    ),
    "polish": (
        "Proszę potwierdzić adres dostawy, zanim kurier wyjedzie z magazynu w czwartek.",
        "Nie znaleźliśmy zamówienia o tym numerze, ale zwrot pieniędzy jest jeszcze możliwy.",
    ),
    "turkish": (
        "Lütfen kurye perşembe günü depodan ayrılmadan önce teslimat adresini doğrulayın.",
        "Bu numarayla bir sipariş bulamadık, ancak para iadesi yine de mümkün olabilir.",
    ),
    "vietnamese": (
        "Vui lòng xác nhận địa chỉ giao hàng trước khi nhân viên rời kho vào thứ Năm.",
        "Chúng tôi không tìm thấy đơn hàng với số này, nhưng vẫn có thể hoàn tiền.",
    ),
    "russian": (
        "Пожалуйста, подтвердите адрес доставки, прежде чем курьер выедет со склада в четверг.",
        "Мы не нашли заказ с таким номером, но возврат денег всё ещё возможен.",
    ),
    "greek": (
        "Παρακαλούμε επιβεβαιώστε τη διεύθυνση παράδοσης πριν φύγει ο διανομέας την Πέμπτη.",
        "Δεν βρήκαμε παραγγελία με αυτόν τον αριθμό, αλλά η επιστροφή χρημάτων είναι δυνατή.",
    ),
    "hebrew": (
        "נא לאשר את כתובת המשלוח לפני שהשליח יוצא מהמחסן ביום חמישי.",
        "לא מצאנו הזמנה עם המספר הזה, אבל החזר כספי עדיין אפשרי.",
    ),
    "arabic": (
        "يرجى تأكيد عنوان التسليم قبل أن يغادر المندوب المستودع يوم الخميس.",
        "لم نجد طلبا بهذا الرقم، لكن استرداد المبلغ ما زال ممكنا.",
    ),
    "hindi": (
        "कृपया गुरुवार को कूरियर के गोदाम से निकलने से पहले डिलीवरी का पता पक्का करें।",
        "हमें इस नंबर का कोई ऑर्डर नहीं मिला, लेकिन पैसे वापस मिलना अब भी संभव है।",
    ),
    "tamil": (
        "வியாழக்கிழமை பொருள் அனுப்பப்படும் முன் முகவரியை உறுதி செய்யவும்.",
        "இந்த எண்ணில் ஆர்டர் எதுவும் கிடைக்கவில்லை, ஆனால் பணம் திரும்பப் பெறலாம்.",
    ),
    "thai": (
        "กรุณายืนยันที่อยู่จัดส่งก่อนที่พนักงานจะออกจากคลังสินค้าในวันพฤหัสบดี",
        "เราไม่พบคำสั่งซื้อหมายเลขนี้ แต่ยังสามารถขอเงินคืนได้",
    ),
    "georgian": ("გთხოვთ დაადასტუროთ მიწოდების მისამართი, სანამ კურიერი საწყობიდან გავა.",),
    "armenian": ("Խնդրում ենք հաստատել առաքման հասցեն, քանի դեռ առաքիչը չի մեկնել պահեստից։",),
    "amharic": ("እባክዎ መልእክተኛው ከመጋዘን ከመውጣቱ በፊት የመላኪያ አድራሻውን ያረጋግጡ።",),
    "chinese": (
        "请在快递员星期四离开仓库之前确认收货地址。",
        "我们没有找到这个编号的订单，但仍有可能退款，请提供付款凭证。",
    ),
    "japanese": (
        "木曜日に配達員が倉庫を出る前に、お届け先の住所をご確認ください。",
        "この番号の注文は見つかりませんでしたが、返金できる場合があります。",
    ),
    "korean": (
        "목요일에 기사님이 창고를 떠나기 전에 배송지 주소를 확인해 주세요.",
        "해당 번호의 주문을 찾지 못했지만 환불은 아직 가능할 수 있습니다.",
    ),
    "emoji": (
        "Thanks 🙏🏽 — order #4711 shipped 📦🚚, ETA 2026-11-24 ✅ (≈ 3 days) 👩‍👩‍👧‍👦",
        "🎉🎉🎉 50 % off!!! ❤️‍🔥",
    ),
}
"""By language: what a support desk, a shop and their code look like."""

LETTERS: dict[str, str] = {
    "ascii": "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789+/=_-",
    "lower": "abcdefghijklmnopqrstuvwxyz",
    "digits": "0123456789",
    "marks": "!\"#$%&'()*+,-./:;<=>?@[\\]^_`{|}~",
    "controls": "".join(map(chr, range(32))) + "\x7f\x85\u200b\u2028\ufeff",
    "latin": "".join(map(chr, range(0xC0, 0x250))),
    "cyrillic": "".join(map(chr, range(0x400, 0x530))),
    "indic": "".join(map(chr, range(0x900, 0xE00))),
    "kana": "".join(map(chr, range(0x3040, 0x3100))),
    "han": "".join(map(chr, range(0x4E00, 0x9FA6))),
    "rare han": "".join(map(chr, range(0x20000, 0x20A00))),
    "hangul": "".join(map(chr, range(0xAC00, 0xD7A4))),
    "symbols": "".join(map(chr, range(0x1F300, 0x1FAF0))) + "".join(map(chr, range(0x2190, 0x27C0))),
}
"""Alphabets of text that no vocabulary has seen: letters drawn at random."""


def text(seed: random.Random, language: str | None = None) -> str:
    """A generated text of 1 to 40 sentences (or shuffled words of them), in one language or mixed."""
    pieces: list[str] = []
    for _ in range(seed.choice((1, 2, 5, 12, 40))):
        sentence = seed.choice(SENTENCES[language or seed.choice(sorted(SENTENCES))])
        if seed.random() < 0.3:
            words = sentence.split(" ")
            seed.shuffle(words)
            sentence = " ".join(words)
        form = seed.random()
        if form < 0.1:
            sentence = json.dumps({"id": seed.randrange(10**9), "text": sentence}, ensure_ascii=form < 0.02)
        elif form < 0.15:
            sentence = sentence.upper()
        elif form < 0.3:
            sentence = f"- {sentence}\n"
        pieces.append(sentence)
    return seed.choice((" ", "\n", "\n\n", "\r\n")).join(pieces)


def noise(seed: random.Random, alphabet: str) -> str:
    """20 to 2,000 letters drawn at random from one alphabet, with a blank now and then."""
    letters = LETTERS[alphabet] + " "
    return "".join(seed.choices(letters, k=seed.randrange(20, 2_000)))
