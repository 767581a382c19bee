"""``python -m doudi``."""

import sys

from doudi.cli.main import main

sys.exit(main())
