"""The settings: environment and `.env`, read once, typed, frozen. Each is written here once, and drives `.env.example`,
the docs and `python -m bot doctor`."""

import re
from base64 import urlsafe_b64decode
from email.utils import parseaddr
from ipaddress import ip_network
from pathlib import Path
from typing import Annotated, Literal, NamedTuple
from urllib.parse import unquote, urlsplit
from zoneinfo import ZoneInfo, available_timezones

from pydantic import AfterValidator, BeforeValidator, Field, SecretStr, ValidationError
from pydantic_settings import BaseSettings, SettingsConfigDict


class WrongSettings(Exception):
    """One line for each setting that cannot be used: its name, what was found and what is wanted. Never a secret."""


def _zone(name: str) -> str:
    if name and name not in available_timezones():
        raise ValueError("wanted an IANA time zone such as Asia/Qatar or Europe/London")
    return name


def _address(url: str) -> str:
    if url and not url.startswith(("http://", "https://")):
        raise ValueError("wanted an address that begins with http:// or https://")
    return url.rstrip("/")


def _phone(text: str) -> str:
    number = text.rpartition(":")[2]
    if text and not re.fullmatch(r"\+[0-9]{7,15}", number):
        raise ValueError("wanted a number in international form such as +97455501234, or sms:+… or whatsapp:+…")
    if text.partition(":")[0] not in ("", number, "sms", "whatsapp"):
        raise ValueError("wanted sms: or whatsapp: before the number, or nothing")
    return text


_DIALECTS = {
    "sqlite": "sqlite",
    "postgres": "postgresql+psycopg",
    "postgresql": "postgresql+psycopg",
    "mysql": "mysql+pymysql",
    "mariadb": "mysql+pymysql",
}


def _database(url: str) -> str:
    scheme, separator, rest = url.partition("://")
    dialect = _DIALECTS.get(scheme.partition("+")[0])
    if not separator or dialect is None:
        raise ValueError("wanted an address that begins with sqlite:///, postgresql://, mysql:// or mariadb://")
    if dialect == "sqlite" and rest.partition("?")[0].removeprefix("/") in ("", ":memory:"):
        raise ValueError("wanted a file behind sqlite:///, such as sqlite:///data/textbook.db")
    if dialect != "sqlite":
        _server(rest)
    return f"{dialect}://{rest}"


def _server(rest: str) -> None:
    """Raises ValueError unless what stands behind the scheme names a database, and a port that can be one."""
    try:
        parts = urlsplit(f"//{rest}")
        _ = parts.port
    except ValueError:
        raise ValueError("wanted a server's address such as postgresql://user:password@host:5432/textbook") from None
    if not parts.path.strip("/"):
        raise ValueError("wanted the database's name behind the server, such as postgresql://host/textbook")


def _sender(text: str) -> str:
    _, address = parseaddr(text)
    if text and (not text.isprintable() or not re.fullmatch(r"[A-Za-z0-9._%+'-]+@[A-Za-z0-9.-]+", address)):
        raise ValueError("wanted an email address such as desk@example.com, or Sara <desk@example.com>")
    return text


def _sources(text: str) -> str:
    try:
        for source in text.split(",") if text else ():
            ip_network(source.strip(), strict=False)
    except ValueError:
        raise ValueError("wanted addresses or networks such as 196.201.214.200,196.201.213.0/24") from None
    return text


def _proxies(text: str) -> str:
    text = text.strip()
    try:
        if not text.isascii() or (text.isdigit() and int(text) > 10):
            raise ValueError
        return text if text.isdigit() else _sources(text)
    except ValueError:
        wanted = "wanted addresses or networks such as 127.0.0.1,10.0.0.0/8, or a number from 0 to 10"
        raise ValueError(wanted) from None


MailSecurity = Literal["starttls", "tls", "none"]


class MailAddress(NamedTuple):
    """Where emails are handed in. `security` is starttls, tls or none."""

    host: str
    port: int
    security: MailSecurity
    username: str
    password: str


_MAIL: dict[str, tuple[MailSecurity, int]] = {
    "smtp": ("starttls", 587),
    "smtps": ("tls", 465),
    "smtp+plain": ("none", 25),
}


