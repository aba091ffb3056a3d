"""Inclusion groups: of the entries of a group that are called together, only one enters."""

from collections.abc import Callable, Collection, Sequence

from pyg_ui.dialogue.lore.candidates import Candidate
from pyg_ui.dialogue.lore.chance import Chance


def without_losers(
    found: Sequence[Candidate],
    entered: Collection[Candidate],
    sticky: Collection[Candidate],
    chance: Chance,
    score: Callable[[Candidate], int],
) -> list[Candidate]:
    """The found entries without those that others of their groups keep out.

    Entries that stay from earlier turns come first. Then no other enters a group that has an entry already. Otherwise
    those with too low a score leave, if they ask for scores, and the entry enters that is made to win or is drawn.
    """
    groups: dict[str, list[Candidate]] = {}
    for candidate in found:
        for name in candidate.entry.groups:
            groups.setdefault(name, []).append(candidate)
    lost: set[Candidate] = set()
    open_groups: dict[str, list[Candidate]] = {}
    for name, members in groups.items():
        if any(member in sticky for member in members):
            lost.update(member for member in members if member not in sticky)
        else:
            open_groups[name] = members
    taken = {name for candidate in entered for name in candidate.entry.groups}
    for name, members in open_groups.items():
        remaining = [member for member in members if member not in lost]
        winner = None if name in taken else _winner(_best(remaining, score), chance, name)
        lost.update(member for member in remaining if member is not winner)
    return [candidate for candidate in found if candidate not in lost]


def _best(members: Sequence[Candidate], score: Callable[[Candidate], int]) -> list[Candidate]:
    """The members without those that ask for scores and have less than the best."""
    if not any(member.entry.uses_group_scores for member in members):
        return list(members)
    scores = [score(member) for member in members]
    return [
        member
        for member, points in zip(members, scores, strict=True)
        if points == max(scores) or not member.entry.uses_group_scores
    ]


def _winner(members: Sequence[Candidate], chance: Chance, name: str) -> Candidate | None:
    first = [member for member in members if member.entry.wins_group]
    if first:
        return max(first, key=lambda member: member.entry.insertion_order)
    weights = [max(member.entry.group_weight, 0) for member in members]
    drawn, reached = chance.draw("group", name) * sum(weights), 0.0
    for member, weight in zip(members, weights, strict=True):
        reached += weight
        if drawn <= reached:
            return member
    return None
