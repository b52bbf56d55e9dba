"""The service as an ASGI application: `uvicorn tutela.entry.asgi:application`, or `tutela serve`."""

from __future__ import annotations

import os

import django
from django.core.asgi import get_asgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "tutela.entry.settings")
django.setup(set_prefix=False)

from django.conf import settings

from tutela.entry import logs
from tutela.entry.bodies import BodyLimit

logs.configure(settings.LOGGING)
application = BodyLimit(get_asgi_application(), settings.TUTELA.request_bytes_max)
