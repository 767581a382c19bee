"""What pages use is collected under names that change with the content, fonts included."""

import json

from django.core.management import call_command


def test_every_file_that_pages_use_is_collected_under_a_name_of_its_content(settings, tmp_path):
    settings.STATIC_ROOT = tmp_path
    settings.STORAGES = {
        **settings.STORAGES,
        "staticfiles": {"BACKEND": "doudi.web.assets.DeskStorage"},
    }
    call_command("collectstatic", verbosity=0, interactive=False)
    names = json.loads((tmp_path / "staticfiles.json").read_text())["paths"]
    for used in (
        "desk/desk.css",
        "desk/desk.js",
        "desk/mark.svg",
        "tabler/tabler.min.css",
        "tabler/tabler.min.js",
        "font/index.css",
        "django_htmx/htmx-2.min.js",
    ):
        assert names[used] != used
        assert (tmp_path / names[used]).stat().st_size > 0
