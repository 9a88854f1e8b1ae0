/* What a vector width offers the core: one table of kernels for each, from one source (kernels.c), the same bits from all of them. */
#ifndef NODESCOPE_KERNELS_H
#define NODESCOPE_KERNELS_H

#include "core.h"

typedef struct {
    /* `count` steps of a plain linear node, one row each; `padded`: room for padded_width(d) doubles. The last step that moved, or −1. */
    int64_t (*rows)(const ns_problem *p, double *weight, double *padded, const int64_t *order, int64_t from, int64_t count);
} ns_kernels;

#endif
