"""Python's operations, one a line: text; sorts; cost in search, or ``-`` where search does not build it; columns.

Search, the narrowed grammar, guards, the patterns of usage, inverse examples, edits, mutants and proofs are computed
from it; ``entries`` reads it. The text is the operation both ways: it is evaluated, and programs are built from it. Its
arguments are ``a``, ``b``, ``c``.

Sorts are written as in annotations. ``N`` stands for any number sort, ``O`` for what can be ordered, ``H`` for what can
be hashed, ``L`` for what has a length, ``T``, ``U``, ``V`` for any sort; ``S`` for sequences, ``I`` for what can be
looped over in a definite order, ``C`` for any collection, ``D`` for dictionaries, ``P`` for what yields pairs;
``S_item`` is the sort of an element of ``S``, ``D_value`` that of a value of ``D``. ``Slice`` is what stands between
the brackets of a slice.

Columns without a value: ``both`` (commutative), ``lazy`` (gives an iterator, which is listed before others look at it),
``values`` (all but truth values), ``optional`` (of sorts that hold ``None``), ``ranges`` (takes ranges), ``search``
(the sorts are not those of a type checker), and what elements are: ``numbers``, ``ordered``, ``scalars``, ``texts``,
``hashable``. With one: ``guard`` (where it is not that of the callable), ``inverse`` (how arguments follow from the
result), ``smt`` (the meaning in proofs), ``names`` (of variables over it), ``loop`` (the loops that do the same); of an
operator, underscores for spaces: ``mirror`` (with operands exchanged), ``negation``, ``slips`` (written in its place).

Nothing here shows the order of a set, which depends on the hash seed.
"""

from __future__ import annotations

