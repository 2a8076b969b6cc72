"""The basket of a small shop."""

from collections.abc import Mapping

SHIPPING = 495
FREE_FROM = 5000


def subtotal(basket: Mapping[str, int], prices: Mapping[str, int]) -> int:
    """The price in cents of what is in a basket, from the number of each item and the price of one.

    >>> subtotal({"apple": 3, "pear": 1}, {"apple": 40, "pear": 65, "fig": 90})
    185
    >>> subtotal({}, {"apple": 40})
    0

    :raises KeyError: if an item has no price.
    """
    ...


def total(basket: Mapping[str, int], prices: Mapping[str, int]) -> int:
    """The subtotal with shipping, which is free from 50 euros on.

    >>> total({"apple": 1}, {"apple": 40})
    535
    >>> total({"lamp": 1}, {"lamp": 5000})
    5000
    """
    ...
