"""The only settings file. The environment decides; portal/env.py refuses nonsense by name.

With nothing set, DEMO=1 (what `make run` uses) or DEBUG=1 is enough to start: secrets are made in var/,
PostgreSQL comes from a wheel, the broker is a folder and messages are written to var/outbox/.
"""

import datetime
import hmac
from pathlib import Path
from urllib.parse import unquote

from csp.constants import NONE, SELF
from django.core.exceptions import ImproperlyConfigured
from django.utils.translation import gettext_lazy as _

from portal import embedded, env, secrets_file

BASE_DIR = Path(__file__).resolve().parent.parent
VAR_DIR = BASE_DIR / "var"

DEMO = env.flag("DEMO")
DEBUG = env.flag("DEBUG")
# Secrets may be made up, plain HTTP is fine, sent messages can be looked at.
TRYING_OUT = DEMO or DEBUG

# --- Secrets ------------------------------------------------------------------------------------
SECRETS = secrets_file.read_or_make(VAR_DIR / "secrets.json") if TRYING_OUT else {}
SECRET_KEY = env.text("SECRET_KEY", SECRETS.get("SECRET_KEY"))
FIELD_KEYS = env.keys("FIELD_KEYS", size=32, default=SECRETS.get("FIELD_KEYS"))
HASH_KEY = env.keys("HASH_KEY", size=32, default=SECRETS.get("HASH_KEY"))[0]

# --- Where it is served --------------------------------------------------------------------------
PORT = env.number("PORT", default=8000, least=1)
PUBLIC_URL = env.url(
    "PUBLIC_URL",
    schemes=("https", "http") if TRYING_OUT else ("https",),
    default=f"http://127.0.0.1:{PORT}" if TRYING_OUT else None,
).geturl()
ALLOWED_HOSTS = env.words("ALLOWED_HOSTS", "127.0.0.1,localhost,[::1]" if TRYING_OUT else None)
PROXIES = env.number("PROXIES", default=0 if TRYING_OUT else 1)
TIME_ZONE = env.zone("TIME_ZONE", default="Asia/Jakarta")

# --- Applications --------------------------------------------------------------------------------
INSTALLED_APPS = [
    "portal.apps.PortalConfig",
    "citizens.apps.CitizensConfig",
    "outreach.apps.OutreachConfig",
    "portal.apps.PortalAdminConfig",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "whitenoise.runserver_nostatic",
    "portal.apps.PortalStaticFilesConfig",
    "django_otp",
    "django_otp.plugins.otp_totp",
    "axes",
    "crispy_forms",
    "crispy_bootstrap5",
    "csp",
]
MIDDLEWARE = [
    "portal.middleware.ReferenceMiddleware",
    "portal.middleware.ClientAddressMiddleware",
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "django.middleware.gzip.GZipMiddleware",
    "csp.middleware.CSPMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "portal.middleware.LanguageMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django_otp.middleware.OTPMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "axes.middleware.AxesMiddleware",
    "portal.middleware.UnavailableMiddleware",
]
ROOT_URLCONF = "portal.urls"
WSGI_APPLICATION = "portal.wsgi.application"
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "portal.context_processors.site",
            ],
        },
    }
]
CRISPY_ALLOWED_TEMPLATE_PACKS = "bootstrap5"
CRISPY_TEMPLATE_PACK = "bootstrap5"

# --- Database ------------------------------------------------------------------------------------
DATABASE_URL = env.url("DATABASE_URL", schemes=("postgres", "postgresql"))
POOL_SIZE = env.number("DATABASE_POOL_SIZE", default=8)
DATABASES = {
    "default": {
        "ENGINE": "django.db.backends.postgresql" if DATABASE_URL.scheme else "portal.embedded",
        "NAME": unquote(DATABASE_URL.path.lstrip("/")) or "portal",
        "USER": unquote(DATABASE_URL.username or "postgres"),
        "PASSWORD": unquote(DATABASE_URL.password or ""),
        "HOST": DATABASE_URL.hostname or (embedded.SOCKET_DIR if not DATABASE_URL.scheme else ""),
        "PORT": DATABASE_URL.port or "",
        "OPTIONS": {
            "connect_timeout": 3,
            # A stuck lock becomes a polite 503 after three seconds (portal.middleware).
            "options": "-c lock_timeout=3s -c idle_in_transaction_session_timeout=60s",
            **({"pool": {"min_size": 1, "max_size": POOL_SIZE, "timeout": 5}} if POOL_SIZE else {}),
        },
    }
}

