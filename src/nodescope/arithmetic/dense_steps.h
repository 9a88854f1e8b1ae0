/* Several steps of layers, plain rule, batches of a block at most: part of kernels.c. Requirement: a step costs its products and nothing else.
 *
 * It takes what goes_by_layers says (walk.h): nothing frozen, nothing beside the rule, no number wanted but the weights. The order of
 * additions is dense.h's, whose products these are; then weight − alpha × (gradient ÷ examples), as move.h has it.
 *
 * Weights stay set out from step to step, in rows and turned: where a tile of their gradient is finished, it moves them in both while it is
 * in registers. They are written back at the end. No step is tested for divergence: what is not finite leaves a mark, and the caller has
 * the steps made anew one by one. Deltas need no mark, since the weights that they move would have one. */

/* Biases of a layer move by the deltas of a block. */
INLINE void move_biases(const layers_room *room, int64_t l, int64_t count, moving *how) {
    const int64_t k = room->p->layer[l].outputs, padded = padded_width(k);
    const layer_room *of = room->of + l;
    for (int64_t j = 0; j < k; j += W) {
        vec sum = each(-0.0);
        for (int64_t r = 0; r < count; r++) sum += load(of->delta + r * padded + j);
        sum = (vec)((ivec)sum & first_lanes(k - j));
        const vec by = each(how->by.value), was = load(of->bias + j), next = was - each(how->alpha) * (how->by.times ? sum * by : sum / by);
        how->changed |= changed_bits(next, was);
        how->far |= not_finite_lanes(next);
        store(of->bias + j, next);
    }
}

static void multiply_and_move(const product q) { multiply(&q, MOVING); }

/* Back through all layers; each moves when the deltas before it have been made of its weights. */
static void move_back(const layers_room *room, int64_t count, moving *how) {
    const ns_problem *p = room->p;
    for (int64_t l = p->layers; l-- > 0;) {
        const ns_layer *layer = p->layer + l;
        const layer_room *of = room->of + l;
        const int64_t d = padded_width(layer->inputs), k = padded_width(layer->outputs);
        if (l) hidden_deltas_of_block(room, l - 1, count);
        multiply_and_move((product){.a = of->delta, .a_row = 1, .a_term = k, .b = l ? of[-1].value : room->input, .b_term = d, .c = of->weight, .c_row = d,
                            .rows = layer->outputs, .cols = whole_vectors(layer->inputs), .terms = count, .moves = how,
                            .turned = of->turned, .turned_row = k});
        if (layer->has_bias) move_biases(room, l, count, how);
    }
}

static void write_back(const layers_room *room, double *weight) {
    const ns_problem *p = room->p;
    for (int64_t l = 0; l < p->layers; l++) {
        const ns_layer *layer = p->layer + l;
        const layer_room *of = room->of + l;
        for (int64_t j = 0; j < layer->outputs; j++) {
            double *w = weight + layer->first_weight + j * width_of(layer);
            copy(w, of->weight + j * padded_width(layer->inputs), layer->inputs);
            if (layer->has_bias) w[layer->inputs] = of->bias[j];
        }
    }
}

/* Whether the run may end with this step: it changed nothing, or the last layer's first weight is as it was in the saved state. */
INLINE int may_end(const layers_room *room, const ns_batches *of, int changed) {
    const ns_layer *last = last_layer(room->p);
    if (!changed) return 1;
    return of->saved && bits_of(*room->of[room->p->layers - 1].weight) == bits_of(of->saved[last->first_weight]);
}

static ns_made layers_steps(const ns_problem *p, double *weight, double *scratch, const ns_batches *of) {
    const layers_room room = set_out_room(p, scratch);
    ns_made became = {.moved = -1};
    if (!of->goes_on) set_out_weights(&room, weight);
    while (became.steps < of->count && !(became.mark & SIGN)) {
        const int64_t t = became.steps++, first = p->batch < p->examples ? (of->turn + t) * p->batch : 0;
        const int64_t from = of->chosen ? t * p->batch : first, examples = smaller(p->batch, p->examples - first);
        moving how = {.alpha = p->alpha, .by = divisor_of(p->sums ? 1.0 : (double)examples)};
        became.mark |= forward_block(&room, of->chosen, from, examples);
        output_deltas_of_block(&room, of->chosen, from, examples, 0.0);
        move_back(&room, examples, &how);
        const int changed = any(how.changed) != 0;
        if (changed) became.moved = t;
        became.mark |= any(how.far);
        if (of->stopping && may_end(&room, of, changed)) break;
    }
    if (!(became.mark & SIGN)) write_back(&room, weight);
    return became;
}
