"""What tickets cost at the box office."""

GROUP = 10


def price(count: int) -> int:
    """The price of some tickets in euros: 7 each, and 5 each for groups.

    >>> price(1)
    7
    >>> price(2)
    14
    >>> price(9)
    63
    >>> price(10)
    50
    >>> price(12)
    60
    >>> price(25)
    125
    >>> price(8)
    56
    """
    if ...:
        return ...
    return ...
