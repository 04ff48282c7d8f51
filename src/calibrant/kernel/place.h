/* What every row outranks of the rows of the other side. */

#define BUCKETS 4 /* for each number of the smaller side, at most */
#define CROWD 4   /* numbers of a bucket that are all looked at, without a branch */
#define WEIGHT(row) (weight == NULL ? 1 : weight[row])

/* Different numbers of the smaller side, as bits that rise with them, and where to look for one.
 *
 * bits: n_steps of them, rising, and CROWD greatest ones behind. bucket: the first step of every stretch of `1 << shift` bits, and
 * n_steps behind.
 */
#define DEFINE_STEPS(REAL, KEY)                                                                   \
    typedef struct {                                                                              \
        KEY *bits;                                                                                \
        uint32_t *bucket;                                                                         \
        int64_t n_steps;                                                                          \
        int shift;                                                                                \
    } Steps_##REAL;                                                                               \
                                                                                                  \
    /* Fills the buckets, BUCKETS n_steps + 1 of them at most. */                                 \
    static void fill_##REAL(Steps_##REAL *steps) {                                                \
        const KEY first = steps->bits[0], span = steps->bits[steps->n_steps - 1] - first;         \
        steps->shift = 0;                                                                         \
        while ((int64_t)(span >> steps->shift) >= BUCKETS * steps->n_steps ||                     \
               (int64_t)(span >> steps->shift) < 0)                                               \
            steps->shift++;                                                                       \
        int64_t next = 0;                                                                         \
        for (int64_t step = 0; step < steps->n_steps; step++) {                                   \
            const int64_t at = (int64_t)((KEY)(steps->bits[step] - first) >> steps->shift);       \
            while (next <= at) steps->bucket[next++] = (uint32_t)step;                            \
        }                                                                                         \
        steps->bucket[next] = (uint32_t)steps->n_steps;                                           \
    }                                                                                             \
                                                                                                  \
    /* Twice the steps below a number, and one more where it is a step itself. */                 \
    static inline uint32_t place_##REAL(const Steps_##REAL *steps, KEY bits) {                    \
        const int64_t n = steps->n_steps;                                                         \
        if (bits < steps->bits[0]) return 0;                                                      \
        if (bits > steps->bits[n - 1]) return (uint32_t)(2 * n);                                  \
        const uint32_t *bucket =                                                                  \
            steps->bucket + ((KEY)(bits - steps->bits[0]) >> steps->shift);                       \
        int64_t low = bucket[0], high = bucket[1];                                                \
        while (high - low > CROWD) {                                                              \
            const int64_t middle = low + (high - low) / 2;                                        \
            if (steps->bits[middle] < bits) low = middle + 1;                                     \
            else high = middle;                                                                   \
        }                                                                                         \
        const KEY *near = steps->bits + low;                                                      \
        for (int i = 0; i < CROWD; i++) low += near[i] < bits;                                    \
        return (uint32_t)(2 * low + (steps->bits[low] == bits));                                  \
    }

DEFINE_STEPS(double, uint64_t)
DEFINE_STEPS(float, uint32_t)

/* Share of the weight of the other side that every row outranks, ties one half: of positive rows
 * what lies below, of others what lies above. Both sides hold weight, which may be null, for ones.
 * The smaller side is sorted, and every row of the other looked up in it. Returns 1, or 0 without
 * memory or where a side has no rows or too many.
 *
 * `sums` has two numbers a step, of the weight below it and of that at it, and one behind; they
 * are first those of the sorted side, by which the others are placed, then those of the others. */
