"""The strict JSON loader agrees with the standard one wherever it accepts."""

import json
from contextlib import suppress

from hypothesis import example, given
from hypothesis import strategies as st

from attestor.core import strict_json

VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
    max_leaves=20,
)


@given(VALUES)
def test_loads__any_value__is_what_json_gives(value: object) -> None:
    text = json.dumps(value).encode()
    assert strict_json.loads(text) == json.loads(text)


@given(st.binary(max_size=200))
@example(b'"\\')
@example(b'["\\"]')
def test_loads__any_bytes__raise_value_error_or_nothing(data: bytes) -> None:
    with suppress(ValueError):
        assert strict_json.loads(data) == json.loads(data)
