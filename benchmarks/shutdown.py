"""How a server with eight streams ends when it is told to: how soon it refuses new work, and how soon it is gone.

    python benchmarks/shutdown.py [--grace 5] [--streams 8] [--rounds 3]

A real server with the demo model; half of the streams are short enough to end by themselves. `refused_s` is from
SIGTERM until the first request that is answered 503 with Retry-After, by requests one after another. `over_s` is from
there until the process has ended, less the grace. `num_orphans` counts its processes that are still there. The worst
round of each. The last line is one JSON object.
"""

from __future__ import annotations

import argparse
import json
import threading
import time
from collections.abc import Sequence

import httpx
import psutil
import repository
from page import serving

_BODY = {"model": "demo-neo", "prompt": "You: Tell me a story.\nBob:", "temperature": 1, "ignore_eos": True}


def follow(url: str, max_tokens: int, begun: threading.Semaphore) -> None:
    """Read a stream until it ends or breaks."""
    body = _BODY | {"max_tokens": max_tokens, "stream": True}
    try:
        with httpx.stream("POST", f"{url}/v1/completions", json=body, timeout=600) as answer:
            for number, _ in enumerate(answer.iter_lines()):
                if number == 0:
                    begun.release()
    except httpx.HTTPError:
        pass


def is_refused(url: str) -> bool:
    """Whether a new request is told to come back later."""
    answer = httpx.post(f"{url}/v1/completions", json=_BODY | {"max_tokens": 1}, timeout=60)
    return answer.status_code == 503 and "retry-after" in answer.headers


def measure(grace_s: float, num_streams: int) -> dict[str, float]:
    """One server from its start to its end."""
    program = ("app.py", "--model", "demo-neo", "--grace", str(grace_s))
    with serving(repository.ROOT, program, "/ready") as server:
        begun = threading.Semaphore(0)
        lengths = [100 if number % 2 else 1900 for number in range(num_streams)]
        readers = [threading.Thread(target=follow, args=(server.url, length, begun)) for length in lengths]
        for reader in readers:
            reader.start()
        for _ in readers:
            begun.acquire()
        others = server.process.children(recursive=True)
        server.process.terminate()
        told_at = time.monotonic()
        while not is_refused(server.url):
            pass
        refused_s = time.monotonic() - told_at
        server.process.wait(grace_s + 60)
        over_s = time.monotonic() - told_at - grace_s
        for reader in readers:
            reader.join()
        return {"refused_s": refused_s, "over_s": over_s, "num_orphans": sum(map(psutil.Process.is_running, others))}


def worst(rounds: Sequence[dict[str, float]]) -> dict[str, float]:
    """The largest value of each."""
    return {name: round(max(each[name] for each in rounds), 3) for name in rounds[0]}


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--grace", type=float, default=5)
    parser.add_argument("--streams", type=int, default=8)
    parser.add_argument("--rounds", type=int, default=3)
    wanted = parser.parse_args()
    found = [measure(wanted.grace, wanted.streams) for _ in range(wanted.rounds)]
    for each in found:
        print(each)
    print(json.dumps({"grace_s": wanted.grace, "num_streams": wanted.streams, **worst(found)}))
