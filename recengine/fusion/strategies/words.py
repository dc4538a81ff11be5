"""Words that strategies and explanations share."""


def ordinal(place: int) -> str:
    """ "1st", "12th", "1,003rd"."""
    suffix = "th" if place % 100 in (11, 12, 13) else {1: "st", 2: "nd", 3: "rd"}.get(place % 10, "th")
    return f"{place:,}{suffix}"


def listed(n: int, field: str = "scorers") -> str:
    """ "{scorers[0]}, {scorers[1]} and {scorers[2]}", n of them, as a `Remark` holds them."""
    names = [f"{{{field}[{at}]}}" for at in range(n)]
    return names[0] if n == 1 else f"{', '.join(names[:-1])} and {names[-1]}"