GENERAL = """
a + b                       ; N N -> N                   ; 1 ; both guard=concatenation slips=-,*
a - b                       ; N N -> N                   ; 1 ; slips=+
a * b                       ; N N -> N                   ; 1 ; both guard=repeat slips=+,**
a // b                      ; N N -> N                   ; 1 ; guard=division slips=/,%
a % b                       ; N N -> N                   ; 1 ; guard=remainder slips=//
a % b == 0                  ; int int -> bool            ; 2 ;
-(-a // b)                  ; int int -> int             ; 3 ;
abs(a - b)                  ; N N -> N                   ; 2 ; both
int(a / b)                  ; int int -> int             ; 3 ; guard=exact_quotient
a / b                       ; float float -> float       ; 1 ; slips=//
a ** b                      ; N int -> N                 ; 2 ; guard=power slips=*
-a                          ; N -> N                     ; 1 ;
abs(a)                      ; N -> N                     ; 1 ; smt=absolute
max(a, b)                   ; N N -> N                   ; 1 ; both search smt=maximum
min(a, b)                   ; N N -> N                   ; 1 ; both search smt=minimum
round(a)                    ; float -> int               ; 2 ;
round(a, b)                 ; float int -> float         ; 2 ; guard=digits
int(a)                      ; float -> int               ; 2 ;
float(a)                    ; int -> float               ; 2 ; search
math.sqrt(a)                ; float -> float             ; 2 ;
math.isqrt(a)               ; int -> int                 ; 2 ;
math.floor(a)               ; float -> int               ; 2 ;
math.ceil(a)                ; float -> int               ; 2 ;
math.gcd(a, b)              ; int int -> int             ; 2 ; both
math.factorial(a)           ; int -> int                 ; 2 ;
a & b                       ; int int -> int             ; 3 ; both slips=|,^
a | b                     ; int int -> int             ; 3 ; both slips=&,^
a ^ b                       ; int int -> int             ; 3 ; both slips=|,&
a << b                      ; int int -> int             ; 3 ; guard=shift
a >> b                      ; int int -> int             ; 3 ;
a == b                      ; T T -> bool                ; 1 ; both values negation=!=
a != b                      ; T T -> bool                ; 1 ; both values negation===
a == b                      ; bool bool -> bool          ; 3 ; both
a != b                      ; bool bool -> bool          ; 3 ; both
a < b                       ; N N -> bool                ; 1 ; mirror=> negation=>=
a <= b                      ; N N -> bool                ; 1 ; mirror=>= negation=>
a < b                       ; str str -> bool            ; 2 ;
a <= b                      ; str str -> bool            ; 2 ;
a is None                   ; T -> bool                  ; 1 ; optional
a and b                     ; bool bool -> bool          ; 1 ; both slips=or
a or b                      ; bool bool -> bool          ; 1 ; both slips=and
not a                       ; bool -> bool               ; 1 ;
int(a)                      ; bool -> int                ; 2 ; smt=integer
len(a)                      ; L -> int                   ; 1 ; smt=length
not a                       ; L -> bool                  ; 2 ;
sum(a)                      ; C -> C_item                ; 1 ; numbers ranges
min(a)                      ; C -> C_item                ; 1 ; ordered
max(a)                      ; C -> C_item                ; 1 ; ordered
max(a, default=b)           ; C C_item -> C_item         ; 2 ; ordered
min(a, default=b)           ; C C_item -> C_item         ; 2 ; ordered
sorted(a)                   ; C -> list[C_item]          ; 1 ; ordered
sorted(a, reverse=True)     ; C -> list[C_item]          ; 2 ; ordered
math.prod(a)                ; C -> C_item                ; 2 ; numbers
statistics.mean(a)          ; C -> float                 ; 3 ; numbers
statistics.median(a)        ; C -> float                 ; 3 ; numbers
b in a                      ; C C_item -> bool           ; 1 ; negation=not_in
b not in a                  ; C C_item -> bool           ; 2 ; negation=in
any(a)                      ; C -> bool                  ; 2 ; scalars
all(a)                      ; C -> bool                  ; 2 ; scalars
list(a)                     ; I -> list[I_item]          ; 1 ; ranges
tuple(a)                    ; I -> tuple[I_item, ...]    ; 1 ;
set(a)                      ; C -> set[C_item]           ; 1 ; hashable
a[b]                        ; S int -> S_item            ; 1 ;
a[0]                        ; S -> S_item                ; 1 ;
a[-1]                       ; S -> S_item                ; 1 ;
a[b:]                       ; S int -> S                 ; 2 ;
a[:b]                       ; S int -> S                 ; 2 ;
a[b:c]                      ; S int int -> S             ; 2 ;
a[1:]                       ; S -> S                     ; 1 ;
a[:-1]                      ; S -> S                     ; 1 ;
a[::-1]                     ; S -> S                     ; 1 ;
a[::2]                      ; S -> S                     ; 2 ;
a[1::2]                     ; S -> S                     ; 2 ;
a[::b]                      ; S int -> S                 ; 2 ;
a[b::c]                     ; S int int -> S             ; 2 ;
a[-b:]                      ; S int -> S                 ; 3 ; guard=positive
a[b:] + a[:b]               ; S int -> S                 ; 3 ;
[a[start:start + b] for start in range(len(a) - b + 1)] ; S int -> list[S] ; 3 ; guard=positive
[a[start:start + b] for start in range(0, len(a), b)] ; S int -> list[S] ; 3 ; guard=positive
list(dict.fromkeys(a))      ; I -> list[I_item]          ; 3 ;
list(itertools.accumulate(a)) ; I -> list[I_item]        ; 2 ; numbers
list(itertools.accumulate(a, max)) ; I -> list[I_item]   ; 2 ; numbers
list(itertools.accumulate(a, min)) ; I -> list[I_item]   ; 3 ; numbers
[(key, len(list(run))) for key, run in itertools.groupby(a)] ; I -> list[tuple[I_item, int]] ; 3 ;
a + b                       ; S S -> S                   ; 1 ;
a * b                       ; S int -> S                 ; 2 ; guard=repeat
a.count(b)                  ; S S_item -> int            ; 1 ;
a.index(b)                  ; S S_item -> int            ; 2 ;
[a]                         ; T -> list[T]               ; 1 ;
[a, b]                      ; T T -> list[T]             ; 2 ;
a + [b]                     ; list[T] T -> list[T]       ; 2 ;
[b] + a                     ; list[T] T -> list[T]       ; 2 ;
(a, b)                      ; T U -> tuple[T, U]         ; 1 ;
(a, b, c)                   ; T U V -> tuple[T, U, V]    ; 1 ;
a[0]                        ; tuple[T, U] -> T           ; 1 ;
a[1]                        ; tuple[T, U] -> U           ; 1 ;
range(a)                    ; int -> Iterable[int]       ; 2 ; guard=length
range(a, b)                 ; int int -> Iterable[int]   ; 2 ; guard=span
range(1, a + 1)             ; int -> Iterable[int]       ; 2 ; guard=length
range(a, b + 1)             ; int int -> Iterable[int]   ; 3 ; guard=span
range(len(a))               ; S -> Iterable[int]         ; 2 ;
enumerate(a)                ; S -> Iterable[tuple[int, S_item]] ; 1 ; lazy search names=i/j/index,x/item
zip(a, a[1:])               ; S -> Iterable[tuple[S_item, S_item]] ; 2 ; lazy
zip(a, b)                   ; list[T] list[U] -> Iterable[tuple[T, U]] ; 1 ; lazy search
zip(a, b)                   ; str str -> Iterable[tuple[str, str]] ; 1 ; lazy search
a & b                       ; set[T] set[T] -> set[T]    ; 1 ; both
a | b                     ; set[T] set[T] -> set[T]    ; 1 ; both
a - b                       ; set[T] set[T] -> set[T]    ; 1 ;
a ^ b                       ; set[T] set[T] -> set[T]    ; 2 ; both
a <= b                      ; set[T] set[T] -> bool      ; 2 ;
a[b]                        ; D D_item -> D_value        ; 1 ;
a.get(b, c)                 ; D D_item D_value -> D_value ; 1 ;
a.get(b)                    ; D D_item -> D_value        ; 2 ; search
a.keys()                    ; D -> Iterable[D_item]      ; 1 ;
a.values()                  ; D -> Iterable[D_value]     ; 1 ;
a.items()                   ; D -> Iterable[tuple[D_item, D_value]] ; 1 ;
{**a, **b}                  ; D D -> D                   ; 2 ;
{**a, b: c}                 ; D D_item D_value -> D      ; 2 ;
dict(a)                     ; Iterable[tuple[T, U]] -> dict[T, U] ; 1 ;
dict(zip(a, b))             ; list[T] list[U] -> dict[T, U] ; 2 ;
dict(Counter(a))            ; I -> dict[I_item, int]     ; 2 ;
[int(digit) for digit in str(abs(a))] ; int -> list[int] ; 2 ;
str(a)                      ; N -> str                   ; 1 ; search
int(a)                      ; str -> int                 ; 1 ;
bin(a)                      ; int -> str                 ; 3 ;
hex(a)                      ; int -> str                 ; 3 ;
int(a, b)                   ; str int -> int             ; 3 ;
oct(a)                      ; int -> str                 ; 3 ;
a.bit_length()              ; int -> int                 ; 3 ;
a.bit_count()               ; int -> int                 ; 3 ;
math.copysign(a, b)         ; float float -> float       ; 3 ;
math.cbrt(a)                ; float -> float             ; 3 ;
math.isclose(a, b)          ; float float -> bool        ; 3 ;
math.dist(a, b)             ; list[float] list[float] -> float ; 3 ;
""".strip()

