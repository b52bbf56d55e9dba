/* What the doors between Python and the kernels share (module.c, module_index.c). */

#ifndef TUTELA_MODULE_H
#define TUTELA_MODULE_H

#define PY_SSIZE_T_CLEAN
#include <Python.h>

#include "hamming.h"

/* The variant of that name, or -1 with ValueError. A variant this CPU cannot run is never given out. */
int variant_named(const char *name);

/* Whether a buffer's items are of that code of the struct module, in the machine's order. */
bool is_format(const Py_buffer *view, char code);

/* Take a contiguous table of hashes out of `from`; false with an exception. */
bool take_table(PyObject *from, Py_buffer *view);

/* The answer of a search: three columns, or NULL with what went wrong. Frees the hits. */
PyObject *answer(bool done, hits *found, size_t query_count, int distance_max);

PyObject *index_lay(PyObject *module, PyObject *args);
PyObject *index_fill(PyObject *module, PyObject *args);
PyObject *index_open(PyObject *module, PyObject *args);
PyObject *index_search(PyObject *module, PyObject *args);

#endif
