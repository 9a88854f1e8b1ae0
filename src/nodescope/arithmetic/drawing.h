/* The drawn order of an epoch in a few numbers: what core.c and kernels.c know of it. order.py has the same in Python. */
#ifndef NODESCOPE_DRAWING_H
#define NODESCOPE_DRAWING_H

#include <stdint.h>

enum { ROUNDS = 12, DRAWN_AT_ONCE = 64 };

typedef struct {
    uint64_t n, first, last, round[ROUNDS];
    int left_bits, right_bits;
} drawing;

static const uint64_t MIX_FIRST = 0xBF58476D1CE4E5B9u, MIX_SECOND = 0x94D049BB133111EBu;

#endif
