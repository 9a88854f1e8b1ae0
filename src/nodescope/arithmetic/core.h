/* The steps of gradient-descent nodes, one layer or several, compiled. Same bits as step.py, whatever machine or width.
 *
 * Freestanding: flat arrays in, flat arrays out, no allocation, no libc. Everything that a caller may get wrong
 * (shapes, finite numbers, buffer sizes) is checked before it comes here.
 *
 * Letters: n examples, d inputs, k outputs; of a layer, width = its inputs + 1 with a bias (the weight of an input fixed at 1,
 * last); a layer's block is (k, width) doubles; the "weights" are the blocks of all layers, first layer first; "nodes" are counted
 * through all layers too. A "state" is everything the next step depends on besides the position in the data: the weights, the
 * rule's memory (as many numbers each), the rule's clocks. */
#ifndef NODESCOPE_CORE_H
#define NODESCOPE_CORE_H

#include <stdint.h>

#if defined(_WIN32)
#define NS_EXPORT __declspec(dllexport)
#else
#define NS_EXPORT __attribute__((visibility("default")))
#endif

/* It counts the changes of what is declared below; core.py speaks to a library of its own number only, since one that was compiled
 * before would read other fields. A test says when it has to go up. */
#define NS_VERSION 10

enum { NS_PLAIN, NS_MOMENTUM, NS_NESTEROV, NS_ADAGRAD, NS_RMSPROP, NS_ADAM, NS_ADAMW };
enum { NS_IDENTITY, NS_RELU, NS_LEAKY_RELU, NS_TANH, NS_SIGMOID, NS_SOFTPLUS, NS_GELU, NS_SOFTMAX, NS_STEP };
enum { NS_SQUARED, NS_HUBER, NS_ABSOLUTE, NS_CROSS_ENTROPY, NS_HINGE, NS_PERCEPTRON };
enum { NS_WENT, NS_DIVERGED, NS_MSE_REACHED, NS_UNCHANGED, NS_REPEATED, NS_FULL, NS_NOT_IEEE };

/* One layer. `first_weight` and `first_node` tell where its block and its nodes start among those of all layers. */
typedef struct {
    int64_t inputs, outputs, has_bias, activation, first_weight, first_node;
} ns_layer;

/* What stays as it is while stepping. A plain node is one layer of one node, identity, under the squared error; such a layer takes
 * a shorter way to the same bits. */
