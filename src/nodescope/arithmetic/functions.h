/* Exponential, hyperbolic tangent and their kin, for W numbers at once: part of kernels.c. functions.py says what each line is for, and
 * holds the bounds; each number goes through the same operations in the same order as there, so it comes out with the same bits. Where
 * Python branches, this computes both ways and chooses. */

/* In the page a call costs less than the bytes of a copy. */
#if defined(__wasm__)
#define CALLED static __attribute__((noinline))
#else
#define CALLED INLINE
#endif

/* A function's values and its slopes. */
typedef struct {
    vec value, slope;
} valued;

/* exp(x) = 2^k (1 + e); `whole` is k, as a whole number below 0 is kept. */
typedef struct {
    vec e, k;
    uvec whole;
} reduced;

INLINE vec size_of_each(vec x) { return (vec)((ivec)x & ~(ivec)each(-0.0)); }

INLINE vec with_sign_of(vec size, vec x) { return (vec)((ivec)size_of_each(size) | ((ivec)x & (ivec)each(-0.0))); }

/* A double beside 1.5 × 2^52 holds a whole number in its low bits: vectors need no conversion between doubles and integers. */
INLINE reduced reduce(vec x) {
    const double to_whole = 6755399441055744.0;
    static const double factorial[] = {479001600.0, 39916800.0, 3628800.0, 362880.0, 40320.0, 5040.0, 720.0, 120.0, 24.0, 6.0, 2.0};
    const vec shifted = x * each(1.4426950408889634) + each(to_whole), k = shifted - each(to_whole);
    const vec high = x - k * each(0.6931471803691238), low = k * each(1.9082149292705877e-10), r = high - low, lost = (high - r) - low;
    vec p = each(1.0 / 6227020800.0);
    UNROLL for (int i = 0; i < 11; i++) p = p * r + each(1.0 / factorial[i]);
    return (reduced){r + (r * r * p + lost), k, (uvec)shifted - (uvec)each(to_whole)};
}

INLINE vec power_of_two(uvec k) { return (vec)((k + 1023) << 52); }

/* exp(x) from the reduction of x. Half of k is rounded down, as by an arithmetic shift, which not every processor has for vectors. */
CALLED vec exponential_of(vec x, reduced of) {
    const uvec half = ((of.whole + 4096) >> 1) - 2048;
    vec e = (each(1.0) + of.e) * power_of_two(half) * power_of_two(of.whole - half);
    e = choose(x > each(709.8), each(__builtin_inf()), e);
    e = choose(x < each(-745.2), each(0.0), e);
    return choose(x != x, x, e);
}

CALLED vec exponential(vec x) { return exponential_of(x, reduce(x)); }

INLINE vec log_one_plus(vec u) {
    static const double odd[] = {21.0, 19.0, 17.0, 15.0, 13.0, 11.0, 9.0, 7.0, 5.0, 3.0};
    const ivec above = u > each(0.41421356);
    const vec s = choose(above, u - each(1.0), u) / choose(above, u + each(3.0), u + each(2.0)), z = s * s;
    vec p = each(1.0 / 23.0);
    UNROLL for (int i = 0; i < 10; i++) p = p * z + each(1.0 / odd[i]);
    const vec twice = each(2.0) * s + each(2.0) * (s * z * p);
    return choose(above, each(0.6931471805599453) + twice, twice);
}

INLINE valued tanh_of(vec x) {
    const vec size = size_of_each(x), twice = each(-2.0) * size;
    const reduced of = reduce(twice);
    const vec two_k = choose(of.k > each(-1000.0), power_of_two(of.whole), each(0.0));
    const vec below = two_k * of.e + (two_k - each(1.0)), u = exponential_of(twice, of), sum = each(2.0) + below;
    const vec value = with_sign_of(below / sum, x), slope = each(4.0) * u / (sum * sum);
    const ivec far = size > each(400.0), nan = x != x;
    return (valued){choose(nan, x, choose(far, with_sign_of(each(1.0), x), value)), choose(nan, x, choose(far, each(0.0), slope))};
}

