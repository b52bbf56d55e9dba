"""Settings: one typed, frozen object, read from the environment or from one TOML file.

Rules:

1. `TUTELA_NAME` in the environment wins over `name` in the file that `TUTELA_CONFIG` names, and that over the default.
2. A name that is not known is refused, with the nearest one that is: a typing error must not weaken a service quietly.
3. Combinations that would be unsafe are refused with the reason and how to mend it (`refusals`), before anything else.
4. Every field is explained in its metadata; `python -m tutela.entry.config` prints docs/guide/settings.md from that.

>>> read({"TUTELA_HOME": "/srv/tutela", "TUTELA_ORIGIN": "https://desk.example"}).secure
True
>>> list(refusals(Settings(listen="0.0.0.0:8400")))[0]
'listen 0.0.0.0:8400 can be reached from outside, but origin http://localhost:8400 is not https'
"""

from __future__ import annotations

import difflib
import ipaddress
import os
import tomllib
from dataclasses import Field, dataclass, field, fields
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import parse_qs, urlsplit

import click

from tutela.domain.errors import TutelaError
from tutela.domain.limits import RetroLimits
from tutela.domain.lookups import JURISDICTION, Ground, read_grounds

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

PREFIX: Final = "TUTELA_"
LANGUAGES: Final = ("en", "de")
LOG_LEVELS: Final = ("debug", "info", "warning", "error")
METRICS_KEY_CHARACTERS_MIN: Final = 32
_RETRO: Final = RetroLimits()
_ELSEWHERE: Final = frozenset({"TUTELA_CONFIG", "TUTELA_NATIVE", "TUTELA_REQUIRE"})  # read by other parts
_VERIFYING_SSLMODES: Final = frozenset({"verify-ca", "verify-full"})


class SettingsError(TutelaError):
    """The settings cannot be used; the message says why, the hint how to mend them."""


def _setting(default: Any, meaning: str) -> Any:
    return field(default=default, metadata={"meaning": meaning})


