"""Django under ASGI with one way into a thread and one back: every view and every middleware here is synchronous.

Django's own handler answers from the event loop. For each signal, middleware and view that cannot do that it goes into
a thread that was made for the request, and back again; none of ours can, and each way costs more than most of what is
done at its end. Here a request is answered from its first signal to its last in one of a few threads that stay. Between
two requests such a thread holds nothing: its session goes back to `postgres.idle`.
"""

from __future__ import annotations

from asyncio import get_running_loop
from concurrent.futures import ThreadPoolExecutor
from contextvars import copy_context
from typing import TYPE_CHECKING, Any, Final

from django.core import signals
from django.core.exceptions import RequestAborted
from django.core.handlers.asgi import ASGIHandler, get_script_prefix
from django.urls import set_script_prefix

if TYPE_CHECKING:
    from django.http.response import HttpResponseBase

REQUESTS_MAX: Final = 32  # answered at the same moment by one process; the others wait


class Handler(ASGIHandler):
    """Answers each request in one thread, whole: nothing here streams."""

    def __init__(self) -> None:
        super().__init__()
        self._threads = ThreadPoolExecutor(REQUESTS_MAX, thread_name_prefix="request")

    def load_middleware(self, is_async: bool = False) -> None:  # noqa: ARG002, FBT001, FBT002 - Django's signature
        """Load it to be called from a thread, whatever is asked."""
        super().load_middleware(is_async=False)

    async def handle(self, scope: Any, receive: Any, send: Any) -> None:
        """Answer one request."""
        try:
            body = await self.read_body(receive)
        except RequestAborted:
            return
        context = copy_context()
        response = await get_running_loop().run_in_executor(
            self._threads, lambda: context.run(self._answer, scope, body)
        )
        await self.send_response(response, send)

    def _answer(self, scope: Any, body: Any) -> HttpResponseBase:
        with body:
            set_script_prefix(get_script_prefix(scope))
            signals.request_started.send(sender=self.__class__, scope=scope)
            request, refusal = self.create_request(scope, body)
            response = refusal if request is None else self.get_response(request)
            assert response is not None
            response.close()  # and the session goes back; nothing of an answer that is whole is lost by it
            return response
