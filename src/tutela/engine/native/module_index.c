/* The door to the index. Its buffers come from a file that may have been altered: lengths are checked here against the
   plan, what stands in them by the kernels. */

#include "module.h"

#include "mih.h"
#include "order.h"

#include <stdlib.h>

#define JOIN_QUERIES_MIN 16384 /* from here on passing over the whole index once is cheaper */
#define COLUMNS 3
#define OPENED "tutela.index"

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

static PyObject *fill_chunk(const Py_buffer *plan, const Py_buffer *table, Py_ssize_t number, PyObject *const to[COLUMNS])
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
    PyObject *from_table, *to[COLUMNS], *done = NULL;
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
    uint8_t alone[HASH_BYTES], *laid = count <= 1 ? alone : malloc(count * HASH_BYTES);
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
    if (laid != alone)
        free(laid);
    return answer(done, &found, count, distance_max);
}

/* An index that was opened: its buffers stay where they are until it is gone. */
typedef struct {
    mih in;
    Py_buffer plan, table, column[COLUMNS];
} opened;

static void let_go(opened *one)
{
    for (int k = 0; k < COLUMNS; k++)
        if (one->column[k].obj)
            PyBuffer_Release(&one->column[k]);
    if (one->table.obj)
        PyBuffer_Release(&one->table);
    if (one->plan.obj)
        PyBuffer_Release(&one->plan);
    free(one);
}

static void close_index(PyObject *capsule)
{
    let_go(PyCapsule_GetPointer(capsule, OPENED));
}

/* Take plan and columns; false with an exception. */
static bool attach(opened *to, PyObject *plan, PyObject *table, PyObject *const from[COLUMNS])
{
    size_t offsets;
    if (PyObject_GetBuffer(plan, &to->plan, PyBUF_SIMPLE) < 0 || !take_table(table, &to->table))
        return false;
    size_t rows = (size_t)to->table.shape[0];
    if (!describe(&to->plan, rows, &to->in, &offsets))
        return false;
    size_t of_all_chunks = rows * (size_t)to->in.count;
    if (!take_column(from[0], &to->column[0], 'I', sizeof(uint32_t), offsets, false) ||
        !take_column(from[1], &to->column[1], 'H', sizeof(uint16_t), of_all_chunks, false) ||
        !take_column(from[2], &to->column[2], 'I', sizeof(uint32_t), of_all_chunks, false))
        return false;
    mih_attach(&to->in, to->table.buf, to->column[0].buf, to->column[1].buf, to->column[2].buf);
    return true;
}

PyObject *index_open(PyObject *Py_UNUSED(module), PyObject *args)
{
    PyObject *plan, *table, *from[COLUMNS], *made = NULL;
    if (!PyArg_ParseTuple(args, "OOOOO:index_open", &plan, &table, &from[0], &from[1], &from[2]))
        return NULL;
    opened *one = calloc(1, sizeof *one);
    if (!one)
        return PyErr_NoMemory();
    if (attach(one, plan, table, from))
        made = PyCapsule_New(one, OPENED, close_index);
    if (!made)
        let_go(one);
    return made;
}

PyObject *index_search(PyObject *Py_UNUSED(module), PyObject *args)
{
    const char *name;
    PyObject *capsule, *from_queries, *made = NULL;
    Py_buffer queries;
    int distance_max;
    Py_ssize_t hits_max;
    if (!PyArg_ParseTuple(args, "sOOin:index_search", &name, &capsule, &from_queries, &distance_max, &hits_max))
        return NULL;
    int with = variant_named(name);
    const opened *one = with < 0 ? NULL : PyCapsule_GetPointer(capsule, OPENED);
    if (!one)
        return NULL;
    if (distance_max < 0 || distance_max > mih_reach(&one->in))
        return PyErr_Format(PyExc_ValueError, "this index answers distances of 0 to %d bits", mih_reach(&one->in));
    if (hits_max < 0) {
        PyErr_SetString(PyExc_ValueError, "hits are counted from 0");
        return NULL;
    }
    if (take_table(from_queries, &queries)) {
        made = search_index(with, &one->in, &queries, distance_max, (size_t)hits_max);
        PyBuffer_Release(&queries);
    }
    return made;
}
