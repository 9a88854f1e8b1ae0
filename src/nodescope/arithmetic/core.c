/* See core.h for the requirement and the words, step.py for the meaning of every line of arithmetic here. */
#include "core.h"

#include <stddef.h>

#include "kernels.h"

#include "functions.h"

#include "bits.h"

#include "layers.h"

#if !defined(NS_WIDTHS)
#include "kernels.c"   /* the build knows one width only */
#endif

#include "dispatch.h"

#include "order.h"

#include "step.h"

#include "walk.h"

/* Examples whose predictions are looked at together. */
enum { BLOCK = 64 };

/* Predictions (count, k) of the examples from `from` on; `values` is room for the numbers of one example. */
static void predict(const ns_problem *p, const double *weight, int64_t from, int64_t count, double *values, double *prediction) {
    const int64_t k = p->outputs;
    if (is_linear(p) && k == 1) kernels()->node_predictions(p, weight, from, count, prediction);
    else
        for (int64_t s = 0; s < count; s++)
            copy(prediction + s * k, predictions(p, weight, p->input + (from + s) * p->inputs, values), k);
}

void ns_predict(const ns_problem *p, const double *weight, double *scratch, double *prediction) {
    predict(p, weight, 0, p->examples, scratch, prediction);
    make_nans_one(prediction, p->examples * p->outputs);
}

double ns_mse(const ns_problem *p, const double *weight, double *scratch) {
    const int64_t k = p->outputs;
    double squares = 0.0, *prediction = scratch + 4 * nodes_of(p);
    for (int64_t from = 0; from < p->examples; from += BLOCK) {
        const int64_t count = smaller(BLOCK, p->examples - from);
        predict(p, weight, from, count, scratch, prediction);
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
    const int64_t step_by_step = size_of(p) + (p->sequential ? p->batch : 1) * 4 * nodes_of(p);
    return larger(larger(step_by_step, room_for_rows(p)), 4 * nodes_of(p) + BLOCK * p->outputs);
}

void ns_activation(int64_t activation, int64_t count, const double *x, double *value, double *slope) {
    for (int64_t i = 0; i < count; i++) {
        const valued of = activate(activation, x[i]);
        value[i] = of.value;
        slope[i] = of.slope;
    }
    make_nans_one(value, count);
    make_nans_one(slope, count);
}
