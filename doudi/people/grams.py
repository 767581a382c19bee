"""What a person can be found by: texts compared for equality only, so row security keeps its index.

n: bigrams of the name, c: its characters, i: its initials from two letters on, t: keyed id tails.
"""

from doudi.base.vault import token

_LONGEST = 48  # of the column
_TAILS = (4, 6)


def tail_gram(tail: str) -> str:
    """The gram of the last 4 or 6 characters of an id: a keyed token, never the digits."""
    return "t:" + token(tail, f"tail{len(tail)}").hex()[:40]


def name_grams(name: str) -> list[str]:
    """Bigrams of a name; of one single character, that character."""
    name = name.upper()
    if len(name) == 1:
        return [f"c:{name}"]
    return list(dict.fromkeys(f"n:{name[k : k + 2]}" for k in range(len(name) - 1)))


def grams_of(name: str, initials: str, id_number: str | None) -> list[str]:
    """Everything under which one person is filed."""
    found = {f"c:{character}" for character in name.upper()}
    if len(name) > 1:
        found.update(name_grams(name))
    found.update(f"i:{initials[:length]}" for length in range(2, len(initials) + 1))
    if id_number:
        found.update(tail_gram(id_number[-length:]) for length in _TAILS)
    return sorted(gram[:_LONGEST] for gram in found)