WITH_TEXTS = """
a.upper()                   ; str -> str                 ; 1 ;
a.lower()                   ; str -> str                 ; 1 ;
a.strip()                   ; str -> str                 ; 1 ;
a.split()                   ; str -> list[str]           ; 1 ;
a.split(b)                  ; str str -> list[str]       ; 1 ;
b.join(a)                   ; I str -> str               ; 1 ; texts
"".join(a)                  ; I -> str                   ; 1 ; texts
" ".join(a)                 ; I -> str                   ; 1 ; texts inverse=words
a.replace(b, c)             ; str str str -> str         ; 1 ;
a.replace(b, "")            ; str str -> str             ; 1 ;
a.startswith(b)             ; str str -> bool            ; 1 ; smt=prefix
a.endswith(b)               ; str str -> bool            ; 1 ; smt=suffix
b in a                      ; str str -> bool            ; 1 ;
a.find(b)                   ; str str -> int             ; 1 ;
a.rfind(b)                  ; str str -> int             ; 2 ;
a.title()                   ; str -> str                 ; 1 ;
a.capitalize()              ; str -> str                 ; 1 ;
a.swapcase()                ; str -> str                 ; 1 ;
a.isdigit()                 ; str -> bool                ; 1 ;
a.isalpha()                 ; str -> bool                ; 1 ;
a.isalnum()                 ; str -> bool                ; 1 ;
a.isupper()                 ; str -> bool                ; 1 ;
a.islower()                 ; str -> bool                ; 1 ;
a.isspace()                 ; str -> bool                ; 1 ;
a.lstrip(b)                 ; str str -> str             ; 2 ;
a.rstrip(b)                 ; str str -> str             ; 2 ;
a.strip(b)                  ; str str -> str             ; 2 ;
a.removeprefix(b)           ; str str -> str             ; 2 ;
a.removesuffix(b)           ; str str -> str             ; 2 ;
a.split(b)[0]               ; str str -> str             ; 2 ;
a.split(b)[-1]              ; str str -> str             ; 2 ;
a.zfill(b)                  ; str int -> str             ; 2 ;
a.ljust(b)                  ; str int -> str             ; 3 ;
a.rjust(b)                  ; str int -> str             ; 3 ;
a.center(b)                 ; str int -> str             ; 3 ;
a.splitlines()              ; str -> list[str]           ; 2 ;
ord(a)                      ; str -> int                 ; 1 ;
chr(a)                      ; int -> str                 ; 1 ;
a.casefold()                ; str -> str                 ; 3 ;
a.istitle()                 ; str -> bool                ; 3 ;
a.expandtabs(b)             ; str int -> str             ; 3 ;
""".strip()

