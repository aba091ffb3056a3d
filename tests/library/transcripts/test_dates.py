"""The moments in other programs' chats."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest

from pyg_ui.library.transcripts.dates import parse_date


@pytest.mark.parametrize(
    ("value", "moment"),
    [
        (1687679353368, datetime(2023, 6, 25, 7, 49, 13, 368_000, UTC)),
        ("1687679353368", datetime(2023, 6, 25, 7, 49, 13, 368_000, UTC)),
        (1687679353, datetime(2023, 6, 25, 7, 49, 13, tzinfo=UTC)),
        ("1687679353.5", datetime(2023, 6, 25, 7, 49, 13, 500_000, UTC)),
        (1687679353368123, datetime(2023, 6, 25, 7, 49, 13, 368_123, UTC)),
        ("2023-06-25 07:49:13 UTC", datetime(2023, 6, 25, 7, 49, 13, tzinfo=UTC)),
        ("Sun, 25 Jun 2023 07:49:13 GMT", datetime(2023, 6, 25, 7, 49, 13, tzinfo=UTC)),
        ("2023-06-25T07:49:13Z", datetime(2023, 6, 25, 7, 49, 13, tzinfo=UTC)),
        ("2023-6-24 @11h 35m 23s 821ms", datetime(2023, 6, 24, 11, 35, 23, 821_000)),
        ("2024-11-18@11h38m22s345ms", datetime(2024, 11, 18, 11, 38, 22, 345_000)),
        ("2024-11-18@11h38m22s", datetime(2024, 11, 18, 11, 38, 22)),
        ("June 19, 2023 4:13pm", datetime(2023, 6, 19, 16, 13)),
        ("June 19, 2023 12:13am", datetime(2023, 6, 19, 0, 13)),
        ("Jun 19, 2023 16:13", datetime(2023, 6, 19, 16, 13)),
        ("June 19, 2023 at 4:13\u202fPM", datetime(2023, 6, 19, 16, 13)),
        ("19 June 2023 16:13:01", datetime(2023, 6, 19, 16, 13, 1)),
        ("6/19/2023, 4:13:01 PM", datetime(2023, 6, 19, 16, 13, 1)),
        ("2023/06/19 16:13:01", datetime(2023, 6, 19, 16, 13, 1)),
        ("2023-06-19", datetime(2023, 6, 19)),
        *[
            (value, None)
            for value in (
                "",
                "yesterday",
                "Feb 31, 2023 1:00pm",
                None,
                True,
                10**30,
                10**400,
                "9" * 30,
                "2023-13-24 @99h 35m 23s 821ms",
                [],
            )
        ],
    ],
)
def test_moments_in_every_spelling(value: Any, moment: datetime | None) -> None:
    assert parse_date(value) == moment
