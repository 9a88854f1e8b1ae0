/* What a vector width offers the core: one table of kernels for each, from one source (kernels.c), the same bits from all of them.
 *
 * What a kernel takes stands at the head of its file. None of them looks at a cursor, or ends anything: the core does (walk.h, runs.h).
 * Tables are doubles; kernels of layers take floats too. */
#ifndef NODESCOPE_KERNELS_H
#define NODESCOPE_KERNELS_H

#include <stddef.h>

#include "core.h"
#include "drawing.h"
#include "layers.h"

/* Runs side by side, NS_RUNS at most: each row holds weight i of all of them, and row i + 1 begins NS_RUNS behind it. */
enum { NS_RUNS = 1024 };
typedef struct {
    double *weight, *saved, *last, *before, *alpha;   /* now, Brent's, before the last epoch, before these epochs */
    int64_t *run, *marked;                            /* whose lane it is; whether it may have ended */
} ns_runs;

/* Rows of a table that are put under a triangle together. */
enum { NS_ROWS = 32 };

/* Steps of layers that are made together: `count` of an epoch from number `turn` on, or, where a batch is all examples, epochs. */
typedef struct {
    const int64_t *chosen;   /* the examples of one batch after another, or NULL */
    int64_t turn, count, goes_on;   /* goes_on: the scratch holds the weights of the steps before, which are not set out anew */
    int64_t stopping;        /* of epochs: 1 where they end with one that changed nothing, or may have come back to the saved state */
    const double *saved;     /* or NULL */
} ns_batches;

/* How many were made, the last that moved a weight or −1, and the mark of `not_finite`; with that sign the weights are as they were. */
typedef struct {
    int64_t steps, moved;
    uint64_t mark;
} ns_made;

typedef struct {
    /* `count` steps of a plain linear node, one row each; `padded`: room for padded_width(d) doubles. The last step that moved, or −1. */
    int64_t (*rows)(const ns_problem *p, double *weight, double *padded, const int64_t *order, int64_t from, int64_t count, int *watch_all);
    /* Of a linear node: adds the gradient over `count` examples, those from `from` on or the chosen ones, to g, which begins as −0.0; gives
     * the squared errors added to those so far. */
    double (*node_gradient)(const ns_problem *p, const double *w, const int64_t *chosen, int64_t from, int64_t count, double *g, double squares);
    void (*node_predictions)(const ns_problem *p, const double *w, int64_t from, int64_t count, double *prediction);
    int64_t little;   /* examples × weights below which the next one takes longer than looking at them one by one (step.h) */
    /* The same of layers; `scratch` is room_for_layers(p) doubles, `mark` gets that of `not_finite` over sums and deltas. */
    double (*layers_gradient)(const ns_problem *p, const double *weight, double *scratch, const int64_t *chosen, int64_t from, int64_t count,
                              double *gradient, uint64_t *mark);
    /* Steps of layers, plain rule. NULL in the page. */
    ns_made (*layers_steps)(const ns_problem *p, double *weight, double *scratch, const ns_batches *of);
    void (*layers_predictions)(const ns_problem *p, const double *weight, double *scratch, int64_t from, int64_t count, double *prediction);
    /* An activation and its slope at the sums of a layer, `count` of them in each of `rows` rows that are `stride` apart. */
    void (*activate)(int64_t activation, int64_t rows, int64_t count, int64_t stride, const double *x, double *value, double *slope);
    /* `epochs` epochs of the first `live` runs. */
    void (*sweep)(const ns_problem *p, const ns_runs *of, int64_t live, int64_t epochs);
    /* The plain rule for `size` weights: w − alpha × (g ÷ by). */
    ns_moved (*move)(double alpha, double by, int64_t size, double *w, const double *g);
    /* `count` floats as doubles. */
    void (*widen)(const float *from, int64_t count, double *to);
    /* Rows of a table, or of another triangle, put under a triangle; `block`: NS_ROWS rows of whole eights of columns. */
    void (*put_under)(double *triangle, const double *x, int64_t rows, int64_t cols, int64_t x_stride, double *block);
    /* Examples at `count` positions from `start` on of a drawn order. */
    void (*draw)(const drawing *of, int64_t start, int64_t count, int64_t *example);
#if !defined(__wasm__)
    /* The digests of the lanes of `count` numbers, four words each. */
    void (*digest)(const double *x, int64_t count, uint64_t *found);
#endif
} ns_kernels;

#endif