# What search builds otherwise, or not at all.
WRITTEN = """
a > b                       ; N N -> bool                ; - ; mirror=< negation=<=
a >= b                      ; N N -> bool                ; - ; mirror=<= negation=<
a is b                      ; T T -> bool                ; - ; both negation=is_not
a is not b                  ; T T -> bool                ; - ; both negation=is
bool(a)                     ; L -> bool                  ; - ; smt=truth
float(a)                    ; float -> float             ; - ;
float(a)                    ; str -> float               ; - ;
str(a)                      ; O -> str                   ; - ;
pow(a, b, c)                ; int int int -> int         ; - ;
divmod(a, b)                ; int int -> tuple[int, int] ; - ;
min(a, b)                   ; O O -> O                   ; - ;
max(a, b)                   ; O O -> O                   ; - ;
min(a, b, c)                ; O O O -> O                 ; - ;
max(a, b, c)                ; O O O -> O                 ; - ;
sum(a)                      ; Iterable[bool] -> int      ; - ;
any(a)                      ; Iterable[int] -> bool      ; - ;
all(a)                      ; Iterable[int] -> bool      ; - ;
len(set(a))                 ; Iterable[H] -> int         ; - ;
sorted(set(a))              ; Iterable[O] -> list[O]     ; - ;
sorted(set(a), reverse=True) ; Iterable[O] -> list[O]     ; - ;
set(a)                      ; Iterable[H] -> Iterable[H] ; - ;
dict(a)                     ; dict[T, U] -> dict[T, U]   ; - ;
dict(zip(a, b))             ; Iterable[H] Iterable[U] -> dict[H, U] ; - ;
range(a, b, c)              ; int int int -> Iterable[int] ; - ;
reversed(a)                 ; list[T] -> Iterable[T]     ; - ;
reversed(a)                 ; str -> Iterable[str]       ; - ;
enumerate(a)                ; Iterable[T] -> Iterable[tuple[int, T]] ; - ;
enumerate(a, b)             ; Iterable[T] int -> Iterable[tuple[int, T]] ; - ;
zip(a, b)                   ; Iterable[T] Iterable[U] -> Iterable[tuple[T, U]] ; - ;
map(int, a)                 ; Iterable[str] -> Iterable[int] ; - ;
map(float, a)               ; Iterable[str] -> Iterable[float] ; - ;
map(str, a)                 ; Iterable[O] -> Iterable[str] ; - ;
map(len, a)                 ; Iterable[L] -> Iterable[int] ; - ;
math.exp(a)                 ; float -> float             ; - ;
math.log(a)                 ; float -> float             ; - ;
math.log2(a)                ; float -> float             ; - ;
math.log10(a)               ; float -> float             ; - ;
math.sin(a)                 ; float -> float             ; - ;
math.cos(a)                 ; float -> float             ; - ;
math.tan(a)                 ; float -> float             ; - ;
math.radians(a)             ; float -> float             ; - ;
math.degrees(a)             ; float -> float             ; - ;
math.fabs(a)                ; float -> float             ; - ;
math.trunc(a)               ; float -> int               ; - ;
math.lcm(a, b)              ; int int -> int             ; - ;
math.comb(a, b)             ; int int -> int             ; - ;
math.perm(a, b)             ; int int -> int             ; - ;
math.isnan(a)               ; float -> bool              ; - ;
math.isinf(a)               ; float -> bool              ; - ;
math.pow(a, b)              ; float float -> float       ; - ;
math.hypot(a, b)            ; float float -> float       ; - ;
math.atan2(a, b)            ; float float -> float       ; - ;
a.lstrip()                  ; str -> str                 ; - ;
a.rstrip()                  ; str -> str                 ; - ;
a.split(b, c)               ; str str int -> list[str]   ; - ;
a.isnumeric()               ; str -> bool                ; - ;
a.isdecimal()               ; str -> bool                ; - ;
a.center(b, c)              ; str int str -> str         ; - ;
a.ljust(b, c)               ; str int str -> str         ; - ;
a.rjust(b, c)               ; str int str -> str         ; - ;
a[b]                        ; S Slice -> S               ; - ;
a.copy()                    ; list[T] -> list[T]         ; - ;
a.copy()                    ; dict[T, U] -> dict[T, U]   ; - ;
a[0]                        ; tuple[T, U, V] -> T        ; - ;
a[1]                        ; tuple[T, U, V] -> U        ; - ;
a[2]                        ; tuple[T, U, V] -> V        ; - ;
a.issubset(b)               ; set[T] set[T] -> bool      ; - ;
a.isdisjoint(b)             ; set[T] set[T] -> bool      ; - ;
a.union(b)                  ; set[T] set[T] -> set[T]    ; - ;
a.intersection(b)           ; set[T] set[T] -> set[T]    ; - ;
a.difference(b)             ; set[T] set[T] -> set[T]    ; - ;
a.get(b)                    ; dict[T, U] T -> U | None   ; - ;
a.setdefault(b, c)          ; dict[T, U] T U -> U        ; - ;
""".strip()

