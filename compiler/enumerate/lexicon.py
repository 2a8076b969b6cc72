"""The words with which people speak of operations.

One line an operation: what its text holds, and, as a regular expression, the words that make it likely. The words are
those of the language, not of any one task. An operation that no line mentions is likely everywhere.
"""

from __future__ import annotations

import re
from functools import cache

WORDS = r"""
sum(            : sum|total|add|altogether|combin|score|points|net
max(            : max|larg|high|great|bigg|best|most|longest|latest|top|least|never less|below|deep|heav|record|peak
min(            : \bmin(?!ut)|small|low|least|short|few|earliest|near|closest|at most|never more|cap|cut|more than|limit
sorted(         : sort|order|alphabetic|ascend|descend|increas|decreas|rank|smallest|largest|lowest|highest|closest
reverse=True    : revers|descend|decreas|largest first|highest first|from the (?:larg|high|great)|most
[::-1]          : revers|backward|mirror|palindrom|right to left|from the end|turned round
set(            : distinct|unique|differ|duplicat|repeat|\bsets?\b|common|both|once
dict.fromkeys(  : distinct|unique|duplicat|repeat|once
len(            : length|long|short|number of|how many|count|size|many|empty|width|more|fewer
sum(1 for       : number of|how many|count|times|occur
.count(         : number of|how many|count|times|occur|frequen
Counter(        : number of|how many|count|times|occur|frequen|common
item[0]))       : alphabetic|sort|order|frequen
accumulate(     : running|cumulat|so far|prefix|rolling|accumulat
groupby(        : runs?\b|consecutive|neighbour|neighbor|stretch|adjacent|group
digit for       : digit
%               : split|share|deal|divisib|remaind|modul|multipl|\beven\b|\bodd\b|digit|circ|cycl|again|around|wrap|leap
//              : divi|half|halv|quotient|whole|\bper\b|each|split|middle|down|full|digit|share
-(-a            : rounded up|round up|ceil|start|need|enough|part of
(2 * a + b)     : round|nearest|halves
a / b           : divi|ratio|fraction|average|mean|percent|\bper\b|half|share
**              : power|square|cube|exponent|raised
a * b           : product|times|multipl|square|double|twice|triple|area|each|\bper\b|every|percent|price|cost
abs(            : absolute|distance|differ|far\b|close|near|magnitude|sign
round(          : round|nearest|decimal
sqrt(           : root|perfect square|prime
gcd(            : gcd|divisor|lowest terms|common
factorial(      : factorial|permutation|arrange
prod(           : product|multipl
mean(           : mean|average
median(         : median
 in a           : contain|includ|member|appear|occur|\bin\b|present|except|belong|vowel|substring|found
any(            : any|some|exist|least one|contain|there is|has\b
all(            : all\b|every|each|none|only
.upper(         : upper|capital|shout
.lower(         : lower|case
.title(         : title|capital|each word
.capitalize(    : capital|upper|first letter
.swapcase(      : swap|invert|opposite|flip|case
strip(          : strip|trim|space|surround|before and after
.split(         : word|split|separat|space|part|token|sentence|name|comma|line
join(           : join|concat|separat|string|word|between|letter|character|text|dash|hyphen
.replace(       : replac|remov|delet|substitut|instead|without|convert
.startswith(    : start|begin|prefix
.removeprefix(  : start|begin|prefix
.endswith(      : \bend|suffix
.removesuffix(  : \bend|suffix
.isdigit(       : digit|numer|number
.isalpha(       : letter|alphabet
.isalnum(       : alphanum|letter
.isupper(       : upper|capital
.islower(       : lower
.isspace(       : space
.find(          : position|index|first|where|find|occurrence
.rfind(         : position|index|last|where|find|occurrence
.index(         : position|index|first|where|find|occurrence|after|before
ord(            : code|ascii|shift|alphabet|cipher|next letter
chr(            : code|ascii|shift|alphabet|cipher|next letter
zip(a, a[1:])   : pair|neighbou?r|adjacent|consecutive|next|previous|after|before|increas|decreas|sorted|monoton
zip(a, b)       : pair|correspond|both|together|wise|same position|altern|two
enumerate(      : position|index|place|every|which
range(          : integers|numbers from|between|divisor|prime|consecutive|until|factor|position|each|every|whole numbers
a[:b]           : first|most|top\b|prefix|begin
a[b:] + a[:b]   : rotat|shift|cycl
start + b]      : stretch|window|neighbou?r|consecutive|chunk|batch|group|length|piece
b % len(a)      : circ|cycl|around|wrap|again|rotat
len(a) - 1) // 2 : middle|centr|median
key in {**      : add|sum|total|merge|combin|both
a[b::c]         : every|deal|turn|share
bin(            : binary|bits|base
hex(            : hex|base
[::2]           : every|second|other|altern|even
[1::2]          : every|second|other|altern|odd
key=            : \bby\b|sort|order|key|close|longest|shortest|most|near|accord
 & b            : bit|binary|both|common|shared
 | b            : bit|binary|either|union|merge|any
 ^ b            : bit|binary|xor|either
 << b           : bit|binary|shift
 >> b           : bit|binary|shift
.zfill(         : pad|fill|width|zero
just(           : pad|fill|align|width
.center(        : pad|fill|align|width|cent
.splitlines(    : line
""".strip("\n")


