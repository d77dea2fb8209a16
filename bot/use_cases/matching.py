"""Which customers typed words may mean."""

from dataclasses import dataclass

from rapidfuzz import fuzz, process

#: Names that read alike are offered from this score (of 100) on, and so many of them.
_ALIKE = 60
_OFFERED = 10


@dataclass(frozen=True, slots=True)
class Matches:
    """Ids of customers that words may mean, best first; ``certain`` when there is exactly one such.

    ``holding``: their names hold the words, and don't merely read alike.
    """

    ids: tuple[str, ...]
    certain: bool
    holding: bool = False


def match_customers(words: str, names: list[tuple[str, str]]) -> Matches:
    """Who ``words`` may mean. A whole name, or words that only one name holds, is certain.

    Names that merely read alike are candidates even when there is only one: they are offered, never picked.
    """
    typed = " ".join(words.lower().split())
    holding = [one for one, name in names if name.lower() == typed] or [
        one for one, name in names if all(word in name.lower() for word in typed.split())
    ]
    if holding:
        return Matches(tuple(holding), certain=len(holding) == 1, holding=True)
    choices = {one: name.lower() for one, name in names}
    scored = process.extract(typed, choices, scorer=fuzz.WRatio, limit=_OFFERED, score_cutoff=_ALIKE)
    return Matches(tuple(one for _name, _score, one in scored), certain=False)
