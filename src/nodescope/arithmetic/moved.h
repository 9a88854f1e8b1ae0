/* Rows moved about: part of core.c, moved.py has the same in Python. Nothing is worked out here; numbers only change places. Requirement:
 * a row that lies anywhere in memory is asked for long before it is copied, and every number is read and written once.
 *
 * The page has all its rows in memory, and none of this. */

enum { LAID_AT_ONCE = 64, LOOKED_UP = 16 };   /* rows */
enum { MOST_LINES = 16 };   /* of a row that are asked for; the processor asks for the rest */

/* Columns, `rows` numbers each, side by side as rows (rows, cols); whether all of them are finite. Some rows at a time, column by column:
 * these stay in the nearest cache, and columns that begin at the same place of a page do not drive each other out. */
static int64_t lay(const double *const *column, int64_t cols, int64_t rows, double *to) {
    uint64_t mark = 0;
    for (int64_t at = 0; at < rows; at += LAID_AT_ONCE) {
        const int64_t some = smaller(LAID_AT_ONCE, rows - at);
        for (int64_t c = 0; c < cols; c++) {
            const double *from = column[c] + at;
            double *row = to + at * cols + c;
            for (int64_t r = 0; r < some; r++) {
                mark |= not_finite(from[r]);
                row[r * cols] = from[r];
            }
        }
    }
    return !(mark & SIGN);
}

/* The last of the parts that begins at an example or before it: `begin` (parts) ascends, and the first is 0. */
static inline int64_t part_at(const int64_t *begin, int64_t parts, int64_t example) {
    const int64_t *at = begin;
    while (parts > 1) {
        const int64_t half = parts / 2;
        at += at[half] <= example ? half : 0;
        parts -= half;
    }
    return at - begin;
}

/* Where the rows of some examples are: NULL ends them, where one is of a part that is not at hand. Their lines are asked for. */
static int64_t look_for(const struct ns_parts *of, const int64_t *example, int64_t count, const double **x, const double **goal) {
    for (int64_t i = 0; i < count; i++) {
        const int64_t part = part_at(of->begin, of->parts, example[i]), row = example[i] - of->begin[part];
        if (!of->input[part]) return i;
        x[i] = of->input[part] + row * of->inputs;
        goal[i] = of->goal[part] + row * of->outputs;
        for (int64_t at = 0; at < smaller(of->inputs + LINE - 1, MOST_LINES * LINE); at += LINE) __builtin_prefetch(x[i] + smaller(at, of->inputs - 1));
        __builtin_prefetch(goal[i]);
    }
    return count;
}

/* Rows of examples one after another, as many as come before one of a part that is not at hand. */
static int64_t gather_rows(const struct ns_parts *of, const int64_t *example, int64_t count, double *input, double *goal) {
    const double *x[2][LOOKED_UP], *y[2][LOOKED_UP];
    int64_t found = look_for(of, example, smaller(LOOKED_UP, count), x[0], y[0]);
    for (int64_t at = 0, now = 0; at < count; at += LOOKED_UP, now = !now) {
        const int64_t here = smaller(LOOKED_UP, count - at), next = smaller(LOOKED_UP, count - at - here), some = found;
        if (some == here) found = look_for(of, example + at + here, next, x[!now], y[!now]);
        for (int64_t i = 0; i < some; i++) {
            copy(input + (at + i) * of->inputs, x[now][i], of->inputs);
            copy(goal + (at + i) * of->outputs, y[now][i], of->outputs);
        }
        if (some < here) return at + some;
    }
    return count;
}

/* Examples at `count` positions of a window whose rows are drawn: its rows are those of its members one after another, of which member m
 * begins at row begin[m] (the first is 0) and at example begin[m] + shift[m]. */
static void draw_window(const drawing *order, int64_t start, int64_t count, const int64_t *begin, const int64_t *shift, int64_t members, int64_t *example) {
    draw(order, start, count, example);
    for (int64_t i = 0; i < count; i++) example[i] += shift[part_at(begin, members, example[i])];
}
