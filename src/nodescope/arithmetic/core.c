/* See core.h for the requirement and the words, step.py for the meaning of every line of arithmetic here. */
#include "core.h"

#include <stddef.h>

#include "bits.h"
#include "kernels.h"
#include "layers.h"
#if !defined(NS_WIDTHS)
#include "kernels.c"   /* the build knows one width only */
#endif

/* Each uses those before it: from numbers, by way of examples, steps and walks, to many runs. */
#include "dispatch.h"
#include "order.h"
#include "narrow.h"
#include "room.h"
#include "example.h"
#include "predict.h"
#include "step.h"
#include "parts.h"
#include "take.h"
#include "walk.h"
#include "runs.h"
#include "curvature.h"
#if !defined(__wasm__)
#include "moved.h"
#endif

/* By itself. */
#include "directions.h"

int64_t ns_version(void) { return NS_VERSION; }

int64_t ns_is_ieee(void) { return arithmetic_is_ieee(); }

void ns_predict(const ns_problem *p, const double *weight, double *scratch, int64_t from, int64_t count, double *prediction) {
    predict(p, weight, wide_room(p, scratch), scratch, from, count, prediction);
    make_nans_one(prediction, count * p->outputs);
}

double ns_mse(const ns_problem *p, const double *weight, double *scratch, ns_team *team) {
    double mse = squares_of_all(p, weight, scratch, team) / (double)(p->examples * p->outputs);
    make_nans_one(&mse, 1);
    return mse;
}

int64_t ns_scratch(const ns_problem *p) { return ns_room(p) + room_for_parts(p); }

void ns_activation(int64_t activation, int64_t rows, int64_t count, const double *x, double *value, double *slope) {
    kernels()->activate(activation, rows, count, count, x, value, slope);
    make_nans_one(value, rows * count);
    make_nans_one(slope, rows * count);
}

void ns_triangle(double *triangle, const double *x, int64_t rows, int64_t cols, int64_t x_stride, double *block) {
    kernels()->put_under(triangle, x, rows, cols, x_stride, block);
    make_nans_one(triangle, cols * padded_width(cols));
}

int64_t ns_directions(double *column, int64_t cols, int64_t rows) { return turn_all(column, cols, rows); }

#if !defined(__wasm__)
int64_t ns_lay(const double *const *column, int64_t cols, int64_t rows, double *to) { return lay(column, cols, rows, to); }

int64_t ns_gather(const struct ns_parts *of, const int64_t *example, int64_t count, double *input, double *goal) {
    return gather_rows(of, example, count, input, goal);
}

void ns_draw_window(int64_t n, uint64_t seed, uint64_t epoch, int64_t start, int64_t count, const int64_t *begin, const int64_t *shift,
                    int64_t members, int64_t *example) {
    const drawing order = epoch_drawing(n, seed, epoch);
    draw_window(&order, start, count, begin, shift, members, example);
}

void ns_digest(const double *x, int64_t count, uint64_t *found) { kernels()->digest(x, count, found); }
#endif
