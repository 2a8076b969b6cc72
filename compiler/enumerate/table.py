"""The operations that search knows, one a line: Python text, sorts, cost.

The text is the operation both ways: search evaluates it, and the program is built from it. Its arguments are ``a``,
``b``, ``c`` in order. In the sorts, ``N`` stands for any number sort, ``T`` and ``U`` for any sort, ``O`` for sorts
that can be ordered, ``S`` for sequences, ``I`` for what can be looped over in a definite order, ``C`` for any
collection, ``D`` for dictionaries, ``P`` for what yields pairs; ``S_item`` is the sort of an element of ``S``,
``D_value`` that of a value of ``D``. Marks: ``both`` (commutative), ``lazy`` (gives an iterator, which is listed before
others look at it), ``values`` (all but truth values), and what the elements must be: ``numbers``, ``ordered``,
``scalars``, ``texts``.

Nothing here shows the order of a set, which depends on the hash seed.
"""

from __future__ import annotations

OPERATIONS = """
a + b                       ; N N -> N                   ; 1 ; both
a - b                       ; N N -> N                   ; 1 ;
a * b                       ; N N -> N                   ; 1 ; both
a // b                      ; N N -> N                   ; 1 ;
a % b                       ; N N -> N                   ; 1 ;
a % b == 0                  ; int int -> bool            ; 2 ;
-(-a // b)                  ; int int -> int             ; 3 ;
(2 * a + b) // (2 * b)      ; int int -> int             ; 3 ;
abs(a - b)                  ; N N -> N                   ; 2 ; both
int(a / b)                  ; int int -> int             ; 3 ;
a / b                       ; float float -> float       ; 1 ;
a ** b                      ; N int -> N                 ; 2 ;
-a                          ; N -> N                     ; 1 ;
abs(a)                      ; N -> N                     ; 1 ;
max(a, b)                   ; N N -> N                   ; 1 ; both
min(a, b)                   ; N N -> N                   ; 1 ; both
round(a)                    ; float -> int               ; 2 ;
round(a, b)                 ; float int -> float         ; 2 ;
int(a)                      ; float -> int               ; 2 ;
float(a)                    ; int -> float               ; 2 ;
math.sqrt(a)                ; float -> float             ; 2 ;
math.isqrt(a)               ; int -> int                 ; 2 ;
math.floor(a)               ; float -> int               ; 2 ;
math.ceil(a)                ; float -> int               ; 2 ;
math.gcd(a, b)              ; int int -> int             ; 2 ; both
math.factorial(a)           ; int -> int                 ; 2 ;
a & b                       ; int int -> int             ; 3 ; both
a | b                     ; int int -> int             ; 3 ; both
a ^ b                       ; int int -> int             ; 3 ; both
a << b                      ; int int -> int             ; 3 ;
a >> b                      ; int int -> int             ; 3 ;
a == b                      ; T T -> bool                ; 1 ; both values
a != b                      ; T T -> bool                ; 1 ; both values
a == b                      ; bool bool -> bool          ; 3 ; both
a != b                      ; bool bool -> bool          ; 3 ; both
a < b                       ; N N -> bool                ; 1 ;
a <= b                      ; N N -> bool                ; 1 ;
a < b                       ; str str -> bool            ; 2 ;
a <= b                      ; str str -> bool            ; 2 ;
a is None                   ; T -> bool                  ; 1 ; optional
a and b                     ; bool bool -> bool          ; 1 ; both
a or b                      ; bool bool -> bool          ; 1 ; both
not a                       ; bool -> bool               ; 1 ;
int(a)                      ; bool -> int                ; 2 ;
len(a)                      ; C -> int                   ; 1 ;
not a                       ; C -> bool                  ; 2 ;
sum(a)                      ; C -> C_item                ; 1 ; numbers
min(a)                      ; C -> C_item                ; 1 ; ordered
max(a)                      ; C -> C_item                ; 1 ; ordered
max(a, default=b)           ; C C_item -> C_item         ; 2 ; ordered
min(a, default=b)           ; C C_item -> C_item         ; 2 ; ordered
sorted(a)                   ; C -> list[C_item]          ; 1 ; ordered
sorted(a, reverse=True)     ; C -> list[C_item]          ; 2 ; ordered
math.prod(a)                ; C -> C_item                ; 2 ; numbers
statistics.mean(a)          ; C -> float                 ; 3 ; numbers
statistics.median(a)        ; C -> float                 ; 3 ; numbers
b in a                      ; C C_item -> bool           ; 1 ;
b not in a                  ; C C_item -> bool           ; 2 ;
any(a)                      ; C -> bool                  ; 2 ; scalars
all(a)                      ; C -> bool                  ; 2 ; scalars
list(a)                     ; I -> list[I_item]          ; 1 ;
tuple(a)                    ; I -> tuple[I_item, ...]    ; 1 ;
set(a)                      ; C -> set[C_item]           ; 1 ;
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
a[b % len(a)]               ; S int -> S_item            ; 2 ;
a[-b:]                      ; S int -> S                 ; 3 ;
a[b:] + a[:b]               ; S int -> S                 ; 3 ;
a[(len(a) - 1) // 2:len(a) // 2 + 1] ; S -> S            ; 3 ;
[a[start:start + b] for start in range(len(a) - b + 1)] ; S int -> list[S] ; 3 ;
[a[start:start + b] for start in range(0, len(a), b)] ; S int -> list[S] ; 3 ;
list(dict.fromkeys(a))      ; I -> list[I_item]          ; 3 ;
list(itertools.accumulate(a)) ; I -> list[I_item]        ; 2 ; numbers
list(itertools.accumulate(a, max)) ; I -> list[I_item]   ; 2 ; numbers
list(itertools.accumulate(a, min)) ; I -> list[I_item]   ; 3 ; numbers
[(key, len(list(run))) for key, run in itertools.groupby(a)] ; I -> list[tuple[I_item, int]] ; 3 ;
a + b                       ; S S -> S                   ; 1 ;
a * b                       ; S int -> S                 ; 2 ;
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
range(a)                    ; int -> Iterable[int]       ; 2 ;
range(a, b)                 ; int int -> Iterable[int]   ; 2 ;
range(1, a + 1)             ; int -> Iterable[int]       ; 2 ;
range(a, b + 1)             ; int int -> Iterable[int]   ; 3 ;
range(len(a))               ; S -> Iterable[int]         ; 2 ;
enumerate(a)                ; S -> Iterable[tuple[int, S_item]] ; 1 ; lazy
zip(a, a[1:])               ; S -> Iterable[tuple[S_item, S_item]] ; 2 ; lazy
zip(a, b)                   ; list[T] list[U] -> Iterable[tuple[T, U]] ; 1 ; lazy
zip(a, b)                   ; str str -> Iterable[tuple[str, str]] ; 1 ; lazy
a & b                       ; set[T] set[T] -> set[T]    ; 1 ; both
a | b                     ; set[T] set[T] -> set[T]    ; 1 ; both
a - b                       ; set[T] set[T] -> set[T]    ; 1 ;
a ^ b                       ; set[T] set[T] -> set[T]    ; 2 ; both
a <= b                      ; set[T] set[T] -> bool      ; 2 ;
a[b]                        ; D D_item -> D_value        ; 1 ;
a.get(b, c)                 ; D D_item D_value -> D_value ; 1 ;
a.get(b)                    ; D D_item -> D_value        ; 2 ;
a.keys()                    ; D -> Iterable[D_item]      ; 1 ;
a.values()                  ; D -> Iterable[D_value]     ; 1 ;
a.items()                   ; D -> Iterable[tuple[D_item, D_value]] ; 1 ;
{**a, **b}                  ; D D -> D                   ; 2 ;
{key: a.get(key, 0) + b.get(key, 0) for key in {**a, **b}} ; dict[T, N] dict[T, N] -> dict[T, N] ; 3 ;
{**a, b: c}                 ; D D_item D_value -> D      ; 2 ;
dict(a)                     ; Iterable[tuple[T, U]] -> dict[T, U] ; 1 ;
dict(zip(a, b))             ; list[T] list[U] -> dict[T, U] ; 2 ;
dict(Counter(a))            ; I -> dict[I_item, int]     ; 2 ;
sorted(a.items(), key=lambda item: (-item[1], item[0])) ; dict[O, N] -> list[tuple[O, N]] ; 3 ;
[int(digit) for digit in str(abs(a))] ; int -> list[int] ; 2 ;
str(a)                      ; N -> str                   ; 1 ;
int(a)                      ; str -> int                 ; 1 ;
bin(a)                      ; int -> str                 ; 3 ;
hex(a)                      ; int -> str                 ; 3 ;
int(a, b)                   ; str int -> int             ; 3 ;
""".strip()

