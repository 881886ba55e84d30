"""One line of JSON per figure."""

import json


def tell(
    figure: str,
    value: float,
    unit: str,
    *,
    at_most: float | None = None,
    at_least: float | None = None,
    digits: int = 1,
) -> bool:
    """Print a figure; it holds when it keeps its goal, and always without one. Whether it does."""
    goal = at_most if at_most is not None else at_least
    above = at_most is not None and value > at_most
    below = at_least is not None and value < at_least
    line = {
        "figure": figure,
        "value": round(value, digits),
        "unit": unit,
        "goal": goal,
        "holds": not (above or below),
    }
    print(json.dumps(line), flush=True)
    return not (above or below)
