"""All settings, in blocks by topic. Every one can be set by the environment: see .env.example."""

from pathlib import Path
from typing import Any
from urllib.parse import quote, urlsplit

from csp.constants import NONE, SELF

from config.environment import Environment, broker_socket, usable_folder
from config.keys import kept_fernet_key, kept_secret

BASE_DIR = Path(__file__).resolve().parent.parent
env = Environment()
env.read_env(env("ENV_FILE", default=str(BASE_DIR / ".env")))

# Where this installation keeps its database, broker files, keys and uploads.
DATA_DIR = usable_folder(Path(env("DATA_DIR", default=str(BASE_DIR / "data"))).resolve())

# Who we are. Keys that are not given are made once and kept in DATA_DIR.
SECRET_KEY = env("SECRET_KEY", default="") or kept_secret(DATA_DIR / "keys" / "secret_key")
DEBUG = env.bool("DEBUG", default=False)
ALLOWED_HOSTS = env.list("ALLOWED_HOSTS", default=["localhost", "127.0.0.1", "[::1]"])
PORT = env.int("PORT", default=8000)
PUBLIC_URL = env("PUBLIC_URL", default=f"http://localhost:{PORT}").rstrip("/")
CSRF_TRUSTED_ORIGINS = [PUBLIC_URL]

INSTALLED_APPS = [
    "django.contrib.admin",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django.contrib.humanize",
    "axes",
    "csp",
    "django_htmx",
    "exact_client",
    "zoho_client",
    "accounts_link",
    "sync",
]
MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "csp.middleware.CSPMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.auth.middleware.LoginRequiredMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "axes.middleware.AxesMiddleware",
]
ROOT_URLCONF = "config.urls"
WSGI_APPLICATION = "config.wsgi.application"
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
                "sync.context.shell",
            ],
        },
    },
]

# Where the work is kept. The database remembers; the broker only nudges.
SQLITE_URL = f"sqlite:///{quote(str(DATA_DIR / 'exactlink.sqlite3'))}"
DATABASES = {"default": env.database("DATABASE_URL", default=SQLITE_URL)}
DATABASES["default"]["CONN_MAX_AGE"] = 60  # seconds
DATABASES["default"]["CONN_HEALTH_CHECKS"] = True
if DATABASES["default"]["ENGINE"].endswith("sqlite3"):
    DATABASES["default"]["OPTIONS"] = {
        "timeout": 20,  # seconds to wait for another writer
        "transaction_mode": "IMMEDIATE",  # a reader that turns writer would find itself locked out
        # FULL: the note "about to send" must survive a power cut, or the entry may be sent twice.
        "init_command": (
            "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; PRAGMA foreign_keys=ON;"
            "PRAGMA wal_autocheckpoint=1000;"
        ),
    }
    DATABASES["default"]["TEST"] = {"NAME": str(DATA_DIR / "test.sqlite3")}
else:
    DATABASES["default"]["OPTIONS"] = {
        "options": "-c lock_timeout=5s -c idle_in_transaction_session_timeout=60s"
    }

# The broker speaks Redis' protocol. With nothing set, `manage.py up` runs one of its own.
REDIS_URL = env("REDIS_URL", default="")
BROKER_SOCKET = broker_socket(DATA_DIR)
CELERY_BROKER_URL = REDIS_URL or f"redis+socket://{quote(str(BROKER_SOCKET))}?virtual_host=0"
CELERY_BROKER_TRANSPORT_OPTIONS = {
    "visibility_timeout": 900,  # seconds; longer than any task
    "unacked_restore_interval": 10,
    "unacked_restore_throttle": 1,
    "socket_timeout": 10,
    "socket_connect_timeout": 5,
    "retry_on_timeout": True,
    "health_check_interval": 10,
    # A doorbell that can't be rung is given up at once: the sweep does the work a little later.
    "max_retries": 1,
    "interval_start": 0,
    "interval_step": 0.1,
    "interval_max": 0.1,
    "global_keyprefix": "exactlink:",
}
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
CELERY_BROKER_CONNECTION_MAX_RETRIES = None
CELERY_TASK_ACKS_LATE = True
CELERY_TASK_REJECT_ON_WORKER_LOST = True
CELERY_TASK_IGNORE_RESULT = True
CELERY_TASK_TIME_LIMIT = 600  # seconds
CELERY_TASK_SOFT_TIME_LIMIT = 540
CELERY_TASK_SERIALIZER = "json"
CELERY_ACCEPT_CONTENT = ["json"]
CELERY_WORKER_PREFETCH_MULTIPLIER = 1
CELERY_WORKER_CANCEL_LONG_RUNNING_TASKS_ON_CONNECTION_LOSS = False
CELERY_WORKER_SOFT_SHUTDOWN_TIMEOUT = 30
CELERY_WORKER_ENABLE_SOFT_SHUTDOWN_ON_IDLE = True
CELERY_WORKER_MAX_TASKS_PER_CHILD = 500
CELERY_WORKER_HIJACK_ROOT_LOGGER = False
CELERY_TIMEZONE = "UTC"

