"""The Django settings, made from `config.Settings`. Choices that an operator may make are there, not here."""

from __future__ import annotations

from pathlib import Path
from typing import Any, Final

from csp.constants import NONE, SELF
from django.utils.translation import gettext_lazy as _

from tutela.entry import config, home
from tutela.entry.database import django_databases
from tutela.entry.logs import logging_config

TUTELA: Final = config.load()
home.prepare(TUTELA.home)

#### What this is ####

DEBUG = TUTELA.debug
SECRET_KEY = home.secret_key(TUTELA.home)
ALLOWED_HOSTS = sorted({TUTELA.host, TUTELA.listen_host, "localhost"} - {"0.0.0.0", "::"})  # noqa: S104 - compared only
ROOT_URLCONF = "tutela.entry.urls"
ASGI_APPLICATION = "tutela.entry.asgi.application"
INSTALLED_APPS = [
    "tutela.console",  # before allauth, whose templates it restyles
    "tutela.apps.access",
    "tutela.apps.custody",
    "tutela.apps.jobs",
    "tutela.apps.safeguarding",
    "tutela.apps.triage",
    "tutela.apps.intake",
    "tutela.apps.referral",
    "tutela.apps.takedown",
    "tutela.apps.lists",
    "tutela.apps.review",
    "tutela.apps.assessment",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "csp",
    "django_htmx",
    "ninja",
]
MIDDLEWARE = [
    "tutela.entry.middleware.observe",  # first, so that it times and counts everything
    "django.middleware.security.SecurityMiddleware",
    "tutela.entry.static.StaticFiles",
    "tutela.entry.middleware.at_the_origin",
    "csp.middleware.CSPMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "tutela.apps.access.middleware.act_as_asker",
    "allauth.account.middleware.AccountMiddleware",
    "tutela.apps.access.middleware.end_old_sessions",
    "tutela.apps.access.middleware.require_second_factor",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "tutela.entry.middleware.keep_private",
]
TEMPLATES: list[dict[str, Any]] = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [Path(__file__).parent / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.template.context_processors.i18n",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "tutela.entry.context.console",
            ],
        },
    },
]

#### Where things are kept ####

DATABASES = django_databases(TUTELA)
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
CACHES = {"default": {"BACKEND": "django.core.cache.backends.db.DatabaseCache", "LOCATION": "entry_cache"}}
STATIC_URL = "/static/"
WHITENOISE_USE_FINDERS = True  # straight from the packages: no collecting step to forget
WHITENOISE_MAX_AGE = 3600

#### Bytes that come in stay in memory ####

FILE_UPLOAD_HANDLERS = ["tutela.entry.uploads.InMemoryHandler"]
FILE_UPLOAD_MAX_MEMORY_SIZE = TUTELA.request_bytes_max
DATA_UPLOAD_MAX_MEMORY_SIZE = TUTELA.request_bytes_max
DATA_UPLOAD_MAX_NUMBER_FIELDS = 500
DATA_UPLOAD_MAX_NUMBER_FILES = 10

#### People ####