# ``s`` is the source, ``x`` the bound variable, ``e`` the body and ``p`` the condition; ``B`` is the body's sort.
BINDERS = """
[e for x in s]                          ; I: B -> list[B]          ; 1 ; inverse=map loop=each
[x for x in s if p]                     ; I: -> list[I_item]       ; 1 ; inverse=filter loop=kept
[e for x in s if p]                     ; I: B -> list[B]          ; 2 ; loop=mapped_kept
{e for x in s}                          ; C: B -> set[B]           ; 2
sum(e for x in s)                       ; C: N -> N                ; 1 ; loop=total
sum(x for x in s if p)                  ; C: -> C_item             ; 1 ; numbers loop=total_kept
sum(e for x in s if p)                  ; C: N -> N                ; 2 ; loop=total_kept
sum(1 for x in s if p)                  ; C: -> int                ; 1 ; loop=count
math.prod(e for x in s)                 ; C: N -> N                ; 2 ; loop=product
all(e for x in s)                       ; C: bool -> bool         ; 1 ; loop=verdict
any(e for x in s)                       ; C: bool -> bool         ; 1 ; loop=verdict
max(e for x in s)                       ; C: O -> O                ; 1 ; loop=extreme
min(e for x in s)                       ; C: O -> O                ; 1 ; loop=extreme
max(s, key=lambda x: e)                 ; I: O -> I_item           ; 2
min(s, key=lambda x: e)                 ; I: O -> I_item           ; 2
sorted(s, key=lambda x: e)              ; I: O -> list[I_item]     ; 2
sorted(s, key=lambda x: e, reverse=True) ; I: O -> list[I_item]    ; 3
"".join(e for x in s)                   ; I: str -> str            ; 1 ; inverse=map loop=text
"".join(x for x in s if p)              ; I: -> str                ; 1 ; texts inverse=filter loop=text_kept
{x: e for x in s}                       ; I: B -> dict[I_item, B]  ; 2 ; inverse=mapping loop=mapping
tuple(e for x in s)                     ; I: B -> tuple[B, ...]    ; 1 ; inverse=map
tuple(x for x in s if p)                ; I: -> tuple[I_item, ...] ; 1 ; inverse=filter
{x: e for x in s if p}                  ; I: B -> dict[I_item, B]  ; 2
next((x for x in s if p), None)         ; I: -> I_item | None      ; 2 ; inverse=first loop=first
next((e for x in s if p), None)         ; I: B -> B | None         ; 2 ; loop=first_mapped
next((x for x in s if p), -1)           ; I: -> I_item             ; 3 ; numbers
next((e for x in s if p), -1)           ; I: N -> N                ; 3
{key: [x for x in s if e == key] for key in dict.fromkeys(e for x in s)} ; I: B -> dict[B, list[I_item]] ; 3 ; inverse=groups
dict(Counter(e for x in s))             ; I: B -> dict[B, int]     ; 2
{k: e for k, v in s}                    ; P: B -> dict[P_first, B] ; 2 ; inverse=remapping
{k: v for k, v in s if p}               ; P: -> dict[P_first, P_second] ; 1 ; inverse=kept_items
""".strip()  # noqa: E501
