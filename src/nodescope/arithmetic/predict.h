/* Predictions, and the errors of weights that no step is taken with: part of core.c. */

/* Predictions (count, k) of the examples from `from` on; `wide`: room for rows made wide. */
static void predict(const ns_problem *p, const double *weight, double *wide, double *scratch, int64_t from, int64_t count, double *prediction) {
    const int64_t k = p->outputs;
    if (is_one_node(p)) predictions_of_node(p, weight, wide, from, count, prediction);
    else if (goes_in_layers(p)) kernels()->layers_predictions(p, weight, scratch, from, count, prediction);
    else
        for (int64_t s = 0; s < count; s++)
            copy(prediction + s * k, predictions(p, weight, input_of(p, from + s, wide), scratch), k);
}

/* The squared errors of `count` examples from `from` on, added in their order. */
static double squares_of(const ns_problem *p, const double *weight, double *scratch, int64_t from, int64_t count) {
    const int64_t k = p->outputs, end = from + count;
    double squares = 0.0, *prediction = scratch;
    for (; from < end; from += LOOKED_AT) {
        const int64_t some = smaller(LOOKED_AT, end - from);
        predict(p, weight, wide_room(p, scratch), scratch + smaller(LOOKED_AT, p->examples) * k, from, some, prediction);
        for (int64_t i = 0; i < some * k; i++) {
            const double error = prediction[i] - p->goal[from * k + i];
            squares += error * error;
        }
    }
    return squares;
}
