from __future__ import annotations

from django.apps import AppConfig


class ReferralConfig(AppConfig):
    """Reports to authorities, and what must be kept because of them."""

    name = "tutela.apps.referral"
    label = "referral"