TEXT_OPERATIONS = """
a.upper()                   ; str -> str                 ; 1 ;
a.lower()                   ; str -> str                 ; 1 ;
a.strip()                   ; str -> str                 ; 1 ;
a.split()                   ; str -> list[str]           ; 1 ;
a.split(b)                  ; str str -> list[str]       ; 1 ;
b.join(a)                   ; I str -> str               ; 1 ; texts
"".join(a)                  ; I -> str                   ; 1 ; texts
" ".join(a)                 ; I -> str                   ; 1 ; texts
a.replace(b, c)             ; str str str -> str         ; 1 ;
a.replace(b, "")            ; str str -> str             ; 1 ;
a.startswith(b)             ; str str -> bool            ; 1 ;
a.endswith(b)               ; str str -> bool            ; 1 ;
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
""".strip()

# ``s`` is the source, ``x`` the bound variable, ``e`` the body and ``p`` the condition; ``B`` is the body's sort.
BINDERS = """
[e for x in s]                          ; I: B -> list[B]          ; 1
[x for x in s if p]                     ; I: -> list[I_item]       ; 1
[e for x in s if p]                     ; I: B -> list[B]          ; 2
{e for x in s}                          ; C: B -> set[B]           ; 2
sum(e for x in s)                       ; C: N -> N                ; 1
sum(x for x in s if p)                  ; C: -> C_item             ; 1 ; numbers
sum(e for x in s if p)                  ; C: N -> N                ; 2
sum(1 for x in s if p)                  ; C: -> int                ; 1
math.prod(e for x in s)                 ; C: N -> N                ; 2
all(e for x in s)                       ; C: bool -> bool         ; 1
any(e for x in s)                       ; C: bool -> bool         ; 1
max(e for x in s)                       ; C: O -> O                ; 1
min(e for x in s)                       ; C: O -> O                ; 1
max(s, key=lambda x: e)                 ; I: O -> I_item           ; 2
min(s, key=lambda x: e)                 ; I: O -> I_item           ; 2
sorted(s, key=lambda x: e)              ; I: O -> list[I_item]     ; 2
sorted(s, key=lambda x: e, reverse=True) ; I: O -> list[I_item]    ; 3
"".join(e for x in s)                   ; I: str -> str            ; 1
"".join(x for x in s if p)              ; I: -> str                ; 1 ; texts
{x: e for x in s}                       ; I: B -> dict[I_item, B]  ; 2
tuple(e for x in s)                     ; I: B -> tuple[B, ...]    ; 1
tuple(x for x in s if p)                ; I: -> tuple[I_item, ...] ; 1
{x: e for x in s if p}                  ; I: B -> dict[I_item, B]  ; 2
next((x for x in s if p), None)         ; I: -> I_item | None      ; 2
next((e for x in s if p), None)         ; I: B -> B | None         ; 2
next((x for x in s if p), -1)           ; I: -> I_item             ; 3 ; numbers
next((e for x in s if p), -1)           ; I: N -> N                ; 3
{key: [x for x in s if e == key] for key in dict.fromkeys(e for x in s)} ; I: B -> dict[B, list[I_item]] ; 3
dict(Counter(e for x in s))             ; I: B -> dict[B, int]     ; 2
{k: e for k, v in s}                    ; P: B -> dict[P_first, B] ; 2
{k: v for k, v in s if p}               ; P: -> dict[P_first, P_second] ; 1
""".strip()
