"""The service as an ASGI application: `uvicorn tutela.entry.asgi:application`, or `tutela serve`."""

from __future__ import annotations

import os
from threading import Thread

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "tutela.entry.settings")
django.setup(set_prefix=False)

from django.conf import settings  # noqa: E402 - only now are they there

from tutela.engine.assessment import rendering  # noqa: E402 - as above
from tutela.entry import logs  # noqa: E402 - as above
from tutela.entry.bodies import BodyLimit  # noqa: E402 - as above
from tutela.entry.handler import Handler  # noqa: E402 - as above
from tutela.entry.postgres import idle  # noqa: E402 - as above

logs.configure(settings.LOGGING)
idle.keep()
Thread(target=rendering.warm, name="charts", daemon=True).start()  # a second, which no reader of a page waits for
application = BodyLimit(Handler(), settings.TUTELA.request_bytes_max)
