"""Whether pictures can be written as PNG where the tests run."""

from __future__ import annotations

import os

import pytest

from etl.output.pictures import writes_png


def png_or_skip() -> None:
    """Skip a test where the library or any font is absent; on CI (`CI=true`) it fails."""
    if writes_png():
        return
    reason = "no PNG can be written: pip install resvg_py, and a font such as fonts-dejavu-core"
    if os.environ.get("CI") == "true":
        pytest.fail(reason, pytrace=False)
    pytest.skip(reason)
