/* The kernels of one vector width, as a table: compiled once with the flags of each (CMakeLists.txt), which also name the table,
 * NS_TABLE. Where the build knows one width only, core.c contains this file. */
#ifndef NS_TABLE
#define NS_TABLE ns_table
#endif

#include "kernels.h"

/* What they have in common, and sums in lanes. */
#include "bits.h"
#include "layers.h"
#include "wide.h"
#include "lanes.h"

/* One node; layers; many runs; a triangle. */
#include "rows.h"
#include "batch.h"
#include "functions.h"
#include "move.h"
#include "dense.h"
#if !defined(__wasm__)
#include "dense_steps.h"
#endif
#include "sweep.h"
#include "triangle.h"
#include "draw.h"
#if !defined(__wasm__)
#include "digest.h"
#endif

const ns_kernels NS_TABLE = {
    .rows = go_rows,
    .node_gradient = node_gradient,
    .node_predictions = node_predictions,
    .little = LITTLE,
    .layers_gradient = layers_gradient,
#if !defined(__wasm__)
    .layers_steps = layers_steps,
#endif
    .layers_predictions = layers_predictions,
    .activate = activate_rows,
    .sweep = sweep_runs,
    .move = move,
    .widen = widen,
    .put_under = put_under,
    .draw = draw_abreast,
#if !defined(__wasm__)
    .digest = digest,
#endif
};
