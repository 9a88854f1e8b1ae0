/* The triangle R of a tall table by Householder's reflections: part of kernels.c, triangle.py has the same order in Python. Requirement:
 * the same bits whoever makes it, one pass over the data, all work in the nearest cache. Never XᵀX, which squares the condition number.
 *
 * It takes any number of rows; the triangle begins as zeros. A column of zeros is left as it is, and so is one that is too small to be
 * squared; numbers too large to be squared give infinities and NaN.
 *
 * Order: blocks of NS_ROWS rows, ascending, each put under the triangle so far; its columns are reflected away one by one, the first
 * first. For column c, with head = R[c, c] and v the block's column: square = v[0]² + v[1]² + …; norm = √(head² + square);
 * pivot = head ± norm with the sign of head; of each later column j: t = pivot × R[c, j] + v[0] B[0, j] + v[1] B[1, j] + …, then
 * × (1 ÷ (norm × |pivot|)); R[c, j] −= pivot × t; B[i, j] −= v[i] × t. Vectors run along the columns: no lane meets another. */

/* Columns of `vectors` registers from j on: r is row c of the triangle, b the block. */
INLINE void reflect(const double *v, int64_t rows, double pivot, double factor, double *r, double *b, int64_t stride, const int vectors) {
    vec t[8], old[8];
    UNROLL for (int j = 0; j < vectors; j++) {
        old[j] = load(r + j * W);
        t[j] = each(pivot) * old[j];
    }
    for (int64_t i = 0; i < rows; i++)
        UNROLL for (int j = 0; j < vectors; j++) t[j] += each(v[i]) * load(b + i * stride + j * W);
    UNROLL for (int j = 0; j < vectors; j++) {
        t[j] *= each(factor);
        store(r + j * W, old[j] - each(pivot) * t[j]);
    }
    for (int64_t i = 0; i < rows; i++)
        UNROLL for (int j = 0; j < vectors; j++) store(b + i * stride + j * W, load(b + i * stride + j * W) - each(v[i]) * t[j]);
}

/* Column c of a block reflected away. Registers may begin left of it, where the triangle keeps what it has and the block is not read
 * again. */
INLINE void reflect_column(double *r, double *b, int64_t rows, int64_t c, int64_t stride) {
    double v[NS_ROWS], kept[W], square = -0.0;
    double *row = r + c * stride;
    for (int64_t i = 0; i < rows; i++) {
        v[i] = b[i * stride + c];
        square += v[i] * v[i];
    }
    if (square == 0.0) return;
    const double head = row[c], norm = __builtin_sqrt(head * head + square), pivot = head < 0.0 ? head - norm : head + norm;
    const double factor = 1.0 / (norm * (head < 0.0 ? -pivot : pivot));
    if (factor == __builtin_inf()) return;   /* what rounding left of a column that the others say already: nothing */
    const int64_t first = c / W * W;
    int64_t j = first;
    copy(kept, row + first, c - first);
    for (; j + 8 * W <= stride; j += 8 * W) reflect(v, rows, pivot, factor, row + j, b + j, stride, 8);
    for (; j + 2 * W <= stride; j += 2 * W) reflect(v, rows, pivot, factor, row + j, b + j, stride, 2);
    for (; j < stride; j += W) reflect(v, rows, pivot, factor, row + j, b + j, stride, 1);
    copy(row + first, kept, c - first);
    row[c] = head < 0.0 ? norm : -norm;
}

/* Puts the rows (rows, cols) under a triangle (cols, whole eights of columns); `block` is room for NS_ROWS of its rows. */
static void put_under(double *triangle, const double *x, int64_t rows, int64_t cols, int64_t x_stride, double *block) {
    const int64_t stride = padded_width(cols);
    for (int64_t at = 0; at < rows; at += NS_ROWS) {
        const int64_t some = smaller(NS_ROWS, rows - at);
        for (int64_t i = 0; i < some; i++)
            for (int64_t j = 0; j < stride; j++) block[i * stride + j] = j < cols ? x[(at + i) * x_stride + j] : 0.0;
        for (int64_t c = 0; c < cols; c++) reflect_column(triangle, block, some, c, stride);
    }
}