@dataclass(frozen=True, slots=True)
class Settings:
    """Everything that an operator may choose. Sizes and times carry their unit at the end of the name."""

    home: Path = _setting(  # noqa: RUF009 - a path cannot be changed either
        Path.home() / ".local/share/tutela",
        "folder that holds the embedded database, the keys and the hash lists; made with mode 0700",
    )
    database_url: str = _setting(
        "",
        "`postgresql://user@host/name`; empty: the embedded SQLite in `home`. Anything but a socket or this machine"
        " needs `?sslmode=verify-full`",
    )
    migration_url: str = _setting(
        "",
        "the same database with the role that owns the tables; only `tutela database prepare`, `tutela backup` and"
        " `tutela restore` need it, so give it to those commands and not to the service",
    )
    origin: str = _setting(
        "http://localhost:8400",
        "address that people type: scheme, host and port, nothing more; browsers tie security keys to a host name, so"
        " not an IP address",
    )
    listen: str = _setting("127.0.0.1:8400", "host and port on which the process listens")
    trusted_proxies: str = _setting(
        "", "addresses of reverse proxies whose X-Forwarded headers are believed, with commas between"
    )
    organisation: str = _setting("Our organisation", "name of the first organisation, used on first run only")
    administrator_email: str = _setting(
        "administrator@localhost.localdomain", "address with which the first administrator signs in; first run only"
    )
    language: str = _setting("en", f"language before a person chooses one: {', '.join(LANGUAGES)}")
    time_zone: str = _setting("UTC", "time zone in which pages show times; everything is stored in UTC")
    session_idle_s_max: int = _setting(30 * 60, "seconds without a request after which a session ends")
    session_total_s_max: int = _setting(12 * 3600, "seconds after which a session ends however busy it is")
    password_characters_min: int = _setting(12, "shortest password; there are no rules about its kinds of characters")
    setup_code_s_max: int = _setting(72 * 3600, "seconds for which a set-up code given to a person is valid")
    key_days_max: int = _setting(365, "longest life of a machine's key, in days")
    request_bytes_max: int = _setting(16 * 1024 * 1024, "bytes of one request body; held in memory, never on disk")
    metrics_key: str = _setting(
        "", f"secret (at least {METRICS_KEY_CHARACTERS_MIN} characters) that lets another machine read /metrics"
    )
    mail_url: str = _setting(
        "",
        "mail server for notices and alerts: `smtps://user:password@host` (port 465) or `smtp://…` (port 587, encrypted"
        " unless it is this machine); empty: no notice can be sent, and nobody on call can be asked to look",
    )
    mail_from: str = _setting("tutela@localhost.localdomain", "address that notices come from")
    mail_copy_to: str = _setting("", "address that gets a copy of each notice, its address defanged; empty: none")
    filing_email: str = _setting(
        "", "address at which authorities reach this organisation about what it filed; it goes along with each report"
    )
    cybertip_url: str = _setting(
        "",
        "address of the CyberTipline's reporting API, https (http only on this machine: `tutela referral simulate`);"
        " empty: nothing is filed there",
    )
    cybertip_user: str = _setting("", "user name that the CyberTipline gave this organisation")
    cybertip_password: str = _setting("", "the password for it")
    leave_to: str = _setting(
        "", "address, https, of the harmless page to which the public form's quick exit leads; empty: a blank page"
    )
    jurisdiction: str = _setting(
        "", "two letters of the country (ISO 3166-1) under whose law reports are looked up that name no other"
    )
    lookups: str = _setting(
        "",
        "grounds on which known material may be looked up, as `channel:jurisdiction` with commas between, such as"
        " `public:NL`; channels: `public`, `private`, `end-to-end-encrypted`; whatever is not named is refused, and"
        " recorded as refused",
    )
    retro: str = _setting(
        "",
        "grounds, each also in `lookups`, on which hashes that were not known when the gateway was asked are remembered"
        " and joined with lists that come later (docs/guide/gateway.md); empty: nothing is remembered",
    )
    retro_days: int = _setting(_RETRO.days, f"days for which they are remembered, {_RETRO.days_max} at most")
    retro_bytes_max: int = _setting(_RETRO.bytes_max, "bytes of all of them; beyond, the oldest go first")
    probe_private: bool = _setting(
        False, "let probes ask private addresses; for tests and demonstrations, refused off the loopback interface"
    )
    gateway_listen: str = _setting(
        "127.0.0.1:8410", "host and port of the matching gateway; from outside only behind something that speaks https"
    )
    gateway_processes: int = _setting(2, "processes of the gateway, one a core at most")
    gateway_up: bool = _setting(False, "let `tutela up` run the gateway, too")
    log_level: str = _setting("info", f"least severity that is logged: {', '.join(LOG_LEVELS)}")
    debug: bool = _setting(False, "show error details in pages; for developers, refused off the loopback interface")

    @property
    def secure(self) -> bool:
        """Whether people reach the service by https."""
        return self.origin.startswith("https://")

    @property
    def host(self) -> str:
        """The host name in `origin`, without the port."""
        return urlsplit(self.origin).hostname or ""

    @property
    def mail_is_near(self) -> bool:
        """Whether the mail server is this machine."""
        return _is_loopback(urlsplit(self.mail_url).hostname or "")

    @property
    def grounds(self) -> frozenset[Ground]:
        """What `lookups` enables."""
        return read_grounds(self.lookups)

    @property
    def retro_grounds(self) -> frozenset[Ground]:
        """What `retro` enables."""
        return read_grounds(self.retro)

    @property
    def listen_host(self) -> str:
        """The address in `listen`."""
        return self.listen.rpartition(":")[0].strip("[]")

    @property
    def listen_port(self) -> int:
        """The port in `listen`."""
        return int(self.listen.rpartition(":")[2])

    @property
    def proxies(self) -> tuple[str, ...]:
        """The trusted proxies, one by one."""
        return tuple(part.strip() for part in self.trusted_proxies.split(",") if part.strip())


def load() -> Settings:
    """Read the settings of this process and refuse unsafe ones (`SettingsError`)."""
    settings = read(os.environ)
    for refusal in refusals(settings):
        raise SettingsError(refusal, hint="docs/guide/settings.md explains every setting")
    return settings


def read(environment: Mapping[str, str]) -> Settings:
    """Build the settings from an environment and, where it names one, a file. Does not judge their safety."""
    known = {each.name: each for each in fields(Settings)}
    values: dict[str, Any] = {}
    if path := environment.get("TUTELA_CONFIG"):
        for name, value in _file(Path(path)).items():
            if name not in known:
                raise _unknown(name, known)
            values[name] = _value(known[name], value)
    for variable, value in environment.items():
        if not variable.startswith(PREFIX) or variable in _ELSEWHERE:
            continue
        name = variable.removeprefix(PREFIX).lower()
        if name not in known:
            raise _unknown(variable, [PREFIX + each.upper() for each in known])
        values[name] = _value(known[name], value)
    return Settings(**values)


