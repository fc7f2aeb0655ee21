"""Money and days, as lists and packages write them. Nothing is guessed: the unknown is None."""

from __future__ import annotations

import re
from datetime import date, datetime
from typing import NamedTuple

US_DOLLARS = "USD"
CURRENCIES = {
    "us$": "USD", "usd": "USD", "$": "USD", "us dollars": "USD", "us dollar": "USD",
    "€": "EUR", "eur": "EUR", "euro": "EUR", "euros": "EUR", "£": "GBP", "gbp": "GBP", "rmb": "CNY",
    "cny": "CNY", "yuan": "CNY", "renminbi": "CNY", "jpy": "JPY", "yen": "JPY", "rub": "RUB", "inr": "INR",
    "kzt": "KZT", "tenge": "KZT", "uzs": "UZS", "kgs": "KGS", "tjs": "TJS", "pkr": "PKR", "mnt": "MNT", "try": "TRY",
    "aed": "AED", "sar": "SAR", "chf": "CHF", "sdr": "XDR",
}  # fmt: skip
SIZES = {
    "": 1.0, "k": 1e3, "thousand": 1e3, "m": 1e6, "mn": 1e6, "mln": 1e6, "mil": 1e6, "million": 1e6, "millions": 1e6,
    "b": 1e9, "bn": 1e9, "bln": 1e9, "billion": 1e9, "billions": 1e9, "tn": 1e12, "trillion": 1e12,
}  # fmt: skip
_MONEY = re.compile(
    r"(?P<before>[^\d\s.,+-][^\d+-]*?)?\s*(?P<number>\d[\d.,' \u00a0]*)\s*(?P<after>[^\d]*)", re.IGNORECASE
)


class Money(NamedTuple):
    """An amount in units of a currency, as its three letters; the currency is empty where none is named.

    sized: whether the text names its size itself, as `million`.
    """

    amount: float
    currency: str
    sized: bool = False


def money_of(text: str) -> Money | None:
    """Money in words, as `US$ 1.2 bn`, `350 million USD` or `1,200,000`; None for what is no single amount.

    A dollar sign that stands alone is that of the United States. A point and a comma are read by their place: groups
    of three are thousands, anything else is a decimal mark. What could be read both ways, as `1,200`, is taken as
    thousands, as in English lists.
    """
    found = _MONEY.fullmatch(" ".join(text.replace("\u00a0", " ").split()))
    if found is None:
        return None
    number = _number(found["number"].strip(" '"))
    words = [*_words(found["before"] or ""), *_words(found["after"] or "")]
    currencies = {CURRENCIES[word] for word in words if word in CURRENCIES}
    sizes = [SIZES[word] for word in words if word in SIZES]
    known = all(word in CURRENCIES or word in SIZES for word in words)
    if number is None or not known or len(currencies) > 1 or len(sizes) > 1:
        return None
    return Money(number * (sizes[0] if sizes else 1.0), next(iter(currencies), ""), bool(sizes))


def _words(text: str) -> list[str]:
    """`US$ `, `bn USD`, `million US dollars` as words; a size that hangs on a number or a currency stands alone."""
    plain = re.sub(r"\bus[ -]?dollars?\b", "usd", text.lower()).replace("us $", "us$")
    return re.findall(r"us\$|[€£¥$]|[^\W\d_]+|[^\s\w.,()]", plain)


def _number(text: str) -> float | None:
    digits = text.replace(" ", "").replace("'", "")
    if re.fullmatch(r"\d{1,3}(,\d{3})+(\.\d+)?", digits):
        digits = digits.replace(",", "")
    elif re.fullmatch(r"\d{1,3}(\.\d{3}){2,}(,\d+)?|\d{1,3}(\.\d{3})+,\d+", digits):
        digits = digits.replace(".", "").replace(",", ".")
    elif re.fullmatch(r"\d+,\d+", digits):
        digits = digits.replace(",", ".")
    return float(digits) if re.fullmatch(r"\d+(\.\d+)?", digits) else None


def day_of(text: str, day_first: bool | None = None) -> date | int | None:
    """A day, or a year, from text: ISO, `05/01/2027` where the order is said, `May 2027` as its year."""
    word = text.strip()
    if re.fullmatch(r"\d{4}(\.0)?", word):
        return int(word[:4])
    if found := re.match(r"\d{4}-\d{2}-\d{2}", word):
        return _date(*map(int, found[0].split("-")))
    if day_first is not None and (found := re.fullmatch(r"(\d{1,2})[/.](\d{1,2})[/.](\d{4})", word)):
        one, two, year = map(int, found.groups())
        return _date(year, *((two, one) if day_first else (one, two)))
    for form in ("%d %B %Y", "%B %d, %Y", "%d %b %Y"):
        try:
            return datetime.strptime(word, form).date()
        except ValueError:
            continue
    found = re.fullmatch(r"(?:[^\W\d_]+|Q[1-4]|\d{1,2}[/-])\.?\s*(\d{4})", word)
    return int(found[1]) if found else None


def _date(year: int, month: int, day: int) -> date | None:
    try:
        return date(year, month, day)
    except ValueError:
        return None
