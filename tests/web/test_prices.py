"""A rise is typed as the statistics office prints it, in percent, and never rounded on the way."""

import pytest
from django.test import RequestFactory

from doudi.payments.problems_price import IndexUnfit
from doudi.web.office.prices import _rise
from doudi.web.templatetags.desk import percent


def typed(text: str) -> int:
    request = RequestFactory().post("/prices/enter", {"cpi": text})
    return _rise(request, "cpi", "居民消费价格同比")


@pytest.mark.parametrize(
    ("text", "rise"),
    [
        ("2.8", 280),
        ("2.85", 285),
        ("-0.3", -30),
        ("−0.3", -30),
        (" 20.6 ", 2060),
        ("6", 600),
        ("0", 0),
    ],
)
def test_a_rise_in_percent_is_kept_to_the_ten_thousandth(text, rise):
    assert typed(text) == rise


@pytest.mark.parametrize("text", ["", "2.855", "2,8", "八点八", "8.8%", "--1", ".5", "1000", "²"])
def test_what_is_not_a_rise_is_refused_in_words_and_never_guessed(text):
    with pytest.raises(IndexUnfit, match="不合适"):
        typed(text)


@pytest.mark.parametrize(
    ("parts", "shown"), [(280, "2.8%"), (-30, "-0.3%"), (1000, "10%"), (5, "0.05%"), (None, "—")]
)
def test_a_rise_is_shown_in_percent_as_the_bureau_reads_it(parts, shown):
    assert percent(parts) == shown