# --- Cache, sessions, jobs -------------------------------------------------------------------------
REDIS_URL = env.url("REDIS_URL", schemes=("redis", "rediss")).geturl()
CACHES = {
    "default": {
        "BACKEND": "django.core.cache.backends.redis.RedisCache",
        "LOCATION": REDIS_URL,
        "KEY_PREFIX": "portal",
        "OPTIONS": {"socket_connect_timeout": 1, "socket_timeout": 1},
    }
    if REDIS_URL
    else {"BACKEND": "django.core.cache.backends.db.DatabaseCache", "LOCATION": "cache"},
    # Rows that everybody sees and nobody misses for a minute; no server, so it cannot be down.
    "local": {"BACKEND": "portal.local_cache.LocalCache", "TIMEOUT": 60},
}
SESSION_ENGINE = "django.contrib.sessions.backends.db"
SESSION_COOKIE_AGE = 12 * 60 * 60  # seconds: one working day
SESSION_COOKIE_NAME = "sessionid" if TRYING_OUT else "__Host-sessionid"
CSRF_COOKIE_NAME = "csrftoken" if TRYING_OUT else "__Host-csrftoken"
MESSAGE_STORAGE = "django.contrib.messages.storage.session.SessionStorage"

BROKER_DIR = VAR_DIR / "broker"
# Seconds: five times the longest task. The three settings below must be equal.
VISIBILITY_TIMEOUT = 300
CELERY = {
    "broker_url": REDIS_URL or "filesystem://localhost",
    "broker_transport": None if REDIS_URL else "portal.broker:Transport",
    "broker_transport_options": (
        {
            "visibility_timeout": VISIBILITY_TIMEOUT,
            "global_keyprefix": "portal:",
            "socket_connect_timeout": 1,
            "socket_timeout": 5,
        }
        if REDIS_URL
        else {
            "visibility_timeout": VISIBILITY_TIMEOUT,
            "data_folder_in": str(BROKER_DIR / "queue"),
            "data_folder_out": str(BROKER_DIR / "queue"),
            "control_folder": str(BROKER_DIR / "control"),
            "store_processed": False,
        }
    ),
    "result_backend_transport_options": {"visibility_timeout": VISIBILITY_TIMEOUT},
    "visibility_timeout": VISIBILITY_TIMEOUT,
    "broker_connection_timeout": 1,
    "broker_connection_retry_on_startup": True,
    "task_ignore_result": True,
    "task_acks_late": True,
    "task_reject_on_worker_lost": True,
    "task_soft_time_limit": 45,
    "task_time_limit": 60,
    "task_default_queue": "unrouted",  # nobody reads it: a system check wants a queue for every task
    "task_publish_retry": False,  # a doorbell that cannot ring never holds up a request
    "task_serializer": "json",
    "accept_content": ["json"],
    "worker_prefetch_multiplier": 1,
    "worker_enable_remote_control": False,
    "worker_send_task_events": False,
    "worker_cancel_long_running_tasks_on_connection_loss": True,
    "worker_soft_shutdown_timeout": 30,
    "worker_hijack_root_logger": False,
    "timezone": TIME_ZONE,
    "enable_utc": True,
}

# --- Messages ------------------------------------------------------------------------------------
# Unset: written to var/outbox/. EMAIL_URL is smtp://user:password@host:port, smtps:// (TLS at once) or
# smtp+tls:// (STARTTLS). SMS_URL is file:///folder.
EMAIL_URL = env.url("EMAIL_URL", schemes=("smtp", "smtps", "smtp+tls"))
SMS_URL = env.url("SMS_URL", schemes=("file",))
OUTBOX_DIR = VAR_DIR / "outbox"
# How long before a visit its people are reminded: days leave at nine in the morning, hours exactly.
REMINDERS = env.leads("REMINDERS", "3d 1d 2h")
DEFAULT_FROM_EMAIL = env.text("FROM_EMAIL", "Disdukcapil Kota Serang <no-reply@serangkota.go.id>")

# --- The office's rules ----------------------------------------------------------------------------
HOLD_MINUTES = 5
BOOKING_HORIZON_DAYS = 14
BOOKING_LEAD_MINUTES = 60
# A citizen may cancel, and may move the visit, until so many minutes before it begins.
CANCEL_DEADLINE_MINUTES = 0
RESCHEDULE_DEADLINE_MINUTES = 120
# Online places open in shares: percent of a day's places, days ahead of it, and between which hours (at least
# two) of the office's day. The percentages add up to 100.
RELEASE_SHARES = (
    (60, 14, datetime.time(8), datetime.time(20)),
    (25, 2, datetime.time(8), datetime.time(20)),
    (15, 0, datetime.time(5, 30), datetime.time(7, 30)),
)
# At most so much of an office's planned desk minutes of a day is booked online (docs/adr/0013).
ONLINE_SHARE_PERCENT = 55
# Attempts that citizens.domain.limits allows, where they differ from its own numbers: "hold.address=3000".
LIMITS = env.numbers("LIMITS", least=1)
PRIVACY_NOTICE_VERSION = "2026-11-24"

