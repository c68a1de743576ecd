"""What every test may count on."""

import os
import tempfile

# platformdirs, which a library asks for its folder, warns when this is missing.
os.environ.setdefault("XDG_RUNTIME_DIR", tempfile.mkdtemp(prefix="bijeen-runtime-"))
