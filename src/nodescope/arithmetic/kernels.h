/* What a vector width offers the core: one table of kernels for each, from one source (kernels.c), the same bits from all of them. */
#ifndef NODESCOPE_KERNELS_H
#define NODESCOPE_KERNELS_H

#include <stddef.h>

#include "core.h"

typedef struct {
    /* `count` steps of a plain linear node, one row each; `padded`: room for padded_width(d) doubles. The last step that moved, or −1. */
    int64_t (*rows)(const ns_problem *p, double *weight, double *padded, const int64_t *order, int64_t from, int64_t count);
    /* Of a linear node: the gradient over `count` examples, those from `from` on or the chosen ones; gives the sum of squared errors. */
    double (*node_gradient)(const ns_problem *p, const double *w, const int64_t *chosen, int64_t from, int64_t count, double *g);
    void (*node_predictions)(const ns_problem *p, const double *w, int64_t from, int64_t count, double *prediction);
} ns_kernels;

#endif
