"""Django under ASGI with one way into a thread and one back: every view and every middleware here is synchronous.

Django's own handler answers from the event loop, and goes into the request's thread and back again for each middleware
and each view that cannot do that. None of ours can, and each way costs more than most of what is done at its end.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from asgiref.sync import sync_to_async
from django.core.handlers.asgi import ASGIHandler

if TYPE_CHECKING:
    from django.http import HttpRequest


class Handler(ASGIHandler):
    """Answers each request in one thread, from the first middleware to the last."""

    def load_middleware(self, is_async: bool = False) -> None:  # noqa: ARG002, FBT001, FBT002 - Django's signature
        """Load it to be called from a thread, whatever is asked."""
        super().load_middleware(is_async=False)

    async def get_response_async(self, request: HttpRequest) -> Any:
        """Answer in the request's own thread."""
        return await sync_to_async(self.get_response, thread_sensitive=True)(request)
