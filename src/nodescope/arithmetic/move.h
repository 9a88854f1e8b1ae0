/* The plain rule for all weights at once: part of kernels.c. Requirement: no longer than reading and writing them takes.
 *
 * It takes what `plainly` says (walk.h): nothing frozen, nothing beside the rule, no number wanted but the weights. Each weight is for
 * itself, so there is no order of additions. */

INLINE ns_moved move_by(double alpha, divisor by, int64_t size, double *w, const double *g) {
    uvec changed = {0}, far = {0};
    int64_t i = 0;
    for (; i + W <= size; i += W) {
        const vec was = load(w + i), next = was - each(alpha) * (by.times ? load(g + i) * each(by.value) : load(g + i) / each(by.value));
        changed |= changed_bits(next, was);
        far |= not_finite_lanes(next);
        store(w + i, next);
    }
    const ns_moved rest = move_one_by_one(alpha, by, size - i, w + i, g + i);
    return (ns_moved){any(changed) | rest.changed, any(far) | rest.mark};
}

static ns_moved move(double alpha, double by, int64_t size, double *w, const double *g) {
    const divisor of = divisor_of(by);
    return of.times ? move_by(alpha, (divisor){of.value, 1}, size, w, g) : move_by(alpha, (divisor){of.value, 0}, size, w, g);
}