def refusals(settings: Settings) -> Iterator[str]:
    """Yield every reason why these settings are unsafe or make no sense."""
    yield from _malformed(settings)
    outside = not _is_loopback(settings.listen_host)
    if settings.debug and (outside or not _is_loopback(settings.host)):
        yield "debug shows the inside of the service, so it is only for the loopback interface"
    if outside and not settings.secure:
        yield f"listen {settings.listen} can be reached from outside, but origin {settings.origin} is not https"
    elif not settings.secure and not _is_loopback(settings.host):
        yield f"origin {settings.origin} is not https, so passwords would travel in clear"
    if "*" in settings.trusted_proxies:
        yield "trusted_proxies must name addresses: whoever is trusted may pretend to be anybody"
    if settings.session_idle_s_max > settings.session_total_s_max:
        yield "session_idle_s_max is longer than session_total_s_max"
    if settings.password_characters_min < 8:
        yield "password_characters_min is below 8"
    if settings.metrics_key and len(settings.metrics_key) < METRICS_KEY_CHARACTERS_MIN:
        yield f"metrics_key is shorter than {METRICS_KEY_CHARACTERS_MIN} characters"
    yield from _law_refusals(settings)
    yield from _outward_refusals(settings)
    yield from _database_refusals("database_url", settings.database_url)
    yield from _database_refusals("migration_url", settings.migration_url)
    if settings.migration_url and not settings.database_url:
        yield "migration_url is set without database_url"
    elif (
        settings.migration_url and urlsplit(settings.migration_url).username == urlsplit(settings.database_url).username
    ):
        yield "migration_url and database_url name the same role, so the service would own its tables"


def _outward_refusals(settings: Settings) -> Iterator[str]:
    """What the service sends and asks by itself (notices and probes), and where machines reach it."""
    if not settings.secure and not _is_loopback(settings.gateway_listen.rpartition(":")[0].strip("[]")):
        yield f"gateway_listen {settings.gateway_listen} can be reached from outside, but origin is not https"
    near = _is_loopback(settings.listen_host) and _is_loopback(settings.host)
    if settings.probe_private and not near:
        yield "probe_private lets reports reach into your own network, so it is only for the loopback interface"
    if settings.cybertip_url and not _is_https_or_near(settings.cybertip_url):
        yield "cybertip_url is not https, so reports and the password would travel in clear"
    if settings.cybertip_url and not (settings.cybertip_user and settings.cybertip_password):
        yield "cybertip_url is set without cybertip_user and cybertip_password"
    parts = urlsplit(settings.mail_url)
    if settings.mail_url and (parts.scheme not in {"smtp", "smtps"} or not parts.hostname):
        yield "mail_url is not smtp://host or smtps://host"


def _law_refusals(settings: Settings) -> Iterator[str]:
    if settings.jurisdiction and not JURISDICTION.fullmatch(settings.jurisdiction):
        yield f"jurisdiction {settings.jurisdiction} is not two letters"
    for name in ("lookups", "retro"):
        try:
            read_grounds(getattr(settings, name))
        except ValueError as error:
            yield f"{name} names {error}, which is not channel:jurisdiction"
            return
    if beyond := settings.retro_grounds - settings.grounds:
        yield f"retro names {min(map(str, beyond))}, where lookups enables nothing"
    if settings.retro_days > _RETRO.days_max:
        yield f"retro_days is more than {_RETRO.days_max}"


def _malformed(settings: Settings) -> Iterator[str]:
    parts = urlsplit(settings.origin)
    if parts.scheme not in {"http", "https"} or not parts.hostname or parts.path or parts.query:
        yield f"origin {settings.origin} is not a scheme, a host and at most a port"
    for name in ("listen", "gateway_listen"):
        host, _, port = getattr(settings, name).rpartition(":")
        if not host or not port.isdigit():
            yield f"{name} {getattr(settings, name)} is not host:port"
    if settings.leave_to and not settings.leave_to.startswith("https://"):
        yield f"leave_to {settings.leave_to} is not an https address"
    if settings.language not in LANGUAGES:
        yield f"language {settings.language} is not one of {', '.join(LANGUAGES)}"
    if settings.log_level not in LOG_LEVELS:
        yield f"log_level {settings.log_level} is not one of {', '.join(LOG_LEVELS)}"
    for each in fields(Settings):
        value = getattr(settings, each.name)
        if isinstance(value, int) and not isinstance(value, bool) and value <= 0:
            yield f"{each.name} must be above 0"


