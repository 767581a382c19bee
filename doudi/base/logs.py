"""Nothing personal in logs by construction: calls name ids and codes; this filter is the net."""

import logging
import re

_LONG_NUMBER = re.compile(r"(?<!\d)\d{11,19}[\dXx]?(?!\d)")


class Redact(logging.Filter):
    """Blanks out long numbers (ids, cards, phones) in the formatted message."""

    def filter(self, record: logging.LogRecord) -> bool:
        text = record.getMessage()
        if _LONG_NUMBER.search(text):
            record.msg, record.args = _LONG_NUMBER.sub("[号码]", text), ()
        return True
