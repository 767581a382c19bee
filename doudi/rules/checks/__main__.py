"""`python -m doudi.rules.checks`: prove the rules of this release; 1 and the fault if it fails."""

from __future__ import annotations

import sys

from doudi.rules.book import rulebook
from doudi.rules.checks import check_book
from doudi.rules.errors import RuleRefused

try:
    check_book(rulebook())
except RuleRefused as refused:
    sys.exit(str(refused))
