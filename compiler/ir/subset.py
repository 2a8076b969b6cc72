"""The names that the IR allows, one by one.

Everything stands in a list: a module is not allowed, its names are. So no name that reads a file, opens a socket,
starts a process or leads into the interpreter can be written, and ``random._os`` or ``json.codecs`` do not exist. What
remains is what an allowed name does with a value that only the run knows: format texts are therefore literals, ``type``
asks and makes nothing, and the interpreter, which shares this process, looks once more at what a call is given
(``checks``).
"""

from __future__ import annotations


def _names(text: str) -> frozenset[str]:
    return frozenset(text.split())


ALLOWED_FUNCTIONS = _names("""
    abs all any ascii bin callable chr divmod enumerate filter format getattr hasattr hash hex id isinstance
    issubclass iter len map max min next oct ord pow print range repr reversed round setattr slice sorted sum super
    zip
""")

ALLOWED_TYPES = _names("""
    bool bytearray bytes classmethod complex dict float frozenset int list object property set staticmethod str
    tuple type
""")

ALLOWED_EXCEPTIONS = _names("""
    ArithmeticError AssertionError AttributeError BaseException BufferError EOFError Exception FloatingPointError
    GeneratorExit ImportError IndexError KeyError KeyboardInterrupt LookupError MemoryError ModuleNotFoundError
    NameError NotImplementedError OSError OverflowError PermissionError RecursionError ReferenceError RuntimeError
    RuntimeWarning StopAsyncIteration StopIteration SyntaxError SystemError SystemExit TimeoutError TypeError
    UnboundLocalError UnicodeDecodeError UnicodeEncodeError UnicodeError UserWarning ValueError Warning
    ZeroDivisionError FileNotFoundError IOError EnvironmentError ConnectionError DeprecationWarning BlockingIOError
    BrokenPipeError BytesWarning ChildProcessError ConnectionAbortedError ConnectionRefusedError ConnectionResetError
    EncodingWarning FileExistsError FutureWarning ImportWarning IndentationError InterruptedError IsADirectoryError
    NotADirectoryError PendingDeprecationWarning ProcessLookupError ResourceWarning SyntaxWarning TabError
    UnicodeTranslateError UnicodeWarning
""")

ALLOWED_CONSTANTS = _names("NotImplemented")

ALLOWED_BUILTINS: frozenset[str] = ALLOWED_FUNCTIONS | ALLOWED_TYPES | ALLOWED_EXCEPTIONS | ALLOWED_CONSTANTS
"""The built-in names that a program may use. ``type`` takes one argument; ``getattr`` and the like a literal name."""

_ABSTRACT_COLLECTIONS = _names("""
    Callable Collection Container Generator Hashable ItemsView Iterable Iterator KeysView Mapping MappingView
    MutableMapping MutableSequence MutableSet Reversible Sequence Set Sized ValuesView
""")