def _mail_address(url: str) -> MailAddress:
    """Raises ValueError."""
    scheme, _, rest = url.partition("://")
    if scheme not in _MAIL or not rest:
        raise ValueError("wanted an address that begins with smtp://, smtps:// or smtp+plain://")
    try:
        parts = urlsplit(f"//{rest}")
        port = parts.port
    except ValueError:
        raise ValueError("wanted a server's address such as smtp://user:password@host:587") from None
    if not re.fullmatch(r"[A-Za-z0-9.:_-]+", parts.hostname or "") or parts.path.strip("/") or parts.query:
        raise ValueError("wanted a server's address such as smtp://user:password@host:587")
    if port == 0:
        raise ValueError("wanted a port from 1 to 65535")
    if bool(parts.username) is not bool(parts.password):
        raise ValueError("wanted a user and their password, or neither")
    security, usual = _MAIL[scheme]
    username, password = unquote(parts.username or ""), unquote(parts.password or "")
    return MailAddress(parts.hostname or "", port or usual, security, username, password)


Zone = Annotated[str, AfterValidator(_zone), Field(examples=["Asia/Qatar"])]
Address = Annotated[str, AfterValidator(_address), Field(examples=["https://example.com"])]
Phone = Annotated[str, AfterValidator(_phone), Field(examples=["+97455501234"])]
Sources = Annotated[str, AfterValidator(_sources), Field(examples=["196.201.214.200,196.201.213.0/24"])]
Proxies = Annotated[str, BeforeValidator(str), AfterValidator(_proxies), Field(examples=["127.0.0.1,10.0.0.0/8"])]
Sender = Annotated[str, AfterValidator(_sender), Field(max_length=200, examples=["Sara <desk@example.com>"])]
Rate = Annotated[float, Field(ge=0, le=1000)]
Secret = SecretStr
NO_SECRET = SecretStr("")


