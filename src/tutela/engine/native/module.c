/* The door between Python and the kernels: every buffer is checked here, strictly, before a kernel sees a pointer.

   Nothing is kept between calls but an index that was opened, and no table is written after import, so calls may run in
   parallel; the interpreter lock is released while a kernel works. A buffer that another thread changes meanwhile gives
   a wrong answer, never a read out of bounds: sizes are taken once, and Python keeps an exported buffer in place. */

#include "module.h"

#include "axis.h"
#include "mih.h"
#include "order.h"
#include "pdq.h"

#include <stdlib.h>
#include <string.h>

static const char *const NAMES[VARIANT_COUNT] = {"portable", "popcnt", "avx2", "avx512"};

static bool runs_here(enum variant asked)
{
#if X86
    __builtin_cpu_init();
    switch (asked) {
    case PORTABLE:
        return true;
    case POPCNT:
        return __builtin_cpu_supports("popcnt");
    case AVX2:
        return __builtin_cpu_supports("avx2") && __builtin_cpu_supports("popcnt");
    case AVX512:
        return __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512bw") &&
               __builtin_cpu_supports("avx512vl") && __builtin_cpu_supports("avx512vpopcntdq") &&
               __builtin_cpu_supports("avx512bitalg") &&
               __builtin_cpu_supports("popcnt");
    default:
        return false;
    }
#else
    return asked == PORTABLE;
#endif
}

int variant_named(const char *name)
{
    for (int k = 0; k < VARIANT_COUNT; k++)
        if (strcmp(name, NAMES[k]) == 0 && runs_here((enum variant)k))
            return k;
    PyErr_Format(PyExc_ValueError, "no kernel variant '%s' on this machine", name);
    return -1;
}

static PyObject *variants(PyObject *Py_UNUSED(module), PyObject *Py_UNUSED(none))
{
    PyObject *names = PyList_New(0);
    for (int k = VARIANT_COUNT - 1; names && k >= 0; k--) {
        if (!runs_here((enum variant)k))
            continue;
        PyObject *name = PyUnicode_FromString(NAMES[k]);
        if (!name || PyList_Append(names, name) < 0)
            Py_CLEAR(names);
        Py_XDECREF(name);
    }
    PyObject *made = names ? PyList_AsTuple(names) : NULL;
    Py_XDECREF(names);
    return made;
}

/* ---- PDQ ---- */

bool is_format(const Py_buffer *view, char code)
{
    const char *format = view->format ? view->format : "B";
    if (*format == '=' || *format == '@' || *format == (PY_LITTLE_ENDIAN ? '<' : '>'))
        format++;
    return format[0] == code && format[1] == '\0';
}

/* How many full-size pixels a side each decoded pixel stands for: 1, 2, 4 or 8, or 0 where no such scale fits. */
static int scale_of(int height, int width, int full_height, int full_width)
{
    if (full_height < 1 || full_width < 1 || full_height > SIDE_MAX || full_width > SIDE_MAX)
        return 0;
    for (int scale = 1; scale <= 8; scale *= 2)
        if ((full_height + scale - 1) / scale == height && (full_width + scale - 1) / scale == width)
            return scale;
    return 0;
}