# Not here for what they do with names that they are given: ``dataclasses`` writes them into code that it executes,
# ``functools.wraps`` and ``cached_property`` hand out ``__dict__``, ``singledispatch`` evaluates annotations.
ALLOWED_MODULES: dict[str, frozenset[str]] = {
    "__future__": _names("annotations division print_function unicode_literals absolute_import generator_stop"),
    "array": _names("array"),
    "base64": _names("""
        a85decode a85encode b16decode b16encode b32decode b32encode b64decode b64encode b85decode b85encode
        decodebytes encodebytes standard_b64decode standard_b64encode urlsafe_b64decode urlsafe_b64encode
    """),
    "binascii": _names("a2b_base64 a2b_hex b2a_base64 b2a_hex crc32 hexlify unhexlify Error"),
    "bisect": _names("bisect bisect_left bisect_right insort insort_left insort_right"),
    "calendar": _names("isleap leapdays monthrange weekday day_name day_abbr month_name month_abbr"),
    "cmath": _names("""
        acos acosh asin asinh atan atanh cos cosh e exp inf infj isclose isfinite isinf isnan log log10 nan nanj
        phase pi polar rect sin sinh sqrt tan tanh tau
    """),
    "collections": _names("ChainMap Counter OrderedDict UserDict UserList UserString abc defaultdict deque namedtuple"),
    "collections.abc": _ABSTRACT_COLLECTIONS,
    "copy": _names("copy deepcopy"),
    "datetime": _names("MAXYEAR MINYEAR date datetime time timedelta timezone UTC"),
    "decimal": _names("""
        Context Decimal DivisionByZero InvalidOperation Inexact Overflow ROUND_CEILING ROUND_DOWN ROUND_FLOOR
        ROUND_HALF_DOWN ROUND_HALF_EVEN ROUND_HALF_UP ROUND_UP ROUND_05UP getcontext
    """),
    "enum": _names("Enum IntEnum auto unique"),
    "fractions": _names("Fraction"),
    "functools": _names("cache cmp_to_key lru_cache partial reduce total_ordering"),
    "hashlib": _names("blake2b blake2s md5 sha1 sha224 sha256 sha384 sha3_224 sha3_256 sha3_384 sha3_512 sha512"),
    "heapq": _names("heapify heappop heappush heappushpop heapreplace merge nlargest nsmallest"),
    "itertools": _names("""
        accumulate chain combinations combinations_with_replacement compress count cycle dropwhile filterfalse
        groupby islice pairwise permutations product repeat starmap takewhile tee zip_longest
    """),
    "json": _names("JSONDecodeError dumps loads"),
    "keyword": _names("iskeyword kwlist"),
    "math": _names("""
        acos acosh asin asinh atan atan2 atanh cbrt ceil comb copysign cos cosh degrees dist e erf erfc exp exp2
        expm1 fabs factorial floor fmod frexp fsum gamma gcd hypot inf isclose isfinite isinf isnan isqrt lcm ldexp
        lgamma log log10 log1p log2 modf nan nextafter perm pi pow prod radians remainder sin sinh sqrt tan tanh tau
        trunc ulp
    """),
    "numbers": _names("Complex Integral Number Rational Real"),
    "operator": _names("""
        abs add and_ concat contains countOf delitem eq floordiv ge getitem gt iadd imul index indexOf inv invert
        is_ is_not isub itemgetter le lshift lt matmul mod mul ne neg not_ or_ pos pow rshift setitem sub truediv
        truth xor
    """),
    "random": _names("""
        betavariate choice choices expovariate gauss getrandbits normalvariate randbytes randint random randrange
        sample seed shuffle triangular uniform
    """),
    "re": _names("""
        A ASCII DOTALL I IGNORECASE M MULTILINE Match NOFLAG Pattern S U UNICODE VERBOSE X compile error escape
        findall finditer fullmatch match search split sub subn
    """),
    "statistics": _names("""
        NormalDist StatisticsError correlation covariance fmean geometric_mean harmonic_mean linear_regression mean
        median median_grouped median_high median_low mode multimode pstdev pvariance quantiles stdev variance
    """),
    "string": _names("""
        Template ascii_letters ascii_lowercase ascii_uppercase capwords digits hexdigits octdigits printable
        punctuation whitespace
    """),
    "sys": _names("byteorder float_info getsizeof maxsize maxunicode setrecursionlimit"),
    "textwrap": _names("TextWrapper dedent fill indent shorten wrap"),
    "types": _names("MappingProxyType SimpleNamespace"),
    "typing": _names("""
        AbstractSet Annotated Any AnyStr ByteString Callable ClassVar Collection Container Counter DefaultDict Deque
        Dict Final FrozenSet Generator Generic Hashable Iterable Iterator List Literal Mapping MutableMapping
        MutableSequence MutableSet NamedTuple NewType NoReturn Optional OrderedDict Pattern Match Protocol
        Reversible Sequence Set Sized SupportsFloat SupportsIndex SupportsInt SupportsAbs Text Tuple Type TypeAlias
        TypeVar Union cast overload
    """),
    "unicodedata": _names("""
        bidirectional category combining decimal digit is_normalized lookup mirrored name normalize numeric
    """),
    "zlib": _names("adler32 crc32"),
}
"""The modules with the names that may be taken from each."""

