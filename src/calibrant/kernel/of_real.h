/* Loops over numbers of one type, REAL. Included by kernel.c, once for each. */

/* Sum of the squares of every row. Returns 1. */
int NAME(calibrant_squares)(const REAL *values, int64_t n, int64_t k, double *sums) {
    for (int64_t i = 0; i < n; i++) {
        const REAL *row = values + i * k;
        double sum = 0;
        if (k < FEW) {
            for (int64_t j = 0; j < k; j++) sum += (double)row[j] * row[j];
        } else {
#pragma omp simd reduction(+ : sum)
            for (int64_t j = 0; j < k; j++) sum += (double)row[j] * row[j];
        }
        sums[i] = sum;
    }
    return 1;
}

/* Distance of every probability of the positive class from its label, 0 or 1. Returns 1. */
int NAME(calibrant_distances)(const REAL *prob, const int64_t *label, int64_t n,
                              double *distance) {
    for (int64_t i = 0; i < n; i++)
        distance[i] = fabs((double)(int32_t)label[i] - prob[i]);
    return 1;
}

/* Entry of every row at its label. Returns 0 where a label is no entry. */
int NAME(calibrant_chosen)(const REAL *values, const int64_t *label, int64_t n, int64_t k,
                           double *chosen) {
    int outside = 0;
    for (int64_t i = 0; i < n; i++) {
        const int here = (uint64_t)label[i] < (uint64_t)k;
        outside |= !here;
        chosen[i] = values[i * k + (here ? label[i] : 0)];
    }
    return !outside;
}

/* Cell of a probability among n, without the parts of the first and the last; see cells.py.
 *
 * The product can round up to the next whole number, never down below one, and no number of this
 * type lies between k / n and its rounding: the cell is the one found, or the one below. NaN falls
 * into the first.
 */
static inline int64_t NAME(plain_cell)(REAL p, const REAL *edges, int64_t n) {
    REAL scaled = p * (REAL)n;
    scaled = scaled > 0 ? scaled : 0;
    scaled = scaled < (REAL)(n - 1) ? scaled : (REAL)(n - 1);
    int64_t cell = (int64_t)scaled;
    return cell - (p <= edges[cell]); /* edges[0] is minus infinity, edges[n] plus infinity */
}

/* Edges of cells: n of equal width, and those that cut the first and the last, or null.
 *
 * The latter are compared in double, where those next to 1 are apart.
 */
typedef struct {
    int64_t n;
    const REAL *edges;
    const double *low, *high;
    uint8_t below[N_KEYS]; /* edges of `low` below the least number of a key */
} NAME(grid);

static void NAME(lay_out)(NAME(grid) *grid, const REAL *edges, int64_t n, const double *low,
                          const double *high) {
    grid->n = n;
    grid->edges = edges;
    grid->low = low;
    grid->high = high;
    memset(grid->below, N_TAIL, sizeof grid->below);
    if (low == NULL) return;
    for (int64_t i = N_TAIL - 1; i >= 0; i--) /* keys above that of edge i - 1: at least i below */
        for (int64_t key = i == 0 ? 0 : key_of(low[i - 1]) + 1; key <= key_of(low[i]); key++)
            grid->below[key] = (uint8_t)i;
}

/* Edges below a number, of those that cut the first cell. */
static inline int64_t NAME(low_below)(const NAME(grid) *grid, double p) {
    int64_t count = grid->below[key_of(p)];
    count += grid->low[count] < p;
    while (grid->low[count] < p) count++; /* none, where edges lie as far apart as keys */
    return count;
}

/* Cell of a probability, or of its complement. */
static inline int64_t NAME(cell_of)(const NAME(grid) *grid, REAL p, int mirrored) {
    const int64_t last = grid->n - 1;
    int64_t cell = NAME(plain_cell)(p, grid->edges, grid->n);
    cell += mirrored * (last - 2 * cell - (p == grid->edges[cell + 1])); /* never a wrong guess */
    if (grid->low == NULL) return cell;
    if (cell == 0)
        return mirrored ? N_TAIL - edges_below(grid->high, p, 1) : NAME(low_below)(grid, p);
    if (cell < last) return cell + N_TAIL;
    return cell + N_TAIL +
           (mirrored ? N_TAIL - edges_below(grid->low, p, 1)
                     : edges_below(grid->high, p, 0));
}

/* Cell of every probability; of its complement where `mirrored`, or, if that is null, if `all`.
 *
 * Returns 1.
 */
int NAME(calibrant_cells)(const REAL *prob, const uint8_t *mirrored, int all, int64_t n,
                          const REAL *edges, int64_t n_cells, const double *low, const double *high,
                          int64_t *cell) {
    NAME(grid) grid;
    NAME(lay_out)(&grid, edges, n_cells, low, high);
    for (int64_t i = 0; i < n; i++) {
        const int turned = mirrored == NULL ? all : mirrored[i] != 0;
        cell[i] = NAME(cell_of)(&grid, prob[i], turned);
    }
    return 1;
}

