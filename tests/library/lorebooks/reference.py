"""SillyTavern's rules for world info, told as plainly as possible, to compare ours with.

Works on the entries as a file has them. Slow, and knows no chance: probabilities are 0 or 100, and groups have one
entry that is made to win.
"""

from __future__ import annotations

import re
from typing import Any

Entry = dict[str, Any]
AND_ANY, NOT_ALL, NOT_ANY, AND_ALL = range(4)


def expected_texts(entries: list[Entry], messages: list[tuple[str, str]], budget: float | None) -> list[str]:
    """The texts that enter after these messages (speaker and text, oldest first), in the order of the prompt."""
    stays: dict[int, tuple[int, int]] = {}
    rests: dict[int, tuple[int, int]] = {}
    replies = [i for i in range(1, len(messages)) if messages[i][0] == "Odo"]
    entered: list[Entry] = []
    for length in (*replies, len(messages)):
        for uid in [uid for uid, (_, end) in stays.items() if length >= end]:
            del stays[uid]
            cooldown = entries[uid].get("cooldown") or 0
            if cooldown:
                rests[uid] = (length, length + cooldown)
        rests = {uid: span for uid, span in rests.items() if length < span[1]}
        entered = scan(entries, messages[:length], budget, set(stays), set(rests))
        for entry in entered:
            if entry.get("sticky"):
                stays.setdefault(entry["uid"], (length, length + entry["sticky"]))
            if entry.get("cooldown"):
                rests.setdefault(entry["uid"], (length, length + entry["cooldown"]))
    by_order = sorted(entered, key=lambda entry: entry["order"], reverse=True)
    return [entry["content"] for entry in reversed(by_order)]


def scan(
    entries: list[Entry], messages: list[tuple[str, str]], budget: float | None, sticky: set[int], cooling: set[int]
) -> list[Entry]:
    """The entries that enter, as they are found."""
    order = sorted((entry for entry in entries if not entry.get("disable")), key=lambda entry: -entry["order"])
    levels = sorted({int(entry["delayUntilRecursion"]) for entry in order if entry.get("delayUntilRecursion")})
    level = levels.pop(0) if levels else 0
    entered: list[Entry] = []
    failed: list[int] = []
    recursed: list[str] = []
    is_recursion = is_full = False
    used = 0
    while True:
        found = []
        for entry in order:
            uid = entry["uid"]
            if uid in failed or entry in entered:
                continue
            if len(messages) < (entry.get("delay") or 0):
                continue
            if uid in cooling and uid not in sticky:
                continue
            delay = int(entry.get("delayUntilRecursion") or 0)
            if uid not in sticky and (delay and (not is_recursion or delay > level)):
                continue
            if uid not in sticky and is_recursion and entry.get("excludeRecursion"):
                continue
            if entry.get("constant") or uid in sticky or is_called(entry, messages, recursed):
                found.append(entry)
        found.sort(key=lambda entry: entry["uid"] not in sticky)
        found = without_losers(found, entered, sticky)
        new = []
        for entry in found:
            never = entry.get("useProbability") and entry.get("probability") == 0
            if never and entry["uid"] not in sticky:
                failed.append(entry["uid"])
                continue
            if budget is not None and not entry.get("ignoreBudget"):
                is_full = is_full or used + len(entry["content"]) + 1 > budget
                if is_full:
                    continue
                used += len(entry["content"]) + 1
            new.append(entry)
        entered += new
        calling = [entry["content"] for entry in new if not entry.get("preventRecursion")]
        if calling:
            recursed.append("\n".join(calling))
        elif levels:
            level = levels.pop(0)
        else:
            return entered
        is_recursion = True


def without_losers(found: list[Entry], entered: list[Entry], sticky: set[int]) -> list[Entry]:
    """One entry for each group."""
    lost: list[int] = []
    groups = {entry["group"] for entry in found if entry.get("group")}
    for group in groups:
        members = [entry for entry in found if entry.get("group") == group]
        staying = [entry["uid"] for entry in members if entry["uid"] in sticky]
        if staying:
            lost += [entry["uid"] for entry in members if entry["uid"] not in staying]
        elif any(entry.get("group") == group for entry in entered):
            lost += [entry["uid"] for entry in members]
        elif len(members) > 1:
            made_to_win = [entry for entry in members if entry["groupOverride"]]
            lost += [entry["uid"] for entry in members if entry is not made_to_win[0]]
    return [entry for entry in found if entry["uid"] not in lost]


def is_called(entry: Entry, messages: list[tuple[str, str]], recursed: list[str]) -> bool:
    """Whether the entry's keys are found."""
    depth = 2 if entry.get("scanDepth") is None else entry["scanDepth"]
    if depth == 0:
        return False
    newest = [f"{speaker}: {text}" for speaker, text in messages[-depth:]]
    haystack = "\x01" + "\n\x01".join([*reversed(newest), *recursed])
    if not any(is_found(key, haystack, entry) for key in entry["key"]):
        return False
    secondary = entry["keysecondary"]
    if not entry["selective"] or not secondary:
        return True
    found = [is_found(key, haystack, entry) for key in secondary]
    return {
        AND_ANY: any(found),
        NOT_ALL: not all(found),
        NOT_ANY: not any(found),
        AND_ALL: all(found),
    }[entry.get("selectiveLogic") or AND_ANY]


def is_found(key: str, haystack: str, entry: Entry) -> bool:
    """Whether one key is found."""
    key = key.replace("{{char}}", "Odo").replace("{{user}}", "Ann")
    pattern = re.fullmatch(r"/([^/]+)/([ims]*)", key)
    if pattern:
        flags = sum({"i": re.IGNORECASE, "m": re.MULTILINE, "s": re.DOTALL}[letter] for letter in pattern[2])
        return re.search(pattern[1], haystack, flags) is not None
    if not entry.get("caseSensitive"):
        key, haystack = key.lower(), haystack.lower()
    if entry.get("matchWholeWords") is False or " " in key:
        return key in haystack
    return re.search(rf"(?:^|\W){re.escape(key)}(?:$|\W)", haystack, re.ASCII) is not None