INLINE valued sigmoid_of(vec x) {
    const vec u = exponential((vec)((ivec)x | (ivec)each(-0.0))), sum = each(1.0) + u;
    const ivec nan = x != x;
    return (valued){choose(nan, x, choose(x < each(0.0), u, each(1.0)) / sum), choose(nan, x, u / (sum * sum))};
}

INLINE valued softplus_of(vec x) {
    const vec logarithm = log_one_plus(exponential((vec)((ivec)x | (ivec)each(-0.0))));
    return (valued){choose(x != x, x, choose(x > each(0.0), x + logarithm, logarithm)), sigmoid_of(x).value};
}

INLINE valued relu_of(vec x) {
    return (valued){choose(x <= each(0.0), each(0.0), x), choose(x > each(0.0), each(1.0), each(0.0))};
}

INLINE valued leaky_relu_of(vec x) {
    return (valued){choose(x > each(0.0), x, each(0.01) * x), choose(x > each(0.0), each(1.0), each(0.01))};
}

static const double MILLS[] = {
    1.9122691057008967, 0.2523725125284086, -0.25099213395818415, 0.11444587513031773,
    -0.03402777542671512, 0.006580970678082311, -0.0006143931997945954, -5.585059205071215e-05,
    2.290561190405675e-05, -6.286579050038781e-07, -6.607765298252239e-07, 5.4503533328577933e-08,
    2.1515154551350928e-08, -2.3268716372590027e-09, -8.45758702768206e-10, 8.063734274855933e-11,
    3.856892954479016e-11, -1.8726424882887004e-12, -1.8770396449801196e-12, -3.8421342783144005e-14,
    8.894576726954552e-14, 9.863267801526632e-15, -3.637832693281299e-15, -9.19211544711782e-16,
    9.072142765694321e-17, 6.278038445025676e-17, 3.2372508401872586e-18, -3.204495113978151e-18,
    -6.724865445775909e-19,
};

INLINE valued gelu_of(vec x) {
    const vec a = size_of_each(x), t = (a - each(4.0)) / (a + each(4.0));
    vec first = each(0.0), second = each(0.0);
    for (int64_t i = (int64_t)(sizeof MILLS / sizeof *MILLS) - 1; i > 0; i--) {
        const vec next = each(2.0) * t * first - second + each(MILLS[i]);
        second = first;
        first = next;
    }
    const vec ratio = (t * first - second + each(MILLS[0])) / (each(1.0) + each(2.0) * a), cut = each(134217729.0) * a, high = cut - (cut - a);
    const vec density = exponential(each(-0.5) * high * high);
    const vec rest = exponential(each(-0.5) * (a - high) * (a + high)) * each(0.3989422804014327), tail = ratio * rest * density;
    const ivec below = x < each(0.0), far_above = x > each(39.0), far_below = x < each(-39.0), nan = x != x;
    vec value = choose(below, x * ratio * rest * density, x * (each(1.0) - tail));
    vec slope = choose(below, (ratio + x) * rest * density, (each(1.0) - tail) + x * rest * density);
    value = choose(nan | far_above, x, choose(far_below, each(-0.0), value));
    slope = choose(nan, x, choose(far_above, each(1.0), choose(far_below, each(0.0), slope)));
    return (valued){value, slope};
}

/* 1 above 0, else 0, and no slope; a NaN stays one. */
INLINE valued step_of(vec x) {
    const vec value = choose(x > each(0.0), each(1.0), choose(x <= each(0.0), each(0.0), x));
    return (valued){value, each(0.0)};
}

CALLED valued activation_of(int64_t activation, vec x) {
    switch (activation) {
    case NS_RELU: return relu_of(x);
    case NS_LEAKY_RELU: return leaky_relu_of(x);
    case NS_TANH: return tanh_of(x);
    case NS_SIGMOID: return sigmoid_of(x);
    case NS_SOFTPLUS: return softplus_of(x);
    case NS_GELU: return gelu_of(x);
    case NS_STEP: return step_of(x);
    default: return (valued){x, each(1.0)};
    }
}

