"""`python -m statelint.server`."""

import sys

from statelint.server import main

sys.exit(main())
