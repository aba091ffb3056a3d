"""Requests made up from the OpenAPI document, valid and invalid: none makes the server fail, and all agree with it.

The usual run makes eight for each operation where only this machine can ask, and two in the other modes; `python -m
pytest -m trust` makes 10,000.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
import schemathesis
from hypothesis import HealthCheck, settings
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from tests.api.served import INFO, client_of
from tests.fakes import FakeEngine

CHECKS = [not_a_server_error, status_code_conformance, content_type_conformance, response_schema_conformance]
NUM_OPERATIONS, NUM_MODES, NUM_CASES = 24, 4, 10_000
HERE, KEY = {"Host": "localhost"}, {"Authorization": "key", "Host": "localhost"}


def checked(number: int, headers: dict[str, str], **access: Any) -> Callable[..., None]:
    """A test that makes so many requests for each operation of an API with this Access."""
    api = client_of(FakeEngine(lambda prompt: "b", model=INFO), **access).app
    schema = schemathesis.openapi.from_asgi("/openapi.json", api, headers=headers)

    @schema.parametrize()
    @settings(max_examples=number, suppress_health_check=list(HealthCheck))
    def check(case: schemathesis.Case) -> None:
        case.call_and_validate(checks=CHECKS, headers=headers)

    return check


test_no_request_makes_the_server_fail = checked(8, HERE, is_local=True)
test_none_does_where_a_key_is_wanted = checked(2, KEY, api_keys=["key"], is_local=True)
test_none_does_where_the_network_reaches_it = checked(2, {})
test_none_does_without_the_key_of_a_public_server = checked(2, {}, is_public=True, api_keys=["key"])

MANY = NUM_CASES // NUM_MODES // NUM_OPERATIONS + 1
test_none_of_thousands_does = pytest.mark.trust(checked(MANY, HERE, is_local=True))
test_none_of_thousands_does_with_a_key = pytest.mark.trust(checked(MANY, KEY, api_keys=["key"], is_local=True))
test_none_of_thousands_does_in_the_network = pytest.mark.trust(checked(MANY, {}))
test_none_of_thousands_does_in_public = pytest.mark.trust(checked(MANY, KEY, is_public=True, api_keys=["key"]))