# Words that leave little doubt: a program without one of these operations is probably not what was meant.
PLAIN_WORDS = r"""
b % len(a)                   : circle|cyclic|wraps? around
set( || dict.fromkeys(       : distinct|unique|duplicates?\b
sorted(                      : alphabetical order|\bsort(?:ed|s)?\b|ascending|descending
digit for                    : \bdigits\b
-(-a                         : rounded up|round up|started
(2 * a + b) || round(        : nearest whole|halves
len(a) - 1) // 2             : \bmiddle\b
start + b]                   : stretch of|windows?\b|chunks?\b
median(                      : \bmedian\b
mean(                        : \b(?:arithmetic mean|average)\b
min( || sorted(               : \blowest|\bsmallest|\bminimum
max( || sorted(               : \bhighest|\blargest|\bmaximum
.upper( || .capitalize( || .title( : upper-?case
.lower(                      : lower-?case
Counter( || .count( || sum(1 for : most frequent|how often|occurrences
[::-1] || reverse=True       : revers
""".strip("\n")


# Operations that are likely everywhere, with the words that make them likelier.
_COMMON = {
    "a + b": r"\badd|\bplus\b|\bsums?\b|total|increas",
    "a <= b": r"at least|at most|or (?:more|less|fewer)\b|(?:no|not|never) (?:more|less|fewer) than|up to",
    "a < b": r"\b(?:more|less|fewer|larger|greater|smaller|lower|higher|longer|shorter) than|below|above|exceed",
    "a - b": r"\bminus\b|differ|subtract|reduc|ahead|\bleft\b",
}

# Of these the whole is meant, not the operations in it.
_IDIOMS = (
    "-(-a", "(2 * a + b)", "digit for", "start + b]", "b % len(a)", "a[b::c]", "len(a) - 1) // 2", "key in {**",
    "a[b:] + a[:b]", "item[0]))", "accumulate(", "groupby(", "sum(1 for", "Counter(", "dict.fromkeys(",
)  # fmt: skip


@cache
def _lines() -> tuple[tuple[str, re.Pattern[str]], ...]:
    pairs = (line.split(" : ", 1) for line in WORDS.splitlines())
    return tuple((held.rstrip(), re.compile(words.strip(), re.IGNORECASE)) for held, words in pairs)


@cache
def features(operation: str) -> tuple[str, ...]:
    """What of an operation's text the lexicon knows; of an idiom, only what makes it one."""
    idiom = next((held for held in _IDIOMS if held in operation), None)
    return (idiom,) if idiom else tuple(held for held, _ in _lines() if held in operation)


def evoked(text: str) -> frozenset[str]:
    """The entries of the lexicon that a text speaks of, and the common operations that it makes likelier still."""
    common = (operation for operation, words in _COMMON.items() if re.search(words, text, re.IGNORECASE))
    return frozenset([*(held for held, words in _lines() if words.search(text)), *common])


_DENIED = re.compile(r"\b(?:not|never)\s+(?:(?:be|in|into|necessarily)\s+)*[\w-]+", re.IGNORECASE)


def plainly_meant(text: str) -> list[tuple[str, ...]]:
    """What a text plainly asks for: of each group of operations, one should be used. What it denies does not count."""
    text = _DENIED.sub("-", text)
    groups = (line.rsplit(" : ", 1) for line in PLAIN_WORDS.splitlines())
    return [
        tuple(item.strip() for item in held.split(" || "))
        for held, words in groups
        if re.search(words.strip(), text, re.IGNORECASE)
    ]


CHARACTERS = {
    "dot": ".",
    "period": ".",
    "comma": ",",
    "hyphen": "-",
    "dash": "-",
    "underscore": "_",
    "colon": ":",
    "slash": "/",
    "asterisk": "*",
    "star": "*",
    "newline": "\n",
    "vowel": "aeiou",
    "consonant": "aeiou",
    "alphabet": "abcdefghijklmnopqrstuvwxyz",
}
UNITS = {"hour": 60, "percent": 100, "dozen": 12, "week": 7, "minute": 60, "alphabet": 26, "decimal": 10, "binary": 2}
NUMBERS = {
    word: number
    for number, word in enumerate(
        ["zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve"]
    )
}