/* Describe the picture in `view`; false with ValueError. */
static bool picture_of(const Py_buffer *view, int full_height, int full_width, picture *made)
{
    bool rgb = view->ndim == 3 && view->shape[2] == 3 && is_format(view, 'B') && view->itemsize == 1;
    bool luma = view->ndim == 2 && is_format(view, 'B') && view->itemsize == 1;
    bool floats = view->ndim == 2 && is_format(view, 'f') && view->itemsize == sizeof(float);
    if (!(rgb || luma || floats)) {
        PyErr_SetString(PyExc_ValueError, "a picture is uint8 (H, W, 3) or uint8 or float32 (H, W)");
        return false;
    }
    Py_ssize_t height = view->shape[0], width = view->shape[1], pixel = view->itemsize * (rgb ? 3 : 1);
    if (height < 1 || width < 1 || height > SIDE_MAX || width > SIDE_MAX) {
        PyErr_Format(PyExc_ValueError, "sides of a picture are 1 to %d pixels, not %zd x %zd", SIDE_MAX, height, width);
        return false;
    }
    if ((width > 1 && view->strides[1] != pixel) || (rgb && view->strides[2] != 1)) {
        PyErr_SetString(PyExc_ValueError, "the pixels of a row must lie side by side (numpy.ascontiguousarray)");
        return false;
    }
    if (floats && (((uintptr_t)view->buf | (uintptr_t)view->strides[0]) % sizeof(float)) != 0) {
        PyErr_SetString(PyExc_ValueError, "float pictures must be aligned");
        return false;
    }
    if (full_height == 0 && full_width == 0) {
        full_height = (int)height;
        full_width = (int)width;
    }
    int scale = scale_of((int)height, (int)width, full_height, full_width);
    if (!scale) {
        PyErr_Format(PyExc_ValueError, "a full size of %d x %d does not give %zd x %zd at 1/2, 1/4 or 1/8", full_height,
                     full_width, height, width);
        return false;
    }
    *made = (picture){.pixels = view->buf,
                      .row_stride = view->strides[0],
                      .height = (int)height,
                      .width = (int)width,
                      .full_height = full_height,
                      .full_width = full_width,
                      .scale = scale,
                      .kind = rgb ? PIXELS_RGB : luma ? PIXELS_LUMA : PIXELS_FLOAT};
    return true;
}

static PyObject *results_as_list(const pdq_result *results, Py_ssize_t count)
{
    PyObject *list = PyList_New(0);
    for (Py_ssize_t k = 0; list && k < count; k++) {
        PyObject *one = Py_BuildValue("(y#ii)", (const char *)results[k].hash, (Py_ssize_t)PDQ_BYTES,
                                      results[k].quality, results[k].near_median);
        if (!one || PyList_Append(list, one) < 0)
            Py_CLEAR(list);
        Py_XDECREF(one);
    }
    return list;
}

static PyObject *hash_view(int with, const Py_buffer *view, const Py_buffer *orientations, int full_height,
                           int full_width)
{
    picture of;
    pdq_result results[ORIENTATIONS];
    uint8_t asked[ORIENTATIONS];
    if (orientations->len > ORIENTATIONS) {
        PyErr_Format(PyExc_ValueError, "at most %d orientations", ORIENTATIONS);
        return NULL;
    }
    memcpy(asked, orientations->buf, (size_t)orientations->len);
    for (Py_ssize_t k = 0; k < orientations->len; k++)
        if (asked[k] < 1 || asked[k] > ORIENTATIONS) {
            PyErr_SetString(PyExc_ValueError, "an orientation is a number from 1 to 8");
            return NULL;
        }
    if (!picture_of(view, full_height, full_width, &of))
        return NULL;
    pdq_status status;
    Py_BEGIN_ALLOW_THREADS
    status = pdq_views((enum variant)with, &of, asked, (int)orientations->len, results);
    Py_END_ALLOW_THREADS
    if (status == PDQ_NO_MEMORY)
        return PyErr_NoMemory();
    if (status == PDQ_OUT_OF_RANGE) {
        PyErr_SetString(PyExc_ValueError, "luma must be numbers within 65536 of zero");
        return NULL;
    }
    return results_as_list(results, orientations->len);
}

static PyObject *views(PyObject *Py_UNUSED(module), PyObject *args)
{
    const char *name;
    PyObject *pixels;
    Py_buffer view, orientations;
    int full_height, full_width;
    if (!PyArg_ParseTuple(args, "sOy*ii:views", &name, &pixels, &orientations, &full_height, &full_width))
        return NULL;
    PyObject *made = NULL;
    int with = variant_named(name);
    if (with >= 0 && PyObject_GetBuffer(pixels, &view, PyBUF_STRIDES | PyBUF_FORMAT) == 0) {
        made = hash_view(with, &view, &orientations, full_height, full_width);
        PyBuffer_Release(&view);
    }
    PyBuffer_Release(&orientations);
    return made;
}

