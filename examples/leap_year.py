"""Days of the Gregorian calendar."""


def is_leap_year(year: int) -> bool:
    """Whether a year has 366 days.

    Every fourth year has, but not the full centuries, unless they can be divided by 400.
    """
    return ...


def days_in_year(year: int) -> int:
    return 366 if is_leap_year(year) else 365


assert is_leap_year(2024)
assert is_leap_year(2000) and not is_leap_year(1900)
assert not is_leap_year(2023)
assert not is_leap_year(2100)
