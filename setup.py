"""Declare the C kernels; everything else about the package is in pyproject.toml.

The extension is optional: where no compiler is, the build goes on and NumPy does the same work.
"""

from setuptools import Extension, setup

setup(
    ext_modules=[
        Extension(
            "tutela.engine.native._kernels",
            sources=["src/tutela/engine/native/kernels.c"],
            extra_compile_args=["-O3", "-std=gnu11", "-fno-math-errno", "-Wall", "-Wextra"],
            define_macros=[("Py_LIMITED_API", "0x030B0000")],
            py_limited_api=True,
            optional=True,
        ),
    ],
    options={"bdist_wheel": {"py_limited_api": "cp311"}},
)