# Before a time is taken the browser works for a moment (docs/adr/0012): at most so many hashes, some two seconds
# on an old phone.
PROOF_OF_WORK = env.flag("PROOF_OF_WORK")
PROOF_NUMBERS = 100_000
ALTCHA_HMAC_KEY = hmac.digest(SECRET_KEY.encode(), b"proof of work", "sha256").hex()

# --- People who sign in ----------------------------------------------------------------------------
AUTH_USER_MODEL = "citizens.User"
AUTHENTICATION_BACKENDS = [
    "axes.backends.AxesStandaloneBackend",
    "django.contrib.auth.backends.ModelBackend",
]
SECOND_FACTOR = not DEMO
OTP_TOTP_ISSUER = "Disdukcapil Kota Serang"
OTP_ADMIN_HIDE_SENSITIVE_DATA = True  # the key of an authenticator is shown once, to its owner
LOGIN_URL = "admin:login"
AUTH_PASSWORD_VALIDATORS = [
    {
        "NAME": "django.contrib.auth.password_validation.MinimumLengthValidator",
        "OPTIONS": {"min_length": 12},
    },
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
]
AXES_FAILURE_LIMIT = 5
AXES_COOLOFF_TIME = 0.25  # hours
AXES_LOCKOUT_PARAMETERS = [["username", "ip_address"]]
AXES_LOCKOUT_TEMPLATE = "admin/locked_out.html"
AXES_CLIENT_IP_CALLABLE = "portal.client_address.client_address"
AXES_RESET_ON_SUCCESS = True
AXES_VERBOSE = False
AXES_SENSITIVE_PARAMETERS = ["username", "ip_address"]

# --- Language and formats --------------------------------------------------------------------------
LANGUAGE_CODE = "id"
LANGUAGES = [("id", _("Indonesian")), ("en", _("English"))]
LANGUAGE_COOKIE_NAME = "language"
LANGUAGE_COOKIE_AGE = 365 * 24 * 60 * 60
LOCALE_PATHS = [BASE_DIR / "locale"]
FORMAT_MODULE_PATH = "portal.formats"
USE_TZ = True

# --- Static files ----------------------------------------------------------------------------------
STATIC_URL = "/static/"
STATIC_ROOT = VAR_DIR / "static"
STATICFILES_DIRS = [BASE_DIR / "static"]
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {
        "BACKEND": "whitenoise.storage.CompressedManifestStaticFilesStorage"
        if not DEBUG
        else "django.contrib.staticfiles.storage.StaticFilesStorage"
    },
}

# --- Security ----------------------------------------------------------------------------------------
SECURE_SSL_REDIRECT = not TRYING_OUT
SECURE_REDIRECT_EXEMPT = [r"^health/$"]
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if not TRYING_OUT else None
SECURE_HSTS_SECONDS = 0 if TRYING_OUT else 365 * 24 * 60 * 60
SECURE_HSTS_INCLUDE_SUBDOMAINS = not TRYING_OUT
SECURE_HSTS_PRELOAD = not TRYING_OUT
SECURE_REFERRER_POLICY = "same-origin"
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = LANGUAGE_COOKIE_SECURE = not TRYING_OUT
SESSION_COOKIE_HTTPONLY = CSRF_COOKIE_HTTPONLY = LANGUAGE_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = CSRF_COOKIE_SAMESITE = "Lax"
CSRF_FAILURE_VIEW = "portal.views.csrf_failure"
X_FRAME_OPTIONS = "DENY"
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [SELF],
        "script-src": [SELF],
        "style-src": [SELF],
        "img-src": [SELF, "data:"],
        "object-src": [NONE],
        "base-uri": [NONE],
        "form-action": [SELF],
        "frame-ancestors": [NONE],
    }
}
DATA_UPLOAD_MAX_MEMORY_SIZE = 256 * 1024

# --- Logs ------------------------------------------------------------------------------------------
LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"json": {"()": "portal.logs.JsonFormatter"}},
    "handlers": {"stderr": {"class": "logging.StreamHandler", "formatter": "json"}},
    "root": {"handlers": ["stderr"], "level": "INFO"},
    "loggers": {
        "django": {"handlers": [], "level": "INFO", "propagate": True},
        "django.server": {"handlers": [], "level": "WARNING", "propagate": True},
        # A form with mistakes is no event; a failure is logged with its traceback.
        "django.request": {"level": "ERROR"},
        "axes": {"level": "WARNING"},
        "django_altcha": {"level": "CRITICAL"},  # what a stranger sends is no event
        "celery": {"level": "WARNING"},  # a doorbell rung twice a minute is no news
    },
}

if len(SECRET_KEY) < 50:
    raise ImproperlyConfigured("SECRET_KEY must have at least 50 characters.")
