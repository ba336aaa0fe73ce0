"""The array type of the synthetic world, and its constants as float32."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

Array = NDArray[Any]  # float32 unless said otherwise


def floats(values: ArrayLike) -> Array:
    """A number, colour or matrix as float32."""
    return np.asarray(values, np.float32)
