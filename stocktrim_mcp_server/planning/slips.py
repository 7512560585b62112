"""A figure that may have a digit too many, or too few. Pure."""

MUCH = 10
"""What becomes so many times as much, or as little, may be a slip."""


def slip(before: float | None, after: float | None, what: str = "what it was") -> str | None:
    """How much more or less it becomes, in words: "about 11 times what it was". None: nothing odd, or no telling."""
    if before is None or after is None or before <= 0 or after <= 0:
        return None
    times = round(max(before, after) / min(before, after), 6)
    if times < MUCH:
        return None
    about = f"{'' if times == round(times) else 'about '}{'' if after > before else '1/'}{times:,.0f}"
    return f"{about} {'times' if after > before else 'of'} {what}"