/* ---- Hamming ---- */

static PyObject *distance(PyObject *Py_UNUSED(module), PyObject *args)
{
    Py_buffer left, right;
    if (!PyArg_ParseTuple(args, "y*y*:distance", &left, &right))
        return NULL;
    PyObject *made = NULL;
    if (left.len == HASH_BYTES && right.len == HASH_BYTES)
        made = PyLong_FromLong(hamming_distance(left.buf, right.buf));
    else
        PyErr_Format(PyExc_ValueError, "a hash is %d bytes", HASH_BYTES);
    PyBuffer_Release(&left);
    PyBuffer_Release(&right);
    return made;
}

bool take_table(PyObject *from, Py_buffer *view)
{
    if (PyObject_GetBuffer(from, view, PyBUF_C_CONTIGUOUS | PyBUF_FORMAT) < 0)
        return false;
    if (view->ndim == 2 && view->shape[1] == HASH_BYTES && view->itemsize == 1 && is_format(view, 'B') &&
        (uint64_t)view->shape[0] <= UINT32_MAX)
        return true;
    PyErr_Format(PyExc_ValueError, "hashes are a contiguous uint8 array of shape (N, %d), N below 2^32", HASH_BYTES);
    PyBuffer_Release(view);
    return false;
}

/* Lay hits out as three columns, ordered by query; those of one query keep their order. */
static void sort_hits(const hits *found, size_t *next, size_t query_count, char *queries, char *rows, char *distances)
{
    for (size_t k = 0; k < found->count; k++)
        next[found->hit[k].query + 1]++;
    for (size_t at = 0; at < query_count; at++)
        next[at + 1] += next[at];
    for (size_t k = 0; k < found->count; k++) {
        const hit *one = &found->hit[k];
        size_t to = next[one->query]++;
        memcpy(queries + to * sizeof one->query, &one->query, sizeof one->query);
        memcpy(rows + to * sizeof one->row, &one->row, sizeof one->row);
        memcpy(distances + to * sizeof one->distance, &one->distance, sizeof one->distance);
    }
}

static PyObject *hits_as_bytes(const hits *found, size_t query_count)
{
    Py_ssize_t count = (Py_ssize_t)found->count;
    PyObject *queries = PyBytes_FromStringAndSize(NULL, count * (Py_ssize_t)sizeof(uint32_t));
    PyObject *rows = PyBytes_FromStringAndSize(NULL, count * (Py_ssize_t)sizeof(uint32_t));
    PyObject *distances = PyBytes_FromStringAndSize(NULL, count * (Py_ssize_t)sizeof(uint16_t));
    size_t *next = calloc(query_count + 2, sizeof *next);
    PyObject *made = NULL;
    if (!next) {
        PyErr_NoMemory();
    } else if (queries && rows && distances) {
        char *to_queries = PyBytes_AsString(queries), *to_rows = PyBytes_AsString(rows),
             *to_distances = PyBytes_AsString(distances);
        Py_BEGIN_ALLOW_THREADS
        sort_hits(found, next, query_count, to_queries, to_rows, to_distances);
        Py_END_ALLOW_THREADS
        made = PyTuple_Pack(3, queries, rows, distances);
    }
    free(next);
    Py_XDECREF(queries);
    Py_XDECREF(rows);
    Py_XDECREF(distances);
    return made;
}

PyObject *answer(bool done, hits *found, size_t query_count, int distance_max)
{
    PyObject *made = NULL;
    if (done)
        made = hits_as_bytes(found, query_count);
    else if (found->state == HITS_TOO_MANY)
        PyErr_Format(PyExc_OverflowError, "more than %zu pairs are within %d bits", found->limit, distance_max);
    else if (found->state == HITS_CORRUPT)
        PyErr_SetString(PyExc_IndexError, "the index leads outside its table: it is altered or damaged");
    else
        PyErr_NoMemory();
    free(found->hit);
    return made;
}

