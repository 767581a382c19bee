"""``python -m doudi.cli``."""

import sys

from doudi.cli.main import main

sys.exit(main())
