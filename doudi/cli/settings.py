"""Django's settings; what an installation may choose comes from ``environment``."""

from doudi.cli import environment

_told = environment.read()

DEBUG = _told.debug
SECRET_KEY = _told.secret
ALLOWED_HOSTS = _told.hosts
DOUDI_VAR = _told.var
DOUDI_FILES = _told.var / "files"
DOUDI_KEYS = _told.keys
DOUDI_CRYPTO_SUITE = _told.suite
DOUDI_MOVABLE_CLOCK = _told.movable_clock

# The web and the workers sign in as doudi_app: row policies hold for it, and it owns nothing.
# Migrations, backup and restore sign in as the owner (``--database owner``).
DATABASES = {"default": _told.database, "owner": {**_told.owner, "TEST": {"MIRROR": "default"}}}

INSTALLED_APPS = [
    "django.contrib.contenttypes",
    "django.contrib.auth",
    "django.contrib.sessions",
    "django.contrib.messages",
    "whitenoise.runserver_nostatic",
    "django.contrib.staticfiles",
    "django_htmx",
    "django_filters",
    "django_cotton",
    "axes",
    "procrastinate.contrib.django",
    "doudi.web",
    "doudi.base",
    "doudi.places",
    "doudi.people",
    "doudi.exchange",
    "doudi.watch",
    "doudi.cases",
    "doudi.payments",
]
LAST_APPLICATION = "payments"  # guards are installed when this one has migrated
PROCRASTINATE_ON_APP_READY = "doudi.base.worklist.register_tasks"

MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "csp.middleware.CSPMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "doudi.web.middleware.PostMiddleware",
    "doudi.web.middleware.ProblemMiddleware",
    "axes.middleware.AxesMiddleware",
]

ROOT_URLCONF = "doudi.web.urls"
WSGI_APPLICATION = "doudi.cli.wsgi.application"
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.messages.context_processors.messages",
                "doudi.web.context.desk",
            ],
        },
    }
]

AUTH_USER_MODEL = "base.User"
AUTHENTICATION_BACKENDS = [
    "axes.backends.AxesStandaloneBackend",
    "doudi.web.signin.PasswordBackend",
]
PASSWORD_HASHERS = ["doudi.base.hashing.DeskPasswordHasher"]
AUTH_PASSWORD_VALIDATORS = [
    {
        "NAME": "django.contrib.auth.password_validation.MinimumLengthValidator",
        "OPTIONS": {"min_length": 10},
    },
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
    {"NAME": "django.contrib.auth.password_validation.NumericPasswordValidator"},
]
LOGIN_URL = "sign_in"
AXES_FAILURE_LIMIT = 5  # 等保 2.0: five failures lock the name for half an hour
AXES_LOCKOUT_CALLABLE = "doudi.web.signin.locked_out"
AXES_COOLOFF_TIME = 0.5
AXES_LOCKOUT_PARAMETERS = [["username", "ip_address"]]  # the pair: an office shares one address
AXES_ENABLE_ACCESS_FAILURE_LOG = False

SESSION_ENGINE = "django.contrib.sessions.backends.db"
SESSION_COOKIE_AGE = 8 * 3600
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"
SESSION_SERIALIZER = "django.contrib.sessions.serializers.JSONSerializer"
CSRF_COOKIE_HTTPONLY = True
CSRF_FAILURE_VIEW = "doudi.web.middleware.form_refused"
SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_REFERRER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"
# DOUDI_TLS=1: an HTTPS entrance stands in front, takes X-Forwarded-Proto from strangers away and
# sets its own. Without it the desk is for the same machine only (the demo, the tests).
SECURE_SSL_REDIRECT = _told.tls
SESSION_COOKIE_SECURE = _told.tls
CSRF_COOKIE_SECURE = _told.tls
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if _told.tls else None
SECURE_HSTS_SECONDS = 365 * 24 * 3600 if _told.tls else 0
SECURE_HSTS_INCLUDE_SUBDOMAINS = _told.tls
# The browsers' preload list is for sites of the open internet; a bureau's intranet is not one.
SILENCED_SYSTEM_CHECKS = ["security.W021"] if _told.tls else []
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": ["'self'"],
        "img-src": ["'self'", "data:"],
        "style-src": ["'self'"],
        "script-src": ["'self'"],
        "font-src": ["'self'"],
        "frame-ancestors": ["'none'"],
        "form-action": ["'self'"],
        "base-uri": ["'none'"],
        "object-src": ["'none'"],
    }
}

LANGUAGE_CODE = "zh-hans"
TIME_ZONE = "Asia/Shanghai"
USE_I18N = True
USE_TZ = True
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

STATIC_URL = "/static/"
STATIC_ROOT = _told.var / "static"
DOUDI_NODE_MODULES = environment.ROOT / "node_modules"
STATICFILES_FINDERS = [
    "django.contrib.staticfiles.finders.AppDirectoriesFinder",
    "doudi.web.assets.AssetFinder",
]
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.InMemoryStorage"},
    "staticfiles": {"BACKEND": "doudi.web.assets.DeskStorage"},
}
DATA_UPLOAD_MAX_MEMORY_SIZE = 30 * 1024 * 1024
FILE_UPLOAD_MAX_MEMORY_SIZE = 30 * 1024 * 1024

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "filters": {"redact": {"()": "doudi.base.logs.Redact"}},
    "formatters": {"plain": {"format": "%(asctime)s %(levelname)s %(name)s %(message)s"}},
    "handlers": {
        "console": {
            "class": "logging.StreamHandler",
            "filters": ["redact"],
            "formatter": "plain",
        }
    },
    "root": {"handlers": ["console"], "level": "INFO" if not DEBUG else "DEBUG"},
    "loggers": {
        "procrastinate": {"level": "WARNING"},
        "axes": {"level": "WARNING"},
        "django.db.backends": {"level": "INFO"},
    },
}
