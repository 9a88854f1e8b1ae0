/* The steps of one layer of gradient-descent nodes, compiled. Same bits as definition.py, whatever machine or width.
 *
 * Freestanding: flat arrays in, flat arrays out, no allocation, no libc. Everything that a caller may get wrong
 * (shapes, finite numbers, buffer sizes) is checked before it comes here.
 *
 * Letters: n examples, d inputs, k outputs; width = d + 1 with a bias (the weight of an input fixed at 1, last), else d;
 * a "block" is (k, width) doubles. A "state" is everything the next step depends on besides the position in the data:
 * the block of weights, the rule's memory (one block each), the rule's clocks. */
#ifndef NODESCOPE_CORE_H
#define NODESCOPE_CORE_H

#include <stdint.h>

#if defined(_WIN32)
#define NS_EXPORT __declspec(dllexport)
#else
#define NS_EXPORT __attribute__((visibility("default")))
#endif

enum { NS_PLAIN, NS_MOMENTUM, NS_NESTEROV, NS_ADAGRAD, NS_RMSPROP, NS_ADAM };
enum { NS_WENT, NS_DIVERGED, NS_MSE_REACHED, NS_UNCHANGED, NS_REPEATED, NS_FULL, NS_NOT_IEEE };

/* What stays as it is while stepping. */
typedef struct {
    int64_t examples, inputs, outputs;
    int64_t batch;             /* examples a step, at most `examples` */
    int64_t has_bias, sums;    /* sums: 1 where a batch is summed, 0 where it is averaged */
    int64_t lanes, shuffled, rule;
    uint64_t seed;
    const double *input;       /* (n, d) */
    const double *goal;        /* (n, k) */
    const uint8_t *frozen;     /* (k, width), or NULL */
    const double *alphas;      /* alpha of step alphas_from, alphas_from + 1, …, or NULL: `alpha` at every step */
    int64_t alphas_from;
    double alpha;
    double setting[3];         /* the rule's, in the order of rules.py */
    double until_mse;          /* negative: none */
} ns_problem;

/* Where a walk stands. */
typedef struct {
    int64_t step;              /* updates made so far */
    int64_t last_moved;        /* last update that changed a weight, or -1 */
    int64_t last_changed;      /* last update that changed the state, or -1 */
    int64_t stopping;          /* 1: stop where the run ends by itself; 0: just step (a replay) */
    int64_t watching;          /* 1: compare epoch ends with a saved one (Brent) */
    int64_t power, length;     /* Brent's: epochs until the saved state is renewed, epochs since it was */
    int64_t spacing, kept, capacity;   /* checkpoints: state of every spacing-th step */
} ns_cursor;

/* Where to write the numbers of each step; NULL: not wanted. Row t of each is contiguous. */
typedef struct {
    double *weight, *weighted_delta, *alpha_delta, *new_weight;   /* (T, k, width) */
    double *memory;                                               /* (T, memories, k, width), after the step */
    double *prediction, *delta;                                   /* (T, batch, k); a short batch leaves its tail alone */
    double *mse;                                                  /* (T) */
    int64_t *example;                                             /* (T, batch) */
} ns_columns;

/* Go at most `steps` steps; returns why it stopped. `gradient` is scratch of one block, `drawn` of `batch` numbers,
 * `saved` of one state (Brent's), `checkpoints` of capacity states. The last two and `columns` may be NULL. */
NS_EXPORT int64_t ns_walk(const ns_problem *p, ns_cursor *c, double *state, double *saved, double *checkpoints,
                          double *gradient, int64_t *drawn, int64_t steps, const ns_columns *columns);
/* Predictions (n, k) of a block of weights for all examples. */
NS_EXPORT void ns_predict(const ns_problem *p, const double *weight, double *prediction);
/* Mean squared error of a block of weights over all examples and outputs. */
NS_EXPORT double ns_mse(const ns_problem *p, const double *weight);
/* Examples at `count` positions of an epoch, in the order drawn. */
NS_EXPORT void ns_order(int64_t n, uint64_t seed, uint64_t epoch, int64_t start, int64_t count, int64_t *example);

#endif