# How often what happens by itself happens, in seconds.
CELERY_BEAT_SCHEDULE: dict[str, dict[str, Any]] = {
    "show that a worker listens": {"task": "sync.tasks.heartbeat", "schedule": 10.0},
    "push what is due, and do what was forgotten": {"task": "sync.tasks.sweep", "schedule": 15.0},
    "mirror from Exact": {"task": "sync.tasks.mirror", "schedule": 600.0},
    "read payments": {"task": "sync.tasks.payments", "schedule": 900.0},
    "read what the books offer": {"task": "sync.tasks.ledger", "schedule": 21600.0},
    "fill search codes": {"task": "sync.tasks.fill_search_codes", "schedule": 300.0},
    "read back what is booked": {"task": "sync.tasks.read_back", "schedule": 3600.0},
    "fetch from zapfloor": {"task": "sync.tasks.fetch", "schedule": 900.0},
    "keep Zoho and Exact equal": {"task": "sync.tasks.sync_zoho", "schedule": 300.0},
    "be told of changes": {"task": "sync.tasks.be_told", "schedule": 60.0},
    "work on what we were told": {"task": "sync.tasks.work_on_notices", "schedule": 2.0},
    "keep the connection alive": {"task": "sync.tasks.keep_alive", "schedule": 3600.0},
}
for _entry in CELERY_BEAT_SCHEDULE.values():  # what nobody took in time, the next one makes good
    _entry["options"] = {"expires": 0.9 * _entry["schedule"]}
CELERY_BEAT_SCHEDULE_FILENAME = str(DATA_DIR / "run" / "beat-schedule")

# Exact Online; each country has its own site. With nothing set, the stand-in.
EXACT_SANDBOX_PORT = env.int("EXACT_SANDBOX_PORT", default=8100)
ZOHO_SANDBOX_PORT = env.int("ZOHO_SANDBOX_PORT", default=8200)
EXACT_URL = env("EXACT_URL", default=f"http://localhost:{EXACT_SANDBOX_PORT}").rstrip("/")
STAND_IN = urlsplit(EXACT_URL).hostname in {"localhost", "127.0.0.1", "::1"}
STAND_IN_APP = ("{6b1f0c52-1d6a-4f0e-9a57-000000000001}", "stand-in-secret")
EXACT_CLIENT_ID = env("EXACT_CLIENT_ID", default=STAND_IN_APP[0] if STAND_IN else "")
EXACT_CLIENT_SECRET = env("EXACT_CLIENT_SECRET", default=STAND_IN_APP[1] if STAND_IN else "")
# Signs what Exact posts to us; the stand-in's app has a secret that everybody knows.
EXACT_WEBHOOK_SECRET = env(
    "EXACT_WEBHOOK_SECRET", default="stand-in-webhook-secret" if STAND_IN else ""
)
EXACT_CONNECT_TIMEOUT = env.float("EXACT_CONNECT_TIMEOUT", default=5.0)  # seconds
EXACT_READ_TIMEOUT = env.float("EXACT_READ_TIMEOUT", default=30.0)  # seconds between two bytes
EXACT_TOTAL_TIMEOUT = env.float("EXACT_TOTAL_TIMEOUT", default=45.0)  # seconds for one whole call
EXACT_SETTLE_SECONDS = env.float("EXACT_SETTLE_SECONDS", default=90.0)

# Zoho CRM; a person who signs in at one data centre is sent to his own. With nothing set, the
# stand-in beside Exact's, and beside the real Exact nothing until there is an app.
ZOHO_ACCOUNTS_URL = env(
    "ZOHO_ACCOUNTS_URL",
    default=f"http://localhost:{ZOHO_SANDBOX_PORT}" if STAND_IN else "https://accounts.zoho.com",
).rstrip("/")
ZOHO_STAND_IN = urlsplit(ZOHO_ACCOUNTS_URL).hostname in {"localhost", "127.0.0.1", "::1"}
ZOHO_CLIENT_ID = env("ZOHO_CLIENT_ID", default="1000.STANDIN" if ZOHO_STAND_IN else "")
ZOHO_CLIENT_SECRET = env("ZOHO_CLIENT_SECRET", default=STAND_IN_APP[1] if ZOHO_STAND_IN else "")
ZOHO_CONNECT_TIMEOUT = env.float("ZOHO_CONNECT_TIMEOUT", default=5.0)  # seconds
ZOHO_READ_TIMEOUT = env.float("ZOHO_READ_TIMEOUT", default=30.0)  # seconds between two bytes
ZOHO_TOTAL_TIMEOUT = env.float("ZOHO_TOTAL_TIMEOUT", default=60.0)  # seconds for one whole call
ZOHO_SIGN_IN = [ZOHO_ACCOUNTS_URL] + [  # where a person may be sent on to, to sign in
    f"https://accounts.{domain}"
    for domain in (
        *("zoho.com", "zoho.eu", "zoho.in", "zoho.com.au", "zoho.jp", "zoho.com.cn"),
        *("zohocloud.ca", "zoho.sa", "zoho.uk", "zoho.ae"),
    )
    if not ZOHO_STAND_IN
]

