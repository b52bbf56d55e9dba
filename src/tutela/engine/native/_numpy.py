"""The kernels in NumPy, for machines where the extension was not built. Same answers, some ten times slower."""

from __future__ import annotations

from tutela.engine.native._numpy_hamming import distance, histogram, search
from tutela.engine.native._numpy_index import index_fill, index_open, index_search, lay
from tutela.engine.native._numpy_pdq import views

__all__ = ["distance", "histogram", "index_fill", "index_open", "index_search", "lay", "search", "views"]
