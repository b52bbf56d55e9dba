/* The variants of every kernel, and what a function needs to be compiled for one of them.

   A kernel is written once, as a body that is always inlined; each variant is a thin function of another target around
   it, so the compiler lays the same arithmetic out for other registers. Only where that is not enough (the AVX-512 and
   AVX2 searches) is there a body of its own. Which variants may run is asked of the CPU, once, when the module loads. */

#ifndef TUTELA_VARIANT_H
#define TUTELA_VARIANT_H

#include <float.h>

#if !defined(__GNUC__)
#error "needs GCC or Clang; without the extension NumPy does the same work"
#endif
#if FLT_EVAL_METHOD != 0
#error "needs floats that are not computed wider than they are stored; without the extension NumPy does the same work"
#endif

#define INLINE static inline __attribute__((always_inline))

enum variant { PORTABLE, POPCNT, AVX2, AVX512, VARIANT_COUNT };

#if defined(__x86_64__)
#define X86 1
#define TARGET_POPCNT __attribute__((target("popcnt")))
#define TARGET_AVX2 __attribute__((target("avx2,popcnt")))
#define TARGET_AVX512 \
    __attribute__((target("avx512f,avx512bw,avx512vl,avx512vpopcntdq,avx512bitalg,popcnt,prefer-vector-width=512")))
#else
#define X86 0
#endif

#endif
