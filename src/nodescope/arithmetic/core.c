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

void ns_predict(const ns_problem *p, const double *weight, double *scratch, double *prediction) {
    for (int64_t s = 0; s < p->examples; s++)
        copy(prediction + s * p->outputs, predictions(p, weight, p->input + s * p->inputs, row_of(p, scratch, 0)), p->outputs);
    make_nans_one(prediction, p->examples * p->outputs);
}

double ns_mse(const ns_problem *p, const double *weight, double *scratch) {
    double squares = 0.0;
    for (int64_t s = 0; s < p->examples; s++) {
        const double *prediction = predictions(p, weight, p->input + s * p->inputs, row_of(p, scratch, 0));
        for (int64_t j = 0; j < p->outputs; j++) {
            const double error = prediction[j] - p->goal[s * p->outputs + j];
            squares += error * error;
        }
    }
    double mse = squares / (double)(p->examples * p->outputs);
    make_nans_one(&mse, 1);
    return mse;
}

int64_t ns_scratch(const ns_problem *p) {
    const int64_t step_by_step = size_of(p) + (p->sequential ? p->batch : 1) * 4 * nodes_of(p);
    return larger(step_by_step, room_for_rows(p));
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
