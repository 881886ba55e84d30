"""Bounded HTTP: every request ends by its deadline and within its size, or with a typed reason."""

from attestor.net.address import origin_of
from attestor.net.client import HttpClient
from attestor.net.deadline import Deadline
from attestor.net.message import Response

__all__ = ["Deadline", "HttpClient", "Response", "origin_of"]