class Settings(BaseSettings):
    """Every setting, with its default. Names in the environment are the same in capitals."""

    model_config = SettingsConfigDict(env_file_encoding="utf-8", frozen=True, extra="ignore", env_ignore_empty=True)

    database_url: Annotated[
        SecretStr, Field(description="sqlite, postgresql or mariadb address; unset: an SQLite file under data/")
    ] = SecretStr("sqlite:///data/textbook.db")
    migrations_database_url: Annotated[
        SecretStr, Field(description="the address of the tables' owner, who migrates; unset: DATABASE_URL")
    ] = NO_SECRET
    journal_dir: Annotated[
        Path,
        Field(
            examples=["/var/lib/textbook/journal"],
            description="folder on this machine where messages wait while the database is away",
        ),
    ] = Path("data/journal")
    metrics_dir: Annotated[
        Path,
        Field(
            examples=["/run/textbook/metrics"],
            description="folder where this machine's processes add up what /metrics shows; one for each installation",
        ),
    ] = Path("data/metrics")
    metrics_token: Annotated[
        Secret,
        Field(
            description="what whoever reads /metrics must say (Bearer); unset: this machine and private networks may"
        ),
    ] = NO_SECRET
    host: Annotated[str, Field(description="address to listen on")] = "0.0.0.0"  # noqa: S104 - the simulator's page is for phones on the same network
    port: Annotated[int, Field(ge=1, le=65535, description="port to listen on")] = 8000
    public_url: Annotated[
        Address, Field(description="where providers reach us; unset: signatures are checked over the request's address")
    ] = ""
    trusted_proxies: Annotated[
        Proxies,
        Field(
            description="the proxies before us, whose word of who asks is taken: their addresses or networks; or how"
            " many they are, where nobody reaches the port but through them"
        ),
    ] = ""
    log_level: Annotated[Literal["DEBUG", "INFO", "WARNING", "ERROR"], Field(description="how much is logged")] = "INFO"

    business_name: Annotated[str, Field(max_length=80, description="the name clients read; beats business.toml")] = ""
    business_timezone: Annotated[Zone, Field(description="IANA time zone; beats business.toml")] = ""
    default_region: Annotated[
        str,
        Field(pattern="^([A-Z]{2})?$", examples=["QA"], description="ISO 3166 country, decides 5/3 = 5 March or 3 May"),
    ] = ""
    default_language: Annotated[
        str, Field(pattern="^([a-z]{2,3})?$", examples=["en"], description="language of first answers")
    ] = ""
    coordinator_phone_number: Annotated[
        Phone, Field(description="who is asked to approve; sms: or whatsapp: before it picks the channel")
    ] = ""

    twilio_account_sid: Annotated[str, Field(description="the account's sid, AC…")] = ""
    twilio_auth_token: Annotated[Secret, Field(description="the account's primary token")] = NO_SECRET
    twilio_sms_number: Annotated[Phone, Field(description="our number for SMS")] = ""
    twilio_whatsapp_number: Annotated[Phone, Field(description="our number for WhatsApp by Twilio")] = ""
    twilio_messaging_service_sid: Annotated[
        str, Field(description="a Messaging Service's sid, MG…; it sends SMS, not the number")
    ] = ""
    twilio_api_base: Annotated[Address, Field(description="another address for Twilio's API")] = ""
    twilio_messages_per_second: Annotated[
        Rate, Field(description="SMS segments a second from our number, such as 1 or 0.5; 0: Twilio queues them")
    ] = 0
    twilio_whatsapp_messages_per_second: Annotated[
        Rate, Field(description="WhatsApp messages a second by Twilio; 0: Twilio queues them")
    ] = 0

    whatsapp_token: Annotated[Secret, Field(description="WhatsApp Cloud API: a system user's token")] = NO_SECRET
    whatsapp_phone_number_id: Annotated[
        str,
        Field(pattern="^[0-9]*$", examples=["990011"], description="Meta's id of our number, not the number"),
    ] = ""
    whatsapp_app_secret: Annotated[Secret, Field(description="the Meta app's secret, which signs its calls")] = (
        NO_SECRET
    )
    whatsapp_verify_token: Annotated[
        Secret, Field(description="a word of your own, set at Meta with the address of our webhook too")
    ] = NO_SECRET
    whatsapp_template: Annotated[
        str,
        Field(
            pattern="^([a-z0-9_]+:[a-z]{2,3}(_[A-Z]{2})?)?$",
            examples=["booking_news:en"],
            description="an approved template with one parameter, to text who last wrote over 24 hours ago",
        ),
    ] = ""
    whatsapp_graph_version: Annotated[
        str, Field(pattern=r"^v[0-9]+\.[0-9]+$", examples=["v25.0"], description="version of Meta's Graph API")
    ] = "v25.0"
    whatsapp_api_base: Annotated[Address, Field(description="another address for Meta's Graph API")] = ""
    whatsapp_messages_per_second: Annotated[
        Rate,
        Field(description="messages a second from our number, which Meta refuses beyond; 20 where a phone shares it"),
    ] = 80

    ultramsg_instance_id: Annotated[str, Field(examples=["instance12345"], description="the instance")] = ""
    ultramsg_token: Annotated[Secret, Field(description="the instance's token")] = NO_SECRET
    ultramsg_webhook_secret: Annotated[Secret, Field(description="the secret part of our webhook's path")] = NO_SECRET
    ultramsg_api_base: Annotated[Address, Field(description="another address for UltraMsg")] = ""
    ultramsg_messages_per_second: Annotated[Rate, Field(description="messages a second; 0: UltraMsg queues them")] = 0

    stripe_api_key: Annotated[
        Secret,
        Field(
            description="Stripe's secret key, sk_… or rk_…; a test key takes no real money; unset: no payment by card"
        ),
    ] = NO_SECRET
    stripe_webhook_secret: Annotated[
        Secret, Field(description="the signing secret, whsec_…, of our webhook endpoint at Stripe")
    ] = NO_SECRET
    stripe_api_base: Annotated[Address, Field(description="another address for Stripe's API")] = ""

    mpesa_consumer_key: Annotated[
        Secret, Field(description="consumer key of the app at Daraja, M-Pesa's API; unset: no payment by M-Pesa")
    ] = NO_SECRET
    mpesa_consumer_secret: Annotated[Secret, Field(description="and its consumer secret")] = NO_SECRET
    mpesa_shortcode: Annotated[
        str,
        Field(
            pattern="^([0-9]{5,7})?$",
            examples=["174379"],
            description="the paybill that is paid; with a till, the store or head office number",
        ),
    ] = ""
    mpesa_passkey: Annotated[Secret, Field(description="the shortcode's passkey")] = NO_SECRET
    mpesa_till: Annotated[
        str,
        Field(pattern="^([0-9]{5,8})?$", examples=["555001"], description="the till that is paid; unset: a paybill"),
    ] = ""
    mpesa_callback_secret: Annotated[Secret, Field(description="the secret part of our callback's path")] = NO_SECRET
    mpesa_callback_path: Annotated[
        str,
        Field(
            pattern="^(/[A-Za-z0-9_-]+)+$",
            examples=["/webhooks/phone"],
            description="the callback's path before the secret; another where Daraja refuses a word in it",
        ),
    ] = "/webhooks/mpesa"
    mpesa_callback_sources: Annotated[
        Sources,
        Field(description="addresses or networks that callbacks may come from, commas between; unset: any"),
    ] = ""
    mpesa_api_base: Annotated[
        Address,
        Field(
            examples=["https://sandbox.safaricom.co.ke"],
            description="another address for Daraja, such as its sandbox; unset: real money",
        ),
    ] = ""

    caldav_url: Annotated[
        Address,
        Field(
            examples=["https://cloud.example.com/remote.php/dav"],
            description="the CalDAV server behind which the addresses of calendars are found",
        ),
    ] = ""
    caldav_username: Annotated[str, Field(max_length=200, description="who we are at the CalDAV server")] = ""
    caldav_password: Annotated[Secret, Field(description="and the password; an app password where there is one")] = (
        NO_SECRET
    )
    google_credentials_file: Annotated[
        str,
        Field(
            examples=["/etc/textbook/google.json"],
            description="the key file of a Google service account, which calendars are shared with",
        ),
    ] = ""
    google_api_base: Annotated[Address, Field(description="another address for Google's Calendar API")] = ""

    smtp_url: Annotated[
        Secret,
        Field(
            description="the server that takes our emails: smtp://user:password@host:587 (with STARTTLS, or nothing is"
            " sent), smtps://… (TLS from the start), smtp+plain://… (not encrypted); unset: no emails"
        ),
    ] = NO_SECRET
    smtp_from: Annotated[Sender, Field(description="in whose name emails are sent, with a name that people read")] = ""

    secret_key: Annotated[
        Secret,
        Field(
            description="signs the console's forms; unset: one is made and kept in SECRET_KEY_FILE. Needed where web"
            " processes run on several machines"
        ),
    ] = NO_SECRET
    secret_key_file: Annotated[
        Path,
        Field(examples=["/var/lib/textbook/secret_key"], description="where that one is kept"),
    ] = Path("data/secret_key")
    encryption_key: Annotated[
        Secret,
        Field(
            description="seals what clients answer about themselves; `openssl rand -base64 32 | tr '+/' '-_'` makes "
            "one; commas between several: the first seals, all open"
        ),
    ] = NO_SECRET

    llm_api_base: Annotated[
        Address,
        Field(
            examples=["http://localhost:11434/v1"],
            description="an OpenAI-compatible endpoint, asked what a text that is not understood may mean; unset: none",
        ),
    ] = ""
    llm_api_key: Annotated[Secret, Field(description="the endpoint's key, where it wants one")] = NO_SECRET
    llm_model: Annotated[str, Field(max_length=200, description="the model's name at that endpoint")] = ""

    webhooks_allow_private: Annotated[
        bool, Field(description="outgoing webhooks may go to this machine and private networks, and by http")
    ] = False
    simulator: Annotated[bool | None, Field(description="unset: on only when no provider is configured")] = None
    burst_ms: Annotated[
        int, Field(ge=0, le=10_000, description="milliseconds that a text which says nothing yet waits for the next")
    ] = 1500

    @property
    def database(self) -> str:
        """The database's address with the driver we use. Raises ValueError for one we cannot use."""
        return _database(self.database_url.get_secret_value())

    @property
    def migrations_database(self) -> str:
        """The address of the tables' owner, where it is not the one we work with."""
        owner = self.migrations_database_url.get_secret_value()
        return _database(owner) if owner else self.database

    @property
    def has_twilio(self) -> bool:
        return bool(self.twilio_account_sid and self.twilio_auth_token.get_secret_value())

    @property
    def has_whatsapp(self) -> bool:
        return bool(self.whatsapp_token.get_secret_value() and self.whatsapp_phone_number_id)

    @property
    def has_ultramsg(self) -> bool:
        return bool(self.ultramsg_instance_id and self.ultramsg_token.get_secret_value())

    @property
    def has_stripe(self) -> bool:
        return bool(self.stripe_api_key.get_secret_value())

    @property
    def has_mpesa(self) -> bool:
        return bool(self.mpesa_consumer_key.get_secret_value() and self.mpesa_shortcode)

    @property
    def has_email(self) -> bool:
        return bool(self.smtp_url.get_secret_value() and self.smtp_from)

    @property
    def mail_server(self) -> MailAddress:
        """Raises ValueError where SMTP_URL is none."""
        return _mail_address(self.smtp_url.get_secret_value())

    @property
    def has_intake(self) -> bool:
        return bool(self.encryption_key.get_secret_value())

    @property
    def has_llm(self) -> bool:
        return bool(self.llm_api_base and self.llm_model)

    @property
    def has_provider(self) -> bool:
        """Whether real phones are reached."""
        return self.has_twilio or self.has_whatsapp or self.has_ultramsg

    @property
    def has_simulator(self) -> bool:
        return self.simulator if self.simulator is not None else not self.has_provider

    @property
    def has_simulator_page(self) -> bool:
        """Whoever reaches it may text as the coordinator: never beside real phones."""
        return self.has_simulator and not self.has_provider

    @property
    def zone(self) -> ZoneInfo | None:
        return ZoneInfo(self.business_timezone) if self.business_timezone else None


