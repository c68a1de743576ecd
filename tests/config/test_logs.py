"""What the logs must not hold."""

import logging

import pytest
from django.urls import reverse

from base import tokens
from config.logs import WithoutLinks


@pytest.mark.parametrize(
    ("name", "purpose"),
    [("contacts:preferences", "preferences"), ("participation:registration", "registration")],
)
def test_token_of_a_personal_link_is_not_logged(name, purpose):
    token = tokens.make(purpose, 17, 1)
    path = reverse(name, args=[token])
    record = logging.LogRecord("django.request", 30, "", 1, "Gone: %s", (path,), None)
    assert WithoutLinks().filter(record)
    assert token.split(":")[1] not in record.getMessage()
    assert record.getMessage().startswith("Gone: /")


def test_other_lines_stay_as_they_are():
    record = logging.LogRecord("django.request", 30, "", 1, "Not Found: %s", ("/nl/agenda/",), None)
    WithoutLinks().filter(record)
    assert record.getMessage() == "Not Found: /nl/agenda/"
