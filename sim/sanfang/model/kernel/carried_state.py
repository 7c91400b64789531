"""What a part of the model knows of the days so far, as arrays that another model can go on from."""

from __future__ import annotations

from typing import ClassVar

import numpy as np


class CarriedState:
    """A part of the model whose state is the arrays that `_STATE` names."""

    _STATE: ClassVar[tuple[str, ...]]

    def carried(self) -> dict[str, np.ndarray]:
        """Copies of them, by name."""
        return {name.strip("_"): getattr(self, name).copy() for name in self._STATE}

    def carry_on(self, arrays: dict[str, np.ndarray]) -> None:
        """Go on from what was `carried`."""
        for name in self._STATE:
            setattr(self, name, arrays[name.strip("_")].copy())
