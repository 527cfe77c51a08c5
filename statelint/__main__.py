"""`python -m statelint`."""

import sys

from statelint.cli import main

sys.exit(main())
