/* The activations that nodescope computes with, for one number: the same operations in the same order as in its definition, so
 * that the bits are the same where the compiler contracts nothing (-ffp-contract=off). Only +, -, *, / and exact functions of math.h. */

typedef struct {
    double e, k;
} ns_reduced;

static ns_reduced ns_reduce(double x) {
    static const double divisor[] = {479001600.0, 39916800.0, 3628800.0, 362880.0, 40320.0, 5040.0, 720.0, 120.0, 24.0, 6.0, 2.0};
    const double to_whole = 6755399441055744.0;
    const double k = (x * 1.4426950408889634 + to_whole) - to_whole;
    const double high = x - k * 0.6931471803691238, low = k * 1.9082149292705877e-10;
    const double r = high - low, lost = (high - r) - low;
    double p = 1.0 / 6227020800.0;
    for (int i = 0; i < 11; i++) p = p * r + 1.0 / divisor[i];
    ns_reduced result;
    result.e = r + (r * r * p + lost);
    result.k = k;
    return result;
}

static double ns_exponential(double x) {
    if (x > 709.8) return INFINITY;
    if (x < -745.2) return 0.0;
    if (x != x) return x;
    const ns_reduced of = ns_reduce(x);
    const double half = floor(of.k * 0.5);
    return (1.0 + of.e) * ldexp(1.0, (int)half) * ldexp(1.0, (int)(of.k - half));
}

static inline double ns_identity(double x) { return x; }

static inline double ns_relu(double x) { return x <= 0.0 ? 0.0 : x; }

static inline double ns_leaky_relu(double x) { return x > 0.0 ? x : 0.01 * x; }

static inline double ns_tanh(double x) {
    if (x != x) return x;
    const double size = fabs(x);
    if (size > 400.0) return copysign(1.0, x);
    const ns_reduced of = ns_reduce(-2.0 * size);
    const double two_k = of.k > -1000.0 ? ldexp(1.0, (int)of.k) : 0.0;
    const double below = two_k * of.e + (two_k - 1.0);
    return copysign(-below / (2.0 + below), x);
}

static inline double ns_sigmoid(double x) {
    if (x != x) return x;
    const double u = ns_exponential(-fabs(x)), sum = 1.0 + u;
    return x < 0.0 ? u / sum : 1.0 / sum;
}

static inline double ns_softplus(double x) {
    static const double divisor[] = {21.0, 19.0, 17.0, 15.0, 13.0, 11.0, 9.0, 7.0, 5.0, 3.0};
    if (x != x) return x;
    const double u = ns_exponential(-fabs(x));
    const int above = u > 0.41421356;
    const double s = above ? (u - 1.0) / (u + 3.0) : u / (u + 2.0), z = s * s;
    double p = 1.0 / 23.0;
    for (int i = 0; i < 10; i++) p = p * z + 1.0 / divisor[i];
    const double twice = 2.0 * s + 2.0 * (s * z * p), logarithm = above ? 0.6931471805599453 + twice : twice;
    return x > 0.0 ? x + logarithm : logarithm;
}

static inline double ns_gelu(double x) {
    static const double mills[] = {
        1.9122691057008967, 0.2523725125284086, -0.25099213395818415, 0.11444587513031773, -0.03402777542671512,
        0.006580970678082311, -0.0006143931997945954, -5.585059205071215e-05, 2.290561190405675e-05, -6.286579050038781e-07,
        -6.607765298252239e-07, 5.4503533328577933e-08, 2.1515154551350928e-08, -2.3268716372590027e-09, -8.45758702768206e-10,
        8.063734274855933e-11, 3.856892954479016e-11, -1.8726424882887004e-12, -1.8770396449801196e-12, -3.8421342783144005e-14,
        8.894576726954552e-14, 9.863267801526632e-15, -3.637832693281299e-15, -9.19211544711782e-16, 9.072142765694321e-17,
        6.278038445025676e-17, 3.2372508401872586e-18, -3.204495113978151e-18, -6.724865445775909e-19,
    };
    if (x > 39.0) return x;
    if (x < -39.0) return -0.0;
    if (x != x) return x;
    const double a = fabs(x), t = (a - 4.0) / (a + 4.0);
    double first = 0.0, second = 0.0;
    for (int i = 28; i > 0; i--) {
        const double next = 2.0 * t * first - second + mills[i];
        second = first;
        first = next;
    }
    const double ratio = (t * first - second + mills[0]) / (1.0 + 2.0 * a), cut = 134217729.0 * a, high = cut - (cut - a);
    const double density = ns_exponential(-0.5 * high * high);
    const double rest = ns_exponential(-0.5 * (a - high) * (a + high)) * 0.3989422804014327;
    return x < 0.0 ? x * ratio * rest * density : x * (1.0 - ratio * rest * density);
}
