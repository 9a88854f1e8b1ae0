/* See core.h for the requirement and the words, step.py for the meaning of every line of arithmetic here. */
#include "core.h"

#include <stddef.h>

#include "kernels.h"

#include "bits.h"

#include "layers.h"

#if !defined(NS_WIDTHS)
#include "kernels.c"   /* the build knows one width only */
#endif

#include "dispatch.h"

#include "order.h"

#include "example.h"

#include "step.h"

#include "walk.h"

#include "runs.h"

int64_t ns_version(void) { return NS_VERSION; }

/* Predictions (count, k) of the examples from `from` on. */
static void predict(const ns_problem *p, const double *weight, double *scratch, int64_t from, int64_t count, double *prediction) {
    const int64_t k = p->outputs;
    if (is_one_node(p)) kernels()->node_predictions(p, weight, from, count, prediction);
    else if (goes_in_layers(p)) kernels()->layers_predictions(p, weight, scratch, from, count, prediction);
    else
        for (int64_t s = 0; s < count; s++)
            copy(prediction + s * k, predictions(p, weight, p->input + (from + s) * p->inputs, scratch), k);
}

void ns_predict(const ns_problem *p, const double *weight, double *scratch, double *prediction) {
    predict(p, weight, scratch, 0, p->examples, prediction);
    make_nans_one(prediction, p->examples * p->outputs);
}

enum { LOOKED_AT = 4 * BLOCK };   /* examples whose predictions are made together */

double ns_mse(const ns_problem *p, const double *weight, double *scratch) {
    const int64_t k = p->outputs;
    double squares = 0.0, *prediction = scratch;
    for (int64_t from = 0; from < p->examples; from += LOOKED_AT) {
        const int64_t count = smaller(LOOKED_AT, p->examples - from);
        predict(p, weight, scratch + smaller(LOOKED_AT, p->examples) * k, from, count, prediction);
        for (int64_t i = 0; i < count * k; i++) {
            const double error = prediction[i] - p->goal[from * k + i];
            squares += error * error;
        }
    }
    double mse = squares / (double)(p->examples * k);
    make_nans_one(&mse, 1);
    return mse;
}

int64_t ns_scratch(const ns_problem *p) {
    const int64_t step_by_step = (p->sequential ? p->batch : 1) * 4 * nodes_of(p), gradient = larger(size_of(p), smaller(LOOKED_AT, p->examples) * p->outputs);
    return gradient + larger(step_by_step, larger(room_for_rows(p), room_for_layers(p)));
}

void ns_activation(int64_t activation, int64_t rows, int64_t count, const double *x, double *value, double *slope) {
    kernels()->activate(activation, rows, count, count, x, value, slope);
    make_nans_one(value, rows * count);
    make_nans_one(slope, rows * count);
}

void ns_triangle(double *triangle, const double *x, int64_t rows, int64_t cols, int64_t x_stride, double *block) {
    kernels()->put_under(triangle, x, rows, cols, x_stride, block);
}
