"""Declare the C kernels; everything else about the package is in pyproject.toml.

The extension is optional: where no compiler is, the build goes on and NumPy does the same work.
"""

from pathlib import Path

from setuptools import Extension, setup

NATIVE = Path("src/tutela/engine/native")
SOURCES = ("module.c", "module_index.c", "axis.c", "pdq.c", "hamming.c", "mih.c", "mih_layout.c", "order.c")
HEADERS = (
    "module.h",
    "variant.h",
    "bits.h",
    "axis.h",
    "pdq.h",
    "pdq_loops.h",
    "hamming.h",
    "mih.h",
    "mih_loops.h",
    "order.h",
)

setup(
    ext_modules=[
        Extension(
            "tutela.engine.native._kernels",
            sources=[str(NATIVE / name) for name in SOURCES],
            depends=[str(NATIVE / name) for name in HEADERS],
            # Fused multiply-adds would round otherwise than the reference does (pdq.h).
            extra_compile_args=["-O3", "-std=gnu11", "-fno-math-errno", "-ffp-contract=off", "-Wall", "-Wextra"],
            define_macros=[("Py_LIMITED_API", "0x030B0000")],
            py_limited_api=True,
            optional=True,
        ),
    ],
    options={"bdist_wheel": {"py_limited_api": "cp311"}},
)