def _database_refusals(name: str, url: str) -> Iterator[str]:
    if not url:
        return
    parts = urlsplit(url)
    if parts.scheme not in {"postgresql", "postgres"} or not parts.path.strip("/"):
        yield f"{name} is not postgresql://user@host/name"
        return
    query = parse_qs(parts.query)
    host = query.get("host", [parts.hostname or ""])[0]
    near = not host or host.startswith("/") or _is_loopback(host)
    if not near and not _VERIFYING_SSLMODES & set(query.get("sslmode", [])):
        yield f"the database on {host} would be spoken to without checking who it is; add ?sslmode=verify-full"


def _role(url: str) -> str | None:
    return urlsplit(url).username


def _is_https_or_near(url: str) -> bool:
    parts = urlsplit(url)
    near = parts.scheme == "http" and _is_loopback(parts.hostname or "")
    return near or (parts.scheme == "https" and bool(parts.hostname))


def _is_loopback(host: str) -> bool:
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def _file(path: Path) -> dict[str, Any]:
    try:
        return tomllib.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise SettingsError(f"TUTELA_CONFIG names {path}, which cannot be read: {error.strerror}") from error
    except tomllib.TOMLDecodeError as error:
        raise SettingsError(f"{path} is not TOML: {error}") from error


def _value(known: Field[Any], value: object) -> object:
    """Turn what an environment or a file gives into the type of the field's default."""
    kind = type(known.default)
    if isinstance(value, str) and kind is not str:
        try:
            return _BOOLEANS[value.lower()] if kind is bool else Path(value) if issubclass(kind, Path) else kind(value)
        except (KeyError, ValueError) as error:
            raise SettingsError(f"{known.name} cannot be {value!r}", hint=f"it is a {kind.__name__}") from error
    if type(value) is not kind:
        raise SettingsError(f"{known.name} cannot be {value!r}", hint=f"it is a {kind.__name__}")
    return value


_BOOLEANS: Final = {"1": True, "true": True, "yes": True, "0": False, "false": False, "no": False, "": False}


def _unknown(name: str, known: Mapping[str, object] | list[str]) -> SettingsError:
    near = difflib.get_close_matches(name, list(known), n=1)
    return SettingsError(f"there is no setting {name}", hint=f"did you mean {near[0]}?" if near else "")


#### The page about them ####

_PAGE_HEAD: Final = """\
# Settings

Every setting of the service. Give it as an environment variable, or by its small name in one TOML file that
`TUTELA_CONFIG` names; the environment wins. A name that is not known is refused, and so is an unsafe combination: the
service then says why and does not start. This page is printed by `python -m tutela.entry.config`; a test keeps it true.

| setting | variable | default | meaning |
|---|---|---|---|
"""
_PAGE_TAIL: Final = """
Other variables: `TUTELA_CONFIG` names the file; `TUTELA_NATIVE` forces one of the matching kernels; `TUTELA_REQUIRE`
makes the tests fail where an optional part is missing.

A file holds the same names:

```toml
origin = "https://desk.example"
listen = "0.0.0.0:8400"
database_url = "postgresql://tutela@/tutela"
session_idle_s_max = 900
```
"""


def page() -> str:
    """Return docs/guide/settings.md."""
    rows = "".join(
        f"| `{each.name}` | `{PREFIX}{each.name.upper()}` | {_shown(each.default)} | {each.metadata['meaning']} |\n"
        for each in fields(Settings)
    )
    return _PAGE_HEAD + rows + _PAGE_TAIL


def _shown(default: object) -> str:
    if isinstance(default, Path):
        return f"`~/{default.relative_to(Path.home())}`"
    if isinstance(default, bool):
        return "no"
    return f"{default:,}" if isinstance(default, int) else f"`{default}`" if default else ""


if __name__ == "__main__":
    click.echo(page(), nl=False)
