/* One walk of a kernel, for counts.py: `counts NAME ROWS` goes ROWS rows (of a node with one weight: steps), whatever the numbers are. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core.h"

typedef struct {
    const char *name;
    int64_t layers, sizes[4], activation, batch, lanes, part;
} shape;

static const shape SHAPES[] = {
    {"node", 1, {1, 1}, NS_IDENTITY, 1, 0, 0},
    {"row-4", 1, {4, 1}, NS_IDENTITY, 1, 0, 0},
    {"row-10", 1, {10, 1}, NS_IDENTITY, 1, 0, 0},
    {"row-30", 1, {30, 1}, NS_IDENTITY, 1, 1, 0},
    {"row-100", 1, {100, 1}, NS_IDENTITY, 1, 1, 0},
    {"row-1000", 1, {1000, 1}, NS_IDENTITY, 1, 1, 0},
    {"batch-100", 1, {100, 1}, NS_IDENTITY, 256, 0, 0},
    {"batch-100-lanes", 1, {100, 1}, NS_IDENTITY, 256, 1, 0},
    {"batch-100-parts", 1, {100, 1}, NS_IDENTITY, 256, 0, 64},
    {"layers-2-8-8-1", 3, {2, 8, 8, 1}, NS_TANH, 10, 0, 0},
    {"layers-8-64-64-1", 3, {8, 64, 64, 1}, NS_RELU, 32, 0, 0},
};

static double *numbers(int64_t count) {
    double *x = aligned_alloc(64, (size_t)(count * 8 + 63) / 64 * 64);
    uint64_t z = 1;
    for (int64_t i = 0; i < count; i++) {
        z = z * 6364136223846793005u + 1442695040888963407u;
        x[i] = (double)(int64_t)(z >> 12) / 4503599627370496.0 - 0.5;
    }
    return x;
}

int main(int argc, char **argv) {
    const shape *of = NULL;
    for (size_t i = 0; argc > 2 && i < sizeof SHAPES / sizeof *SHAPES; i++)
        if (!strcmp(argv[1], SHAPES[i].name)) of = SHAPES + i;
    if (!of) return 2;
    if (argc > 3) ns_cap_width(atoi(argv[3]));
    const int64_t rows = atoll(argv[2]), one = of->sizes[0] == 1, n = one ? 1 : rows;
    ns_layer layer[3];
    int64_t weights = 0, nodes = 0;
    for (int64_t l = 0; l < of->layers; l++) {
        const int64_t last = l + 1 == of->layers;
        layer[l] = (ns_layer){of->sizes[l], of->sizes[l + 1], !one, last ? NS_IDENTITY : of->activation, weights, nodes};
        weights += of->sizes[l + 1] * (of->sizes[l] + !one);
        nodes += of->sizes[l + 1];
    }
    const ns_problem p = {
        .examples = n, .inputs = of->sizes[0], .outputs = 1, .batch = of->batch, .lanes = of->lanes, .input = numbers(n * of->sizes[0]),
        .goal = numbers(n), .alpha = 1e-9, .until_mse = -1.0, .layers = of->layers, .layer = layer, .clip = -1.0, .part = of->part,
    };
    ns_cursor cursor = {.last_moved = -1, .last_changed = -1, .power = 1, .spacing = 1};
    const ns_where where = {.state = numbers(weights), .scratch = numbers(ns_scratch(&p))};
    const int64_t steps = one ? rows : (rows + of->batch - 1) / of->batch;
    printf("%lld\n", (long long)ns_walk(&p, &cursor, &where, steps));
    return 0;
}