static PyObject *search_tables(int with, const Py_buffer *queries, const Py_buffer *table, int distance_max,
                               size_t hits_max)
{
    hits found = {.limit = hits_max};
    bool done;
    Py_BEGIN_ALLOW_THREADS
    done = hamming_search((enum variant)with, queries->buf, (size_t)queries->shape[0], table->buf,
                          (size_t)table->shape[0], distance_max, &found);
    Py_END_ALLOW_THREADS
    return answer(done, &found, (size_t)queries->shape[0], distance_max);
}

static PyObject *search(PyObject *Py_UNUSED(module), PyObject *args)
{
    const char *name;
    PyObject *from_queries, *from_table, *made = NULL;
    Py_buffer queries, table;
    int distance_max;
    Py_ssize_t hits_max;
    if (!PyArg_ParseTuple(args, "sOOin:search", &name, &from_queries, &from_table, &distance_max, &hits_max))
        return NULL;
    int with = variant_named(name);
    if (with < 0)
        return NULL;
    if (distance_max < 0 || distance_max > HASH_BITS || hits_max < 0) {
        PyErr_Format(PyExc_ValueError, "a distance is 0 to %d bits", HASH_BITS);
        return NULL;
    }
    if (!take_table(from_queries, &queries))
        return NULL;
    if (take_table(from_table, &table)) {
        made = search_tables(with, &queries, &table, distance_max, (size_t)hits_max);
        PyBuffer_Release(&table);
    }
    PyBuffer_Release(&queries);
    return made;
}

static PyObject *histogram(PyObject *Py_UNUSED(module), PyObject *args)
{
    const char *name;
    PyObject *from_left, *from_right, *made = NULL;
    Py_buffer left, right;
    int64_t counts[HASH_BITS + 1] = {0};
    if (!PyArg_ParseTuple(args, "sOO:histogram", &name, &from_left, &from_right))
        return NULL;
    int with = variant_named(name);
    if (with < 0 || !take_table(from_left, &left))
        return NULL;
    if (take_table(from_right, &right)) {
        Py_BEGIN_ALLOW_THREADS
        hamming_histogram((enum variant)with, left.buf, (size_t)left.shape[0], right.buf, (size_t)right.shape[0],
                          counts);
        Py_END_ALLOW_THREADS
        made = PyBytes_FromStringAndSize((const char *)counts, sizeof counts);
        PyBuffer_Release(&right);
    }
    PyBuffer_Release(&left);
    return made;
}

/* ---- The module ---- */

static PyMethodDef methods[] = {
    {"variants", variants, METH_NOARGS, "Names of the variants this CPU can run, best first."},
    {"views", views, METH_VARARGS, "views(variant, picture, orientations, full_height, full_width)"},
    {"distance", distance, METH_VARARGS, "distance(left, right)"},
    {"search", search, METH_VARARGS, "search(variant, queries, table, distance_max, hits_max)"},
    {"histogram", histogram, METH_VARARGS, "histogram(variant, left, right)"},
    {"lay", index_lay, METH_VARARGS, "lay(hashes)"},
    {"index_fill", index_fill, METH_VARARGS, "index_fill(plan, table, chunk, offset, follow, row)"},
    {"index_open", index_open, METH_VARARGS, "index_open(plan, table, offset, follow, row)"},
    {"index_search", index_search, METH_VARARGS, "index_search(variant, index, queries, distance_max, hits_max)"},
    {NULL, NULL, 0, NULL},
};

static PyModuleDef definition = {
    .m_base = PyModuleDef_HEAD_INIT, .m_name = "_kernels", .m_doc = "Kernels in C; see module.c.", .m_methods = methods};

PyMODINIT_FUNC PyInit__kernels(void)
{
    pdq_prepare();
    mih_prepare();
    order_prepare();
    return PyModuleDef_Init(&definition);
}