typedef struct {
    int64_t examples, inputs, outputs;
    int64_t batch;             /* examples a step, at most `examples` */
    int64_t sums;              /* 1 where a batch is summed, 0 where it is averaged */
    int64_t lanes, shuffled, rule;
    uint64_t seed;
    const double *input;       /* (n, d), or NULL where there is `narrow` */
    const float *narrow;       /* (n, d), the inputs in floats, each of which a double holds exactly; or NULL */
    const double *goal;        /* (n, k) */
    const uint8_t *frozen;     /* one a weight, or NULL */
    double alpha;
    double setting[6];         /* the rule's, in the order of rules.py */
    double until_mse;          /* negative: none */
    int64_t layers;            /* at least 1 */
    const ns_layer *layer;
    int64_t sequential;        /* 1: output layer first, each earlier one from the weights already updated */
    int64_t loss;
    double threshold;          /* Huber's */
    double l2, l1;             /* l2 × weight + l1 × its sign join each weighted delta; 0: nothing does */
    int64_t penalises_bias;    /* 1: those of biases too */
    double clip;               /* the most that all weighted deltas together may be long; negative: any length */
    const double *factor;      /* what alpha is multiplied by for each weight, or NULL */
    int64_t part;              /* examples of a batch that are added up by themselves, in parts that are added in pairs; 0: no parts */
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

/* Where to write the numbers of each step; NULL: not wanted. Row t of each is contiguous. Only `weights` weights from the one
 * numbered `first_weight` on are written, and the nodes likewise: K and W count these. */
typedef struct {
    double *weight, *weighted_delta, *alpha_delta, *new_weight;   /* (T, W) */
    double *memory;                                               /* (T, memories, W), after the step */
    double *sum, *prediction, *delta;                             /* (T, batch, K); a short batch leaves its tail alone */
    double *mse;                                                  /* (T) */
    double *norm;                                                 /* (T), where they are clipped: how long the weighted deltas were */
    int64_t *example;                                             /* (T, batch) */
    int64_t first_weight, weights, first_node, nodes;
} ns_columns;

/* Who makes parts: the thread that calls, and others that are in ns_help meanwhile. All but the first two fields begin as 0. */
typedef struct {
    int64_t helpers;
    double *rooms;             /* (helpers, ns_room(p)) doubles */
    int64_t left, done;        /* of the parts that are being made: not begun yet, finished; left is -1 when all is over */
    void *job;
} ns_team;

/* The memory that a walk works in. */
typedef struct {
    double *state;             /* changed in place */
    double *saved;             /* one state, Brent's; may be NULL where the cursor is not watching */
    double *checkpoints;       /* `capacity` states, or NULL */
    double *scratch;           /* ns_scratch(p) doubles */
    int64_t *drawn;            /* `batch` numbers, where the order is drawn */
    const double *alphas;      /* alpha of step alphas_from, alphas_from + 1, …, or NULL: the problem's at every step */
    int64_t alphas_from;
    const ns_columns *columns; /* or NULL */
    ns_team *team;             /* or NULL */
} ns_where;

/* Many runs of one problem, each over its own alpha from its own state; each is what ns_walk makes of it, stopping and watching. */
typedef struct {
    const ns_problem *problem;
    int64_t epochs;            /* at most */
    const double *alpha;       /* (runs) */
    double *state;             /* (runs, a state): the first, and then where each ended */
    int64_t *outcome, *step, *period;   /* (runs): why it stopped, steps made, epochs since the state that came again, or 0 */
} ns_sweep;

/* Rows of examples that lie in parts, those of each one after another. No typedef: layout.mjs tells the page of those alone. */
struct ns_parts {
    int64_t inputs, outputs, parts;
    const int64_t *begin;          /* (parts): the first example of each, ascending from 0 */
    const double *const *input;    /* (parts): its inputs; NULL where it is not at hand */
    const double *const *goal;     /* (parts): its goals, where its inputs are */
};

/* NS_VERSION, as it was when the library was compiled. */
NS_EXPORT int64_t ns_version(void);
/* 1 where this thread's arithmetic is that of IEEE 754, else 0. Walks and sweeps ask by themselves; for all else, who calls asks. */
NS_EXPORT int64_t ns_is_ieee(void);
/* Go at most `steps` steps; returns why it stopped. */
NS_EXPORT int64_t ns_walk(const ns_problem *p, ns_cursor *c, const ns_where *w, int64_t steps);
/* A step made apart: the weighted deltas of all weights, summed over `count` examples from `from` on in the problem's parts, and after
 * them their squared errors, come to stand at `sums`; NS_DIVERGED where a number on the way is not finite. */
NS_EXPORT int64_t ns_look(const ns_problem *p, const ns_where *w, int64_t from, int64_t count, double *sums);
/* And the step that takes such sums of all its `count` examples, which stand at the head of scratch; the problem's rows are not read. */
NS_EXPORT int64_t ns_take(const ns_problem *p, ns_cursor *c, const ns_where *w, int64_t count, int64_t overflowed);
/* Go the runs `from` … `end` − 1 to their ends; NS_WENT, or NS_NOT_IEEE. Scratch: ns_sweep_scratch(p) doubles; `drawn` as in a walk. */
NS_EXPORT int64_t ns_sweep_runs(const ns_sweep *s, int64_t from, int64_t end, double *scratch, int64_t *drawn);
NS_EXPORT int64_t ns_sweep_scratch(const ns_problem *p);
/* How many doubles of scratch a problem needs. */
NS_EXPORT int64_t ns_scratch(const ns_problem *p);
/* How many of them one thread needs. */
NS_EXPORT int64_t ns_room(const ns_problem *p);
/* Makes parts, in the room numbered `helper`, until ns_dismiss says that it is over; what they are is said by who walks. */
NS_EXPORT void ns_help(const ns_problem *p, ns_team *team, int64_t helper);
NS_EXPORT void ns_dismiss(ns_team *team);
/* Predictions (count, k) of the weights for the examples from `from` on. */
NS_EXPORT void ns_predict(const ns_problem *p, const double *weight, double *scratch, int64_t from, int64_t count, double *prediction);
/* Mean squared error of the weights over all examples and outputs; `team` may be NULL. */
NS_EXPORT double ns_mse(const ns_problem *p, const double *weight, double *scratch, ns_team *team);
/* A function of NS_IDENTITY … NS_STEP and its slope at each of `count` places of `rows` rows, which are a layer's sums each. */
NS_EXPORT void ns_activation(int64_t activation, int64_t rows, int64_t count, const double *x, double *value, double *slope);
/* Put rows (rows, cols) under a triangle (cols, `stride` columns: whole eights): the R of all rows so far. Those of another triangle
 * go under it the same way. `block`: 32 rows of `stride` doubles. */
NS_EXPORT void ns_triangle(double *triangle, const double *x, int64_t rows, int64_t cols, int64_t x_stride, double *block);
/* Turn columns (cols, rows), one after another in memory, until all are at right angles; returns how many sweeps that took. */
NS_EXPORT int64_t ns_directions(double *column, int64_t cols, int64_t rows);
/* The Hessian of what the steps make smaller, over all examples, times a direction, frozen weights left out; its largest eigenvalue, its
 * rows and columns multiplied by the roots of the weights' factors, NaN where a number is not finite; and what that is at most where a step
 * sees one example. Scratch: ns_curvature_scratch(p) doubles. */
NS_EXPORT void ns_curvature_times(const ns_problem *p, const double *weight, const double *direction, double *product, double *scratch);
NS_EXPORT double ns_sharpness(const ns_problem *p, const double *weight, double *scratch);
NS_EXPORT double ns_steepest(const ns_problem *p, const double *weight, double *scratch);
NS_EXPORT int64_t ns_curvature_scratch(const ns_problem *p);
/* Let no register of the kernels hold more doubles than these; returns how many they hold. The bits are the same. */
NS_EXPORT int64_t ns_cap_width(int64_t doubles);
/* Examples at `count` positions of an epoch, in the order drawn. */
NS_EXPORT void ns_order(int64_t n, uint64_t seed, uint64_t epoch, int64_t start, int64_t count, int64_t *example);
/* Columns (cols) of `rows` numbers each side by side as rows (rows, cols); 1 where all numbers are finite. */
NS_EXPORT int64_t ns_lay(const double *const *column, int64_t cols, int64_t rows, double *to);
/* The rows of `count` examples one after another; returns how many, fewer where the next one is of a part that is not at hand. */
NS_EXPORT int64_t ns_gather(const struct ns_parts *of, const int64_t *example, int64_t count, double *input, double *goal);
/* Examples at `count` positions of a drawn window of n: its rows are those of its members one after another, of which member m begins at
 * row begin[m] (the first is 0), the example begin[m] + shift[m]. */
NS_EXPORT void ns_draw_window(int64_t n, uint64_t seed, uint64_t epoch, int64_t start, int64_t count, const int64_t *begin, const int64_t *shift,
                              int64_t members, int64_t *example);
/* A digest of `count` numbers in eight lanes, four words each: digest.h. */
NS_EXPORT void ns_digest(const double *x, int64_t count, uint64_t *found);

#endif