_MPESA = (
    "mpesa_consumer_key",
    "mpesa_consumer_secret",
    "mpesa_shortcode",
    "mpesa_passkey",
    "mpesa_callback_secret",
    "public_url",
)
"""What a payment by M-Pesa wants; its callbacks need an address."""
_WHATSAPP = ("whatsapp_token", "whatsapp_phone_number_id", "whatsapp_app_secret", "whatsapp_verify_token")


def _together(settings: Settings) -> list[str]:
    """What only shows when settings are read together."""
    wrong = []
    for name in ("database_url", "migrations_database_url"):
        try:
            _ = _database(_text(settings, name)) if _text(settings, name) else ""
        except ValueError as error:
            wrong.append(f"{name.upper()}: found a secret: {error}")
    for one, other in (
        ("twilio_account_sid", "twilio_auth_token"),
        ("twilio_auth_token", "twilio_account_sid"),
        ("ultramsg_instance_id", "ultramsg_token"),
        ("ultramsg_token", "ultramsg_instance_id"),
        ("stripe_api_key", "stripe_webhook_secret"),
        ("stripe_webhook_secret", "stripe_api_key"),
        ("caldav_username", "caldav_password"),
        ("caldav_password", "caldav_username"),
        ("caldav_username", "caldav_url"),
        ("smtp_url", "smtp_from"),
        ("smtp_from", "smtp_url"),
        ("llm_api_base", "llm_model"),
        ("llm_model", "llm_api_base"),
    ):
        if _text(settings, one) and not _text(settings, other):
            wrong.append(f"{other.upper()}: not set, but {one.upper()} is: wanted both or neither")
    if settings.has_twilio and not (
        settings.twilio_sms_number or settings.twilio_whatsapp_number or settings.twilio_messaging_service_sid
    ):
        wrong.append("TWILIO_SMS_NUMBER: not set: wanted it, TWILIO_WHATSAPP_NUMBER or TWILIO_MESSAGING_SERVICE_SID")
    given = [name for name in _WHATSAPP if _text(settings, name)]
    wrong += [
        f"{name.upper()}: not set, but {given[0].upper()} is: wanted all four of WHATSAPP_* or none"
        for name in _WHATSAPP
        if given and name not in given
    ]
    if not re.fullmatch(r"[!-~]*", settings.whatsapp_token.get_secret_value()):
        wrong.append("WHATSAPP_TOKEN: found a secret: wanted ASCII letters, digits and signs without spaces")
    secret = settings.ultramsg_webhook_secret.get_secret_value()
    if settings.has_ultramsg and not secret:
        wrong.append("ULTRAMSG_WEBHOOK_SECRET: not set, but ULTRAMSG_INSTANCE_ID is: wanted a long random word")
    if not re.fullmatch(r"[A-Za-z0-9_-]*", secret):
        wrong.append(
            "ULTRAMSG_WEBHOOK_SECRET: found a secret: wanted letters, digits, - and _, for it is part of a path"
        )
    try:
        _ = settings.mail_server if settings.smtp_url.get_secret_value() else None
    except ValueError as error:
        wrong.append(f"SMTP_URL: found a secret: {error}")
    wrong += _mpesa(settings)
    if not re.fullmatch(r"((sk|rk)_[!-~]+)?", settings.stripe_api_key.get_secret_value()):
        wrong.append("STRIPE_API_KEY: found a secret: wanted one that begins with sk_ or rk_")
    if not re.fullmatch(r"(whsec_[!-~]+)?", settings.stripe_webhook_secret.get_secret_value()):
        wrong.append("STRIPE_WEBHOOK_SECRET: found a secret: wanted one that begins with whsec_")
    if settings.has_intake and not all(map(_is_fernet_key, settings.encryption_key.get_secret_value().split(","))):
        wrong.append("ENCRYPTION_KEY: found a secret: wanted 32 bytes as URL-safe base64, commas between several")
    key = settings.llm_api_key.get_secret_value()
    if key and not (settings.llm_api_base or settings.llm_model):
        wrong.append("LLM_API_BASE: not set, but LLM_API_KEY is: wanted it and LLM_MODEL, or none of the three")
    if not re.fullmatch(r"[!-~]*", key):
        wrong.append("LLM_API_KEY: found a secret: wanted ASCII letters, digits and signs without spaces")
    return wrong