# Tokens are encrypted with the first key and read with any: put a new one in front to rotate.
TOKEN_KEYS = env.list("TOKEN_KEYS", default=[]) or [
    kept_fernet_key(DATA_DIR / "keys" / "token_key")
]

# Signing in.
AUTHENTICATION_BACKENDS = [
    "axes.backends.AxesStandaloneBackend",
    "django.contrib.auth.backends.ModelBackend",
]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {
        "NAME": "django.contrib.auth.password_validation.MinimumLengthValidator",
        "OPTIONS": {"min_length": 12},
    },
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
]
PASSWORD_HASHERS = [
    "django.contrib.auth.hashers.Argon2PasswordHasher",
    "django.contrib.auth.hashers.PBKDF2PasswordHasher",
]
LOGIN_URL = "login"
LOGIN_REDIRECT_URL = "sync:home"
LOGOUT_REDIRECT_URL = "login"
AXES_FAILURE_LIMIT = 8
AXES_COOLOFF_TIME = 0.25  # hours
AXES_LOCKOUT_PARAMETERS = [["username", "ip_address"]]
AXES_RESET_ON_SUCCESS = True
AXES_VERBOSE = False
SESSION_COOKIE_AGE = 12 * 3600  # seconds

# Safety on the wire. Cookies are for https alone as soon as the public address is https.
HTTPS = PUBLIC_URL.startswith("https://")
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = HTTPS
SECURE_SSL_REDIRECT = env.bool("SECURE_SSL_REDIRECT", default=HTTPS)
SECURE_HSTS_SECONDS = 31_536_000 if HTTPS else 0
SECURE_HSTS_INCLUDE_SUBDOMAINS = SECURE_HSTS_PRELOAD = HTTPS
SECURE_REFERRER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"
if env.bool("BEHIND_PROXY", default=False):
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [SELF],
        "base-uri": [NONE],
        # Signing in at Exact and at Zoho begins with a form of ours.
        "form-action": [SELF, EXACT_URL, *ZOHO_SIGN_IN],
        "frame-ancestors": [NONE],
        "img-src": [SELF, "data:"],
        "object-src": [NONE],
    }
}
DATA_UPLOAD_MAX_MEMORY_SIZE = 5 * 2**20  # bytes, for anything that is not a file
DATA_UPLOAD_MAX_NUMBER_FIELDS = 5000  # the G/L grid of 60 resources and 12 locations is one form
UPLOAD_MAX_BYTES = env.int("UPLOAD_MAX_BYTES", default=200 * 2**20)

# What UBL leaves open: docs/ubl.md
UBL_RESOURCE_TYPES = env.dict("UBL_RESOURCE_TYPES", default={})
UBL_LOCATION_FROM = env.list("UBL_LOCATION_FROM", default=["delivery_location"])

# Files that belong to pages, and files that people bring.
STATIC_URL = "static/"
STATIC_ROOT = usable_folder(DATA_DIR / "static")
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "whitenoise.storage.CompressedStaticFilesStorage"},
}
WHITENOISE_USE_FINDERS = True
MEDIA_ROOT = DATA_DIR / "uploads"
FILE_UPLOAD_PERMISSIONS = 0o600

# Language and time. Stored in UTC, shown in TIME_ZONE.
LANGUAGE_CODE = "en"
TIME_ZONE = env("TIME_ZONE", default="Europe/Brussels")
USE_TZ = True
USE_THOUSAND_SEPARATOR = False

# Logs: one line each, verbs and ids; never names, addresses or tokens.
LOG_LEVEL = env("LOG_LEVEL", default="INFO")
LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"line": {"format": "{asctime} {levelname} {name} {message}", "style": "{"}},
    "handlers": {"console": {"class": "logging.StreamHandler", "formatter": "line"}},
    "root": {"handlers": ["console"], "level": LOG_LEVEL},
    "loggers": {"axes": {"level": "ERROR"}, "urllib3": {"level": "ERROR"}},
}