/* An activation and its slope at `count` places; `value` may be where x is. */
static void activate_each(int64_t activation, int64_t count, const double *x, double *value, double *slope) {
    for (int64_t i = 0; i < count; i += W) {
        const int64_t some = count - i;
        const valued of = activation_of(activation, some >= W ? load(x + i) : load_some(x + i, some));
        if (some >= W) store(value + i, of.value);
        else store_some(value + i, of.value, some);
        if (some >= W) store(slope + i, of.slope);
        else store_some(slope + i, of.slope, some);
    }
}

/* A block of rows, padded, at once: sums become values, +0.0 behind `count` of them; returns the mark of `not_finite` over the sums. */
INLINE uint64_t activate_padded(const int64_t activation, int64_t rows, int64_t count, double *value, double *slope) {
    const int64_t padded = padded_width(count), whole = count - count % W;
    const ivec rest = first_lanes(count - whole);
    uvec far = {0};
    for (int64_t r = 0; r < rows; r++, value += padded, slope += padded) {
        for (int64_t i = 0; i < whole; i += W) {
            const vec sum = load(value + i);
            const valued of = activation_of(activation, sum);
            far |= not_finite_lanes(sum);
            store(value + i, of.value);
            store(slope + i, of.slope);
        }
        if (whole == count) continue;
        const vec sum = (vec)((ivec)load(value + whole) & rest);
        const valued of = activation_of(activation, sum);
        far |= not_finite_lanes(sum);
        store(value + whole, (vec)((ivec)of.value & rest));
        store(slope + whole, of.slope);
    }
    return any(far);
}

/* Softmax of a row of sums: each exp(sum − largest), ÷ their sum from left to right. Its slope is told as 1: the delta that it has a part
 * in, cross-entropy's, has none in it. `value` may be where x is. */
static void softmax_row(int64_t count, const double *x, double *value, double *slope) {
    double most = x[0], total;
    for (int64_t i = 1; i < count; i++) most = x[i] > most ? x[i] : most;
    for (int64_t i = 0; i < count; i += W) {
        const int64_t some = count - i;
        if (some >= W) store(value + i, exponential(load(x + i) - each(most)));
        else store_some(value + i, exponential(load_some(x + i, some) - each(most)), some);
    }
    total = value[0];
    for (int64_t i = 1; i < count; i++) total += value[i];
    for (int64_t i = 0; i < count; i++) {
        value[i] /= total;
        slope[i] = 1.0;
    }
}

/* The sums of a layer, `count` of them in each of `rows` rows that are `stride` apart; what stands between rows may be computed too. */
static void activate_rows(int64_t activation, int64_t rows, int64_t count, int64_t stride, const double *x, double *value, double *slope) {
    if (activation != NS_SOFTMAX) activate_each(activation, rows * stride, x, value, slope);
    else
        for (int64_t r = 0; r < rows; r++) softmax_row(count, x + r * stride, value + r * stride, slope + r * stride);
}

/* The same of a block, whose rows are padded. The cheapest of them are compiled by themselves: the others take longer than the choice. */
static uint64_t activate_block(int64_t activation, int64_t rows, int64_t count, double *value, double *slope) {
    const int64_t padded = padded_width(count);
    uint64_t mark = 0;
    switch (activation) {
#if !defined(__wasm__)
    case NS_IDENTITY: return activate_padded(NS_IDENTITY, rows, count, value, slope);
    case NS_RELU: return activate_padded(NS_RELU, rows, count, value, slope);
#endif
    case NS_SOFTMAX:
        for (int64_t r = 0; r < rows; r++) {
            for (int64_t i = 0; i < count; i++) mark |= not_finite(value[r * padded + i]);
            softmax_row(count, value + r * padded, value + r * padded, slope + r * padded);
            for (int64_t i = count; i < whole_vectors(count); i++) value[r * padded + i] = slope[r * padded + i] = 0.0;
        }
        return mark;
    default: return activate_padded(activation, rows, count, value, slope);
    }
}