ALLOWED_ATTRIBUTES: frozenset[str] = (
    # str, bytes, bytearray; ``format`` on literals only
    _names("""
        capitalize casefold center count decode encode endswith expandtabs find format fromhex hex index isalnum
        isalpha isascii isdecimal isdigit isidentifier islower isnumeric isprintable isspace istitle isupper join
        ljust lower lstrip maketrans partition removeprefix removesuffix replace rfind rindex rjust rpartition
        rsplit rstrip split splitlines startswith strip swapcase title translate upper zfill
    """)
    # list, tuple, dict, set, range, slice, deque, Counter, OrderedDict, defaultdict, ChainMap, array
    | _names("""
        add append appendleft clear copy default_factory difference difference_update discard elements extend
        extendleft fromkeys fromlist get indices insert intersection intersection_update isdisjoint issubset
        issuperset items itemsize keys maps maxlen most_common move_to_end new_child parents pop popitem popleft
        remove reverse rotate setdefault sort start step stop subtract symmetric_difference
        symmetric_difference_update tolist tobytes total typecode union update values data
    """)
    # int, float, complex, Fraction, Decimal
    | _names("""
        adjusted as_integer_ratio as_tuple bit_count bit_length canonical compare compare_total conjugate copy_abs
        copy_negate copy_sign denominator digits exp exponent fma from_bytes from_decimal from_float imag is_finite
        is_infinite is_integer is_nan is_qnan is_signed is_snan is_zero is_normal limit_denominator ln log10 logb
        max max_mag min min_mag next_minus next_plus normalize number_class numerator prec quantize real
        remainder_near rounding same_quantum scaleb sign sqrt to_bytes to_eng_string to_integral to_integral_exact
        to_integral_value Emax Emin
    """)
    # re
    | _names("""
        end endpos expand findall finditer flags fullmatch group groupdict groupindex groups lastgroup lastindex
        match pattern pos re regs search span string sub subn
    """)
    # datetime
    | _names("""
        astimezone combine ctime date day days dst fold fromisocalendar fromisoformat fromordinal fromtimestamp hour
        isocalendar isoformat isoweekday microsecond microseconds minute month now resolution second seconds
        strftime strptime time timestamp timetuple timetz tm_hour tm_isdst tm_mday tm_min tm_mon tm_sec tm_wday
        tm_yday tm_year today toordinal total_seconds tzinfo tzname utc utcfromtimestamp utcnow utcoffset
        utctimetuple week weekday year
    """)
    # functions and classes of functools, operator, itertools, enum, dataclasses, descriptors, generators, exceptions
    | _names("""
        args cache_clear cache_info cache_parameters currsize deleter errno fget from_iterable func getter hits
        keywords misses msg name close send setter strerror throw value doc lineno colno
    """)
    # hashlib, json, string, statistics, textwrap, sys.float_info
    | _names("""
        block_size cdf digest digest_size dig epsilon fill hexdigest inv_cdf mant_dig max_10_exp max_exp mean median
        min_10_exp min_exp mode overlap pdf quantiles radix rounds safe_substitute samples slope intercept stdev
        substitute template variance wrap zscore
    """)
)
"""Attributes and methods that may be taken from any value; the module's own attributes come on top."""

_DUNDERS = """
    abs add and bool bytes call ceil complex contains copy deepcopy delitem divmod doc enter eq exit
    float floor floordiv format ge getitem gt hash iadd iand ifloordiv ilshift imatmul imod imul index init int
    invert ior ipow irshift isub iter itruediv ixor le len lshift lt matmul missing mod mul ne neg new next or pos
    pow radd rand rdivmod repr reversed rfloordiv rlshift rmatmul rmod rmul ror round rpow rrshift rshift
    rsub rtruediv rxor setitem slots str sub truediv trunc xor
"""
ALLOWED_DUNDERS: frozenset[str] = frozenset(f"__{name}__" for name in _DUNDERS.split())
"""The special methods that a class may define, and that ``super()`` may be asked for."""

NEVER_ATTRIBUTES: frozenset[str] = _names("""
    ag_await ag_code ag_frame cr_await cr_code cr_frame cr_origin f_back f_builtins f_code f_globals f_locals
    f_trace format_map gi_code gi_frame gi_yieldfrom tb_frame tb_next unicode_whitespace_trans
""")
"""Attributes that a program does not gain by defining them.

They lead from a value into the interpreter, or from a class to a table that all programs of a process share.
"""

ANNOTATION_CALLS: frozenset[str] = _names("Gt Ge Lt Le MultipleOf MinLen MaxLen Len Interval")
"""What may be called inside ``Annotated[...]``."""
