"""Bounded HTTP: every request ends by its deadline and within its size, or with a typed reason."""

from attestor.net.address import origin_of
from attestor.net.client import HttpClient
from attestor.net.deadline import Deadline
from attestor.net.message import Response
from attestor.net.retry_after import retry_after

__all__ = ["Deadline", "HttpClient", "Response", "origin_of", "retry_after"]