#define DEFINE_PLACEMENTS(REAL, KEY, ITEM, BITS, ROW)                                             \
    int64_t calibrant_placements_##REAL(const REAL *values, const uint8_t *positive,              \
                                        const double *weight, int64_t n, double *share) {         \
        int64_t n_positive = 0;                                                                   \
        for (int64_t i = 0; i < n; i++) n_positive += positive[i] != 0;                           \
        const int few = n_positive <= n - n_positive; /* the side that is sorted */               \
        const int64_t m = few ? n_positive : n - n_positive;                                      \
        if (m == 0 || n > INT32_MAX) return 0;                                                    \
        const size_t many = (size_t)m;                                                            \
        ITEM *held = malloc(2 * many * sizeof *held);                                             \
        double *sums = malloc((2 * many + 1) * sizeof *sums);                                     \
        KEY *bits = malloc((many + CROWD) * sizeof *bits);                                                  \
        uint32_t *bucket = malloc((BUCKETS * many + 2) * sizeof *bucket);                         \
        uint32_t *place = malloc((size_t)n * sizeof *place);                                      \
        const int is_held = held != NULL && sums != NULL && bits != NULL && bucket != NULL &&     \
                            place != NULL;                                                        \
        if (is_held) {                                                                            \
            Steps_##REAL steps = {bits, bucket, 0, 0};                                            \
            const ITEM *items = sorted_##REAL(values, positive, few, n, m, held);                 \
            double below = 0, here = 0;                                                           \
            for (int64_t i = 0; i < m; i++) {                                                     \
                if (i == 0 || BITS(items[i]) != BITS(items[i - 1])) {                             \
                    if (i > 0) sums[2 * steps.n_steps - 1] = below + here / 2;                    \
                    below += here;                                                                \
                    here = 0;                                                                     \
                    sums[2 * steps.n_steps] = below;                                              \
                    bits[steps.n_steps++] = (KEY)BITS(items[i]);                                  \
                }                                                                                 \
                here += WEIGHT(ROW(items[i]));                                                    \
            }                                                                                     \
            sums[2 * steps.n_steps - 1] = below + here / 2;                                       \
            const double all = sums[2 * steps.n_steps] = below + here;                            \
            memset(bits + steps.n_steps, 0xFF, CROWD * sizeof *bits);                             \
            fill_##REAL(&steps);                                                                  \
            for (int64_t i = 0; i < n; i++) place[i] = place_##REAL(&steps, rising_##REAL(values[i])); \
            for (int64_t i = 0; i < n; i++) {                                                     \
                const double reached = sums[place[i]] / all;                                      \
                share[i] = few ? 1 - reached : reached;                                           \
            }                                                                                     \
            memset(sums, 0, (size_t)(2 * steps.n_steps + 1) * sizeof *sums);                      \
            for (int64_t i = 0; i < n; i++)                                                       \
                sums[place[i]] += (positive[i] != 0) == few ? 0 : WEIGHT(i);                      \
            double others = 0;                                                                    \
            for (int64_t step = 0; step < steps.n_steps; step++) {                                \
                others += sums[2 * step];                                                         \
                const double tied = sums[2 * step + 1];                                           \
                sums[2 * step + 1] = others + tied / 2;                                           \
                others += tied;                                                                   \
            }                                                                                     \
            others += sums[2 * steps.n_steps];                                                    \
            for (int64_t i = 0; i < m; i++) {                                                     \
                const int64_t row = ROW(items[i]);                                                \
                const double reached = sums[place[row]] / others;                                 \
                share[row] = few ? reached : 1 - reached;                                         \
            }                                                                                     \
        }                                                                                         \
        free(held);                                                                               \
        free(sums);                                                                               \
        free(bits);                                                                               \
        free(bucket);                                                                             \
        free(place);                                                                              \
        return is_held;                                                                           \
    }

DEFINE_PLACEMENTS(double, uint64_t, Wide, BITS_OF_WIDE, ROW_OF_WIDE)
DEFINE_PLACEMENTS(float, uint32_t, Narrow, BITS_OF_NARROW, ROW_OF_NARROW)

/* Turns placements into influences, in place: how far every row moves the area under the ROC
 * curve, scaled by what makes the variance of each side unbiased. Returns the area in `area`; not
 * a number where a side has no weight, and influences so where it has one effective row. */
int calibrant_influences(const uint8_t *positive, const double *weight, int64_t n, double *share,
                         double *area) {
    double mass[2] = {0, 0}, squares[2] = {0, 0}, outranked = 0;
    for (int64_t start = 0; start < n; start += PART) {
        const int64_t end = n - start < PART ? n : start + PART;
        double up = 0, down = 0, up_twice = 0, down_twice = 0, reached = 0;
#pragma omp simd reduction(+ : up, down, up_twice, down_twice, reached)
        for (int64_t i = start; i < end; i++) {
            const double w = WEIGHT(i), won = positive[i] ? w : 0, lost = positive[i] ? 0 : w;
            up += won;
            down += lost;
            up_twice += won * won;
            down_twice += lost * lost;
            reached += won * share[i];
        }
        mass[1] += up;
        mass[0] += down;
        squares[1] += up_twice;
        squares[0] += down_twice;
        outranked += reached;
    }
    const double value = *area = outranked / mass[1];
    double scale[2];
    for (int side = 0; side < 2; side++) {
        const double rows = mass[side] * mass[side] / squares[side];
        scale[side] = rows > 1 + 1e-9 ? sqrt(rows / (rows - 1)) / mass[side] : NAN;
    }
    for (int64_t i = 0; i < n; i++)
        share[i] = WEIGHT(i) * (share[i] - value) * scale[positive[i] != 0];
    return 1;
}