/* Adds the columns of events with weight 1 and an outcome of 0 or 1 to a score grid.
 *
 * What came out is `hit`, or if that is null whether `guess` is the label. `mirrored` may be null, for none. Returns 0, and adds nothing, where the rows are so few that
 * calibrant_add_events is as fast, or memory runs out.
 */
int NAME(calibrant_add_graded)(const REAL *prob, const uint8_t *mirrored, const uint8_t *hit,
                               const int32_t *guess, const int64_t *label, int64_t n,
                               const REAL *edges, int64_t n_cells, const double *low,
                               const double *high, int64_t stored, double *table, int64_t step) {
    double *sums = n < stored / 4 ? NULL : calloc((size_t)(8 * stored), sizeof *sums);
    if (sums == NULL) return 0;
    NAME(grid) grid;
    NAME(lay_out)(&grid, edges, n_cells, low, high);
    int64_t bucket[BLOCK];
    double stated[BLOCK];
    uint8_t right[BLOCK];
    for (int64_t start = 0; start < n; start += BLOCK) {
        const int64_t rows = n - start < BLOCK ? n - start : BLOCK;
        for (int64_t i = 0; i < rows && hit == NULL; i++)
            right[i] = guess[start + i] == (int32_t)label[start + i];
        const uint8_t *came = hit == NULL ? right : hit + start;
        for (int64_t i = 0; i < rows; i++) {
            const REAL p = prob[start + i];
            if (mirrored == NULL) {
                bucket[i] = NAME(cell_of)(&grid, p, 0);
                stated[i] = p;
            } else {
                const int turned = mirrored[start + i] != 0;
                bucket[i] = NAME(cell_of)(&grid, p, turned);
                stated[i] = fabs(turned - (double)p);
            }
        }
        add_hard(bucket, stated, came, rows, sums);
    }
    fold_hard(sums, table, step, stored);
    free(sums);
    return 1;
}

/* Adds the columns without an outcome to the tables of some classes that lie side by side. */
static void NAME(add_block)(const REAL *values, int64_t n, int64_t k, int64_t width,
                            const double *weight, const NAME(grid) *grid, int64_t stored,
                            double *sums) {
    for (int64_t i = 0; i < n; i++) {
        __builtin_prefetch(values + (i + 8 < n ? i + 8 : i) * k);
        for (int64_t j = 0; j < width; j++) {
            const REAL p = values[i * k + j];
            const int64_t bucket = j * stored + NAME(cell_of)(grid, p, 0);
            const double q = p;
            if (weight == NULL) {
                double *at = sums + 3 * bucket;
                at[0] += 1;
                at[1] += q;
                at[2] += q * q;
            } else {
                const double w = weight[i], once = w * q, v = w * w, twice = v * q;
                const double terms[7] = {1, w, once, once * q, v, twice, twice * q};
                double *at = sums + 7 * bucket;
                for (int column = 0; column < 7; column++) at[column] += terms[column];
            }
        }
    }
}

/* Adds the columns without an outcome of all entries to a grid for every class.
 *
 * `stored` cells a class, fine ones if `low` is given. Some classes are taken at a time, so that
 * their sums stay in the cache. Returns 0, and has added nothing, where memory runs out.
 */
int NAME(calibrant_add_classes)(const REAL *values, int64_t n, int64_t k, const double *weight,
                                const REAL *edges, int64_t n_cells, const double *low,
                                const double *high, int64_t stored, double *table, int64_t step) {
    static const int once[7] = {0, 1, 2, 4, 7, 8, 10}; /* count, w, wp, wpp, ww, wwp, wwpp */
    static const int from[7] = {0, 0, 1, 2, 0, 1, 2};  /* the sum that a weight of 1 takes */
    const int64_t size = weight == NULL ? 3 : 7;
    int64_t block = 400000 / (stored * size * (int64_t)sizeof(double));
    block = block < 1 ? 1 : block > k ? k : block > 16 && k > 16 ? block / 16 * 16 : block;
    const size_t bytes = (size_t)(block * stored * size) * sizeof(double);
    double *sums = malloc(bytes);
    if (sums == NULL) return 0;
    NAME(grid) grid;
    NAME(lay_out)(&grid, edges, n_cells, low, high);
    for (int64_t start = 0; start < k; start += block) {
        const int64_t width = k - start < block ? k - start : block;
        memset(sums, 0, bytes);
        NAME(add_block)(values + start, n, k, width, weight, &grid, stored, sums);
        for (int64_t b = 0; b < width * stored; b++) {
            const double *at = sums + size * b;
            if (at[0] == 0) continue;
            for (int c = 0; c < 7; c++)
                table[once[c] * step + start * stored + b] += at[weight == NULL ? from[c] : c];
        }
    }
    free(sums);
    return 1;
}