AUTH_USER_MODEL = "access.Person"
AUTHENTICATION_BACKENDS = ["allauth.account.auth_backends.AuthenticationBackend"]
PASSWORD_HASHERS = [
    "django.contrib.auth.hashers.ScryptPasswordHasher",  # hard on memory, and in the standard library
    "django.contrib.auth.hashers.PBKDF2PasswordHasher",
]
_VALIDATION = "django.contrib.auth.password_validation"
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": f"{_VALIDATION}.MinimumLengthValidator", "OPTIONS": {"min_length": TUTELA.password_characters_min}},
    {"NAME": f"{_VALIDATION}.CommonPasswordValidator"},
    {
        "NAME": f"{_VALIDATION}.UserAttributeSimilarityValidator",
        "OPTIONS": {"user_attributes": ("email", "name", "pseudonym")},
    },
]
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "home"
ACCOUNT_ADAPTER = "tutela.apps.access.adapters.AccountAdapter"
_FORMS = "tutela.apps.access.forms"
ACCOUNT_FORMS = {
    "login": f"{_FORMS}.SignInForm",
    "reauthenticate": f"{_FORMS}.PasswordAgainForm",
    "change_password": f"{_FORMS}.NewPasswordForm",
}
MFA_FORMS = {
    "authenticate": f"{_FORMS}.CodeForm",
    "reauthenticate": f"{_FORMS}.CodeAgainForm",
    "activate_totp": f"{_FORMS}.AppForm",
    "authenticate_webauthn": f"{_FORMS}.SecurityKeyForm",
    "reauthenticate_webauthn": f"{_FORMS}.SecurityKeyAgainForm",
    "add_webauthn": f"{_FORMS}.NewSecurityKeyForm",
}
ACCOUNT_LOGIN_METHODS = {"email"}
ACCOUNT_SIGNUP_FIELDS = ["email*", "password1*"]
ACCOUNT_USER_MODEL_USERNAME_FIELD = None
ACCOUNT_USER_MODEL_EMAIL_FIELD = "sign_in_name"  # a blind index: the library never sees an address
ACCOUNT_EMAIL_VERIFICATION = "none"  # an administrator vouches for the address when inviting
ACCOUNT_LOGOUT_REDIRECT_URL = "account_login"
ACCOUNT_SESSION_REMEMBER = False
ACCOUNT_REAUTHENTICATION_REQUIRED = True
ACCOUNT_RATE_LIMITS = {"login": "20/m/ip", "login_failed": "10/m/ip,5/300s/key", "join": "10/m/ip,5/300s/key"}
ALLAUTH_TRUSTED_PROXY_COUNT = 0  # uvicorn has put the true address in place (`trusted_proxies`)
MFA_ADAPTER = "tutela.apps.access.adapters.SecondFactorAdapter"
MFA_SUPPORTED_TYPES = ["totp", "webauthn", "recovery_codes"]
MFA_TOTP_ISSUER = "Tutela"
MFA_ALLOW_UNVERIFIED_EMAIL = True
MFA_RECOVERY_CODES_SHOW_ONCE = True
MFA_WEBAUTHN_ALLOW_INSECURE_ORIGIN = not TUTELA.secure  # loopback only: anything else must be https

#### Sessions and cookies ####

SESSION_COOKIE_NAME = "__Host-session" if TUTELA.secure else "session"
SESSION_COOKIE_AGE = TUTELA.session_total_s_max
SESSION_EXPIRE_AT_BROWSER_CLOSE = True
SESSION_COOKIE_SECURE = TUTELA.secure
SESSION_COOKIE_SAMESITE = "Lax"
CSRF_COOKIE_NAME = "__Host-csrf" if TUTELA.secure else "csrf"
CSRF_COOKIE_SECURE = TUTELA.secure
CSRF_COOKIE_HTTPONLY = True
CSRF_TRUSTED_ORIGINS = [TUTELA.origin]
CSRF_FAILURE_VIEW = "tutela.entry.errors.csrf_failure"
LANGUAGE_COOKIE_SECURE = TUTELA.secure
LANGUAGE_COOKIE_SAMESITE = "Lax"
LANGUAGE_COOKIE_HTTPONLY = True
MESSAGE_STORAGE = "django.contrib.messages.storage.session.SessionStorage"  # words for people do not ride in cookies

#### What browsers are told ####

CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [NONE],
        "script-src": [SELF],
        "style-src": [SELF],
        "img-src": [SELF],
        "font-src": [SELF],
        "connect-src": [SELF],
        "manifest-src": [SELF],
        "form-action": [SELF],
        "base-uri": [NONE],
        "frame-ancestors": [NONE],
    },
}
X_FRAME_OPTIONS = "DENY"
SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_REFERRER_POLICY = "same-origin"
SECURE_CROSS_ORIGIN_OPENER_POLICY = "same-origin"
SECURE_HSTS_SECONDS = 2 * 365 * 24 * 3600 if TUTELA.secure else 0
SECURE_HSTS_INCLUDE_SUBDOMAINS = TUTELA.secure

#### Words and times ####

USE_TZ = True
TIME_ZONE = TUTELA.time_zone
USE_I18N = True
LANGUAGE_CODE = TUTELA.language
LOCALE_PATHS = [Path(__file__).parents[1] / "console" / "locale"]
LANGUAGES = [("en", _("English")), ("de", _("German"))]
PUBLIC_LANGUAGES = ["en", "de", "fr", "es", "ar"]  # of the public form: fewer words, so more languages

#### What is written down ####

LOGGING_CONFIG = None  # `logs.configure` does it, once, for the process
LOGGING = logging_config(TUTELA.log_level)

NINJA_PAGINATION_PER_PAGE = 100
SILENCED_SYSTEM_CHECKS = [
    "security.W008",  # no redirect to https: a proxy in front does it, and the loopback has none
]
