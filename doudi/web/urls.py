"""URL roots of the three doors; each page has a row in ``authorization.toml``."""

from django.urls import URLPattern, URLResolver, path

from doudi.web import signin
from doudi.web.office import today

urlpatterns: list[URLPattern | URLResolver] = [
    path("", today.today, name="today"),
    path("sign-in", signin.sign_in, name="sign_in"),
    path("sign-out", signin.sign_out, name="sign_out"),
    path("password", signin.change_password, name="change_password"),
    path("posts/<int:post_id>/switch", signin.switch_post, name="switch_post"),
]
handler404 = "doudi.web.middleware.not_found"
