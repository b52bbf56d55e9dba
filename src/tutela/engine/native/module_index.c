/* The door to the index. Its buffers come from a file that may have been altered: lengths are checked here against the
   plan, what stands in them by the kernels. */

#include "module.h"

#include "mih.h"
#include "order.h"

#include <stdlib.h>

#define JOIN_QUERIES_MIN 16384 /* from here on passing over the whole index once is cheaper */

PyObject *index_lay(PyObject *Py_UNUSED(module), PyObject *args)
{
    PyObject *from;
    Py_buffer hashes;
    if (!PyArg_ParseTuple(args, "O:lay", &from) || !take_table(from, &hashes))
        return NULL;
    PyObject *made = PyBytes_FromStringAndSize(NULL, hashes.len);
    if (made) {
        uint8_t *laid = (uint8_t *)PyBytes_AsString(made);
        Py_BEGIN_ALLOW_THREADS
        order_lay(hashes.buf, (size_t)hashes.shape[0], laid);
        Py_END_ALLOW_THREADS
    }
    PyBuffer_Release(&hashes);
    return made;
}

/* Take `count` numbers of a code and size out of `from`; false with an exception. */
static bool take_column(PyObject *from, Py_buffer *view, char code, size_t size, size_t count, bool writable)
{
    int wanted = PyBUF_C_CONTIGUOUS | PyBUF_FORMAT | (writable ? PyBUF_WRITABLE : 0);
    if (PyObject_GetBuffer(from, view, wanted) < 0)
        return false;
    if (view->ndim == 1 && (size_t)view->itemsize == size && is_format(view, code) && (size_t)view->shape[0] == count &&
        (uintptr_t)view->buf % size == 0)
        return true;
    PyErr_Format(PyExc_ValueError, "this column of the index is to be %zu aligned numbers of %zu bytes", count, size);
    PyBuffer_Release(view);
    return false;
}

/* Describe the index of a plan; false with ValueError. */
static bool describe(const Py_buffer *plan, size_t row_count, mih *made, size_t *offsets)
{
    if (plan->len % 3 == 0 && mih_describe(plan->buf, (size_t)plan->len / 3, row_count, made, offsets))
        return true;
    PyErr_SetString(PyExc_ValueError, "no index can be laid out so");
    return false;
}

static PyObject *fill_chunk(const Py_buffer *plan, const Py_buffer *table, Py_ssize_t number, PyObject *const to[3])
{
    mih made;
    size_t offsets, rows = (size_t)table->shape[0];
    Py_buffer offset, follow, row;
    if (!describe(plan, rows, &made, &offsets))
        return NULL;
    if (number < 0 || number >= made.count) {
        PyErr_SetString(PyExc_ValueError, "the index has no such chunk");
        return NULL;
    }
    const chunk *one = &made.chunk[number];
    if (!take_column(to[0], &offset, 'I', sizeof(uint32_t), ((size_t)1 << one->prefix_bits) + 1, true))
        return NULL;
    PyObject *done = NULL;
    if (take_column(to[1], &follow, 'H', sizeof(uint16_t), rows, true)) {
        if (take_column(to[2], &row, 'I', sizeof(uint32_t), rows, true)) {
            Py_BEGIN_ALLOW_THREADS
            mih_fill(table->buf, rows, one, offset.buf, follow.buf, row.buf);
            Py_END_ALLOW_THREADS
            PyBuffer_Release(&row);
            done = Py_NewRef(Py_None);
        }
        PyBuffer_Release(&follow);
    }
    PyBuffer_Release(&offset);
    return done;
}

PyObject *index_fill(PyObject *Py_UNUSED(module), PyObject *args)
{
    Py_buffer plan, table;
    PyObject *from_table, *to[3], *done = NULL;
    Py_ssize_t number;
    if (!PyArg_ParseTuple(args, "y*OnOOO:index_fill", &plan, &from_table, &number, &to[0], &to[1], &to[2]))
        return NULL;
    if (take_table(from_table, &table)) {
        done = fill_chunk(&plan, &table, number, to);
        PyBuffer_Release(&table);
    }
    PyBuffer_Release(&plan);
    return done;
}

static int by_query_and_row(const void *left, const void *right)
{
    const hit *one = left, *other = right;
    if (one->query != other->query)
        return one->query < other->query ? -1 : 1;
    return (one->row > other->row) - (one->row < other->row);
}

static PyObject *search_index(int with, const mih *in, const Py_buffer *queries, int distance_max, size_t hits_max)
{
    hits found = {.limit = hits_max, .state = HITS_NO_MEMORY};
    size_t count = (size_t)queries->shape[0];
    uint8_t *laid = malloc(count * HASH_BYTES + 1);
    bool done = false;
    if (laid) {
        found.state = HITS_FINE;
        Py_BEGIN_ALLOW_THREADS
        order_lay(queries->buf, count, laid);
        done = (count < JOIN_QUERIES_MIN ? mih_search : mih_join)((enum variant)with, in, laid, count, distance_max,
                                                                  &found);
        if (done && found.count > 1)
            qsort(found.hit, found.count, sizeof *found.hit, by_query_and_row);
        Py_END_ALLOW_THREADS
    }
    free(laid);
    return answer(done, &found, count, distance_max);
}

/* Take the columns of an index and search it. */
static PyObject *search_columns(int with, const Py_buffer *plan, const Py_buffer *table, PyObject *const from[3],
                                const Py_buffer *queries, int distance_max, size_t hits_max)
{
    mih in;
    size_t offsets, rows = (size_t)table->shape[0];
    Py_buffer offset, follow, row;
    if (!describe(plan, rows, &in, &offsets))
        return NULL;
    if (distance_max < 0 || distance_max > mih_reach(&in)) {
        PyErr_Format(PyExc_ValueError, "this index answers distances of 0 to %d bits", mih_reach(&in));
        return NULL;
    }
    if (!take_column(from[0], &offset, 'I', sizeof(uint32_t), offsets, false))
        return NULL;
    PyObject *made = NULL;
    if (take_column(from[1], &follow, 'H', sizeof(uint16_t), rows * (size_t)in.count, false)) {
        if (take_column(from[2], &row, 'I', sizeof(uint32_t), rows * (size_t)in.count, false)) {
            mih_attach(&in, table->buf, offset.buf, follow.buf, row.buf);
            made = search_index(with, &in, queries, distance_max, hits_max);
            PyBuffer_Release(&row);
        }
        PyBuffer_Release(&follow);
    }
    PyBuffer_Release(&offset);
    return made;
}

PyObject *index_search(PyObject *Py_UNUSED(module), PyObject *args)
{
    const char *name;
    Py_buffer plan, table, queries;
    PyObject *from_table, *from[3], *from_queries, *made = NULL;
    int distance_max;
    Py_ssize_t hits_max;
    if (!PyArg_ParseTuple(args, "sy*OOOOOin:index_search", &name, &plan, &from_table, &from[0], &from[1], &from[2],
                          &from_queries, &distance_max, &hits_max))
        return NULL;
    int with = variant_named(name);
    if (with >= 0 && hits_max < 0)
        PyErr_SetString(PyExc_ValueError, "hits are counted from 0");
    else if (with >= 0 && take_table(from_table, &table)) {
        if (take_table(from_queries, &queries)) {
            made = search_columns(with, &plan, &table, from, &queries, distance_max, (size_t)hits_max);
            PyBuffer_Release(&queries);
        }
        PyBuffer_Release(&table);
    }
    PyBuffer_Release(&plan);
    return made;
}