def _is_fernet_key(text: str) -> bool:
    try:
        return len(urlsafe_b64decode(text.strip().encode())) == 32
    except ValueError:
        return False


def _mpesa(settings: Settings) -> list[str]:
    given = [name for name in _MPESA if name != "public_url" and _text(settings, name)]
    wrong = [
        f"{name.upper()}: not set, but {given[0].upper()} is: wanted every one of {', '.join(_MPESA).upper()}, or none"
        for name in _MPESA
        if given and not _text(settings, name)
    ]
    if not re.fullmatch(r"[A-Za-z0-9_-]*", settings.mpesa_callback_secret.get_secret_value()):
        wrong.append("MPESA_CALLBACK_SECRET: found a secret: wanted letters, digits, - and _, for it is part of a path")
    return wrong


def _text(settings: Settings, name: str) -> str:
    value = getattr(settings, name)
    return str(value.get_secret_value() if isinstance(value, SecretStr) else value)


def read_settings(env_file: Path | None = Path(".env")) -> Settings:
    """The settings of this process. Raises WrongSettings naming every one that is wrong."""
    try:
        settings = Settings(_env_file=env_file)
    except ValidationError as error:
        lines = []
        for fault in error.errors():
            name = str(fault["loc"][0])
            field = Settings.model_fields[name]
            found = "a secret" if field.annotation is SecretStr else repr(fault["input"])
            wanted = fault["msg"].removeprefix("Value error, ")
            lines.append(f"{name.upper()}: found {found}: {wanted}")
        raise WrongSettings("\n".join(lines)) from None
    if wrong := _together(settings):
        raise WrongSettings("\n".join(wrong))
    return settings
